"""Numbers as browsers send them: believed only if they are numbers within reason.

One place, because a limit is easily got round by zeros in front, by digits of other scripts, or
by so many digits that reading them costs. The module knows no page and no sentence.
"""

from __future__ import annotations


def whole_number(text: str, most: int, *, least: int = 1) -> int | None:
    """The number from `least` to `most` that is written in `text`; None for anything else."""
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(most)):
        return None
    number = int(digits)
    return number if least <= number <= most else None


def amount(text: str, most: float) -> float | None:
    """The amount from 0 to `most` that is written in `text`; None for anything else."""
    try:
        value = float(text[:40])
    except ValueError:
        return None
    return value if 0 <= value <= most else None
