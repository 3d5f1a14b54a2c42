"""What is said of a watch: never more than the evidence bears, and nothing unknown as a number."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from mingan.language import Text
from mingan.reports import table
from mingan.reports.drift_sentences import (
    drift_notes,
    drift_sentence,
    drift_words,
    flip_sentence,
    grader_sentence,
    judge_sentence,
    same_notes,
    same_sentence,
)
from mingan.reports.drift_table import (
    classes_table,
    days_table,
    drift_document,
    drift_table,
    same_document,
)
from mingan.reports.drifted import (
    ClassChange,
    Drift,
    DriftDay,
    DriftReport,
    GraderChange,
    JudgeChange,
    SameModel,
)
from mingan.reports.trusted import Share

FIRST = DriftDay(
    day="2026-03-01", role="baseline", asked=120, decided=118, right=100, absent={"failed": 2},
    score=0.85, low=0.74, high=0.92,
)  # fmt: skip
CHECK = DriftDay(
    day="2026-03-09", role="check", asked=60, decided=57, right=30, absent={"unsure": 3},
    score=0.53, low=0.4, high=0.65, better=1, worse=20, pairs=57, difference=-0.33,
    low_change=-0.46, high_change=-0.18, p=2e-5, same_text=Share(count=20, of=60), evidence=61.0,
    alarm=True,
)  # fmt: skip
ROW = Drift(
    model="m", bank="b", watch="w", every=1, questions=60, repeats=2,
    noise=Share(count=4, of=58, effective=58.0, units=58), days=(FIRST, CHECK),
    verdict="changed", since="2026-03-09", alarm_day="2026-03-09", stream="worse",
    estimate=-0.33, low=-0.46, high=-0.18, p=2e-5, evidence=61.0, detectable=0.17,
    due="2026-03-10",
)  # fmt: skip
STILL = replace(
    ROW, verdict="no change", since="", alarm_day="", stream="", estimate=0.0, low=-0.06, high=0.06,
    days=(FIRST, replace(CHECK, alarm=False, evidence=0.4)), evidence=0.4,
)  # fmt: skip
OPEN = replace(STILL, verdict="cannot tell yet", estimate=-0.08, low=-0.21, high=0.05)
SAME = SameModel(
    a="x", b="y", day="2026-03-01", prompts=25, samples=10, estimate=0.02, low=-0.01, high=0.01,
    p=0.001, verdict="differ", distinct_a=9.0, distinct_b=8.0,
)  # fmt: skip


def test_a_change_is_told_with_its_day_its_size_and_the_error_of_the_alarm() -> None:
    said = drift_sentence(ROW)
    assert said.zh == (
        "m 变了：大约从 2026-03-09 起，得分比基准（2026-03-01）低 33 分"
        "（差的 95% 区间 −46 到 −18）。警报是 2026-03-09 拉响的；"
        "模型一直没变的话，这样问一辈子也只有至多 5% 的机会误报。"
    )
    assert "since about 2026-03-09, the score is 33 points below the baseline" in said.en
    assert "a chance of 5% at most" in said.en


def test_no_change_is_told_with_what_would_have_shown() -> None:
    said = drift_sentence(STILL)
    assert "没有看到 m 变化（2026-03-01 至 2026-03-09，复查 1 次）" in said.zh
    assert "17 分以上，多半（80%）看得出来" in said.zh
    assert "A change of 17 points or more would most likely (80%) show" in said.en


def test_what_is_open_is_not_called_stable() -> None:
    said = drift_sentence(OPEN)
    assert "还说不准" in said.zh
    assert "cannot be told yet" in said.en
    assert "没有看到" not in said.zh


def test_only_other_answers_at_the_same_score_are_told_as_that() -> None:
    said = drift_sentence(replace(ROW, stream="said", estimate=0.0, low=-0.1, high=0.1))
    assert "说的答案和以前不一样了，而得分和基准一样" in said.zh
    assert "what it answers is not what it answered before" in said.en


def test_classes_that_move_apart_are_another_default_answer() -> None:
    yes = ClassChange(name="yes", questions=500, before=Share(count=488, of=500),
                      now=Share(count=12, of=500))  # fmt: skip
    no = ClassChange(name="no", questions=500, before=Share(count=352, of=500),
                     now=Share(count=499, of=500))  # fmt: skip
    said = flip_sentence((yes, no))
    assert said is not None
    assert "应答“否”的题，答对的从 70% 升到 100%" in said.zh
    assert "of questions to answer no it gets 100% right after 70%" in said.en
    assert flip_sentence((yes, replace(no, now=no.before))) is None
    assert flip_sentence(()) is None
    assert flip_sentence((replace(yes, now=Share(count=0, of=0)), no)) is None


def test_the_grader_s_and_the_judge_s_changes_are_told_as_theirs() -> None:
    change = GraderChange(
        answers=300, changed=12, before=("number@3",), now=("number@4",), seeming=-0.031
    )
    said = grader_sentence(change)
    assert "从 number@3 到 number@4" in said.zh
    assert "会显得低了 3 分，那不是模型变了" in said.zh
    assert "seemed 3 points lower, which is no change of the model" in said.en
    assert "显得" not in grader_sentence(replace(change, changed=0)).zh
    judge = JudgeChange(
        judge="j", day="2026-03-09", again=20, changed=9, shift=-0.45, p=0.004, drifted=True
    )
    assert "裁判 j 变了，这不是模型变了" in judge_sentence(judge).zh
    assert "45 points less" in judge_sentence(judge).en
    still = judge_sentence(replace(judge, drifted=False, changed=1))
    assert "看不出它变了" in still.zh
    assert "no sign that it changed" in still.en


def test_what_does_not_count_is_counted() -> None:
    notes = [note.zh for note in drift_notes(ROW)]
    assert "2026-03-01 的 120 个回答里有 2 个不算数（2 个没有要到），也不算变化。" in notes
    assert "2026-03-09 的 60 个回答里有 3 个不算数（3 个判不准），也不算变化。" in notes
    assert any("自己和自己判得不一样的有 7%（58 对里 4 对" in note for note in notes)
    assert any("--anew" in note for note in notes)
    assert any("不再复查" in note.zh for note in drift_notes(replace(ROW, ended=True)))
    assert any("没有问完" in note.zh for note in drift_notes(replace(ROW, unfinished=True)))


@pytest.mark.parametrize("verdict", ["differ", "no difference seen", "cannot tell"])
def test_two_endpoints(verdict: Any) -> None:
    said = same_sentence(replace(SAME, verdict=verdict))
    assert "25 道题，每道各 10 个回答，p = 0.001" in said.zh
    assert ("不证明是同一个模型" in said.zh) == (verdict == "no difference seen")
    notes = same_notes(replace(SAME, absent=1, settings_differ=("temperature",)))
    assert [("temperature" in n.en, "1 output could" in n.en) for n in notes] == [
        (True, False), (False, True),
    ]  # fmt: skip


def test_hostile_names_stay_text() -> None:
    name = "[red]x[/red]\x1b[31m「骗」\n\u202e"
    row = replace(ROW, model=name, bank=name, classes=(
        ClassChange(name=name, questions=3, before=Share(count=1, of=3), now=Share(count=0, of=3)),
    ))  # fmt: skip
    for speak in ("zh", "en"):
        drawn = table.plain(drift_table([row], lang=speak)) + table.plain(  # type: ignore[arg-type]
            days_table(row, lang=speak)  # type: ignore[arg-type]
        )
        drawn += table.plain(classes_table(row.classes, lang=speak))  # type: ignore[arg-type]
        assert "\x1b" not in drawn
        assert "\u202e" not in drawn
        assert "[red]" in drawn
    assert "\n" not in drift_sentence(row).zh
    assert "\x1b" not in drift_sentence(row).zh


def test_nothing_known_is_never_shown_as_nan() -> None:
    bare = Drift(
        model="m", bank="b", watch="w", every=1, questions=3, repeats=2,
        noise=Share(count=0, of=0), days=(DriftDay(day="2026-03-01", role="baseline", asked=6,
                                                   decided=0, right=0),), due="2026-03-02",
    )  # fmt: skip
    nothing = replace(bare, days=(*bare.days, DriftDay(day="2026-03-02", role="check", asked=3,
                                                       decided=0, right=0)))  # fmt: skip
    for row in (bare, nothing):
        said: list[Text] = [drift_sentence(row), *drift_notes(row)]
        drawn = table.plain(days_table(row)) + table.plain(drift_table([row]))
        for text in itertools.chain(*said, [drawn]):
            assert "nan" not in text
            assert text
    document = json.dumps(drift_document(DriftReport(rows=(nothing, ROW))), allow_nan=False)
    rows = json.loads(document)["rows"]
    assert (rows[0]["estimate"], rows[1]["verdict"], rows[1]["since"]) == (
        None, "changed", "2026-03-09",
    )  # fmt: skip
    for key in ("estimate", "low", "high", "verdict", "sentence_zh", "sentence_en"):
        assert key in rows[1]
        assert key in same_document(SAME)["rows"][0]


def test_the_verdict_in_a_table() -> None:
    assert drift_words("changed", "2026-03-09") == Text(
        "从 2026-03-09 起变了", "changed since 2026-03-09"
    )
    assert drift_words("no change").en == "no change"
