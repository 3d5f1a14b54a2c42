"""Density of models that Mingan measured itself, on one bank of questions.

    from mingan.density.own import look_own

    table = workspace.scores(bank="builtin")
    report = look_own(table.scores, table.gathered.cards, bank="builtin")

Only models whose cards say how large they are can have one. Where no reference family is named the
models are measured against each other: 1 is then what these models need on average for what they
score, which says who is dense among them and nothing about others. Scores are nudged off 0 and 1 by
half a question (Jeffreys), so that none right of forty is a small number with a wide interval and
not a wall. The room must not know how a terminal or a page shows what it finds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

from mingan.density.cost import REFERENCE_BITS, sized_for_cost
from mingan.errors import UsageError
from mingan.models.weights import WEIGHTS
from mingan.records import ModelCard
from mingan.reports.dense import OwnDense, OwnReport
from mingan.reports.twin_pairs import TwinResult
from mingan.scaling.density import FEWEST_RUNGS, Density, Reference, density, reference
from mingan.statistics.results import Score


def look_own(
    scores: Sequence[Score], cards: Sequence[ModelCard], *, bank: str,
    family: Sequence[str] = (), twins: Sequence[TwinResult] = (), floor: float = 0.0,
) -> OwnReport:  # fmt: skip
    """Density of every model with a card that says how large it is.

    Args:
        scores: of the models on the bank.
        family: names of the reference models; none takes all that have a size.
        twins: what they have on the bank's hidden twins, for a density that takes off what may
            come of having seen the questions.
        floor: what guessing scores on this bank.

    Raises:
        UsageError: fewer than three sizes, a reference without score or size, or scores that do
            not rise with size, so that no score belongs to a size.
    """
    by_name = {card.name: card for card in cards}
    sized = [score for score in scores if by_name[score.model].params_total]
    rungs = [score for score in sized if not family or score.model in family]
    missing = [name for name in family if name not in {score.model for score in sized}]
    if missing:
        raise UsageError(
            f"参照模型 {missing[0]} 在 {bank} 上没有得分，或者它的卡片没写参数量（params_total）。",
            f"The reference model {missing[0]} has no score on {bank}, or its card does not say "
            "how large it is (params_total).",
        )
    line = _line(rungs, by_name, bank, floor)
    rows = [_row(score, by_name[score.model], line, twins) for score in sized]
    rows.sort(key=lambda row: -row.whole.density if not math.isnan(row.whole.density) else 1.0)
    return OwnReport(
        bank=bank, rows=tuple(rows), family=line, reference=tuple(score.model for score in rungs),
        each_other=not family,
        unsized=tuple(s.model for s in scores if not by_name[s.model].params_total),
    )  # fmt: skip


def _line(
    rungs: Sequence[Score], cards: Mapping[str, ModelCard], bank: str, floor: float
) -> Reference:
    sizes = [float(cards[score.model].params_total or 0) for score in rungs]
    if len(set(sizes)) < FEWEST_RUNGS:
        raise UsageError(
            f"{bank} 上大小已知的模型只有 {len(set(sizes))} 种大小，至少要 {FEWEST_RUNGS} 种才知道"
            "大小和得分的关系；再测几个，或者在 models.toml 里写上 params_total。",
            f"On {bank} models of known size come in {len(set(sizes))} sizes; it takes "
            f"{FEWEST_RUNGS} to know how score goes with size. Measure more, or write params_total "
            "in models.toml.",
        )
    try:
        return reference(sizes, [_nudged(score) for score in rungs], floor=floor)
    except ValueError as fault:
        raise UsageError(
            f"{bank} 上这些模型并不是越大越好，所以得分对不上大小，算不出密度；换些大小差得多的。",
            f"On {bank} these models do not score better with size, so no score belongs to a size; "
            "take models that differ more in size.",
        ) from fault


def _nudged(score: Score) -> float:
    n = score.questions
    return (score.score * n + 0.5) / (n + 1) if n else score.score


def _row(score: Score, card: ModelCard, line: Reference, twins: Sequence[TwinResult]) -> OwnDense:
    size = card.params_total or 1
    bits = bits_of(card)
    error = (score.high - score.low) / 2 / NormalDist().inv_cdf((1 + score.level) / 2)
    at = _nudged(score)
    hidden, corrected = _hidden(card, line, twins)
    return OwnDense(
        card=card, score=score, bits=bits, whole=density(line, at, size, spread=error),
        active=density(line, at, card.params_active or size, spread=error),
        cost=density(
            line, at, sized_for_cost(card.params_active or size, bits), spread=error
        ),
        hidden=hidden, corrected=corrected,
    )  # fmt: skip


def _hidden(
    card: ModelCard, line: Reference, twins: Sequence[TwinResult]
) -> tuple[float, Density | None]:
    """The share right on hidden halves that a coin dealt, and the density that goes with it.

    Twins that no coin dealt may be harder than the public questions, which would pass for a model
    that is less able than it seemed; they say nothing here.
    """
    test = next((e.test for e in twins if e.model == card.name and e.origin == "coin"), None)
    if test is None or not test.pairs or math.isnan(test.hidden):
        return math.nan, None
    share, pairs = test.hidden, test.pairs
    error = math.sqrt(share * (1 - share) / pairs)
    nudged = (share * pairs + 0.5) / (pairs + 1)
    return share, density(line, nudged, card.params_total or 1, spread=error)


def bits_of(card: ModelCard) -> float:
    """Bits a parameter takes: of a file that Mingan fetches, its size over the parameters."""
    weight = WEIGHTS.get(card.model) if card.kind == "local" else None
    if weight is None or not card.params_total:
        return REFERENCE_BITS
    return weight.size * 8 / card.params_total
