"""ConStat: a score on a public benchmark against what the score on other questions foretells.

Reference models give, for every score x on reference questions of the same kind, the score h(x)
that an honest model has on the benchmark. A smoothing spline is laid through them and through the
point of a model that guesses; a model's gap is delta = score - h(reference score). Both scores
have noise and there are few references, so everything is drawn again many times: the scores from
their errors (or the questions themselves, where results question by question are known), and the
references with replacement. p is that of the basic bootstrap, the share of draws with
delta* > 2 mean(delta*), as in the authors' own code: Dekoninck, Müller and Vechev, arXiv
2405.16281. As they do, the references' two scores are sorted each by itself, which undoes the
flattening of the curve by noise in x.

The bootstrap knows the noise of the scores, not that honest models differ in their gaps beyond
it. `scatter_p` does: it holds the model's gap against those of the references, each against the
curve through the others. The module must not know what the questions are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats, normal_quantile, student_cdf
from mingan.statistics.spline import FEWEST, Spline, smoothing_spline

DRAWS = 1000
SEED = 20240525

SHARED = 0.3
"""Share of a score's variance that comes of which questions were asked, the same for all models."""

REACH = 0.1
"""How far beyond the references, as a share of their range, the curve may still be read."""

_TRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One model's score beyond what is foretold.

    Attributes:
        delta, low, high: the gap in the scores' own unit, with its interval at `level`.
        expected: the score that the reference score foretells.
        error: standard deviation of the draws.
        p: one-sided, of a gap this large without contamination; (1 + count) / (1 + draws).
        scatter_p: the same by how far the references lie from their own curve (t test).
        detectable: the smallest gap found with 80 % power at 1 - level.
        beyond: the reference score lies so far outside of the references that the curve says
            nothing there.
        references: how many there were.
    """

    delta: float
    low: float
    high: float
    expected: float
    error: float
    p: float
    scatter_p: float
    detectable: float
    beyond: bool
    references: int
    level: float = 0.95


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What was drawn, once for all models: a curve for each draw.

    Attributes:
        curves: one for each draw; `questions`, `reference_questions`: how often each question
            counts in each draw, (draws, questions); None where only scores are known.
        x, y: the references' scores as they are.
        guess: the scores of guessing, on the reference questions and on the benchmark.
        top: the highest score there is, on the benchmark and on the reference questions.
    """

    curves: tuple[Spline, ...]
    x: Floats
    y: Floats
    guess: tuple[float, float] | None
    top: tuple[float, float]
    seed: int
    shared: float = 0.0
    questions: Floats | None = None
    reference_questions: Floats | None = None

    @cached_property
    def scatter(self) -> Floats:
        """How far each reference lies above the curve through all others."""
        off = []
        for i in range(self.x.size):
            x, y = np.delete(self.x, i), np.delete(self.y, i)
            curve = _curve(x, y, self.guess)
            if curve is not None and _within(float(self.x[i]), x, self.guess):
                off.append(float(self.y[i] - np.clip(curve(self.x[i]), 0, self.top[0])))
        return np.asarray(off)


def draws_of_scores(
    x: ArrayLike, y: ArrayLike, *, x_error: ArrayLike, y_error: ArrayLike,
    guess: tuple[float, float] | None = (0.0, 0.0), top: tuple[float, float] = (1.0, 1.0),
    shared: float = SHARED, draws: int = DRAWS, seed: int = SEED,
) -> Draws:  # fmt: skip
    """The curves where only the references' scores are known, with their standard errors.

    Args:
        x, y: scores on the reference questions and on the benchmark, one place a reference.
        x_error, y_error: their standard errors.
        guess: what guessing scores on either (x first); None for no such point.
        top: the highest score there is on the benchmark, and on the reference questions.

    Raises:
        ValueError: unlike lengths, fewer than 5 references, or fewer than 5 different x.
    """
    at, of, dx, dy = (np.asarray(each, dtype=np.float64) for each in (x, y, x_error, y_error))
    _check(at, of)
    rng = np.random.default_rng(seed)
    curves = []
    for common in _common(draws, seed):
        noisy = [
            score + se * (shared**0.5 * z + (1 - shared) ** 0.5 * rng.standard_normal(at.size))
            for score, se, z in ((at, dx, common[0]), (of, dy, common[1]))
        ]
        curves.append(_drawn(noisy[0], noisy[1], guess, (0.0, 0.0), rng))
    return Draws(curves=tuple(curves), x=at, y=of, guess=guess, top=top, seed=seed, shared=shared)


def draws_of_results(
    x: ArrayLike, y: ArrayLike, *, paired: bool = False,
    guess: tuple[float, float] | None = (0.0, 0.0), draws: int = DRAWS, seed: int = SEED,
) -> Draws:  # fmt: skip
    """The curves where results are known question by question, in [0, 1].

    Args:
        x, y: (references, questions) on the reference questions and on the benchmark; NaN where
            there is none.
        paired: whether question j of one is the twin of question j of the other; the two are
            then drawn together.

    Raises:
        ValueError: as `draws_of_scores`, or an unpaired table where a paired one was promised.
    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if paired and first.shape != second.shape:
        raise ValueError(f"pairs need tables of one shape, not {first.shape} and {second.shape}")
    at, of = _means(first), _means(second)
    _check(at, of)
    rng = np.random.default_rng(seed)
    counts_x = _counts(first.shape[1], draws, rng)
    counts_y = counts_x if paired else _counts(second.shape[1], draws, rng)
    means_x, means_y = _weighted(first, counts_x), _weighted(second, counts_y)
    errors = _guess_errors(guess, first.shape[1], second.shape[1])
    curves = [
        _drawn(means_x[b], means_y[b], guess, errors, rng, paired_with=(at, of))
        for b in range(draws)
    ]
    return Draws(
        curves=tuple(curves), x=at, y=of, guess=guess, top=(1.0, 1.0), seed=seed,
        questions=counts_y, reference_questions=counts_x,
    )  # fmt: skip


def gap_of_score(
    drawn: Draws, *, score: float, reference: float, error: float, reference_error: float,
    level: float = 0.95,
) -> Gap:  # fmt: skip
    """One model of which only the two scores are known, with their standard errors."""
    rng = np.random.default_rng([drawn.seed, 1])
    size = len(drawn.curves)
    common, own = _common(size, drawn.seed), rng.standard_normal((size, 2))
    noise = drawn.shared**0.5 * common + (1 - drawn.shared) ** 0.5 * own
    at, actual = reference + reference_error * noise[:, 0], score + error * noise[:, 1]
    return _gap(drawn, actual, at, score=score, reference=reference, level=level)


def gap_of_results(
    drawn: Draws, *, public: ArrayLike, reference: ArrayLike, level: float = 0.95
) -> Gap:
    """One model question by question, on the same questions as the references.

    Raises:
        ValueError: the draws are of scores only, or the questions are not as many.
    """
    if drawn.questions is None or drawn.reference_questions is None:
        raise ValueError("these curves were drawn from scores, not from results")
    of = np.asarray(public, dtype=np.float64)[None, :]
    at = np.asarray(reference, dtype=np.float64)[None, :]
    return _gap(
        drawn,
        _weighted(of, drawn.questions)[:, 0],
        _weighted(at, drawn.reference_questions)[:, 0],
        score=float(_means(of)[0]), reference=float(_means(at)[0]), level=level,
    )  # fmt: skip


# --- pieces -------------------------------------------------------------------------------------


def _gap(
    drawn: Draws, actual: Floats, at: Floats, *, score: float, reference: float, level: float
) -> Gap:
    expected = np.asarray([curve(x) for curve, x in zip(drawn.curves, at, strict=True)])
    expected = np.clip(expected, 0.0, drawn.top[0])
    deltas = actual - expected
    mean, error = float(deltas.mean()), float(deltas.std())
    low, high = 2 * mean - np.quantile(deltas, [(1 + level) / 2, (1 - level) / 2])
    power = normal_quantile(level) + normal_quantile(0.8)
    return Gap(
        delta=mean, low=float(low), high=float(high), expected=float(expected.mean()),
        error=error, p=float((1 + (deltas > 2 * mean).sum()) / (1 + deltas.size)),
        scatter_p=_scatter_p(drawn, score, reference), detectable=power * error,
        beyond=not _within(reference, drawn.x, drawn.guess),
        references=drawn.x.size, level=level,
    )  # fmt: skip


def _scatter_p(drawn: Draws, score: float, reference: float) -> float:
    """By Student's t: is the model further above the curve than the references are?"""
    off = drawn.scatter
    curve = _curve(drawn.x, drawn.y, drawn.guess)
    if off.size < FEWEST - 1 or curve is None:
        return 1.0
    own = score - float(np.clip(curve(reference), 0, drawn.top[0]))
    spread = float(off.std(ddof=1)) * (1 + 1 / off.size) ** 0.5
    if spread <= 0:
        return 1.0
    return student_cdf((float(off.mean()) - own) / spread, off.size - 1)


def _common(draws: int, seed: int) -> Floats:
    """(draws, 2): how hard the questions of each draw are for all models, on either side."""
    return np.random.default_rng([seed, 2]).standard_normal((draws, 2))


def _check(x: Floats, y: Floats) -> None:
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"references need two lists of one length, not {x.shape} and {y.shape}")
    if x.size < FEWEST:
        raise ValueError(f"needs at least {FEWEST} references, not {x.size}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("the scores of references must be numbers")


def _drawn(
    x: Floats, y: Floats, guess: tuple[float, float] | None, errors: tuple[float, float],
    rng: np.random.Generator, *, paired_with: tuple[Floats, Floats] | None = None,
) -> Spline:  # fmt: skip
    """The curve of one draw: references with replacement, but where there are only five."""
    point = None
    if guess is not None:
        point = (guess[0] + errors[0] * rng.standard_normal(),
                 guess[1] + errors[1] * rng.standard_normal())  # fmt: skip
    for _ in range(_TRIES if x.size > FEWEST else 0):
        chosen = rng.integers(0, x.size, x.size)
        if np.unique(chosen).size >= FEWEST:
            curve = _curve(x[chosen], y[chosen], point)
            if curve is not None:
                return curve
    curve = _curve(x, y, point)
    if curve is None and paired_with is not None:
        curve = _curve(*paired_with, guess)
    if curve is None:
        raise ValueError("the references have fewer than 5 different scores")
    return curve


def _curve(x: Floats, y: Floats, guess: tuple[float, float] | None) -> Spline | None:
    """The spline through the references and the guessing point; None where x has too few values."""
    at, of = np.sort(x), np.sort(y)
    if guess is not None:
        at, of = np.sort(np.append(at, guess[0])), np.sort(np.append(of, guess[1]))
    try:
        return smoothing_spline(at, of, caution=1.4)
    except ValueError:
        return None


def _within(x: float, references: Floats, guess: tuple[float, float] | None) -> bool:
    known = references if guess is None else np.append(references, guess[0])
    reach = REACH * float(known.max() - known.min())
    return bool(known.min() - reach <= x <= known.max() + reach)


def _means(results: Floats) -> Floats:
    known = ~np.isnan(results)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, results, 0.0).sum(axis=1) / known.sum(axis=1))


def _counts(questions: int, draws: int, rng: np.random.Generator) -> Floats:
    if not questions:
        return np.zeros((draws, 0))
    return rng.multinomial(questions, np.full(questions, 1 / questions), size=draws).astype(float)


def _weighted(results: Floats, counts: Floats) -> Floats:
    """(draws, models): the mean over the questions drawn; over all where a draw has none."""
    known = ~np.isnan(results)
    weight = counts @ known.T
    total = counts @ np.where(known, results, 0.0).T
    return np.where(weight > 0, total / np.maximum(weight, 1e-12), _means(results)[None, :])


def _guess_errors(
    guess: tuple[float, float] | None, first: int, second: int
) -> tuple[float, float]:
    if guess is None:
        return 0.0, 0.0
    return (
        float(np.sqrt(guess[0] * (1 - guess[0]) / max(first, 1))),
        float(np.sqrt(guess[1] * (1 - guess[1]) / max(second, 1))),
    )


def binomial_error(scores: Sequence[float] | Floats, questions: float) -> Floats:
    """Standard error of shares of right answers to so many questions."""
    p = np.clip(np.asarray(scores, dtype=np.float64), 0.0, 1.0)
    return np.asarray(np.sqrt(p * (1 - p) / questions))
