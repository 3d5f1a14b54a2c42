"""Many weightings of one regression at once: each as if it were alone."""

from __future__ import annotations

import numpy as np
import pytest

from mingan.statistics import votes_of
from mingan.statistics.logistic import FAR, design, determined, fit


def test_a_batch_is_its_parts() -> None:
    rng = np.random.default_rng(0)
    names = np.array(list("abcd"))
    pairs = np.array([rng.permutation(4)[:2] for _ in range(80)])
    votes = votes_of(
        names[pairs[:, 0]].tolist(), names[pairs[:, 1]].tolist(), rng.integers(0, 2, 80),
        styles={"length": rng.normal(size=80)},
    )  # fmt: skip
    rows = design(votes, style=True)
    weight = rng.integers(0, 4, (6, 80)).astype(float)
    together = fit(rows, weight * votes.won, weight)
    for k in range(6):
        alone = fit(rows, (weight * votes.won)[k : k + 1], weight[k : k + 1])
        assert together[k] == pytest.approx(alone[0], abs=1e-8)
        slope = (weight[k] * (votes.won - 1 / (1 + np.exp(-rows @ together[k])))) @ rows
        assert slope == pytest.approx(np.zeros(5), abs=1e-5)


def test_what_the_data_do_not_bound_stays_finite_and_far() -> None:
    votes = votes_of(["a"] * 5, ["b"] * 5, [1] * 5)
    (found,) = fit(design(votes, style=False), votes.won[None], votes.weight[None])
    assert np.isfinite(found).all()
    assert found[0] > FAR


def test_two_islands_are_not_one_graph() -> None:
    rows = np.array([[1.0, -1, 0, 0], [0, 0, 1, -1], [0, 1, -1, 0]])
    assert determined(rows, np.array([[1.0, 1, 0], [1, 1, 0.5], [0, 0, 0]]), 4).tolist() == [
        False, True, False,
    ]  # fmt: skip
