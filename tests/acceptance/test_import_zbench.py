"""Z-Bench 1.0 comes in whole: 311 questions, 14 models, 4,336 answers."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from mingan.bank import Imported, detect
from mingan.bank.importers.zbench import read

DATA = os.environ.get("MINGAN_TEST_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="MINGAN_TEST_DATA is not set")


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(DATA or "") / "zbench"


@pytest.fixture(scope="module")
def imported(folder: Path) -> Imported:
    return read(folder)


def test_the_counts(imported: Imported) -> None:
    assert len(imported.questions) == 311
    assert len(imported.cards) == 14
    assert len(imported.answers) == 4336
    assert len({answer.key for answer in imported.answers}) == 4336
    assert sum(question.answer is not None for question in imported.questions) == 242


def test_tiers_ids_and_names(imported: Imported, folder: Path) -> None:
    tiers = Counter(question.tier for question in imported.questions)
    assert tiers == {"基础": 63, "进阶": 209, "垂直": 39}
    by_id = {question.id: question for question in imported.questions}
    assert len(by_id) == 311
    with (folder / "emergent.samples.csv").open(encoding="utf-8", newline="") as file:
        fifteenth = list(csv.reader(file))[15]
    question = by_id["emergent-015"]
    assert (question.prompt, question.answer) == (fifteenth[0], fifteenth[2])
    assert question.bank == imported.bank == "zbench"
    assert {"gpt3.5", "gpt4", "sensechat", "商量", "文心0427"} <= {c.name for c in imported.cards}
    assert not any("`" in tag for question in imported.questions for tag in question.tags)


def test_every_human_verdict_is_about_an_answer_that_came_in(
    imported: Imported, folder: Path
) -> None:
    answered = {(answer.question, answer.model) for answer in imported.answers}
    with (folder / "human-verdicts.csv").open(encoding="utf-8", newline="") as file:
        verdicts = list(csv.DictReader(file))
    assert len(verdicts) == 532
    missing = [v for v in verdicts if (v["question"], v["model"]) not in answered]
    assert missing == []


def test_answers_hang_together(imported: Imported) -> None:
    asked = {question.id: question.asked for question in imported.questions}
    cards = {card.hash for card in imported.cards}
    for answer in imported.answers:
        assert answer.asked == asked[answer.question]
        assert answer.model_hash in cards
        assert answer.source == "recorded"
        assert answer.text.strip()


def test_importing_twice_gives_the_same(imported: Imported, folder: Path) -> None:
    again = read(folder)
    assert [a.content for a in again.answers] == [a.content for a in imported.answers]


def test_the_directory_is_recognised(folder: Path) -> None:
    assert detect(folder) == "zbench"
    assert detect(folder / "common.samples.csv") == "wide"
