"""Which models may bear the expectation: those that cannot have seen the public questions.

A reference must be frozen before the questions were published. Either its card says when it was
released and that is before the bank's date, or the user names it and answers for it. Nothing else
makes a reference; above all, not that a model seems honest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from mingan.errors import UsageError
from mingan.records import ModelCard
from mingan.reports.contaminated import Refusal

PUBLISHED = {"zbench": date(2023, 4, 1)}
"""When banks that Mingan can import were published; a little early rather than late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The models that count as references, and why there are none; `named`: by the user."""

    names: tuple[str, ...] = ()
    refusal: Refusal = ""
    named: bool = False

    def without(self, model: str) -> tuple[str, ...]:
        """The references for one model: not itself."""
        return tuple(name for name in self.names if name != model)


def references_of(
    cards: Sequence[ModelCard],
    *,
    bank: str,
    named: Collection[str] = (),
    published: date | None = None,
) -> References:
    """The references among these models.

    Args:
        named: by the user; then only these.
        published: when the bank's questions were; of a bank known to us, need not be said.

    Raises:
        UsageError: a named one has no answers; lists those that have.
    """
    known = [card.name for card in cards]
    if named:
        unknown = [name for name in named if name not in known]
        if unknown:
            raise UsageError(
                f"参照模型 {'、'.join(unknown)} 没有答过题库 {bank}。"
                f"答过的有：{'、'.join(known)}。",
                f"The reference {', '.join(unknown)} has not answered the bank {bank}. These "
                f"have: {', '.join(known)}.",
            )
        return References(names=tuple(dict.fromkeys(named)), named=True)
    day = published or PUBLISHED.get(bank)
    if day is None:
        return References(refusal="no-coin")
    frozen = tuple(c.name for c in cards if c.released is not None and c.released < day)
    return References(names=frozen, refusal="" if frozen else "not-frozen")
