"""A training run that does not lose itself: what is skipped, clipped, rolled back, and why.

Before a step, sequences that no text is are masked (repeats, bytes that compress to nothing,
losses far off the others). At a step, a loss or gradient that is no number, or 6 standard
deviations above the last 128, is not stepped on; ZClip (arXiv 2504.02507) draws the rest in. If
losses stay high all the same the run goes back to a snapshot and past the batches in between;
again at the same place, past twice as many, then at half the rate; after the third time it halts
and reports. Every decision is an event with its reason. The module knows numbers and no model.
"""

from __future__ import annotations

import math
import zlib
from collections import deque
from dataclasses import asdict, dataclass, field
from statistics import fmean, median, pstdev
from typing import Any, Literal

import numpy as np

from mingan.tunnel.batches import Tokens

WINDOW = 128
READY = 64
SIGMAS = 6.0
DIRTY_SIGMAS = 8.0
LEAST_RATIO, MOST_REPEATS = 0.1, 32
RECENT = 16
RISE = 0.15
"""Nats by which the middle of the last losses must be above the window's to roll back."""

BACK = 100
"""Steps before the trouble that a snapshot should be."""

ROLLBACKS = 3
PERIOD = 2000

Verdict = Literal["step", "skip", "rollback", "halt"]


@dataclass(slots=True)
class ZClip:
    """Gradient norms drawn in towards their running mean."""

    mean: float = 0.0
    var: float = 0.0
    seen: int = 0

    def clip(self, norm: float) -> float:
        """The norm to which a gradient of norm `norm` is to be scaled."""
        warm, alpha, limit = 25, 0.97, 2.5
        if self.seen < warm:
            self.seen += 1
            delta = norm - self.mean
            self.mean += delta / self.seen
            self.var += (delta * (norm - self.mean) - self.var) / self.seen
            return min(norm, 1.0)
        spread = math.sqrt(self.var) + 1e-6
        z = (norm - self.mean) / spread
        kept = self.mean + limit * spread / (z / limit) if z > limit else norm
        self.var = alpha * self.var + (1 - alpha) * (kept - self.mean) ** 2
        self.mean = alpha * self.mean + (1 - alpha) * kept
        return min(kept, 1.0)


@dataclass(slots=True)
class Guard:
    """Watches a run; its fields go into every checkpoint.

    Attributes:
        losses, norms: of steps that were taken, the last `WINDOW`.
        bad: steps in a row that could not be taken for lack of numbers.
        rollbacks: cursors at which the run went back.
        skipped: steps skipped or rolled back; `masked` sequences masked.
    """

    losses: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    norms: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    clip: ZClip = field(default_factory=ZClip)
    bad: int = 0
    rollbacks: list[int] = field(default_factory=list)
    skipped: int = 0
    masked: int = 0
    on: bool = True

    def clean(self, rows: Tokens, losses: np.ndarray) -> np.ndarray:
        """Which sequences of a batch to train on: (B,) true or false.

        Args:
            rows: (B, T) tokens; losses: (B,) their losses before the step.
        """
        if not self.on:
            return np.ones(len(rows), dtype=bool)
        good = np.array([not _no_text(row) for row in rows])
        usual = list(self.losses)
        if len(usual) >= READY:
            # A batch's loss scatters less than a sequence's, by the root of their number.
            spread = max(pstdev(usual), 1e-3) * math.sqrt(len(rows))
            good &= ~(losses > fmean(usual) + DIRTY_SIGMAS * spread)
        self.masked += int((~good).sum())
        return good

    def judge(self, loss: float, norm: float, cursor: int) -> tuple[Verdict, str]:
        """What to do with a step, and why; "" where nothing is out of the way."""
        if not self.on:
            self.losses.append(loss)
            return "step", ""
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self.bad += 1
            self.skipped += 1
            why = "loss or gradient is no number"
            return self._back(cursor, why) if self.bad >= 3 else ("skip", why)
        self.bad = 0
        for name, value, window, least in (
            ("loss", loss, self.losses, 1e-3),
            # Norms are steady with a long tail: two and a half times the usual is nothing yet.
            ("gradient", norm, self.norms, fmean(self.norms) / 4 if self.norms else 0.0),
        ):
            if len(window) >= READY:
                high = fmean(window) + SIGMAS * max(pstdev(window), least)
                if value > high:
                    self.skipped += 1
                    return "skip", f"{name} {value:.3g} is above {high:.3g}"
        self.losses.append(loss)
        self.norms.append(norm)
        return self._stays_high(cursor)

    def _stays_high(self, cursor: int) -> tuple[Verdict, str]:
        if len(self.losses) < WINDOW:
            return "step", ""
        every = list(self.losses)
        before, recent = every[:-RECENT], every[-RECENT:]
        middle = median(before)
        mad = 1.4826 * median(abs(each - middle) for each in before)
        limit = middle + max(SIGMAS * mad, RISE)
        if median(recent) <= limit:
            return "step", ""
        return self._back(cursor, f"losses stay at {median(recent):.3f}, above {limit:.3f}")

    def _back(self, cursor: int, why: str) -> tuple[Verdict, str]:
        late = self.late(cursor)
        if late >= ROLLBACKS:
            return "halt", f"{why}; rolled back {late} times already"
        self.rollbacks.append(cursor)
        return "rollback", why

    def late(self, cursor: int) -> int:
        """How often the run went back within the last `PERIOD` batches before `cursor`."""
        return sum(cursor - each < PERIOD for each in self.rollbacks)

    def state(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        return {
            "losses": list(self.losses), "norms": list(self.norms), "clip": asdict(self.clip),
            "bad": self.bad, "rollbacks": list(self.rollbacks), "skipped": self.skipped,
            "masked": self.masked, "on": self.on,
        }  # fmt: skip

    @classmethod
    def of(cls, state: dict[str, Any]) -> Guard:
        """From a checkpoint."""
        plain = {k: state[k] for k in ("bad", "rollbacks", "skipped", "masked", "on")}
        return cls(
            losses=deque(state["losses"], maxlen=WINDOW),
            norms=deque(state["norms"], maxlen=WINDOW), clip=ZClip(**state["clip"]), **plain,
        )  # fmt: skip


def _no_text(row: Tokens) -> bool:
    """Whether a sequence is of a kind that text is not: one piece over and over, or near it."""
    # Bytes as they are; learned pieces, of which there are more than 256, in two bytes each.
    kept = row.astype("<u2" if int(row.max(initial=0)) > 255 else np.uint8)
    raw, wide = kept.tobytes(), kept.itemsize
    if len(zlib.compress(raw, 1)) < LEAST_RATIO * len(raw):
        return True
    for size in range(wide, 14 * wide, wide):
        pieces = raw[: size * MOST_REPEATS]
        if len(pieces) == size * MOST_REPEATS and pieces == pieces[:size] * MOST_REPEATS:
            return True
    return False
