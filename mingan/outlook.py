"""Looking ahead: what a workspace's earlier answers say about a run that is not begun yet.

It gathers what `mingan.asking.estimate` needs, the answers that each model gave before and how
differently models did on these questions, and asks nothing itself. It must not know how an
estimate is shown.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mingan import asking, grading
from mingan.asking.conversation import Conversations
from mingan.asking.estimate import ENOUGH, Estimate, check_size, estimate
from mingan.errors import MinganError
from mingan.models import catalogue
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Answer, ModelCard, Question
from mingan.reports.gather import JUDGE, Gathered
from mingan.statistics import Outcome
from mingan.statistics.power import sample_variance
from mingan.store import Reader

MOST_SEEN = 400
"""Earlier answers of a model that are looked at; the newest say most."""

MOST_PAIRS = 200

_SHARED = 10  # questions that two models must share before their difference tells something


def look_ahead(
    reader: Reader,
    plan: asking.Plan,
    *,
    gathered: Gathered | None = None,
    registry: Registry = installed,
) -> Estimate:
    """What a plan will take and could show.

    Args:
        gathered: what is known of the plan's bank, if anything is.

    Raises:
        UsageError: the plan makes no sense, or is too large to be foretold.
        InputError: a question is of a kind that nobody installed.
    """
    check_size(plan)
    turns = Conversations(plan.questions, registry).most
    known = {(question.id, question.asked): question for question in plan.questions}
    return estimate(
        plan,
        there=reader.finished([item.key for item in plan.items()]),
        earlier={card.hash: _earlier(reader, card, known) for card in plan.cards},
        bears={card.hash: _bears(card, registry) for card in plan.cards},
        turns=turns,
        scored=sum(_can_score(question) for question in plan.questions),
        variances=variances(gathered, plan) if gathered else (),
    )


def variances(gathered: Gathered, plan: asking.Plan) -> list[float]:
    """The variance of one question's difference, for pairs of models seen on these questions.

    Pairs with a model of the plan if there are any, else all; only of models that share enough
    questions.
    """
    wanted = {question.id for question in plan.questions}
    matrix = gathered.matrix
    columns = [i for i, question in enumerate(matrix.questions) if question in wanted]
    means = _means(matrix.cells[:, columns, :])
    chosen = {card.name for card in plan.cards}
    pairs = list(combinations(range(len(matrix.models)), 2))
    mine = [pair for pair in pairs if chosen & {matrix.models[i] for i in pair}]
    found = []
    for a, b in (mine or pairs)[:MOST_PAIRS]:
        both = ~(np.isnan(means[a]) | np.isnan(means[b]))
        if both.sum() >= _SHARED:
            found.append(sample_variance(means[a, both], means[b, both]))
    return found


def _means(cells: NDArray[np.int8]) -> NDArray[np.float64]:
    """The share of right ones among the decided answers to each question; NaN where none is."""
    right, wrong = (cells == int(Outcome.RIGHT)).sum(2), (cells == int(Outcome.WRONG)).sum(2)
    decided = right + wrong
    return np.where(decided > 0, right / np.maximum(decided, 1), np.nan)


def _earlier(
    reader: Reader, card: ModelCard, known: dict[tuple[str, str], Question]
) -> list[tuple[Question, Answer]]:
    """The newest answers of a model: to these questions if there are enough, else to any."""
    answers = [a for a in reader.answers(models=[card.hash]) if a.state != "failed"]
    same = [a for a in answers if (a.question, a.asked) in known]
    kept = (same if len(same) >= ENOUGH else answers)[-MOST_SEEN:]
    return [(known.get((a.question, a.asked)) or _stand_in(a), a) for a in kept]


def _stand_in(answer: Answer) -> Question:
    """A question of which only the number of turns is known."""
    return Question(id=answer.question, prompt="", turns=("",) * len(answer.earlier))


def _bears(card: ModelCard, registry: Registry) -> int | None:
    try:
        return catalogue.make(card, registry=registry).concurrency
    except MinganError:  # such as a model file that is not fetched yet
        kind = registry.get("models", card.kind)
        cap = getattr(kind, "concurrency", None)
        return cap if isinstance(cap, int) else None


def _can_score(question: Question) -> bool:
    """Whether a rule can grade it."""
    return (question.grader or grading.choose(question).grader) != JUDGE
