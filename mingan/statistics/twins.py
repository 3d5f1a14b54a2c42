"""Public question against hidden twin: did a model earn what it got on the public ones?

A pair is two questions made together, of which one was published. With a *coin*, a fair coin
decided which. Then, unless the published one leaked, it makes no difference which of the two a
result belongs to, however unlike they are in difficulty, and the tests are exact:

- right or wrong: one-sided McNemar, b ~ Bin(b + c, 1/2), where b pairs have only the public
  question right and c only the hidden one;
- shares (repeats): a permutation test that swaps the two of each pair by a fair coin;
- at any time, looking as often as one likes: the e-value of `coin_evidence`.

Without the coin a gap may mean no more than that the twins are harder, and no p-value is given:
`refusal` says so. It takes *references*, models that cannot have seen the public questions; then
the model's gap is ranked among theirs. Pairs in which one side has no verdict are left out of
the tests and counted. The module must not know how a finding is worded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mingan.statistics.intervals import Interval
from mingan.statistics.paired import SEED, mcnemar, paired_interval, sign_flip
from mingan.statistics.power import detectable
from mingan.statistics.special import Floats, beta_cdf, log_beta, student_quantile

Shares = Sequence[float | None] | Floats
"""Share of right answers to each question, in [0, 1]; None or NaN where there is no verdict."""

Refusal = Literal["", "no-coin", "no-pairs"]
"""Why there is no p-value: neither coin nor references, or no pair (or reference) to test."""

Method = Literal["", "mcnemar", "sign-flip", "conformal"]

_EDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinTest:
    """One model on pairs of a public question and its hidden twin.

    Attributes:
        pairs, left_out: pairs tested, and pairs in which one side had no verdict.
        public, hidden: share right on either side of the tested pairs; NaN where there is none.
        gap, low, high: public less hidden, in [-1, 1], with its interval at `level`. Without a
            coin it holds whatever difference in difficulty there is.
        excess, excess_low, excess_high: the gap less the mean gap of the references, with its
            interval from how far theirs spread; None without references.
        wins, losses: pairs with the better result on the public, or on the hidden side.
        p: one-sided, that a gap this large comes about without a leak; None if `refusal`.
        least_p: the smallest p that so many pairs, or references, could give; None if `refusal`.
        e: the e-value of the coin; 20 or more is as rare without a leak as p = 0.05, whenever one
            looks. None without a coin.
        detectable: the smallest gap that so many pairs, or a spread like that of the references,
            show with 80 % power at 1 - level, one-sided; with references it is an `excess`.
        references: how many reference models were used.
    """

    pairs: int
    left_out: int
    public: float
    hidden: float
    gap: float
    low: float
    high: float
    excess: float | None
    wins: int
    losses: int
    p: float | None
    least_p: float | None
    e: float | None
    detectable: float
    references: int
    method: Method
    refusal: Refusal
    level: float = 0.95
    excess_low: float | None = None
    excess_high: float | None = None


def twin_test(
    public: Shares,
    hidden: Shares,
    *,
    coin: bool,
    references: Sequence[tuple[Shares, Shares]] = (),
    level: float = 0.95,
    seed: int = SEED,
) -> TwinTest:
    """Test whether a model does better on the public side of pairs than on the hidden one.

    Args:
        public, hidden: results on the two sides, one pair at each place.
        coin: whether a fair coin decided, for each pair, which side was published.
        references: the same two lists for each model that cannot have seen the public side. Used
            only without a coin, which needs none.
        level: of the interval; `detectable` is at 1 - level.
        seed: of the permutation test.

    Raises:
        ValueError: lists of different lengths, or a value outside [0, 1].
    """
    differences, sides = _differences(public, hidden)
    used = ~np.isnan(differences)
    d = differences[used]
    others = np.asarray([_same_length(r, differences.size) for r in references]).reshape(
        len(references), differences.size
    )
    wins, losses = int((d > _EDGE).sum()), int((d < -_EDGE).sum())
    found = _with_coin(d, wins, losses, seed) if coin else _with_references(differences, others)
    by_pairs = _by_pairs(d, 1 - level)
    interval = paired_interval(d, level=level)
    beyond = _excess_interval(found, level)
    return TwinTest(
        pairs=int(used.sum()),
        left_out=int((~used).sum()),
        public=float(sides[0][used].mean()) if d.size else float("nan"),
        hidden=float(sides[1][used].mean()) if d.size else float("nan"),
        gap=float(d.mean()) if d.size else float("nan"),
        low=interval.low,
        high=interval.high,
        excess=found.excess,
        wins=wins,
        losses=losses,
        p=found.p,
        least_p=found.least_p,
        e=float(coin_evidence(wins, losses)) if coin else None,
        detectable=by_pairs if coin else _by_references(found, 1 - level, otherwise=by_pairs),
        references=len(found.gaps),
        method=found.method,
        refusal=found.refusal,
        level=level,
        excess_low=beyond.low if beyond else None,
        excess_high=beyond.high if beyond else None,
    )


def coin_evidence(wins: ArrayLike, losses: ArrayLike) -> Floats:
    """E-value against "the coin alone decides which side of a pair is right", elementwise.

    E = 2^(m+1) B(b+1, c+1) [1 - I_{1/2}(b+1, c+1)] with b wins, c losses, m = b + c: a bet on
    every chance of a win between 1/2 and 1 alike. Watched after each pair, it ever reaches 1/a
    with chance a at most; so one may look, and stop, at any time.
    """
    b, c = np.asarray(wins, dtype=np.float64), np.asarray(losses, dtype=np.float64)
    # 1 - I_{1/2}(b+1, c+1) = I_{1/2}(c+1, b+1), without the loss of figures.
    upper = beta_cdf(0.5, c + 1, b + 1)
    with np.errstate(divide="ignore"):
        logarithm = (b + c + 1) * np.log(2) + log_beta(b + 1, c + 1) + np.log(upper)
    return np.asarray(np.exp(np.minimum(logarithm, 700.0)))


def references_needed(alpha: float = 0.05) -> int:
    """How many reference models it takes for the rank test to be able to reach `alpha`: 19."""
    return int(np.ceil(1 / alpha - _EDGE)) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSamples:
    """Two lists of numbers: the largest gap D between their distribution functions, and its p."""

    statistic: float
    p: float
    first: int
    second: int


def two_sample(a: ArrayLike, b: ArrayLike) -> TwoSamples:
    """Kolmogorov-Smirnov test of whether two lists come from one distribution, two-sided.

    The p-value is exact, also with ties: the share of all ways to deal the pooled numbers out
    to lists of these sizes that set them as far apart. 1 where a list is empty.
    """
    x, y = (np.sort(np.asarray(each, dtype=np.float64).ravel()) for each in (a, b))
    if not x.size or not y.size:
        return TwoSamples(statistic=0.0, p=1.0, first=x.size, second=y.size)
    pooled = np.sort(np.concatenate([x, y]))
    below = [np.searchsorted(each, pooled, side="right") / each.size for each in (x, y)]
    statistic = float(np.abs(below[0] - below[1]).max())
    closed = np.append(pooled[1:] > pooled[:-1], True)
    p = _deals_apart(x.size, y.size, closed, statistic)
    return TwoSamples(statistic=statistic, p=p, first=x.size, second=y.size)


# --- pieces -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a test gives; `gaps` are those of the references, each against the others."""

    p: float | None = None
    least_p: float | None = None
    method: Method = ""
    refusal: Refusal = ""
    excess: float | None = None
    gaps: tuple[float, ...] = ()


def _shares(values: Shares) -> Floats:
    found = np.asarray([np.nan if v is None else v for v in values], dtype=np.float64)
    if ((found < 0) | (found > 1)).any():
        raise ValueError("shares of right answers must be in [0, 1]")
    return found


def _differences(public: Shares, hidden: Shares) -> tuple[Floats, tuple[Floats, Floats]]:
    x, y = _shares(public), _shares(hidden)
    if x.size != y.size:
        raise ValueError(f"pairs need two lists of one length, not {x.size} and {y.size}")
    return x - y, (x, y)


def _same_length(pair: tuple[Shares, Shares], size: int) -> Floats:
    found, _ = _differences(*pair)
    if found.size != size:
        raise ValueError(f"a reference has {found.size} pairs, the model {size}")
    return found


def _with_coin(d: Floats, wins: int, losses: int, seed: int) -> _Found:
    if not d.size:
        return _Found(refusal="no-pairs")
    least = 0.5 ** min(d.size, 1000)
    if (np.abs(np.abs(d) - 0.5) > 0.5 - _EDGE).all():
        p = mcnemar(wins, losses, alternative="greater")
        return _Found(p=p, least_p=least, method="mcnemar")
    p = sign_flip(d, alternative="greater", seed=seed)
    return _Found(p=p, least_p=least, method="sign-flip")


def _with_references(model: Floats, references: Floats) -> _Found:
    """Rank of the model's gap, less that of the references pair by pair, among the references.

    p = (1 + #{T_r >= T}) / (R + 1), each T_r measured against the other references. That is as
    sure as the references are like the model in everything but having seen the questions.
    """
    if not len(references):
        return _Found(refusal="no-coin")
    own = _excess(model, references)
    every = [_excess(each, np.delete(references, r, axis=0)) for r, each in enumerate(references)]
    gaps = tuple(gap for gap in every if not np.isnan(gap))
    if np.isnan(own) or not gaps:
        return _Found(refusal="no-pairs")
    above, deals = sum(gap >= own - _EDGE for gap in gaps), 1 + len(gaps)
    return _Found(
        p=(1 + above) / deals, least_p=1 / deals, method="conformal", excess=own, gaps=gaps
    )


def _excess(model: Floats, references: Floats) -> float:
    """Mean gap of a model less the mean gap of the references, over the pairs that both have."""
    known = ~np.isnan(references)
    count = known.sum(axis=0)
    usual = np.where(known, references, 0.0).sum(axis=0) / np.maximum(count, 1)
    both = (count > 0) & ~np.isnan(model)
    return float((model - usual)[both].mean()) if both.any() else float("nan")


def _excess_interval(found: _Found, level: float) -> Interval | None:
    """Where the excess of one more model like the references lies, moved to this one's excess."""
    if found.excess is None:
        return None
    if len(found.gaps) < 2:
        return Interval(-1.0, 1.0)
    spread = float(np.std(found.gaps, ddof=1)) * (1 + 1 / len(found.gaps)) ** 0.5
    half = student_quantile((1 + level) / 2, len(found.gaps) - 1) * spread
    return Interval(max(-1.0, found.excess - half), min(1.0, found.excess + half))


def _by_pairs(d: Floats, alpha: float) -> float:
    """By the normal approximation to the sign test, with one pair won and one lost put in."""
    if not d.size or 0.5**d.size > alpha:
        return 1.0
    square = (float(np.square(d).sum()) + 2) / (d.size + 2)
    return detectable(questions=d.size, variance=square, alpha=min(2 * alpha, 1.0))


def _by_references(found: _Found, alpha: float, *, otherwise: float) -> float:
    """From how far the gaps of the references spread; 1 where these are too few to tell."""
    if found.refusal:
        return otherwise
    if len(found.gaps) < references_needed(alpha):
        return 1.0
    variance = float(np.var(found.gaps, ddof=1))
    return detectable(questions=1, variance=variance, alpha=min(2 * alpha, 1.0))


def _deals_apart(n: int, m: int, closed: NDArray[np.bool_], statistic: float) -> float:
    """Chance that a random deal of n + m numbers ever sets the two lists `statistic` apart.

    The numbers are dealt in rising order; `inside[i]` is the chance that i of those dealt so far
    went to the first list and the two were nowhere that far apart. `closed` tells after which
    numbers the distribution functions can be compared: not amid equal ones.
    """
    i = np.arange(n + 1)
    inside = np.zeros(n + 1)
    inside[0], p = 1.0, 0.0
    for dealt in range(1, n + m + 1):
        left = n + m - dealt + 1
        to_first = np.clip((n - i) / left, 0.0, 1.0)
        moved = inside * to_first
        inside = inside - moved
        inside[1:] += moved[:-1]
        if closed[dealt - 1]:
            out = np.abs(i / n - (dealt - i) / m) >= statistic - _EDGE
            p += float(inside[out].sum())
            inside[out] = 0.0
    return min(p, 1.0)
