"""L4 of the pyramid: does a nearly finished scale model gain by a candidate text?

A rung of a ladder is taken back to where its last decay began, and finished twice: on its own text,
and with half of every batch from the candidate. Both end on the same validation text, over several
orders of data; what gains more than those scatter is kept. It costs a fifth of a run, not a run
(arXiv 2505.05427). The module must not know how candidates were made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, stdev

import numpy as np

from mingan.errors import NothingYet
from mingan.language import Text
from mingan.statistics.special import student_quantile
from mingan.tunnel.batches import Tokens
from mingan.tunnel.training import Recipe, finish

SEEDS = 3
_STRETCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a candidate brings, in nats a byte (above 0: lower loss).

    Attributes:
        gain: over the rung's own text; `low`, `high` its interval at `level`, from the orders
            of data.
        own, with_it: losses, one for each order.
    """

    gain: float
    low: float
    high: float
    own: tuple[float, ...]
    with_it: tuple[float, ...]
    level: float = 0.9

    @property
    def helps(self) -> bool:
        """Whether it is to be kept."""
        return self.low > 0

    @property
    def said(self) -> Text:
        """The verdict in a sentence."""
        span = f"{self.low:+.4f}–{self.high:+.4f}"
        if self.helps:
            return Text(
                f"有用：损失低了 {self.gain:.4f}（90% 区间 {span}），留下。",
                f"It helps: loss lower by {self.gain:.4f} (90 % interval {span}); kept.",
            )
        if self.high < 0:
            return Text(
                f"有害：损失高了 {-self.gain:.4f}（{span}），不要。",
                f"It does harm: loss higher by {-self.gain:.4f} ({span}); left out.",
            )
        return Text(f"看不出有没有用（{span}），不要。", f"No gain to be seen ({span}); left out.")


def verify(
    rung: Path,
    recipe: Recipe,
    own: Tokens,
    candidate: Tokens,
    validation: Tokens,
    *,
    seeds: int = SEEDS,
    level: float = 0.9,
) -> Gain:
    """Finish a rung with and without a candidate.

    Args:
        rung: the folder of a rung that is trained; it is not touched.
        recipe: that it was trained with.

    Raises:
        NothingYet: the rung has no fork to begin from.
    """
    if not (rung / "fork.pt").is_file():
        raise NothingYet(
            f"{rung} 里没有可以接着训练的地方。", f"There is nothing to go on from in {rung}."
        )
    mixed = half_and_half(own, candidate, recipe.shape.context)
    orders = [replace(recipe, seed=recipe.seed + 1000 + k) for k in range(seeds)]
    plain = [finish(rung / "fork.pt", each, own, validation) for each in orders]
    other = [finish(rung / "fork.pt", each, mixed, validation) for each in orders]
    gains = [a - b for a, b in zip(plain, other, strict=True)]
    reach = 0.0
    if seeds > 1:
        error = stdev(gains) / math.sqrt(seeds)
        reach = float(student_quantile((1 + level) / 2, seeds - 1)) * error
    middle = fmean(gains)
    return Gain(
        gain=middle,
        low=middle - reach,
        high=middle + reach,
        own=tuple(plain),
        with_it=tuple(other),
        level=level,
    )


def half_and_half(own: Tokens, candidate: Tokens, length: int) -> Tokens:
    """Stretches of both texts in turn, as long as the shorter lasts.

    A stretch is many sequences long: where one text meets the other nobody could foretell the next
    byte, and cut at every sequence that alone would cost some 0.03 nats a byte.
    """
    length = min(_STRETCH * length, min(own.size, candidate.size) // 2)
    count = min(own.size, candidate.size) // length
    pairs = np.stack(
        [
            own[: count * length].reshape(count, length),
            candidate[: count * length].reshape(count, length),
        ],
        axis=1,
    )
    return pairs.reshape(-1)
