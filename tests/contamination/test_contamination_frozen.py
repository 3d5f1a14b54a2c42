"""Only models that cannot have seen the questions are references."""

from __future__ import annotations

from datetime import date

import pytest

from mingan.contamination.frozen import PUBLISHED, References, references_of
from mingan.errors import UsageError
from mingan.records import ModelCard

OLD = ModelCard(name="old", kind="scripted", released=date(2022, 11, 30))
SAME_DAY = ModelCard(name="same day", kind="scripted", released=PUBLISHED["zbench"])
UNKNOWN = ModelCard(name="unknown", kind="scripted")
CARDS = [OLD, SAME_DAY, UNKNOWN]


def test_a_model_of_the_day_of_publication_or_of_no_known_day_is_none() -> None:
    found = references_of(CARDS, bank="zbench")
    assert found == References(names=("old",))
    assert found.without("old") == ()


def test_a_day_that_was_given_goes_before_the_one_we_know() -> None:
    assert references_of(CARDS, bank="zbench", published=date(2022, 1, 1)).refusal == "not-frozen"
    later = references_of(CARDS, bank="b", published=date(2024, 1, 1))
    assert later.names == ("old", "same day")


def test_without_a_day_there_are_only_those_that_the_user_names() -> None:
    assert references_of(CARDS, bank="b").refusal == "no-coin"
    named = references_of(CARDS, bank="b", named=["unknown", "unknown"])
    assert (named.names, named.named) == (("unknown",), True)
    with pytest.raises(UsageError, match="ghost"):
        references_of(CARDS, bank="b", named=["ghost"])
