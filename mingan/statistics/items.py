"""How good each question is: difficulty, discrimination, and keys that look wrong.

A question is worth asking if models that do well elsewhere do well on it. The measures are those
of classical test theory, for as many models as there are, with answers missing here and there:

- *difficulty*: share of right answers, repeats of one model averaged first.
- *rest score* of a model for a question: how far, on average, it is above what all models got, on
  every *other* question it has a verdict on. Without gaps this orders models as their number of
  right answers elsewhere does; with gaps, nobody gains by having been asked the easy ones.
- *D*: share right among the best 27 % by rest score, less that among the worst 27 %. Models
  tied at the border share its places.
- *item_rest*: correlation of right and wrong with the rest score (corrected point-biserial).
- *KR-20*: reliability of the bank as a whole, k c / (v + (k - 1) c), with the mean variance v of
  a question and the mean covariance c of two; with gaps, over the pairs of verdicts there are.

A key is suspect for one of three reasons (`Suspicion`). None of them proves anything: each says
that somebody should look. The module must not know what was asked, nor how a finding is worded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from operator import itemgetter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mingan.statistics.matrix import Outcome, ResponseMatrix
from mingan.statistics.paired import RESAMPLES, SEED
from mingan.statistics.special import Floats

Suspicion = Literal["agree-against", "strong-wrong", "negative"]
"""Why a key is suspect.

`agree-against`: the best third of the models, at least 3, are all wrong, and with one and the
same answer, but for one of them at most where they are 4 or more. `strong-wrong`: the best third
are all wrong, and at least half of the worst third right. `negative`: models that do well
elsewhere do worse here, beyond chance.
"""

Said = Mapping[tuple[int, int], str]
"""What a model took for the answer: by (row of the model, column of the question)."""

FEWEST_MODELS = 8
"""With fewer models, a negative discrimination is never called suspect."""

GROUP = 0.27
"""Share of the models in the upper and in the lower group of D (Kelley 1939)."""

_STRONG = 3
_ROUNDING = 9  # decimals: rest scores that differ by less are tied


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question.

    Attributes:
        question: its id.
        models, answers: how many models, and how many of their answers, have a verdict.
        difficulty: share right, in [0, 1]; NaN where no answer has a verdict.
        discrimination: D, in [-1, 1]; NaN with fewer than 4 models.
        item_rest: correlation with the rest score; NaN with fewer than 3 models, or where it
            does not vary.
        p: one-sided, that a correlation this low comes about by chance alone; 1 where it is not
            below 0, and where there are too few models to ask.
        ceiling, floor: every verdict is right, or wrong.
        suspicions: why the key is suspect; empty for nearly all questions.
        strong: the best third of the models, by row of the matrix, best first.
        agreeing: those of them that agree against the key; empty where they do not.
    """

    question: str
    models: int
    answers: int
    difficulty: float
    discrimination: float
    item_rest: float
    p: float
    ceiling: bool
    floor: bool
    suspicions: tuple[Suspicion, ...]
    strong: tuple[int, ...]
    agreeing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTable:
    """All questions, in the order of the matrix, and the bank as a whole.

    `kr20` is NaN with fewer than 2 models or questions, or where models do not differ. `tested`
    counts the questions that could have been called suspect for negative discrimination.
    """

    items: tuple[Item, ...]
    kr20: float
    tested: int
    alpha: float


def item_table(
    matrix: ResponseMatrix, *, said: Said | None = None, alpha: float = 0.05
) -> ItemTable:
    """Every question of a matrix; undecided and missing answers are left out.

    Args:
        matrix: outcomes; strata and clusters do not matter.
        said: what each model took for the answer, the same text for the same answer. Without an
            entry nothing is known, and `agree-against` cannot be found.
        alpha: how likely a question that does not discriminate at all may be called suspect
            for negative discrimination.
    """
    rates, answers = share_right(matrix)
    rest = rest_scores(rates)
    correlation = item_rest(rates, rest)
    spread = discrimination(rates, rest)
    items = []
    for j, question in enumerate(matrix.questions):
        x = rates[:, j]
        known = ~np.isnan(x)
        count = int(known.sum())
        strong, weak = _ends(rest[:, j])
        p = _chance(x, rest[:, j], correlation[j])
        agreeing = _agreeing(x, strong, said or {}, j)
        items.append(
            Item(
                question=question,
                models=count,
                answers=int(answers[:, j].sum()),
                difficulty=float(x[known].mean()) if count else float("nan"),
                discrimination=float(spread[j]),
                item_rest=float(correlation[j]),
                p=p,
                ceiling=bool(count and (x[known] == 1).all()),
                floor=bool(count and (x[known] == 0).all()),
                suspicions=_suspicions(x, strong, weak, bool(agreeing), p <= alpha),
                strong=tuple(strong),
                agreeing=agreeing,
            )
        )
    tested = sum(i.models >= FEWEST_MODELS and not np.isnan(i.item_rest) for i in items)
    return ItemTable(items=tuple(items), kr20=kr20(rates), tested=tested, alpha=alpha)


def share_right(matrix: ResponseMatrix) -> tuple[Floats, NDArray[np.intp]]:
    """Share of right answers among those with a verdict, and how many these are: (M, Q) each.

    The share is NaN where there is no verdict.
    """
    right = (matrix.cells == Outcome.RIGHT).sum(axis=2)
    count = right + (matrix.cells == Outcome.WRONG).sum(axis=2)
    return np.where(count > 0, right / np.maximum(count, 1), np.nan), count


def rest_scores(rates: Floats) -> Floats:
    """Each model's mean lead over all models on the other questions; NaN where it has no verdict.

    `rates` is (M, Q) with NaN for what is missing. A model with a verdict on one question alone
    has no rest score.
    """
    known = ~np.isnan(rates)
    lead = _leads(rates)
    others = known.sum(axis=1, keepdims=True) - known
    mean = (lead.sum(axis=1, keepdims=True) - lead) / np.maximum(others, 1)
    return np.where(known & (others > 0), np.round(mean, _ROUNDING), np.nan)


def item_rest(rates: Floats, rest: Floats) -> Floats:
    """Correlation of each question with the rest score: Q numbers, NaN where there is none."""
    used = ~np.isnan(rest)
    count = used.sum(axis=0)
    x, y = (
        np.where(used, each - _mean(each, used, axis=0), 0.0) for each in (rates, rest)
    )  # fmt: skip
    size = np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0))
    usable = (count >= 3) & (size > 1e-12)
    return np.where(usable, (x * y).sum(axis=0) / np.where(usable, size, 1.0), np.nan)


def discrimination(rates: Floats, rest: Floats) -> Floats:
    """D of each question: share right in the upper less that in the lower group, by rest score."""
    found = np.full(rates.shape[1], np.nan)
    for j in range(rates.shape[1]):
        used = ~np.isnan(rest[:, j])
        if used.sum() < 4:
            continue
        x, y = rates[used, j], rest[used, j]
        places = max(1, round(GROUP * x.size))
        found[j] = (_top(y, places) - _top(-y, places)) @ x / places
    return found


def kr20(rates: Floats) -> float:
    """Reliability of the whole bank, at most 1; NaN where it cannot be told.

    For right and wrong without gaps this is Kuder and Richardson's formula 20; for shares it is
    Cronbach's alpha.
    """
    asked = rates[:, ~np.isnan(rates).all(axis=0)]
    known, lead = ~np.isnan(asked), _leads(asked)
    k = asked.shape[1]
    per_model = known.sum(axis=1)
    pairs = int((per_model * (per_model - 1)).sum())
    if k < 2 or asked.shape[0] < 2 or not pairs:
        return float("nan")
    variance = float(((lead**2).sum(axis=0) / known.sum(axis=0)).mean())
    covariance = float((lead.sum(axis=1) ** 2 - (lead**2).sum(axis=1)).sum()) / pairs
    whole = variance + (k - 1) * covariance
    # With gaps the two are not taken over the same verdicts, and a rare bank would pass 1.
    return min(1.0, k * covariance / whole) if whole > 1e-12 else float("nan")


# --- pieces -------------------------------------------------------------------------------------


def _mean(values: Floats, used: NDArray[np.bool_], *, axis: int) -> Floats:
    total = np.where(used, values, 0.0).sum(axis=axis, keepdims=True)
    return np.asarray(total / np.maximum(used.sum(axis=axis, keepdims=True), 1))


def _leads(rates: Floats) -> Floats:
    """How far each model is above the mean of all models on each question; 0 where unknown."""
    known = ~np.isnan(rates)
    return np.where(known, rates - _mean(rates, known, axis=0), 0.0)


def _top(score: Floats, places: int) -> Floats:
    """Weights that sum to `places`: 1 for the best, a fraction for those tied at the border."""
    border = np.sort(score)[-places]
    above, tied = score > border, score == border
    return np.asarray(above + tied * (places - above.sum()) / tied.sum())


def _ends(rest: Floats) -> tuple[list[int], list[int]]:
    """Rows of the best and of the worst third, at least 3, those tied at the border included."""
    rows = np.flatnonzero(~np.isnan(rest))
    if rows.size < _STRONG:
        return [], []
    places = max(_STRONG, ceil(rows.size / 3))
    order = rows[np.argsort(-rest[rows], kind="stable")]
    score = rest[order]
    strong, weak = order[score >= score[places - 1]], order[score <= score[-places]]
    return strong.tolist(), weak.tolist()


def _agreeing(x: Floats, strong: list[int], said: Said, column: int) -> tuple[int, ...]:
    """The strong models that are all wrong with one answer, if nearly all of them are."""
    if not strong or x[strong].any():
        return ()
    labels = {row: said.get((row, column), "") for row in strong}
    counts = Counter(text for text in labels.values() if text)
    common, count = max(counts.items(), key=itemgetter(1), default=("", 0))
    if count < max(_STRONG, len(strong) - 1):
        return ()
    return tuple(row for row in strong if labels[row] == common)


def _suspicions(
    x: Floats, strong: list[int], weak: list[int], agree: bool, low: bool
) -> tuple[Suspicion, ...]:
    found: list[Suspicion] = []
    if agree:
        found.append("agree-against")
    elif strong and not x[strong].any() and not set(strong) & set(weak):
        found += ["strong-wrong"] if x[weak].mean() >= 0.5 else []
    if low:
        found.append("negative")
    return tuple(found)


def _chance(x: Floats, rest: Floats, correlation: float) -> float:
    """p-value of a correlation this far below 0, by dealing the verdicts out to models anew.

    No model knows of another under the null, so any deal is as likely. What this assumes away is
    that models of one family err together.
    """
    used = ~np.isnan(rest)
    if not correlation < 0 or used.sum() < FEWEST_MODELS:
        return 1.0
    verdicts, scores = x[used], rest[used] - rest[used].mean()
    rng = np.random.default_rng(SEED)
    dealt = rng.permuted(np.broadcast_to(verdicts, (RESAMPLES, verdicts.size)), axis=1)
    extreme = int((dealt @ scores <= verdicts @ scores + 1e-9).sum())
    return (1 + extreme) / (1 + RESAMPLES)
