"""Whether growth changed, and when: a kink in the line of ln density against time.

The line through all models may bend once, at any of a few days between the first and the last of
them; the day at which it leaves least is taken. A bend that is looked for is always found, so its
odds are those of worlds in which the line is straight: the dates of the models, their own line, and
around it the distances that they have from it, whole families in turn. The module must not know
names of models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mingan.scaling.trend import FEWEST, SEED, groups_of
from mingan.statistics.special import Floats

_TRIED = np.linspace(0.15, 0.85, 15)
"""Shares of the models, oldest first, at whose days a bend is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """The best place for a bend.

    Attributes:
        when: in years; `before`, `after` slopes of ln density a year on either side.
        p: how often straight worlds bend as much somewhere.
    """

    when: float
    before: float
    after: float
    p: float


def bend(
    years: ArrayLike, logs: ArrayLike, *, families: Sequence[str] = (), repeats: int = 400,
    seed: int = SEED,
) -> Bend | None:  # fmt: skip
    """Where the line of all models bends most; None with fewer than 2 * `FEWEST` on each side.

    Args:
        years, logs: (n,) date and ln density, numbers all.
        families: of each model, whose distances are drawn together; empty: each its own.
    """
    t, y = np.asarray(years, np.float64), np.asarray(logs, np.float64)
    cuts = [
        cut for cut in np.unique(np.quantile(t, _TRIED)) if t.size
        and min((t <= cut).sum(), (t > cut).sum()) >= 2 * FEWEST
    ] if t.size else []  # fmt: skip
    if not cuts:
        return None
    straight = np.stack([np.ones_like(t), t - t.mean()], axis=1)
    bent = [np.column_stack([straight, np.maximum(t - cut, 0.0)]) for cut in cuts]
    bases = [np.linalg.qr(each)[0] for each in (straight, *bent)]
    found = np.linalg.lstsq(straight, y, rcond=None)[0]
    rest = y - straight @ found
    worlds = _redealt(rest, groups_of(families, t.size), repeats, seed)
    gains = _gains(bases, np.column_stack([rest, worlds]))
    best, most = int(gains[:, 0].argmax()), gains.max(axis=0)
    slopes = np.linalg.lstsq(bent[best], y, rcond=None)[0]
    return Bend(
        when=float(cuts[best]), before=float(slopes[1]), after=float(slopes[1] + slopes[2]),
        p=float((1 + (most[1:] >= most[0]).sum()) / (1 + repeats)),
    )  # fmt: skip


def _redealt(rest: Floats, groups: Sequence[np.ndarray], repeats: int, seed: int) -> Floats:
    """(n, repeats) distances, every family's drawn with replacement from another family's."""
    rng = np.random.default_rng(seed)
    order, sizes = np.concatenate(groups), np.array([group.size for group in groups])
    starts = np.cumsum(sizes) - sizes
    donors = rng.integers(0, sizes.size, (sizes.size, repeats))[
        np.repeat(np.arange(sizes.size), sizes)
    ]
    place = starts[donors] + (rng.random(donors.shape) * sizes[donors]).astype(np.intp)
    found = np.empty((rest.size, repeats))
    found[order] = rest[order[place]]
    return found


def _gains(bases: Sequence[Floats], worlds: Floats) -> Floats:
    """(cuts, worlds) of what a bend at each cut saves of the squares, over what it leaves."""
    squares = (worlds**2).sum(axis=0)
    left = [np.maximum(squares - ((base.T @ worlds) ** 2).sum(axis=0), 1e-300) for base in bases]
    return np.stack([left[0] / each - 1 for each in left[1:]])
