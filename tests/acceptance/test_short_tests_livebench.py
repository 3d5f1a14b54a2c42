"""Short tests of LiveBench: 84 models, 416 questions; a quarter of the models held out."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mingan.statistics.anchors import anchors
from mingan.statistics.items import kr20
from mingan.statistics.short import learn

SPLITS, HELD = 5, 21
SIZES = (30, 60, 100)


@dataclass
class Trial:
    misses: dict[int, list[float]] = field(default_factory=lambda: {n: [] for n in SIZES})
    inside: dict[int, list[bool]] = field(default_factory=lambda: {n: [] for n in SIZES})
    raw: list[float] = field(default_factory=list)


@pytest.fixture(scope="module")
def matrix(test_data: Path) -> NDArray[np.float64]:
    file = test_data / "statistics" / "livebench_binary_matrix.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        rows = list(csv.reader(opened))
    return np.array([[float(cell) for cell in row[1:]] for row in rows[1:]])


@pytest.fixture(scope="module")
def trial(matrix: NDArray[np.float64]) -> Trial:
    found = Trial()
    for seed in range(SPLITS):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(matrix))
        known = learn(matrix[order[HELD:]])
        for answers in matrix[order[:HELD]]:
            test, truth = known.test(), float(answers.mean())
            for size in SIZES:
                while len(test.order) < size:
                    question = test.next()
                    test.answer(question, float(answers[question]))
                estimate = test.estimate(known)
                found.misses[size].append(abs(estimate.score - truth))
                found.inside[size].append(estimate.low <= truth <= estimate.high)
            for _ in range(20):
                drawn = rng.choice(answers.size, 30, replace=False)
                found.raw.append(abs(float(answers[drawn].mean()) - truth))
    return found


def test_thirty_questions_tell_the_score_on_416(trial: Trial) -> None:
    miss = float(np.mean(trial.misses[30]))
    print(f"30 questions: off by {miss:.4f}; 30 at random: {np.mean(trial.raw):.4f}")
    assert miss <= 0.030
    assert miss <= 0.60 * float(np.mean(trial.raw))


def test_a_hundred_questions_tell_it_better(trial: Trial) -> None:
    print(f"100 questions: off by {np.mean(trial.misses[100]):.4f}")
    assert np.mean(trial.misses[100]) <= 0.022


@pytest.mark.parametrize("size", SIZES)
def test_intervals_hold_what_they_promise(trial: Trial, size: int) -> None:
    print(f"{size} questions: {np.mean(trial.inside[size]):.3f} of the intervals hold the score")
    assert 0.85 <= np.mean(trial.inside[size]) <= 0.95


def test_the_reliability_is_as_published(matrix: NDArray[np.float64]) -> None:
    assert kr20(matrix) == pytest.approx(0.988, abs=0.002)


def test_fixed_anchors_lie_between_chosen_and_random_questions(
    matrix: NDArray[np.float64], trial: Trial
) -> None:
    order = np.random.default_rng(0).permutation(len(matrix))
    found = anchors(matrix[order[HELD:]], 30)
    misses = [
        abs(found.score(row[list(found.questions)]) - row.mean()) for row in matrix[order[:HELD]]
    ]
    print(f"30 anchors: off by {np.mean(misses):.4f}")
    assert np.mean(misses) <= 0.8 * float(np.mean(trial.raw))


@pytest.mark.parametrize("references", [10, 25])
def test_few_models_to_learn_from_widen_the_interval(
    matrix: NDArray[np.float64], trial: Trial, references: int
) -> None:
    misses, halves, inside = [], [], []
    for seed in range(6):
        order = np.random.default_rng(500 + seed).permutation(len(matrix))
        known = learn(matrix[order[:references]], longest=30)
        for answers in matrix[order[references:]]:
            test, truth = known.test(), float(answers.mean())
            while len(test.order) < 30:
                question = test.next()
                test.answer(question, float(answers[question]))
            found = test.estimate(known)
            misses.append(abs(found.score - truth))
            halves.append((found.high - found.low) / 2)
            inside.append(found.low <= truth <= found.high)
    print(
        f"{references} models, 30 questions: off by {np.mean(misses):.4f}, reaching "
        f"{np.mean(halves):.3f} either way, {np.mean(inside):.3f} hold the score"
    )
    assert np.mean(inside) >= 0.85
    assert np.mean(misses) < np.mean(trial.raw)
