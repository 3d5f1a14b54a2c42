"""What a clip costs by the card's price, and the cap that is held before anything is submitted.

Whatever was submitted counts with its full price, even where the job failed then: vendors may or
may not charge for those. What the journal holds counts over all runs, so a cap is one for good,
not one a day. The module must not know services.
"""

from __future__ import annotations

from dataclasses import dataclass

from mingan.world.services.faults import cap_reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Money by the second, and how much of it may be spent in all.

    Attributes:
        per_second: of what the service counts as paid for, in `currency`.
        cap: no submit passes it.
    """

    per_second: float
    cap: float
    currency: str = "USD"

    def of(self, seconds: float) -> float:
        """What seconds cost."""
        return self.per_second * seconds

    def check(self, cost: float, spent: float, who: str) -> None:
        """See that one more clip fits under the cap.

        Raises:
            CapReached: it does not.
        """
        # Sums of cents are no binary fractions: a cap of 0.30 holds three clips of 0.10.
        if spent + cost > self.cap * (1 + 1e-9):
            raise cap_reached(who, cost, spent, self.cap, self.currency)
