"""Which answers go into a blind queue, and in which order they are shown.

The order is drawn by a seed that is kept with the queue. Answers to one question stand as far
apart as there are questions, so that a grader does not judge them against each other; which
model's comes first is drawn anew for every question. Of a limited number of single answers, whole
questions are taken, as many as there is room for, so that all models are judged on the same ones;
of pairs the rarest are taken from as many questions as there are. Hidden questions stay out,
since their words are not shown to anybody. The module knows no page and no person.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from mingan.errors import UsageError
from mingan.language import counted
from mingan.records import Answer, Grade, Question, now
from mingan.store.queues import Queue, QueueItem, QueueKind

Which = Literal["open", "unsure", "ungraded", "all"]
"""open: without a verdict of right or wrong; unsure and ungraded: each of the two alone."""

MOST = 5000
"""The longest queue; nobody works through more."""

_UNDECIDED = {"open": {"unsure", "ungraded"}, "unsure": {"unsure"}, "ungraded": {"ungraded"}}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer that might be judged, and what has been said of it so far."""

    question: Question
    answer: Answer
    grade: Grade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the owner of a queue asked for; see `Queue` for the fields of the same name."""

    bank: str
    title: str = ""
    kind: QueueKind = "verdict"
    which: Which = "open"
    models: frozenset[str] = frozenset()  # names; empty means all
    limit: int = 120
    guideline: str = ""
    criteria: tuple[str, ...] = ()
    by: str = ""


def eligible(candidates: Iterable[Candidate], wish: Wish) -> list[Candidate]:
    """Those of `candidates` that a wish is about."""
    wanted = _UNDECIDED.get(wish.which)
    return [
        candidate
        for candidate in candidates
        if candidate.answer.state != "failed"
        and not candidate.question.hidden
        and (not wish.models or candidate.answer.model in wish.models)
        and (
            wanted is None or (candidate.grade.verdict if candidate.grade else "ungraded") in wanted
        )
    ]


def make_queue(candidates: Iterable[Candidate], wish: Wish, *, seed: int | None = None) -> Queue:
    """A new queue with an id that nobody guesses; `seed` draws the order (None: any).

    Raises:
        UsageError: nothing is left to judge, a rubric without criteria, too many at once, or no
            room for the answers to one question.
    """
    if wish.kind == "rubric" and not wish.criteria:
        raise UsageError(
            "评分表还没有条目。请在「评分表」里一行写一条，例如：结论正确。",
            "The rubric has no criteria. Write one a line, such as: the conclusion is right.",
        )
    if not 1 <= wish.limit <= MOST:
        raise UsageError(
            f"一次可以评 1 到 {MOST} 条，这里写的是 {wish.limit}。",
            f"A queue holds 1 to {MOST:,} items, not {wish.limit}.",
        )
    seed = secrets.randbelow(2**31) if seed is None else seed
    draw = random.Random(seed)
    chosen = eligible(candidates, wish)
    items = _pairs(chosen, wish.limit, draw) if wish.kind == "pair" else (
        _singles(chosen, wish.limit, draw)
    )  # fmt: skip
    if not items:
        raise _nothing(wish)
    return Queue(
        id=secrets.token_hex(6), title=wish.title, bank=wish.bank, kind=wish.kind,
        items=tuple(items), guideline=wish.guideline, seed=seed, made=now(), by=wish.by,
        criteria=wish.criteria if wish.kind == "rubric" else (),
    )  # fmt: skip


def _nothing(wish: Wish) -> UsageError:
    if wish.kind == "pair":
        return UsageError(
            "没有可以两两相比的回答：同一道题至少要有两个模型的回答。请多选几个模型，或改选「全部回答」。",
            "There are no two answers to compare: a question needs answers of two models. Choose "
            "more models, or all answers.",
        )
    return UsageError(
        "没有符合的回答可评。要重评已经有判定的，请选「全部回答」。",
        "No answer fits. To judge those again that have a verdict, choose all answers.",
    )


def _by_question(
    chosen: Sequence[Candidate], draw: random.Random
) -> list[tuple[str, list[Candidate]]]:
    """Questions in a drawn order, each with its answers in a drawn order."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in chosen:
        groups.setdefault(candidate.question.hash, []).append(candidate)
    order = list(groups.items())
    draw.shuffle(order)
    for _, answers in order:
        draw.shuffle(answers)
    return order


def _singles(chosen: Sequence[Candidate], limit: int, draw: random.Random) -> list[QueueItem]:
    rounds: list[list[QueueItem]] = []
    room = limit
    for digest, answers in _by_question(chosen, draw):
        room -= len(answers)
        if room < 0:
            break
        for turn, candidate in enumerate(answers):
            if turn == len(rounds):
                rounds.append([])
            rounds[turn].append(QueueItem(question=digest, answers=(candidate.answer.content,)))
    if room < 0 and not rounds:
        raise UsageError(
            f"最多 {limit} 条放不下一整道题：一道题有 {limit - room} 个回答要一起评。请改大些。",
            f"{counted(limit, 'item')} at most is no room for a whole question, of which "
            f"{limit - room} answers are judged. Make it more.",
        )
    return [item for one in rounds for item in one]


def _pairs(chosen: Sequence[Candidate], limit: int, draw: random.Random) -> list[QueueItem]:
    """Pairs of models on one question, every pair of models about equally often."""
    waiting: list[tuple[str, list[tuple[Candidate, Candidate]]]] = []
    for digest, answers in _by_question(chosen, draw):
        pairs = [
            pair for pair in combinations(answers, 2)
            if pair[0].answer.model != pair[1].answer.model
            and pair[0].answer.repeat == pair[1].answer.repeat
        ]  # fmt: skip
        if pairs:
            waiting.append((digest, pairs))
    used: Counter[frozenset[str]] = Counter()
    items: list[QueueItem] = []
    while waiting and len(items) < limit:
        for digest, pairs in waiting[: limit - len(items)]:
            rarest = min(range(len(pairs)), key=lambda i: used[_models(pairs[i])])
            pair = list(pairs.pop(rarest))
            used[_models(pair)] += 1
            draw.shuffle(pair)
            items.append(QueueItem(question=digest, answers=tuple(c.answer.content for c in pair)))
        waiting = [(digest, pairs) for digest, pairs in waiting if pairs]
    return items


def _models(pair: Sequence[Candidate]) -> frozenset[str]:
    return frozenset(candidate.answer.model for candidate in pair)
