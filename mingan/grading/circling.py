"""Answers that went round in circles until they were cut off.

A model in a loop says one thing over and over, perhaps with a running number ("17. x = y"), and
would go on for ever; that it was cut off is no lack of room, and no answer was coming. This module
looks only at the end of a text and knows no questions or verdicts.
"""

from __future__ import annotations

import re

SHORTEST = 200
"""Characters at the end of a text that must be one repetition."""

TIMES = 4
"""How often the unit must stand there."""

_TAIL = 4_000
_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")


def circles(text: str) -> bool:
    """Whether the text ends in at least four repetitions of a unit over at least 200 characters.

    White space does not count for likeness, and every number is like every other.
    """
    tail = text.rstrip()[-_TAIL:]
    if len(tail) < SHORTEST:
        return False
    characters, places = _plain(tail)
    backwards = characters[::-1]
    for period, shared in enumerate(_shared(backwards)):
        if not period:
            continue
        length = period + shared
        if length >= TIMES * period and len(tail) - places[-length] >= SHORTEST:
            return True
    return False


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without white space and with 0 for every number, and where each sign came from."""
    characters: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            at = space.end()
            continue
        number = _DIGITS.match(text, at)
        characters.append("0" if number else text[at])
        places.append(at)
        at = number.end() if number else at + 1
    return "".join(characters), places


def _shared(text: str) -> list[int]:
    """For every place, how much of the text's beginning stands there too (the Z function)."""
    shared = [0] * len(text)
    left = right = 0
    for i in range(1, len(text)):
        size = min(right - i, shared[i - left]) if i < right else 0
        while i + size < len(text) and text[size] == text[i + size]:
            size += 1
        shared[i] = size
        if i + size > right:
            left, right = i, i + size
    return shared
