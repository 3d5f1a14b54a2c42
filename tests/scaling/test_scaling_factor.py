"""What a factor is worth: known ratios come back on their axis, misfits are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mingan.scaling.factor import worth
from mingan.scaling.ladder_law import LadderLaw, fit_ladder

WIDTHS = np.array([25_088, 56_448, 97_280, 153_600.0])
LENGTHS = np.array([0.8e6, 1.6e6, 3.2e6])
TRIED = [(n, d) for n in WIDTHS[:3] for d in LENGTHS[:2]]


def loss_of(n: float, d: float) -> float:
    return float(0.6 + 0.45 * (n / 8e4) ** -0.35 + 0.45 * (d / 1.6e6) ** -0.35)


@pytest.fixture(scope="module")
def law() -> LadderLaw:
    rng = np.random.default_rng(0)
    points = [(n, d) for n in (*WIDTHS, *WIDTHS[:1]) for d in LENGTHS]
    losses = [loss_of(n, d) * math.exp(0.001 * rng.standard_normal()) for n, d in points]
    return fit_ladder([n for n, _ in points], [d for _, d in points], losses)


def test_a_factor_worth_some_parameters_or_tokens_comes_back(law: LadderLaw) -> None:
    n, d = np.array(TRIED).T
    for ratio in (0.6, 1.0, 1.5):
        more = worth(law, n, d, [loss_of(ratio * a, b) for a, b in TRIED])
        assert more.parameters.fits
        assert more.parameters.low <= ratio <= more.parameters.high
        assert more.parameters.ratio == pytest.approx(ratio, rel=0.06)
        longer = worth(law, n, d, [loss_of(a, ratio * b) for a, b in TRIED])
        assert longer.tokens.ratio == pytest.approx(ratio, rel=0.06)
        assert longer.best is not None


def test_damage_that_lies_on_tokens_fits_no_single_number_of_parameters(law: LadderLaw) -> None:
    n, d = np.array(TRIED).T
    found = worth(law, n, d, [loss_of(a, 0.3 * b) for a, b in TRIED])
    assert found.tokens.chi < found.parameters.chi
    assert found.best is not None
    assert found.best.axis == "tokens"
    assert found.best.high < 1


def test_compute_is_size_and_length_together_over_what_a_token_costs(law: LadderLaw) -> None:
    n, d = np.array(TRIED).T
    for grown, cost in ((1.0, 1.0), (1.3, 1.0), (1.3, 1.69), (0.8, 0.5)):
        found = worth(law, n, d, [loss_of(grown * a, grown * b) for a, b in TRIED], cost=cost)
        wanted = grown**2 / cost
        assert found.compute.ratio == pytest.approx(wanted, rel=0.06)
        assert found.compute.low <= wanted <= found.compute.high
        assert found.compute.fits
    dear = worth(law, n, d, [loss_of(a, b) for a, b in TRIED], cost=[1, 1, 2, 2, 4, 4])
    assert dear.compute.each == pytest.approx([1, 1, 0.5, 0.5, 0.25, 0.25], rel=0.1)


def test_what_fits_neither_axis_gives_no_ratio(law: LadderLaw) -> None:
    n, d = np.array(TRIED).T
    rng = np.random.default_rng(3)
    wild = [loss_of(a, b) * math.exp(0.05 * rng.standard_normal()) for a, b in TRIED]
    assert worth(law, n, d, wild).best is None


def test_a_loss_that_the_law_never_reaches_has_no_ratio(law: LadderLaw) -> None:
    n, d = np.array(TRIED).T
    found = worth(law, n, d, [0.3] * len(TRIED))
    assert math.isnan(found.parameters.ratio)
    assert found.best is None
    with pytest.raises(ValueError, match="two runs"):
        worth(law, [1e5], [1e6], [1.0])
