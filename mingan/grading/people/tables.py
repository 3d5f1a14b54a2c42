"""From a revealed queue to a table of models: what people's verdicts, or their preferences, say.

Verdicts become a score by the same road as everybody else's (`statistics.scores`), over what was
judged and nothing else. Of pairs a model's score is the share that it won, a tie counting half.
Pairs on one question hang together, since the same answer meets one opponent after another, so
what is counted as independent is the question: the interval is Wilson's, with

    n_eff = p(1-p) / V,    V = G/(G-1) · sum over questions of (won_g - p n_g)² / N²

in place of a number of pairs (N pairs on G questions, n_g of them on question g), and Student's
quantile with G - 1 degrees of freedom in place of 1.96. Both p here and each question's share are
drawn towards one half by two pseudo-questions, so that a model that won everything, or won the
same share everywhere, still has an interval. The module knows no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from mingan.grading.people.outcome import shares, verdicts
from mingan.records import Answer, Verdict
from mingan.statistics import Score, score_table
from mingan.statistics.intervals import wilson_with_quantile
from mingan.statistics.matrix import Outcome, ResponseMatrix
from mingan.statistics.special import student_quantile
from mingan.store.queues import Click, Queue

_OUTCOMES: dict[Verdict, Outcome] = {
    "right": Outcome.RIGHT,
    "wrong": Outcome.WRONG,
    "unsure": Outcome.UNSURE,
}
_PSEUDO_QUESTIONS = 2
_NOTHING = dict.fromkeys(
    ("ungraded", "refused", "truncated", "empty", "failed", "absent"), 0
)  # fmt: skip


def verdict_table(
    queue: Queue, clicks: Sequence[Click], answers: Mapping[str, Answer]
) -> list[Score]:
    """For every model what people say of its answers in this queue, best first.

    Every model stands alone, on the questions on which it was judged.
    """
    said: dict[str, dict[str, list[Outcome]]] = {}
    for place, verdict in verdicts(queue, clicks).items():
        item = queue.items[place]
        model = model_of(answers, item.answers[0])
        outcomes = said.setdefault(model, {}).setdefault(item.question, [])
        outcomes.append(_OUTCOMES[verdict])
    return _best_first(_verdict_score(model, judged) for model, judged in said.items())


def win_table(queue: Queue, clicks: Sequence[Click], answers: Mapping[str, Answer]) -> list[Score]:
    """For every model the share of its pairs that it won, best first."""
    won: dict[str, dict[str, list[float]]] = {}
    for place, share in shares(queue, clicks).items():
        item = queue.items[place]
        for content, given in zip(item.answers, (share, 1 - share), strict=True):
            model = model_of(answers, content)
            won.setdefault(model, {}).setdefault(item.question, []).append(given)
    return _best_first(win_score(model, list(pairs.values())) for model, pairs in won.items())


def win_score(model: str, questions: Sequence[Sequence[float]]) -> Score:
    """One model's win rate; for every question the share that it won of each of its pairs."""
    pairs = [share for question in questions for share in question]
    p = sum(pairs) / len(pairs)
    low, high = wilson_with_quantile(p, *_effective(questions))
    return Score(
        model=model, score=p, low=low, high=high, best_case=high, worst_case=low,
        right=sum(s > 0.5 for s in pairs), wrong=sum(s < 0.5 for s in pairs),
        unsure=sum(s == 0.5 for s in pairs), questions=len(questions), repeats=1, **_NOTHING,
    )  # fmt: skip


def model_of(answers: Mapping[str, Answer], content: str) -> str:
    """The name of the model that gave an answer."""
    answer = answers.get(content)
    return answer.model if answer else "?"


def _effective(questions: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The effective number of pairs, and the quantile to use with it."""
    groups = len(questions)
    if groups < 2:
        return 0.0, float("inf")
    sizes = np.array([len(question) for question in questions], dtype=np.float64)
    sums = np.array([sum(question) for question in questions], dtype=np.float64)
    total, mean = sizes.sum(), sizes.mean()
    half = _PSEUDO_QUESTIONS * mean / 2
    p = (sums.sum() + half) / (total + 2 * half)
    # Two questions more, one won and one lost altogether.
    squares = ((sums - p * sizes) ** 2).sum() + (mean * (1 - p)) ** 2 + (mean * p) ** 2
    pseudo = groups + _PSEUDO_QUESTIONS
    variance = pseudo / (pseudo - 1) * squares / (total + 2 * half) ** 2
    variance *= pseudo / groups  # there are no more questions than there are
    return float(min(p * (1 - p) / variance, total)), student_quantile(0.975, groups - 1)


def _verdict_score(model: str, judged: Mapping[str, Sequence[Outcome]]) -> Score:
    repeats = max(len(outcomes) for outcomes in judged.values())
    cells = np.full((1, len(judged), repeats), Outcome.ABSENT, dtype=np.int8)
    for column, outcomes in enumerate(judged.values()):
        cells[0, column, : len(outcomes)] = outcomes
    matrix = ResponseMatrix(models=(model,), questions=tuple(judged), cells=cells)
    return score_table(matrix, ranks=False)[0]


def _best_first(scores: Iterable[Score]) -> list[Score]:
    def order(score: Score) -> tuple[bool, float, str]:
        unknown = score.score != score.score
        return unknown, 0.0 if unknown else -score.score, score.model

    return sorted(scores, key=order)
