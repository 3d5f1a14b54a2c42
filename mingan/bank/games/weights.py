"""Questions about how heavy a thing is: 比人重, 体重超过 100 公斤, 不到一斤.

`weights.csv` holds, in kilograms, between what the ordinary specimens of a thing weigh; where
nothing stands, nobody can say (how heavy is water?). What lies between the two is unclear. It
knows no game.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

from mingan.bank.games.numbers import in_digits

_PERSON = (40.0, 120.0)
_UNITS = {
    "吨": 1000.0, "公斤": 1.0, "千克": 1.0, "kg": 1.0, "斤": 0.5, "克": 0.001, "g": 0.001,
}  # fmt: skip

_UNIT = r"(?P<unit>吨|公斤|千克|kg|斤|克|g)"
_OTHER = (
    rf"(?:(?P<number>\d{{1,7}}(?:\.\d{{1,3}})?)(?:个)?{_UNIT}|"
    r"(?:[一1]个|普通|一般|正常|成年|的)*(?:成年|大)?人类?(?:的)?(?:体重|重量)?)"
)
_LEAD = r"(?:是|能|会|的|有)*(?:体重|重量|质量|分量|重)?(?:能|会|要|也|是)*"
_HEAVIER, _LIGHTER = (
    tuple(re.compile(_LEAD + form) for form in forms)
    for forms in (
        (rf"(?:超过|大于|高于|多于|重于|>|达到?){_OTHER}(?:以上)?(?:重|大)?",
         rf"比{_OTHER}(?:更|还|要)*(?:重|大|高)(?:得多|很多|一些)?", rf"在?{_OTHER}以上"),
        (rf"(?:小于|低于|少于|轻于|不到|不足|不超过|<){_OTHER}(?:以下)?(?:重)?",
         rf"比{_OTHER}(?:更|还|要)*(?:轻|小|低)(?:得多|很多|一些)?", rf"在?{_OTHER}以[下内]"),
    )
)  # fmt: skip
_SAYS_WEIGHT = re.compile(r"重|质量|轻|分量|公斤|千克|kg|斤|克|吨", re.IGNORECASE)


def truth(thing: str, predicate: str) -> tuple[bool, bool | None]:
    """Whether a predicate is about weight, and whether it is true of a thing (None: unclear)."""
    if not _SAYS_WEIGHT.search(predicate):
        return False, None
    text = in_digits(predicate).lower()
    for forms, heavier in ((_HEAVIER, True), (_LIGHTER, False)):
        for match in filter(None, (form.fullmatch(text) for form in forms)):
            over = _compared(_weights().get(thing), _other(match))
            return True, over if over is None else over is heavier
    return False, None


def things() -> tuple[str, ...]:
    """The things whose weight is known."""
    return tuple(_weights())


def _other(match: re.Match[str]) -> tuple[float, float]:
    """Between what that which a thing is compared with weighs."""
    if match["number"] is None:
        return _PERSON
    weight = float(match["number"]) * _UNITS[match["unit"]]
    return weight, weight


def _compared(one: tuple[float, float] | None, other: tuple[float, float]) -> bool | None:
    """Whether one is surely heavier (True), surely lighter (False), or neither."""
    if one is None:
        return None
    return True if one[0] > other[1] else False if one[1] < other[0] else None


@cache
def _weights() -> dict[str, tuple[float, float]]:
    text = resources.files("mingan.bank.games").joinpath("weights.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    return {name: (float(least), float(most or "inf")) for name, least, most in rows}
