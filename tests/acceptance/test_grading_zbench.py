"""The rule graders on Z-Bench, against what people decided.

Of the 525 answers that people called right or wrong the rules decide 492 (93.7 %) and agree on all
492; they were developed on these and on two further sets of 301 and 306 answers (94.4 % decided,
99.3 % of them rightly; 87.3 % and 98.5 %), so what holds on questions never seen is lower. Of all
3,388 answers to the 242 prompts with a reference they decide 78.7 %. The data are not part of the
project; without MINGAN_TEST_DATA these tests are skipped.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from mingan.grading import grade
from mingan.records import Answer, Question, Verdict

DATA = os.environ.get("MINGAN_TEST_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="MINGAN_TEST_DATA is not set: no Z-Bench here")

TABLES = ("common", "emergent", "specialized")
DECIDED: tuple[Verdict, ...] = ("right", "wrong")


@dataclass(frozen=True)
class Tally:
    """How many answers there were, how many the rules decided, how many of these agree."""

    answers: int
    decided: int
    agreeing: int = 0


def _rows(table: str) -> list[list[str]]:
    path = Path(DATA) / "zbench" / f"{table}.samples.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@cache
def _verdicts() -> dict[tuple[str, str], Verdict]:
    """The rules' verdict on every answer to a prompt with a reference."""
    verdicts: dict[tuple[str, str], Verdict] = {}
    for table in TABLES:
        head, *rows = _rows(table)
        for number, row in enumerate(rows, start=1):
            prompt, reference = row[0], row[2]
            if not reference.strip():
                continue
            question = Question(id=f"{table}-{number:03d}", prompt=prompt, answer=reference)
            for column, text in zip(head[3:], row[3:], strict=True):
                model = column.lower()
                answer = Answer(
                    question=question.id,
                    asked=question.asked,
                    model=model,
                    model_hash=model,
                    text=text,
                    state="ok" if text.strip() else "empty",
                )
                verdicts[question.id, model] = grade(question, answer).verdict
    return verdicts


def _people() -> dict[tuple[str, str], str]:
    path = Path(DATA) / "zbench" / "human-verdicts.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(r["question"], r["model"]): r["verdict"] for r in csv.DictReader(file)}


def _against_people() -> Tally:
    ours, people = _verdicts(), _people()
    judged = {k: v for k, v in people.items() if v in DECIDED}
    decided = {k: v for k, v in judged.items() if ours[k] in DECIDED}
    agreeing = sum(1 for k, v in decided.items() if ours[k] == v)
    return Tally(len(judged), len(decided), agreeing)


def test_the_people_judged_532_answers_of_which_525_are_decided() -> None:
    people = _people()
    assert len(people) == 532
    assert _against_people().answers == 525


def test_at_least_nine_of_ten_of_these_are_decided() -> None:
    tally = _against_people()
    assert tally.decided / tally.answers >= 0.90


def test_the_rules_agree_with_the_people_on_98_of_100() -> None:
    tally = _against_people()
    assert tally.agreeing / tally.decided >= 0.98


def test_three_quarters_of_all_answers_with_a_reference_are_decided() -> None:
    verdicts = _verdicts()
    assert len({question for question, _ in verdicts}) == 242
    decided = sum(1 for v in verdicts.values() if v in DECIDED)
    assert decided / len(verdicts) >= 0.75
