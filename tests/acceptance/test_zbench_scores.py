"""Z-Bench from its files to scores, checked against what people and its makers said.

The whole road as a user goes it: import, grade, score, compare. The figures that the README
states are held against what comes out here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mingan import Workspace
from mingan.reports.gather import Gathered
from mingan.statistics import Outcome, score_table
from mingan.statistics.unknowns import DEFAULT_UNSURE_RATE
from mingan.workspace import ScoreTable

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    import os

    if not os.environ.get("MINGAN_TEST_DATA"):
        pytest.skip("MINGAN_TEST_DATA is not set: no Z-Bench here")
    folder = Path(os.environ["MINGAN_TEST_DATA"]) / "zbench"
    with Workspace.open(tmp_path_factory.mktemp("zbench") / "z.db") as opened:
        summary = opened.import_(folder, kind="zbench")
        assert (summary.questions, summary.models, summary.answers) == (311, 14, 4336)
        opened.grade()
        yield opened


@pytest.fixture(scope="module")
def table(workspace: Workspace) -> ScoreTable:
    return workspace.scores()


def test_the_first_three_are_those_of_its_makers(table: ScoreTable) -> None:
    assert [row.model for row in table.scores[:3]] == ["gpt4", "gpt3.5", "商量"]


def test_the_first_two_are_a_tie_group_that_the_rest_is_told_apart_from(table: ScoreTable) -> None:
    first, second, *rest = table.scores
    assert (first.rank_low, first.rank_high) == (1, 2)
    assert second.rank_low == 1
    assert all(row.rank_low >= 2 for row in rest)


def test_the_readme_states_these_scores(table: ScoreTable) -> None:
    scores = {row.model: row for row in table.scores}
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text("utf-8")
        for model in ("gpt4", "gpt3.5", "商量", "文心"):
            row = scores[model]
            stated = re.search(rf"\| {re.escape(model)} \| (\d+) \| (\d+)–(\d+) \|", text)
            assert stated, f"{name} does not state {model}"
            assert [int(x) for x in stated.groups()] == [
                round(100 * value) for value in (row.score, row.low, row.high)
            ], f"{name} states {model} otherwise"


def _on_judged(gathered: Gathered, verdicts: dict[tuple[str, str], str]) -> np.ndarray:
    """Which of the scored questions people decided for every model but the odd unsure one."""
    judged = {question for question, _ in verdicts}
    return np.array([q.id in judged for q in gathered.scored])


@pytest.fixture(scope="module")
def people() -> dict[tuple[str, str], str]:
    import os

    path = Path(os.environ["MINGAN_TEST_DATA"]) / "zbench" / "human-verdicts.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(row["question"], row["model"]): row["verdict"] for row in csv.DictReader(file)}


def test_the_interval_holds_the_score_that_people_give(
    workspace: Workspace, people: dict[tuple[str, str], str]
) -> None:
    """Rules leave some of the 532 answers unsure; people decided nearly all of them."""
    gathered = workspace.gather()
    matrix = gathered.matrix.select(_on_judged(gathered, people))
    held = 0
    for row in score_table(matrix, ranks=False):
        said = [people[question, row.model] for question in matrix.questions]
        truth = said.count("right") / (said.count("right") + said.count("wrong"))
        held += row.low <= truth <= row.high
        assert abs(row.score - truth) < 0.08, (row.model, row.score, truth)
    assert held == len(matrix.models)


def test_unsure_answers_are_right_less_often_than_decided_ones(
    workspace: Workspace, people: dict[tuple[str, str], str]
) -> None:
    """The decided answers alone flatter; the assumed rate of the unsure ones is borne out."""
    matrix = workspace.gather().matrix
    counts = {"decided": [0, 0], "unsure": [0, 0]}
    for i, model in enumerate(matrix.models):
        for j, question in enumerate(matrix.questions):
            said = people.get((question, model))
            if said not in ("right", "wrong"):
                continue
            kind = "unsure" if matrix.cells[i, j, 0] == Outcome.UNSURE else "decided"
            counts[kind][0] += said == "right"
            counts[kind][1] += 1
    decided, unsure = (right / all_ for right, all_ in counts.values())
    assert unsure < decided
    assert DEFAULT_UNSURE_RATE.low <= unsure / decided <= DEFAULT_UNSURE_RATE.high
