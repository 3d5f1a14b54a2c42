"""Who a judge is: a name is not enough to vouch for another model, nor to hide the same one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_trust import give, here, rows, sample, truth  # noqa: F401

from mingan import Grade, ModelCard, Workspace, trust
from mingan.records import Answer, Verdict, now
from mingan.reports.trust_sentences import record_sentences
from mingan.trust import ahead, corrected, sights
from mingan.trust.identity import Kin, members, newest_version


def said(verdict: Verdict, version: str, by: str = "裁判") -> Grade:
    return Grade(
        answer="a", question_hash="q", verdict=verdict, grader="judge-rubric", version=version,
        authority="judge", by=by,
    )  # fmt: skip


def test_the_newest_version_is_the_last_that_was_heard() -> None:
    grades = [said("right", "1-ta-jb"), said("wrong", "1-ta-jc-r2"), said("ungraded", "1-ta-jd")]
    assert newest_version(grades, "裁判", {"a"}) == "1-ta-jc"
    assert newest_version(grades[2:], "裁判", {"a"}) == "1-ta-jd"
    assert newest_version(grades, "裁判", {"b"}) == newest_version(grades, "周", {"a"}) == ""


@pytest.mark.parametrize(
    ("judge", "known", "wanted"),
    [
        ("甲+乙", {"甲", "乙"}, {"甲", "乙"}),
        ("glm-4+", {"glm-4+"}, {"glm-4+"}),
        ("glm-4++甲", {"glm-4+", "甲"}, {"glm-4+", "甲"}),
        ("a+b+c", {"b+c"}, {"a", "b+c"}),
        ("甲", set(), {"甲"}),
    ],
)
def test_a_plus_may_belong_to_a_name(judge: str, known: set[str], wanted: set[str]) -> None:
    assert members(judge, known) == wanted


def test_its_own_answers_are_known_by_the_model_under_any_name() -> None:
    judge = ModelCard(name="裁判", kind="openai", model="Big-1")
    other = ModelCard(name="大一号", kind="openai", model="big-1")
    third = ModelCard(name="小一号", kind="openai", model="small-1")
    kin = Kin("裁判", [judge, other, third])

    def answer(card: ModelCard, served: str = "") -> Answer:
        return Answer(
            question="q", asked="a", model=card.name, model_hash=card.hash, served_model=served
        )

    assert kin.gave(answer(other))
    assert kin.gave(answer(judge))
    assert not kin.gave(answer(third))
    assert kin.gave(answer(third, "big-1"))
    assert not Kin("无名", [third]).gave(answer(third))


def test_an_earlier_version_does_not_vouch_for_the_newest(here: Workspace) -> None:  # noqa: F811
    give(here, "裁判", truth, judge=True)
    give(here, "小周", sample(range(20)))
    assert trust.known_of(here.store, "裁判").pairs == 40
    gathered = here.gather()
    by_id = {question.id: question for question in gathered.questions}
    here.store.add_grades([
        Grade(
            answer=answer.content, question_hash=by_id[place[1]].hash, verdict="wrong",
            grader="rubric", version="2", authority="judge", by="裁判", at=now(),
        )
        for place, answer in gathered.answers.items()
        if place[1] in ("q0", "q1", "q30")
    ])  # fmt: skip
    record = trust.known_of(here.store, "裁判")
    assert (record.judged, record.pairs, record.before) == (6, 4, 36)
    assert any("从前的版本" in sentence.zh for sentence in record_sentences(record))
    assert not trust.look(here.store, "裁判").whole


def test_without_rules_a_draw_says_nothing_of_what_rules_had_settled(tmp_path: Path) -> None:
    """The score is then about the answers drawn from, and it is unbiased for those."""
    from mingan.store.queues import Click

    (tmp_path / "a.csv").write_text(rows(60), "utf-8")
    with Workspace.open(tmp_path / "w.db") as here:  # noqa: F811
        here.import_(tmp_path / "a.csv", name="谈")
        here.grade()
        gathered = here.gather()
        seen = [
            sights.Sight(**{name: getattr(s, name) for name in s.__slots__} | {
                "looked": True, "judge": "right" if int(s.place[1][1:]) % 2 else truth(s.place),
            })
            for s in sights.sights_of(gathered, [*here.store.all_grades()], "裁判")
        ]  # fmt: skip
    told = [
        sights.Sight(**{name: getattr(s, name) for name in s.__slots__} | {
            "person": truth(s.place) if s.place[1][0] == "q" or s.place[1] == "n0" else None
        })
        for s in seen
    ]  # fmt: skip
    whole = float(np.mean([truth(("甲", f"q{i}", 0)) == "right" for i in range(60)]))
    found = []
    for seed in range(120):
        queue = ahead.line_up(
            "谈", "裁判", sights.population(seen, rules=True), seen, limit=70, seed=seed
        )
        assert queue.draw is not None
        clicks = [Click(queue.id, place, "小周", "right") for place in range(50)]
        turn = sights.Turn.of(queue, queue.draw, clicks)
        people = sights.population(told, rules=False, given=turn)
        assert not people.whole
        assert people.left_out["late"] == 6
        assert len(people.of("甲")) == 60
        found.append(corrected.model_trust(
            "甲", people.of("甲"), drawn=True, about="these answers"
        ).corrected)  # fmt: skip
    assert np.mean([f.score for f in found]) == pytest.approx(whole, abs=0.015)
    assert np.mean([f.low <= whole <= f.high for f in found]) >= 0.92
