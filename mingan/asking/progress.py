"""How far a run is: counts for every model, what was spent, and how long it will take.

The numbers are kept up to date answer by answer, which costs a few additions; rates and the time
left come from the latest half minute and are worked out only when somebody looks. This module
must not know how progress is shown.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from mingan.records import STATES, Answer, State

WINDOW_S = 30.0
"""Seconds over which the present rate is measured."""


@dataclass(slots=True)
class ModelProgress:
    """How far one model is.

    Attributes:
        total: answers wanted, those included that were there already (`already`).
        states: answers of this run by state; `failed` ones are asked again on resuming.
        cost: in `currency`; None while no price is known.
        stopped: why it is asked no more, where that is so.
    """

    name: str
    total: int
    already: int = 0
    states: dict[State, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    cost: float | None = None
    currency: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    requests: int = 0
    in_flight: int = 0
    concurrency: int = 0
    stopped: str = ""
    _marks: deque[tuple[float, int]] = field(default_factory=deque)

    @property
    def asked(self) -> int:
        """Answers that this run brought, failed ones included."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """Answers that are there or were given up."""
        return self.already + self.asked

    def take(self, answer: Answer) -> None:
        """Count one answer."""
        self.states[answer.state] += 1
        self.requests += answer.tries
        self.tokens_in += answer.usage.tokens_in or 0
        self.tokens_out += answer.usage.tokens_out or 0
        if answer.cost is not None:
            self.cost = (self.cost or 0.0) + answer.cost
            self.currency = answer.currency

    def mark(self, now: float) -> None:
        """Remember how far it is at this moment; called a few times a second."""
        self._marks.append((now, self.asked))
        while len(self._marks) > 2 and now - self._marks[1][0] > WINDOW_S:
            self._marks.popleft()

    @property
    def rate(self) -> float:
        """Answers a second lately; 0 before the first."""
        if len(self._marks) < 2:
            return 0.0
        (since, before), (until, after) = self._marks[0], self._marks[-1]
        return (after - before) / (until - since) if until > since else 0.0

    @property
    def eta_s(self) -> float | None:
        """Seconds it will probably still take; None while that cannot be said."""
        left = self.total - self.done
        if left <= 0 or self.stopped:
            return 0.0
        return left / self.rate if self.rate > 0 else None


@dataclass(slots=True)
class Progress:
    """How far the run is; one object, always up to date."""

    models: dict[str, ModelProgress]
    started: float = field(default_factory=time.monotonic)
    finished: bool = False

    @property
    def done(self) -> int:
        """Answers that are there or were given up."""
        return sum(model.done for model in self.models.values())

    @property
    def total(self) -> int:
        """Answers wanted."""
        return sum(model.total for model in self.models.values())

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.started

    @property
    def rate(self) -> float:
        """Answers a second lately, all models together."""
        return sum(model.rate for model in self.models.values())

    @property
    def eta_s(self) -> float | None:
        """Seconds until the slowest model is through; None while that cannot be said."""
        etas = [model.eta_s for model in self.models.values()]
        known = [eta for eta in etas if eta is not None]
        return max(known, default=0.0) if len(known) == len(etas) else None

    @property
    def costs(self) -> dict[str, float]:
        """Money spent, by currency."""
        sums: dict[str, float] = {}
        for model in self.models.values():
            if model.cost is not None:
                sums[model.currency] = sums.get(model.currency, 0.0) + model.cost
        return sums

    @property
    def states(self) -> dict[State, int]:
        """Answers of this run by state, all models together."""
        return {s: sum(model.states[s] for model in self.models.values()) for s in STATES}

    def mark(self) -> None:
        """Remember how far everybody is at this moment."""
        now = time.monotonic()
        for model in self.models.values():
            model.mark(now)
