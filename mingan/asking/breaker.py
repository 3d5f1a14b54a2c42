"""When to stop asking an endpoint at all: after so many answers in a row that could not be had.

A refused key or a wrong address will not mend by itself, so three in a row are enough; a server
that fails or a question that takes too long may be chance, so those need twenty. One answer sets
the count back to zero. What was not asked is simply not there, and is asked when the run is
resumed. This module must not know how requests are sent or repeated.
"""

from __future__ import annotations

from mingan.errors import (
    AnswerTimeout,
    KeyRejected,
    ModelError,
    RateLimited,
    RequestRejected,
    ServerFault,
    Unreachable,
)
from mingan.language import Text

HOPELESS = 3
"""Answers in a row that a refused key or an unreachable address may cost."""

DOUBTFUL = 20
"""Answers in a row that any other fault may cost."""

_LIMITS: tuple[tuple[type[ModelError], int], ...] = (
    (KeyRejected, HOPELESS),
    (Unreachable, HOPELESS),
    (ServerFault, DOUBTFUL),
    (RateLimited, DOUBTFUL),
    (AnswerTimeout, DOUBTFUL),
    (RequestRejected, DOUBTFUL),
)


class Breaker:
    """Counts answers that could not be had, in a row, kind by kind, for one name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reached = False
        self._in_a_row: dict[type[ModelError], int] = {}

    def answered(self) -> None:
        """An answer came: the endpoint is there and works."""
        self.reached = True
        if self._in_a_row:
            self._in_a_row.clear()

    def gave_up(self, error: ModelError) -> Text | None:
        """An answer was given up; the sentence to stop with, once there are too many in a row.

        A request that the endpoint will not take says little about the next question once
        another was answered, so it then counts no more.
        """
        for kind, limit in _LIMITS:
            if not isinstance(error, kind):
                continue
            if kind is RequestRejected and self.reached:
                return None
            count = self._in_a_row[kind] = self._in_a_row.get(kind, 0) + 1
            return self._sentence(count, error) if count >= limit else None
        return None

    def _sentence(self, count: int, error: ModelError) -> Text:
        zh, en = error.message
        return Text(
            f"{self.name}：连续 {count} 道题没有得到回答，已停止向它提问；"
            f"没问的题在排除问题后再运行一次即可补上。原因：{zh}",
            f"{self.name}: {count} questions in a row got no answer, so it is asked no more; "
            f"mend the cause and run again to ask the rest. Cause: {en}",
        )
