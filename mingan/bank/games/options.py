"""How the options of a choice question are shown: one a line after the prompt, as "A. …".

It knows texts only; who is asked, and which option is right, is no matter here.
"""

from __future__ import annotations

from collections.abc import Sequence


def with_options(prompt: str, options: Sequence[str]) -> str:
    """The prompt with its options after it, one a line."""
    lines = (f"{letter(place)}. {option}" for place, option in enumerate(options))
    return "\n".join((prompt, *lines))


def letter(place: int) -> str:
    """The letter of the option at `place`, from 0: A, B, … Z, AA, AB, …"""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
