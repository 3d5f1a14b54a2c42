"""What more verdicts by people would buy, and which answers they should look at first.

Neither asks anybody. What is expected rests on what is known of the judge: answers that people
have judged too, or, where nobody has, on what judges are commonly like. This module must not know
how a queue is shown.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence

import numpy as np

from mingan.errors import UsageError
from mingan.records import now
from mingan.reports.trusted import Foresight, ForesightRow
from mingan.statistics import (
    JudgeKnown,
    doubt,
    judge_of_agreement,
    judge_of_pilot,
    people_buy,
    take_turns,
    worth_looking,
)
from mingan.store.draws import Draw
from mingan.store.queues import Queue, QueueItem
from mingan.trust.record import FEW
from mingan.trust.sights import JUDGED, VALUE, Entry, Population, Sight

WEAK, TAKEN, STRONG = 0.6, 0.75, 0.9
"""Agreement with people of judges that nobody has checked: what is taken, and how far it may be
off. Judge models agree with people on two thirds to nine tenths of such questions."""

_SURE = {"right": 0.8, "wrong": 0.2, "unsure": 0.5}
_LEAN = 2.0
_MOST = 5000


def foresee(
    bank: str, judge: str, population: Population, sights: Sequence[Sight], people: int, *,
    level: float = 0.95,
) -> Foresight:  # fmt: skip
    """What `people` more verdicts would buy, all answers together and model by model.

    Raises:
        UsageError: nothing is left to judge, or it is no number of verdicts.
    """
    if people < 1:
        raise UsageError(
            f"--people 要写 1 或更多，而不是 {people}。", f"--people is 1 or more, not {people}."
        )
    open_ = [e for e in population.entries if math.isnan(e.settled)]
    left = sum(math.isnan(e.people) for e in open_)
    if not left:
        raise _nothing_left()
    more = min(people, left)
    both = [s for s in sights if s.judge in JUDGED and s.person in VALUE]
    places = {e.sight.place for e in open_}
    mine = [s for s in both if s.place in places]
    pilot = mine if len(mine) >= FEW else both
    judged = [e.judge for e in open_ if not math.isnan(e.judge)]
    share = float(np.mean(judged)) if judged else 0.5
    share = min(max(share, 0.2), 0.8)
    cases = {one: judge_of_agreement(one, share=share) for one in (WEAK, TAKEN, STRONG)}
    known = cases[TAKEN]
    agree = TAKEN
    if len(pilot) >= FEW:
        values = [[table[getattr(s, who)] for s in pilot]
                  for who, table in (("person", VALUE), ("judge", JUDGED))]  # fmt: skip
        known = judge_of_pilot(values[0], values[1])
        agree = float(np.mean([s.judge == s.person for s in pilot]))
    models = list(dict.fromkeys(e.sight.model for e in population.entries))
    everything = list(population.entries)
    rows = [_row("", everything, more, left, known, level)]
    rows += [_row(name, population.of(name), more, left, known, level) for name in models]
    return Foresight(
        bank=bank, judge=judge, wanted=people, more=more,
        pairs=len(pilot) if len(pilot) >= FEW else 0, agreement=agree, likely=tuple(rows),
        weak=_row("", everything, more, left, cases[WEAK], level),
        strong=_row("", everything, more, left, cases[STRONG], level), level=level,
    )  # fmt: skip


def _row(
    model: str, entries: Sequence[Entry], more: int, left: int, known: JudgeKnown, level: float
) -> ForesightRow:
    """Verdicts are spread over the models as the answers are that nobody has judged."""
    open_ = [e for e in entries if math.isnan(e.settled)]
    there = sum(not math.isnan(e.people) for e in open_)
    free = len(open_) - there
    people = there + round(more * free / left)
    part = len(open_) / len(entries) if entries else 0.0
    before = people_buy(there, len(open_), known, level=level).width if there >= 2 else 1.0
    found = people_buy(people, len(open_), known, level=level) if people >= 2 else None
    before = min(before, 1.0)
    after = min(found.width, 1.0) if found else before
    alone = min(found.alone, 1.0) if found else before
    return ForesightRow(
        model=model, total=len(entries), judged=len(open_), people=people, before=part * before,
        after=part * after, alone=part * alone, purchase=found,
    )  # fmt: skip


def line_up(
    bank: str, judge: str, population: Population, sights: Sequence[Sight], *, limit: int,
    title: str = "", guideline: str = "", by: str = "", seed: int | None = None,
) -> Queue:  # fmt: skip
    """A blind queue with the most useful answers first, which keeps their chances.

    An answer is worth a look as far as the judge's verdict on it is in doubt. What people have
    judged already is not asked again; it may inform the draw, since it is known beside it.

    Raises:
        UsageError: nothing is left to judge, or it is no size of a queue.
    """
    if not 1 <= limit <= _MOST:
        raise UsageError(
            f"一次可以评 1 到 {_MOST} 条，这里写的是 {limit}。",
            f"A queue holds 1 to {_MOST:,} items, not {limit}.",
        )
    waiting = [
        e for e in population.entries
        if math.isnan(e.settled) and e.sight.person is None and not e.sight.question.hidden
    ]  # fmt: skip
    if not waiting:
        raise _nothing_left()
    chance = _Sureness(sights).chance
    doubts = doubt([chance(entry.sight) for entry in waiting])
    seed = secrets.randbelow(2**31) if seed is None else seed
    turns = take_turns(worth_looking(doubts), seed=seed)
    order = turns.order[:limit]
    rest = turns.order[limit:]
    return Queue(
        id=secrets.token_hex(6), title=title, bank=bank, kind="verdict", guideline=guideline,
        seed=seed, made=now(), by=by,
        items=tuple(
            QueueItem(question=e.sight.question.hash, answers=(e.sight.answer.content,))
            for e in (waiting[i] for i in order)
        ),
        draw=Draw(
            judge=judge,
            worth=tuple(float(turns.worth[i]) for i in order),
            places=tuple(float(turns.place[i]) for i in order),
            beyond=float(turns.place[rest[0]]) if rest.size else None,
            others=tuple(waiting[i].sight.answer.content for i in rest),
        ),
    )  # fmt: skip


class _Sureness:
    """How likely people are to call an answer right, by what the judge says of it."""

    def __init__(self, sights: Sequence[Sight]) -> None:
        both = [s for s in sights if s.judge in JUDGED and s.person in VALUE]
        self._sure = dict(_SURE)
        for verdict, taken in _SURE.items():
            said = [VALUE[s.person] for s in both if s.judge == verdict]
            self._sure[verdict] = (sum(said) + _LEAN * taken) / (len(said) + _LEAN)

    def chance(self, sight: Sight) -> float:
        if sight.judge is None:
            return math.nan
        sure = self._sure[sight.judge]
        if sight.score is None:
            return sure
        return (sure + min(max(sight.score, 0.0), 1.0)) / 2


def _nothing_left() -> UsageError:
    return UsageError(
        "没有还等着人判的回答：规则判了的不用人判，其余的人都判过了。",
        "No answer waits for a person: rules have settled some, and people have judged the rest.",
    )
