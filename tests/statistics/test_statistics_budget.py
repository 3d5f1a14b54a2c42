"""What verdicts by people buy: held against what they did buy, in simulations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics import (
    corrected_score,
    judge_of_agreement,
    judge_of_pilot,
    people_buy,
    people_needed,
)


@pytest.mark.parametrize("about", ["these answers", "such answers"])
@pytest.mark.parametrize(
    ("people", "agreement", "share"), [(40, 0.7, 0.5), (40, 0.9, 0.3), (100, 0.85, 0.5)]
)
def test_the_promise_is_kept(people: int, agreement: float, share: float, about: str) -> None:
    rng = np.random.default_rng(0)
    truth = (np.arange(311) < share * 311).astype(float)
    widths, alone = [], []
    for _ in range(200):
        judge = np.where(rng.random(311) < agreement, truth, 1 - truth)
        seen = np.isin(np.arange(311), rng.permutation(311)[:people])
        found = corrected_score(np.where(seen, truth, np.nan), judge, about=about)  # type: ignore[arg-type]
        widths.append(found.high - found.low)
        alone.append(found.alone_high - found.alone_low)
    judged_right = share * agreement + (1 - share) * (1 - agreement)
    known = judge_of_agreement(agreement, share=share, judge_share=judged_right)
    bought = people_buy(people, 311, known, about=about)  # type: ignore[arg-type]
    assert bought.width == pytest.approx(np.mean(widths), rel=0.08)
    assert bought.alone == pytest.approx(np.mean(alone), rel=0.03)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(2, 200))
def test_a_judge_never_costs_and_is_worth_at_most_all(
    agreement: float, share: float, judge: float, people: int
) -> None:
    known = judge_of_agreement(agreement, share=share, judge_share=judge)
    bought = people_buy(people, 200, known)
    assert 0 <= bought.width <= bought.alone
    assert people <= bought.worth <= 200
    assert known.together**2 <= known.people * known.judge + 1e-9


def test_the_fewest_people_for_a_width() -> None:
    known = judge_of_agreement(0.9, share=0.5)
    needed = people_needed(0.15, 311, known)
    assert needed is not None
    assert people_buy(needed, 311, known).width <= 0.15
    assert people_buy(needed - 1, 311, known).width > 0.15
    assert people_needed(0.01, 311, known, about="such answers") is None


def test_a_pilot_says_what_agreement_says() -> None:
    rng = np.random.default_rng(1)
    people = rng.integers(0, 2, 5000).astype(float)
    judge = np.where(rng.random(5000) < 0.8, people, 1 - people)
    judge[:10] = np.nan
    pilot, told = judge_of_pilot(people, judge), judge_of_agreement(0.8, share=0.5)
    assert pilot.together == pytest.approx(told.together, abs=0.01)
    with pytest.raises(ValueError, match="at least 2"):
        judge_of_pilot([1.0, np.nan], [1.0, 0.0])


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="in \\[0, 1\\]"):
        judge_of_agreement(80, share=0.5)
    with pytest.raises(ValueError, match="2 to 10"):
        people_buy(11, 10, judge_of_agreement(0.8, share=0.5))
