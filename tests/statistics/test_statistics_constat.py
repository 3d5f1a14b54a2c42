"""ConStat on what we made ourselves; the published tables are in tests/acceptance."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.statistics.constat import (
    Draws,
    Gap,
    binomial_error,
    draws_of_results,
    draws_of_scores,
    gap_of_results,
    gap_of_score,
)
from mingan.statistics.special import Floats

X = np.linspace(0.3, 0.9, 12)
Y = X**1.5
ERROR = np.full(12, 0.012)


def draws(**more: object) -> Draws:
    return draws_of_scores(X, Y, x_error=ERROR, y_error=ERROR, draws=200, **more)  # type: ignore[arg-type]


def gap(score: float, reference: float, drawn: Draws | None = None) -> Gap:
    return gap_of_score(
        drawn or draws(), score=score, reference=reference, error=0.012, reference_error=0.012
    )


def test_a_model_on_the_curve_has_no_gap_and_one_above_it_has() -> None:
    honest, seen = gap(0.6**1.5, 0.6), gap(0.6**1.5 + 0.15, 0.6)
    assert honest.delta == pytest.approx(0, abs=0.01)
    assert honest.p > 0.3
    assert honest.low < 0 < honest.high
    assert seen.delta == pytest.approx(0.15, abs=0.01)
    assert seen.p < 0.01
    assert seen.scatter_p < 0.01
    assert seen.expected == pytest.approx(0.6**1.5, abs=0.01)


def test_beyond_the_references_the_curve_says_nothing() -> None:
    assert not gap(0.1, 0.1).beyond  # between guessing and the weakest reference
    assert gap(0.99, 1.0).beyond
    alone = draws(guess=None)
    assert gap(0.1, 0.1, alone).beyond


def test_scores_of_100_are_as_good_as_shares() -> None:
    hundred = draws_of_scores(
        100 * X, 100 * Y, x_error=100 * ERROR, y_error=100 * ERROR, top=(100, 100), draws=200
    )
    large = gap_of_score(hundred, score=60, reference=60, error=1.2, reference_error=1.2)
    small = gap(0.6, 0.6)
    assert large.delta == pytest.approx(100 * small.delta, abs=0.2)
    assert large.p == pytest.approx(small.p, abs=0.02)


def test_references_that_scatter_make_a_gap_less_telling() -> None:
    rng = np.random.default_rng(6)
    wild = draws_of_scores(X, Y + rng.normal(0, 0.08, 12), x_error=ERROR, y_error=ERROR, draws=200)
    assert gap(0.6**1.5 + 0.08, 0.6, wild).scatter_p > gap(0.6**1.5 + 0.08, 0.6).scatter_p
    assert wild.scatter.std() > 0.03


def simulated(
    rng: np.random.Generator, references: int, leaked: float = 0.0, questions: int = 300
) -> tuple[Floats, Floats]:
    ability = rng.normal(0, 1.5, references + 1)
    easy = rng.normal(0, 1.5, questions)
    hard = easy + rng.normal(0.5, 0.7, questions)
    public, hidden = (
        (rng.random((references + 1, questions)) < 1 / (1 + np.exp(b - ability[:, None]))).astype(
            float
        )
        for b in (easy, hard)
    )
    public[-1][rng.random(questions) < leaked] = 1.0
    return public, hidden


def test_question_by_question_the_error_rate_holds_and_a_leak_is_found() -> None:
    rng = np.random.default_rng(7)
    found: dict[float, list[float]] = {0.0: [], 0.4: []}
    for leaked in found:
        for seed in range(40):
            public, hidden = simulated(rng, 12, leaked)
            drawn = draws_of_results(hidden[:-1], public[:-1], paired=True, draws=60, seed=seed)
            one = gap_of_results(drawn, public=public[-1], reference=hidden[-1])
            if not one.beyond:
                found[leaked].append(one.p)
    assert np.mean(np.asarray(found[0.0]) <= 0.05) <= 0.12
    assert np.mean(np.asarray(found[0.4]) <= 0.05) >= 0.7


def test_holes_and_unpaired_questions_are_taken() -> None:
    rng = np.random.default_rng(8)
    public, hidden = simulated(rng, 10)
    public[rng.random(public.shape) < 0.1] = np.nan
    drawn = draws_of_results(hidden[:-1, :200], public[:-1], draws=50)
    found = gap_of_results(drawn, public=public[-1], reference=hidden[-1, :200])
    assert np.isfinite([found.delta, found.low, found.high, found.p]).all()
    with pytest.raises(ValueError, match="one shape"):
        draws_of_results(hidden[:-1, :200], public[:-1], paired=True)
    with pytest.raises(ValueError, match="from scores"):
        gap_of_results(draws(), public=public[-1], reference=hidden[-1])


def test_few_or_equal_references_are_refused_and_five_will_do() -> None:
    with pytest.raises(ValueError, match="5 references"):
        draws_of_scores([0, 1, 2, 3], [0, 1, 2, 3], x_error=[0] * 4, y_error=[0] * 4)
    with pytest.raises(ValueError, match="5 different"):
        draws_of_scores([0.5] * 8, [0.4] * 8, x_error=[0] * 8, y_error=[0] * 8)
    five = draws_of_scores(X[:5], Y[:5], x_error=ERROR[:5], y_error=ERROR[:5], draws=20)
    assert len(five.curves) == 20


def test_the_error_of_a_share() -> None:
    assert binomial_error([0.5, 0, 1], 100) == pytest.approx([0.05, 0, 0])
