from __future__ import annotations

import pytest

from mingan.asking.breaker import DOUBTFUL, HOPELESS, Breaker
from mingan.errors import (
    AnswerTimeout,
    KeyRejected,
    ModelError,
    RateLimited,
    RequestRejected,
    ServerFault,
    Unreachable,
)


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (KeyRejected, HOPELESS),
        (Unreachable, HOPELESS),
        (ServerFault, DOUBTFUL),
        (RateLimited, DOUBTFUL),
        (AnswerTimeout, DOUBTFUL),
        (RequestRejected, DOUBTFUL),
    ],
)
def test_it_opens_after_so_many_in_a_row_and_says_why(kind: type[ModelError], limit: int) -> None:
    breaker = Breaker("某模型")
    error = kind("原因在此", "the cause")
    for _ in range(limit - 1):
        assert breaker.gave_up(error) is None
    sentence = breaker.gave_up(error)
    assert sentence is not None
    assert "某模型" in sentence.zh
    assert "原因在此" in sentence.zh
    assert "the cause" in sentence.en


def test_one_answer_starts_the_count_anew() -> None:
    breaker = Breaker("m")
    for _ in range(10 * HOPELESS):
        assert breaker.gave_up(KeyRejected("", "")) is None
        breaker.answered()


def test_requests_that_are_rejected_say_nothing_once_another_was_answered() -> None:
    breaker = Breaker("m")
    breaker.answered()
    assert all(breaker.gave_up(RequestRejected("", "")) is None for _ in range(5 * DOUBTFUL))
