"""How the items of a queue were drawn, kept with it: the chance of each to be judged by then.

A queue whose order was drawn so that the most useful answers come first is no plain sample. What
makes it a fair one all the same is that the chances are known; so they are kept where the order
is (see `mingan.statistics.active` for how they come about). This module must not know who judges.
"""

from __future__ import annotations

from collections.abc import Collection

from mingan.records import Record


class Draw(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Where each item came in the draw.

    Attributes:
        judge: whose verdicts were held to be in doubt.
        worth: of each item, of mean 1 over all that were drawn from.
        places: of each item, growing.
        beyond: the place of the first that the queue has no room for; None where it holds all.
        others: contents of the answers that were drawn from and are not in the queue.
    """

    judge: str = ""
    worth: tuple[float, ...] = ()
    places: tuple[float, ...] = ()
    beyond: float | None = None
    others: tuple[str, ...] = ()

    def judged_in_turn(self, judged: Collection[int]) -> int:
        """How many items from the first on were judged without a gap."""
        return next((i for i in range(len(self.places)) if i not in judged), len(self.places))

    def chances(self, count: int) -> tuple[float, ...]:
        """The chance of each item to be among the first `count`, which were judged."""
        if count < len(self.places):
            until: float | None = self.places[count]
        else:
            until = self.beyond
        if until is None:
            return (1.0,) * len(self.places)
        return tuple(min(1.0, worth * until) for worth in self.worth)
