"""Drawing lots that fall the same on every machine and under every version of Python.

A draw is seeded by words: what is drawn for `("public", "builtin", "eggs")` will be drawn for it
in ten years. Python's own `random` promises that only for one of its functions, and a question
whose numbers changed would be another question. Bytes come from BLAKE2b in counter mode.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any


class Draw:
    """A source of lots, named by words; `key` makes it one that nobody else can repeat."""

    def __init__(self, *words: str | int, key: bytes = b"") -> None:
        name = "\x1f".join(str(word) for word in words).encode()
        self._seed = hashlib.blake2b(name, key=key[:64], digest_size=32).digest()
        self._count = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1, each as likely as the others."""
        if limit < 1:
            raise ValueError("nothing to draw from")
        size = (limit.bit_length() + 7) // 8 + 1
        while True:
            number = int.from_bytes(self._bytes(size), "big")
            if number < 256**size // limit * limit:
                return number % limit

    def between(self, low: int, high: int, step: int = 1) -> int:
        """One of low, low + step, …, not above `high`."""
        if step < 1 or high < low:
            raise ValueError(f"nothing lies between {low} and {high} in steps of {step}")
        return low + step * self.below((high - low) // step + 1)

    def pick(self, things: Sequence[Any]) -> Any:
        """One of `things`."""
        return things[self.below(len(things))]

    def sample(self, things: Sequence[Any], count: int) -> list[Any]:
        """`count` of `things`, each place at most once, in the order drawn."""
        if not 0 <= count <= len(things):
            raise ValueError(f"{count} cannot be drawn from {len(things)}")
        return self.shuffle(things)[:count]

    def shuffle(self, things: Sequence[Any]) -> list[Any]:
        """`things` in a new order (Fisher and Yates)."""
        order = list(things)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def _bytes(self, size: int) -> bytes:
        block = b""
        while len(block) < size:
            count = self._count.to_bytes(8, "big")
            block += hashlib.blake2b(count, key=self._seed, digest_size=32).digest()
            self._count += 1
        return block[:size]
