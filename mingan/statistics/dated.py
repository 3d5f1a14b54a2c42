"""Questions with dates: does a model do better on those it could have seen than on others?

Difference in differences: a model's results before and after a cut-off date, next to those of
other models on the same questions. That later questions are harder must not count against
anybody, and a plain difference of differences does count it: a model near 0 has nothing to lose,
one in the middle much. So questions are compared with questions that are as hard for everybody,
the model itself included: given how many of all models solve it, a model that fits a Rasch model
is as likely to be among them before the cut as after, whatever happened to difficulty (Mantel
and Haenszel 1959; Holland and Thayer 1988 on item bias). The model's results are regressed on a
smooth function of that share and on being before the cut; errors are robust and clustered.

The other models may have seen questions too, which would hide the model's own gap. So models
found at 5 % (Benjamini and Hochberg) leave the pool that others are compared with, and all is
reckoned again until nothing changes. The module must not know what was asked.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mingan.statistics.multiplicity import benjamini_hochberg
from mingan.statistics.special import Floats, normal_quantile, student_cdf, student_quantile

ALPHA = 0.05

FEWEST_QUESTIONS = 10
"""So many questions it takes on either side of the cut."""

FEWEST_OTHERS = 3
"""So many other models it takes."""

_DEGREE = 5
_ROUNDS = 20

DatedRefusal = Literal["", "few-questions", "few-models", "no-date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedGap:
    """One model before and after its cut-off.

    Attributes:
        questions_before, questions_after: with a result of this model.
        before, after: its mean result on either side.
        plain: its change less that of the others, as it stands (difference in differences).
        gap, low, high: how much better it does before the cut than on equally hard questions
            after it, with the interval at `level`; NaN where `refusal` is set.
        error: its standard error.
        z, p: of the test that the gap is not above 0; p one-sided, None where refused.
        p_adjusted: p after Benjamini and Hochberg, over all models tested.
        detectable: the smallest gap found with 80 % power at 5 %, one-sided.
        others: the models (by their places) that it was compared with.
        df: degrees of freedom of the error.
    """

    questions_before: int
    questions_after: int
    before: float
    after: float
    plain: float
    gap: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    error: float = float("nan")
    z: float = float("nan")
    p: float | None = None
    p_adjusted: float | None = None
    detectable: float | None = None
    others: tuple[int, ...] = ()
    df: float = float("nan")
    level: float = 0.95
    refusal: DatedRefusal = ""


def dated_gaps(
    results: ArrayLike,
    before: ArrayLike,
    *,
    clusters: Sequence[Hashable] | None = None,
    robust: bool = True,
    alpha: float = ALPHA,
    level: float = 0.95,
) -> tuple[DatedGap, ...]:
    """Every model before against after.

    Args:
        results: (models, questions), in [0, 1]; NaN where there is none.
        before: (questions,) or (models, questions), whether the question is older than the cut;
            NaN or None in a model's row where that is not known.
        clusters: labels of questions that hang together (one contest, one passage).
        robust: take models that are found out of the pool of the others.
        alpha: at which they are found.

    Raises:
        ValueError: a result outside [0, 1], or tables that do not fit each other.
    """
    table = np.asarray(results, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"needs a table of models by questions, not shape {table.shape}")
    if ((table < 0) | (table > 1)).any():
        raise ValueError("results must be in [0, 1]")
    early = np.broadcast_to(np.asarray(before, dtype=np.float64), table.shape)
    groups = _groups(clusters, table.shape[1])
    filled = _filled(table)
    pool = np.ones(len(table), dtype=bool)
    found: list[DatedGap] = []
    for _ in range(_ROUNDS if robust else 1):
        found = [_one(i, table, filled, early, pool, groups, level) for i in range(len(table))]
        found = _adjusted(found)
        caught = np.asarray([g.p_adjusted is not None and g.p_adjusted <= alpha for g in found])
        # Only ever fewer in the pool, so that it comes to an end.
        rest = pool & ~caught
        if (rest == pool).all() or rest.sum() < FEWEST_OTHERS + 1:
            break
        pool = rest
    return tuple(found)


# --- pieces -------------------------------------------------------------------------------------


def _one(
    i: int, table: Floats, filled: Floats, early: Floats, pool: NDArray[np.bool_],
    groups: NDArray[np.intp], level: float,
) -> DatedGap:  # fmt: skip
    others = np.flatnonzero(pool & (np.arange(len(table)) != i) & ~np.isnan(table).all(axis=1))
    used = ~np.isnan(table[i]) & ~np.isnan(early[i])
    if others.size:
        used &= ~np.isnan(table[others]).all(axis=0)
    x, pre = table[i, used], early[i, used] > 0
    n_before, n_after = int(pre.sum()), int((~pre).sum())
    rest = filled[others][:, used] if others.size else np.zeros((0, x.size))
    mean = rest.mean(axis=0) if others.size else np.zeros(x.size)
    plain = _mean(x[pre] - mean[pre]) - _mean(x[~pre] - mean[~pre])
    bare = DatedGap(
        questions_before=n_before, questions_after=n_after, before=_mean(x[pre]),
        after=_mean(x[~pre]), plain=plain if others.size else float("nan"),
        others=tuple(others.tolist()), level=level, refusal=_refusal(early[i], pre, others.size),
    )  # fmt: skip
    if bare.refusal:
        return bare
    share = (rest.sum(axis=0) + x) / (others.size + 1)
    return _tested(bare, x, share, pre.astype(np.float64), groups[used])


def _refusal(early: Floats, pre: NDArray[np.bool_], others: int) -> DatedRefusal:
    if np.isnan(early).all():
        return "no-date"
    if min(int(pre.sum()), int((~pre).sum())) < FEWEST_QUESTIONS:
        return "few-questions"
    return "few-models" if others < FEWEST_OTHERS else ""


def _tested(
    bare: DatedGap, x: Floats, share: Floats, pre: Floats, groups: NDArray[np.intp]
) -> DatedGap:
    """The coefficient of `pre` beside a smooth function of `share`, by partialling that out."""
    basis = _basis(share)
    w = pre - basis @ (basis.T @ pre)
    weight = float(w @ w)
    if weight < 1e-9:
        return _replaced(bare, refusal="few-questions")
    rest = x - basis @ (basis.T @ x)
    raw = float(w @ rest) / weight
    leverage = (basis**2).sum(axis=1) + w**2 / weight
    residual = (rest - raw * w) / np.sqrt(np.maximum(1 - leverage, 0.1))
    scores = np.bincount(groups, weights=w * residual, minlength=int(groups.max()) + 1)
    present = int(np.unique(groups).size)
    correction = present / max(present - 1, 1) if present < x.size else 1.0
    error = float(np.sqrt(correction * (scores**2).sum())) / weight
    df = float(max(present - basis.shape[1] - 1, 1))
    # The model's own results are part of the share and take some of the gap with them.
    kept = 1 - min(max(_slope(share, x) / (len(bare.others) + 1), 0.0), 0.5)
    gap, error = raw / kept, error / kept
    if error < 1e-12:
        return _replaced(bare, gap=gap, low=gap, high=gap, error=0.0, z=0.0, p=1.0, df=df,
                         detectable=1.0)  # fmt: skip
    half = student_quantile((1 + bare.level) / 2, df) * error
    return _replaced(
        bare, gap=gap, low=gap - half, high=gap + half, error=error, z=gap / error,
        p=student_cdf(-gap / error, df), df=df,
        detectable=min(1.0, (normal_quantile(0.95) + normal_quantile(0.8)) * error),
    )  # fmt: skip


def _replaced(bare: DatedGap, **changes: object) -> DatedGap:
    return replace(bare, **changes)  # type: ignore[arg-type]


def _basis(share: Floats) -> Floats:
    """Orthonormal columns: powers of the share, and of their own those that all or none solve."""
    low, span = float(share.min()), float(np.ptp(share))
    scaled = 2 * (share - low) / span - 1 if span > 0 else np.zeros_like(share)
    degree = min(_DEGREE, max(np.unique(share).size - 1, 0), max(share.size // 10, 1))
    columns = [np.polynomial.legendre.legvander(scaled, degree)]
    columns.append(np.column_stack([share <= 0, share >= 1]).astype(np.float64))
    u, strength, _ = np.linalg.svd(np.hstack(columns), full_matrices=False)
    return np.asarray(u[:, strength > 1e-9 * max(float(strength[0]), 1e-12)])


def _slope(share: Floats, x: Floats) -> float:
    centred = share - share.mean()
    square = float(centred @ centred)
    return float(centred @ x) / square if square > 0 else 0.0


def _filled(table: Floats) -> Floats:
    """Holes closed by what the question and the model lead one to expect; only for the shares."""
    known = ~np.isnan(table)
    if known.all():
        return table
    overall = float(table[known].mean()) if known.any() else 0.0
    zeroed = np.where(known, table, 0.0)
    rows = np.where(known.any(1), zeroed.sum(1) / np.maximum(known.sum(1), 1), overall)
    columns = np.where(known.any(0), zeroed.sum(0) / np.maximum(known.sum(0), 1), overall)
    expected = np.clip(rows[:, None] + columns[None, :] - overall, 0.0, 1.0)
    return np.where(known, table, expected)


def _adjusted(found: Sequence[DatedGap]) -> list[DatedGap]:
    known = [gap.p for gap in found if gap.p is not None]
    corrected = iter(benjamini_hochberg(np.asarray(known, dtype=np.float64)).tolist())
    return [
        gap if gap.p is None else _replaced(gap, p_adjusted=next(corrected)) for gap in found
    ]  # fmt: skip


def _groups(clusters: Sequence[Hashable] | None, size: int) -> NDArray[np.intp]:
    if clusters is None:
        return np.arange(size)
    if len(clusters) != size:
        raise ValueError(f"{size} questions need {size} clusters, not {len(clusters)}")
    numbers: dict[Hashable, int] = {}
    return np.asarray([numbers.setdefault(c, len(numbers)) for c in clusters], dtype=np.intp)


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")
