"""How large a reference model would have to be to score as this one does: effective parameters.

Capability density (arXiv 2412.04315) is rho = effective / actual parameters. Going back from a
score runs into two walls: a score at or below guessing, or at or above the ceiling of the
benchmark, belongs to no loss; and a loss below what the reference family could ever reach on its
tokens belongs to no size. Where that is so the result says which wall, and is never clamped to a
number. The module must not know whose score it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from mingan.scaling.loss_laws import LossLaw
from mingan.scaling.score_laws import ScoreLaw

Wall = Literal["", "guessing", "ceiling", "unreachable"]
"""Why there is no size: the score is no better than guessing; it is at the benchmark's ceiling;
no reference of any size reaches that loss on these tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """Parameters of the reference that would score as much; NaN where there are none, and why.

    Attributes:
        parameters: in the unit of the reference.
        loss: the loss that belongs to the score; NaN beyond the benchmark's walls.
        beyond: the largest reference is smaller than this: the law is stretched past its points.
    """

    parameters: float
    loss: float
    out: Wall = ""
    beyond: bool = False


def size_of_loss(law: LossLaw, loss: float, tokens: float) -> Effective:
    """The reference of this loss on so many tokens."""
    if math.isnan(loss):
        return Effective(parameters=math.nan, loss=loss, out="unreachable")
    rest = loss - law.E - law.B * tokens**-law.beta
    if rest <= 0:
        return Effective(parameters=math.nan, loss=loss, out="unreachable")
    power = (math.log(law.A) - math.log(rest)) / law.alpha
    if power > 700:
        return Effective(parameters=math.nan, loss=loss, out="unreachable")
    return Effective(parameters=math.exp(max(power, -700)), loss=loss)


def effective_parameters(
    loss_law: LossLaw, score_law: ScoreLaw, score: float, *, tokens: float,
    largest: float = math.inf,
) -> Effective:  # fmt: skip
    """The reference that scores as much.

    Args:
        tokens: that the reference is taken to have seen (the paper takes 1T).
        largest: size of the largest reference that was measured.
    """
    if not score_law.floor < score:
        return Effective(parameters=math.nan, loss=math.nan, out="guessing")
    if not score < score_law.ceiling:
        return Effective(parameters=math.nan, loss=math.nan, out="ceiling")
    found = size_of_loss(loss_law, score_law.loss(score), tokens)
    return Effective(
        parameters=found.parameters, loss=found.loss, out=found.out,
        beyond=not found.out and found.parameters > largest,
    )  # fmt: skip
