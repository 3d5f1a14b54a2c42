"""What is said of a judge never goes beyond its interval, and always says what it rests on."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.reports.table import plain
from mingan.reports.trust_documents import foresight_document, trust_document
from mingan.reports.trust_sentences import (
    bias_sentences,
    corrected_sentence,
    errors_sentence,
    foresight_notes,
    foresight_sentence,
    gap_sentence,
    kappa_sentence,
    record_sentence,
    record_sentences,
    table_notes,
    trust_table,
)
from mingan.reports.trusted import (
    Foresight,
    ForesightRow,
    Gap,
    ModelTrust,
    Share,
    TrackRecord,
    TrustTable,
)
from mingan.statistics import Bias, corrected_difference, corrected_score, judge_alongside
from mingan.statistics.agreement import agreement

LISTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


def record(judge: list[int], people: list[int], **more: object) -> TrackRecord:
    return TrackRecord(
        judge="裁判", judged=len(judge), unread=0, agreement=agreement([judge, people]),
        alongside=None, passed=Share(count=1, of=4), failed=Share(count=0, of=0), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def bias(low: float, high: float, **more: object) -> Bias:
    given: dict[str, object] = {"kind": "style", "name": "length", **more}
    return Bias(judge=0.3, people=0.1, bias=(low + high) / 2, low=low, high=high, items=20,
                prompts=20, **given)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("judge", "people", "words"),
    [
        ([1, 0] * 40, [1, 0] * 40, "说不清"),  # they never differed: no interval
        ([1, 0] * 60 + [1], [1, 0] * 60 + [0], "和人很一致"),
        ([1, 0] * 30 + [1] * 5, [1, 0] * 30 + [0] * 5, "够一致"),
        ([1, 0] * 40 + [1, 0] * 10, [1, 0] * 40 + [0, 1] * 10, "比瞎猜好"),
        ([1, 1, 0, 0] * 6, [1, 0, 1, 0] * 6, "分不清它是不是比瞎猜强"),
        ([1, 0] * 20, [0, 1] * 19 + [1, 0], "比瞎猜还差"),
    ],
)
def test_how_good_a_judge_is_called(judge: list[int], people: list[int], words: str) -> None:
    said = record_sentence(record(judge, people))
    assert words in said.zh
    assert f"{len(judge)} 个回答里" in said.zh
    assert "interval" in said.en


@given(LISTS)
@settings(max_examples=150, deadline=None)
def test_no_praise_that_the_interval_does_not_bear(pairs: list[tuple[int, int]]) -> None:
    found = record([a for a, _ in pairs], [b for _, b in pairs])
    assert found.agreement is not None
    said = record_sentence(found)
    if "和人很一致" in said.zh:
        assert found.agreement.low >= 0.8
    if "比瞎猜好" in said.zh or "够一致，可以先用" in said.zh:
        assert found.agreement.low > 0
    if "还差" in said.zh:
        assert found.agreement.high < 0
    assert "nan" not in (said.zh + said.en + kappa_sentence(found.agreement).en)


def test_an_unchecked_judge_is_said_to_be_one() -> None:
    bare = TrackRecord(judge="裁判", judged=9, unread=2, agreement=None, alongside=None,
                       passed=Share(count=0, of=0), failed=Share(count=0, of=0))  # fmt: skip
    said = record_sentences(bare)
    assert said[0].en.startswith("Nobody has judged what the judge")
    assert "没判成" in said[1].zh


def test_errors_and_leanings() -> None:
    found = record([1, 0, 1], [1, 0, 0], biases=(bias(0.05, 0.2), bias(-0.1, 0.2)))
    assert "人判错的 4 个里，它判对 1 个（区间" in errors_sentence(found).zh
    assert [t.zh for t in bias_sentences(found.biases)] == [
        "比人更偏爱长的回答：长度每翻一倍，多给 13 分（区间 5–20）。"
    ]
    assert "不等于没有" in bias_sentences((bias(-0.1, 0.2),))[0].zh
    assert "比人更严" in bias_sentences((bias(-0.3, -0.1, kind="self", name=""),))[0].zh
    assert bias_sentences(()) == []


def test_beside_people_among_themselves() -> None:
    rng = np.random.default_rng(1)
    people = rng.integers(0, 2, 60)
    judge = np.where(rng.random(60) < 0.6, people, 1 - people)
    among = judge_alongside(judge, [people, people])
    assert among.behind_raw.high < 0
    found = TrackRecord(
        judge="裁判", judged=60, unread=0, agreement=agreement([judge, people]),
        alongside=among, passed=Share(count=1, of=2), failed=Share(count=1, of=2),
    )  # fmt: skip
    assert any("不如人" in said.zh for said in record_sentences(found))


def rows(people: int, *, good: bool = True) -> ModelTrust:
    rng = np.random.default_rng(3)
    truth = (rng.random(80) < 0.6).astype(float)
    judge = np.where(rng.random(80) < (0.95 if good else 0.5), truth, 1 - truth)
    seen = truth.copy()
    seen[people:] = math.nan
    return ModelTrust(model="甲", corrected=corrected_score(seen, judge), check=None)


def test_a_corrected_score_stands_beside_people_and_judge() -> None:
    said = corrected_sentence(rows(40))
    for part in ("校正后", "只靠人判的 40 个", "裁判自己说是", "相当于人判了约"):
        assert part in said.zh
    assert "几乎没帮上忙" in corrected_sentence(rows(40, good=False)).zh
    assert "校正不了" in corrected_sentence(rows(1)).zh
    assert "用不着裁判" in corrected_sentence(rows(80)).zh
    settled = ModelTrust(
        model="甲", corrected=corrected_score([math.nan] * 3, [1, 1, 0], settled=[1, 1, 0]),
        check=None,
    )  # fmt: skip
    assert "规则全都判得了" in corrected_sentence(settled).zh


def gap(low: float) -> Gap:
    found = corrected_difference([1.0] * 30, [low] * 30, [1.0] * 30, [low] * 30)
    return Gap(first="甲", second="乙", difference=found, questions=30)


def test_a_difference_is_claimed_only_where_its_interval_is() -> None:
    assert "还说不准" in gap_sentence(gap(1.0)).zh
    assert "甲」 比 「乙" in gap_sentence(gap(0.0)).zh.replace("」比「", "」 比 「")


def table(**more: object) -> TrustTable:
    given: dict[str, object] = {
        "bank": "谈", "record": record([1, 0] * 9, [1, 1] * 9), "models": (rows(40),),
        "gaps": (gap(0.0),), "whole": True, "rules": True, "drawn": False, "left_out": {}, **more,
    }  # fmt: skip
    return TrustTable(**given)  # type: ignore[arg-type]


def test_what_the_scores_rest_on_is_said() -> None:
    assert "不是挑出来的" in table_notes(table())[0].zh
    said = table_notes(table(whole=False, drawn=True, left_out={"unjudged": 9, "hidden": 2}))
    assert "还有 9 个回答没看" in said[0].zh
    assert "按已知机会" in said[1].zh
    assert "暗题 2" in said[2].zh
    assert "只说这些回答" in said[-1].zh
    such = replace(rows(40), corrected=corrected_score([1, 0, 1], [1, 1, 1], about="such answers"))
    assert "这一类题" in table_notes(table(models=(such,)))[-1].zh
    assert "校正后" in plain(trust_table(table()))
    written = json.loads(json.dumps(trust_document(table())))
    assert written["models"][0]["people"] == 40
    assert written["known_en"][0].startswith("Of 18 answers")
    assert written["differences"][0]["low"] > 0


def foresight(pairs: int, more: int = 40) -> Foresight:
    def row(after: float) -> ForesightRow:
        return ForesightRow(model="", total=100, judged=80, people=more, before=0.8, after=after,
                            alone=0.4, purchase=None)  # fmt: skip

    return Foresight(bank="谈", judge="裁判", wanted=40, more=more, pairs=pairs, agreement=0.75,
                     likely=(row(0.3),), weak=row(0.38), strong=row(0.2))  # fmt: skip


def test_what_verdicts_would_buy() -> None:
    said = foresight_sentence(foresight(0))
    assert "从 80 分宽缩到 30 分宽；不用裁判、只靠人，是 40 分" in said.zh
    guess, about = foresight_notes(foresight(0))
    assert "只说这些回答" in about.zh
    assert "没有人检查过" in guess.zh
    assert "38" in guess.en
    few, known, _ = foresight_notes(foresight(50, more=7))
    assert "只有 7 个" in few.zh
    assert "不是保证" in known.zh
    assert json.loads(json.dumps(foresight_document(foresight(0))))["more"] == 40
