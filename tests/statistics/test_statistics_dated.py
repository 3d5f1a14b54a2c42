"""Questions with dates: size whatever happens to difficulty, power, a pool that is not clean."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.statistics.dated import FEWEST_QUESTIONS, dated_gaps
from mingan.statistics.special import Floats


def results(
    rng: np.random.Generator, *, models: int, questions: int, harder: float = 0.0,
    leaked: dict[int, float] | None = None,
) -> tuple[Floats, Floats]:  # fmt: skip
    """(models, 2 * questions) right or wrong, and which are before the cut."""
    ability = np.linspace(-3.5, 1.5, models)
    difficulty = np.concatenate([rng.normal(0, 2, questions), rng.normal(harder, 2, questions)])
    right = rng.random((models, 2 * questions)) < 1 / (1 + np.exp(difficulty - ability[:, None]))
    before = np.arange(2 * questions) < questions
    for model, share in (leaked or {}).items():
        right[model] |= before & (rng.random(2 * questions) < share)
    return right.astype(np.float64), before.astype(np.float64)


@pytest.mark.parametrize("harder", [-1.5, 0.0, 1.5])
def test_that_later_questions_are_harder_or_easier_alarms_no_more_than_promised(
    harder: float,
) -> None:
    rng = np.random.default_rng(11)
    p = [
        [gap.p for gap in dated_gaps(*results(rng, models=8, questions=80, harder=harder))]
        for _ in range(150)
    ]
    rates = (np.asarray(p, dtype=np.float64) <= 0.05).mean(axis=0)
    assert rates.mean() == pytest.approx(0.05, abs=0.02)
    assert rates.max() <= 0.11


def test_the_plain_difference_would_have_accused_the_weakest_or_the_strongest() -> None:
    rng = np.random.default_rng(11)
    plain = [
        [gap.plain for gap in dated_gaps(*results(rng, models=8, questions=80, harder=-1.5))]
        for _ in range(60)
    ]
    assert np.abs(np.mean(plain, axis=0)).max() > 0.05


def test_a_leak_is_found_and_its_size_is_right() -> None:
    rng = np.random.default_rng(12)
    gaps = []
    for _ in range(40):
        found = dated_gaps(*results(rng, models=10, questions=90, leaked={5: 0.3}))
        gaps.append(found[5])
    assert np.mean([g.p is not None and g.p <= 0.05 for g in gaps]) >= 0.7
    # Of the questions it would have had wrong, 3 in 10.
    wrong = 1 - np.mean([g.after for g in gaps])
    assert np.mean([g.gap for g in gaps]) == pytest.approx(0.3 * wrong, abs=0.03)
    held = [g.low <= 0.3 * wrong <= g.high for g in gaps]
    assert np.mean(held) >= 0.85


def test_a_pool_that_holds_contaminated_models_is_cleaned() -> None:
    rng = np.random.default_rng(13)
    leaked = {2: 0.6, 5: 0.7, 8: 0.8, 9: 0.15}
    table, before = results(rng, models=12, questions=150, leaked=leaked)
    found = dated_gaps(table, before)
    caught = {i for i, g in enumerate(found) if g.p_adjusted is not None and g.p_adjusted <= 0.05}
    assert caught >= {2, 5, 8}
    assert set(found[0].others).isdisjoint(caught)
    naive = dated_gaps(table, before, robust=False)
    assert naive[9].z < found[9].z


def test_shares_of_samples_holes_and_clusters_are_taken() -> None:
    rng = np.random.default_rng(14)
    table, before = results(rng, models=8, questions=60, leaked={3: 0.6})
    table = np.round((table + rng.random(table.shape)) / 2, 1)
    table[rng.random(table.shape) < 0.1] = np.nan
    contests = [f"c{i // 4}" for i in range(120)]
    found = dated_gaps(table, before, clusters=contests)
    assert found[3].p is not None
    assert found[3].p < 0.01
    assert found[3].df < 30
    assert found[3].questions_before + found[3].questions_after == int((~np.isnan(table[3])).sum())


def test_too_little_gives_no_p() -> None:
    rng = np.random.default_rng(15)
    table, before = results(rng, models=6, questions=FEWEST_QUESTIONS - 1)
    assert {(g.p, g.refusal) for g in dated_gaps(table, before)} == {(None, "few-questions")}
    table, before = results(rng, models=3, questions=60)
    assert {(g.p, g.refusal) for g in dated_gaps(table, before)} == {(None, "few-models")}
    table, before = results(rng, models=6, questions=60)
    each = np.tile(before, (6, 1))
    each[2] = np.nan
    found = dated_gaps(table, each)
    assert (found[2].p, found[2].refusal) == (None, "no-date")
    assert found[0].p is not None


def test_models_that_are_always_or_never_right_are_no_alarm() -> None:
    rng = np.random.default_rng(16)
    table, before = results(rng, models=8, questions=60)
    table[0], table[7] = 0.0, 1.0
    for gap in (found := dated_gaps(table, before))[0], found[7]:
        assert gap.p is not None
        assert gap.p > 0.2
        assert abs(gap.gap) < 0.02


def test_results_outside_of_0_and_1_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        dated_gaps([[0, 100.0]], [1, 0])
    with pytest.raises(ValueError, match="clusters"):
        dated_gaps([[0, 1.0]], [1, 0], clusters=["a"])
