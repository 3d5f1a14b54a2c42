"""Verdicts and sentences on contamination: never more than the numbers bear."""

from __future__ import annotations

from typing import get_args

import pytest

from mingan.bank.fairness import Match
from mingan.reports.contaminated import (
    Contamination,
    ContaminationReport,
    Refusal,
    gravest_first,
    judged,
)
from mingan.reports.contaminated_sentences import (
    contamination_headline,
    contamination_notes,
    contamination_sentence,
)
from mingan.reports.contaminated_table import contamination_document, contamination_table
from mingan.reports.table import plain


def row(**more: object) -> Contamination:
    numbers: dict[str, object] = {
        "model": "m", "bank": "b", "origin": "made", "method": "mixed", "questions": 200,
        "public": 0.8, "hidden": 0.6, "gap": 0.15, "low": 0.1, "high": 0.2, "p": 0.001,
        "p_adjusted": 0.004, "detectable": 0.1, "references": ("r1", "r2", "r3", "r4", "r5"),
    }  # fmt: skip
    return judged(Contamination(**(numbers | more)))  # type: ignore[arg-type]


def unlike(*, numbers: float = 0.001, lengths: float = 0.5) -> Match:
    return Match(
        numbers_p=numbers, lengths_p=lengths, public_numbers=9, twin_numbers=9,
        public_questions=9, twin_questions=9, numbers_apart=(), lengths_apart=(), alone=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, "contaminated"),
        ({"p_adjusted": 0.03}, "suspicious"),
        ({"p_adjusted": None, "p": 0.03}, "suspicious"),
        ({"gap": -0.1}, "no sign of it"),
        ({"p": 0.4, "p_adjusted": 0.4}, "no sign of it"),
        ({"p": 0.4, "p_adjusted": 0.4, "detectable": 0.3}, "cannot tell"),
        ({"p": 0.4, "p_adjusted": 0.4, "detectable": 0.3, "equivalent": True}, "no sign of it"),
        ({"p": 0.4, "p_adjusted": 0.4, "detectable": None}, "cannot tell"),
        ({"p": 0.4, "p_adjusted": 0.4, "least_p": 0.2}, "cannot tell"),
        ({"p": None, "p_adjusted": None}, "cannot tell"),
        ({"refusal": "no-coin"}, "cannot tell"),
        ({"match": unlike()}, "suspicious"),
        ({"match": unlike(), "p_adjusted": 0.03}, "cannot tell"),
        ({"match": unlike(), "origin": "coin"}, "contaminated"),
        ({"match": unlike(numbers=0.4)}, "contaminated"),
        ({"scatter_p": 0.2}, "suspicious"),
        ({"scatter_p": 0.2, "p_adjusted": 0.03}, "cannot tell"),
        ({"scatter_p": 0.01}, "contaminated"),
    ],
)
def test_the_verdict_is_what_the_numbers_bear(more: dict[str, object], verdict: str) -> None:
    assert row(**more).verdict == verdict


def test_no_sign_says_what_could_have_been_seen_or_that_the_gap_is_small() -> None:
    seen = contamination_sentence(row(p=0.4, p_adjusted=0.4, detectable=0.1))
    assert "若真差 10 分以上，多半（80%）看得出来" in seen.zh
    assert "A gap of 10 points or more would most likely (80%) have been seen" in seen.en
    small = contamination_sentence(row(p=0.4, p_adjusted=0.4, equivalent=True))
    assert "差距不超过 5 分" in small.zh
    assert "no larger than 5 points" in small.en


def test_an_accusation_says_the_gap_its_interval_and_the_chance() -> None:
    said = contamination_sentence(row())
    assert "contaminated, as if it had seen the questions" in said.en
    assert "Next to 5 reference models it gains 15 points" in said.en
    assert "10 to 20" in said.en
    assert "p = 0.004" in said.en
    mild = contamination_sentence(row(match=unlike()))
    assert "one step milder" in mild.en
    scattered = contamination_sentence(row(scatter_p=0.3))
    assert "references scatter" in scattered.en


@pytest.mark.parametrize("refusal", [r for r in get_args(Refusal) if r])
def test_every_refusal_has_its_sentence_in_both_languages(refusal: str) -> None:
    said = contamination_sentence(row(refusal=refusal))
    assert said.en.startswith("m: cannot tell.")
    assert said.zh.startswith("m：说不准。")
    assert len(said.en) > 60
    assert "p =" not in said.en


def test_unlike_twins_are_noted_beside_the_verdict() -> None:
    (note,) = contamination_notes(row(match=unlike(numbers=0.2, lengths=0.01)))
    assert "length of their prompts" in note.en
    assert "题目的长短" in note.zh
    assert contamination_notes(row()) == ()


def test_the_gravest_come_first_and_the_headline_names_them() -> None:
    rows = gravest_first(
        [row(model="a", p=0.4, p_adjusted=0.4), row(model="b"), row(model="c", refusal="no-coin")]
    )
    assert [each.model for each in rows] == ["b", "a", "c"]
    report = ContaminationReport(rows=rows)
    assert [each.model for each in report.alarms] == ["b"]
    assert contamination_headline(report).en.endswith("questions: b.")
    clean = ContaminationReport(rows=rows[1:])
    assert "of 2 checks 1 show none" in contamination_headline(clean).en
    nothing = ContaminationReport(rows=rows[2:])
    assert "cannot be told" in contamination_headline(nothing).en
    assert "no model" in contamination_headline(ContaminationReport()).en


def test_the_document_and_the_table_hold_every_row() -> None:
    rows = (row(), row(model="x", refusal="no-hidden", p=None, p_adjusted=None, method=""))
    document = contamination_document(ContaminationReport(rows=rows))
    assert [each["verdict"] for each in document["rows"]] == ["contaminated", "cannot tell"]
    assert document["rows"][0]["difference"] == pytest.approx(0.2)
    drawn = plain(contamination_table(rows, lang="en"))
    assert "contaminated" in drawn
    assert "0.004" in drawn
