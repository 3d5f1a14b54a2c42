"""Votes as arrays: what is left out, what is refused, how two styles differ."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.statistics import log_lead, share_lead, votes_of


def test_votes_without_an_outcome_are_left_out() -> None:
    votes = votes_of(["b", "a", "a"], ["a", "c", "b"], [1, math.nan, 0.5], prompts=["x", "y", "x"])
    assert votes.models == ("a", "b", "c")
    assert (len(votes), votes.first.tolist(), votes.won.tolist()) == (2, [1, 0], [1, 0.5])
    assert votes.prompt[0] == votes.prompt[1]


def test_votes_with_an_unknown_style_can_be_left_out() -> None:
    votes = votes_of(["a", "a"], ["b", "b"], [1, 0], styles={"length": [0.5, math.nan]})
    assert len(votes.with_style()) == 1


@pytest.mark.parametrize(
    ("first", "second", "won", "more", "says"),
    [
        (["a"], ["a"], [1], {}, "itself: a"),
        (["a"], ["b"], [2], {}, "in \\[0, 1\\]"),
        (["a"], ["b"], [1], {"weights": [0]}, "above 0"),
        (["a"], ["b", "c"], [1], {}, "one length"),
        (["a"], ["b"], [1], {"prompts": ["x", "y"]}, "one length"),
        (["a"], ["b"], [1], {"styles": {"length": [1, 2]}}, "one length"),
    ],
)
def test_bad_votes_are_refused(
    first: list[str], second: list[str], won: list[float], more: dict[str, list[float]], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        votes_of(first, second, won, **more)  # type: ignore[arg-type]


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_leads_change_sides(a: float, b: float) -> None:
    for lead in (share_lead, log_lead):
        assert lead(a, b) == pytest.approx(-lead(b, a))
        assert np.sign(lead(a, b)) == np.sign(a - b) or abs(a - b) < 1e-6
    assert abs(share_lead(a, b)) < 1


def test_two_empty_answers_lead_nowhere_and_the_unknown_stays_so() -> None:
    assert share_lead([0, 9, math.nan], [0, 0, 1])[:2].tolist() == [0, 0.9]
    assert math.isnan(share_lead(math.nan, 1))
    assert log_lead(0, 0) == 0
