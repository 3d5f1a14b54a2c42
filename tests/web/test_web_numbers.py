"""Numbers from browsers: within their limits however they are written."""

from __future__ import annotations

import pytest

from mingan.web.numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("20", 20), ("007", 7), ("0" * 5000 + "7", 7),
        ("0", None), ("21", None), ("", None), ("-1", None), ("1.0", None), ("1e1", None),
        (" 1", None), ("٣", None), ("²", None), ("0" * 12 + "19999999", None), ("9" * 5000, None),
    ],
)  # fmt: skip
def test_a_number_counts_only_within_its_limits(text: str, number: int | None) -> None:
    assert whole_number(text, 20) == number


def test_zero_counts_where_it_is_allowed() -> None:
    assert whole_number("000", 20, least=0) == 0
