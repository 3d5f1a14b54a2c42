"""What a paired comparison allows to be claimed, and where that puts each model.

One place decides how strong a claim may be, so that headline, table and page cannot differ. It
knows comparisons only; no sentence, no language, no layout.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from mingan.statistics.results import Comparison

Comparisons = Mapping[tuple[str, str], Comparison]

Claim = Literal["certain", "conditional", "hint", "none"]
"""How much may be said.

`certain`: better among all pairs compared together (Holm), whatever the unknown answers were.
`conditional`: better by the same test, but it would not stand if every unknown went against it.
`hint`: the verdict names a model, but the corrected p-value does not bear it out.
`none`: cannot tell.
"""

_SWAPPED: dict[str, Literal["a", "b", "cannot tell"]] = {
    "a": "b",
    "b": "a",
    "cannot tell": "cannot tell",
}


def flipped(comparison: Comparison) -> Comparison:
    """The same comparison seen from the other model's side."""
    return replace(
        comparison,
        a=comparison.b,
        b=comparison.a,
        difference=0.0 - comparison.difference,
        low=0.0 - comparison.high,
        high=0.0 - comparison.low,
        verdict=_SWAPPED[comparison.verdict],
        wins=comparison.losses,
        losses=comparison.wins,
    )


def between(comparisons: Comparisons, a: str, b: str) -> Comparison | None:
    """The comparison of `a` against `b`, whichever way round it is kept; None if never made."""
    if (a, b) in comparisons:
        return comparisons[a, b]
    if (b, a) in comparisons:
        return flipped(comparisons[b, a])
    return None


def claim(comparison: Comparison) -> Claim:
    """How much may be said about who is better.

    A verdict against the sign of the difference (weights of tiers can do that) claims nothing.
    """
    if comparison.verdict == "cannot tell":
        return "none"
    towards = comparison.difference if comparison.verdict == "a" else -comparison.difference
    if not towards > 0:
        return "none"
    if math.isnan(comparison.p_adjusted) or comparison.p_adjusted > 1 - comparison.level + 1e-9:
        return "hint"
    return "conditional" if comparison.unsure_matters else "certain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one model stands: the others by what may be said about the pair.

    `above` and `above_if` are those it is better than (for certain, conditionally), `below` and
    `below_if` those better than it, `open` those it cannot be told apart from, `untested` those
    it was never compared with.
    """

    model: str
    above: tuple[str, ...] = ()
    above_if: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    below_if: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()


def standing(model: str, others: Iterable[str], comparisons: Comparisons) -> Standing:
    """`model` against each of `others`, in their order."""
    found: dict[str, list[str]] = {}
    for other in others:
        found.setdefault(_place(between(comparisons, model, other)), []).append(other)
    return Standing(model=model, **{place: tuple(names) for place, names in found.items()})


def _place(comparison: Comparison | None) -> str:
    if comparison is None:
        return "untested"
    strength = claim(comparison)
    if strength in ("none", "hint"):
        return "open"
    side = "above" if comparison.verdict == "a" else "below"
    return side if strength == "certain" else f"{side}_if"
