"""Before judges are asked: how many opinions it takes, and about what they cost and how long.

What a judge will take is foretold from what its earlier opinions cost and how fast they came, or
else guessed from the length of what it is to read, as for a run. Nothing is asked and nothing is
kept. This module must not know how an estimate is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from mingan import asking
from mingan.asking.estimate import Estimate, check_size, estimate
from mingan.grading.judging import Panel, asked_as, opinion_version
from mingan.judges import choosing
from mingan.judges.choosing import Wanted, Which
from mingan.judges.keeping import PAIR, GradeKeeper, VoteKeeper
from mingan.records import Answer, Grade, ModelCard, Question, Usage, Vote
from mingan.reports.gather import Gathered
from mingan.store import Store

SEEN = 400
"""Earlier opinions of a judge that are looked at; the newest say most."""

_PAUSE = 20  # a gap so many times the usual one is a pause, not a slow judge
_LEAST_PAUSE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """What a sitting would take.

    Attributes:
        cases: answers, or pairs, to be judged; `left_out` counts what cannot be, by why.
        hidden: hidden questions among them.
        estimate: of the opinions: what is there, what is left, money and time.
        seen: earlier opinions that money and time rest on; 0 for a guess.
    """

    cases: int
    left_out: dict[str, int]
    hidden: int
    estimate: Estimate
    seen: int


def look_ahead(
    store: Store, gathered: Gathered, *, judges: Sequence[ModelCard], kind: Wanted | None = None,
    which: Which = "open", limit: int | None = None, repeats: int = 1, seed: int = 0,
) -> Ahead:  # fmt: skip
    """What `judges.ask` would take with the same arguments.

    Raises:
        UsageError: there is nothing to judge, or too much to be foretold.
    """
    panel = Panel(judges=tuple(judges), repeats=repeats)
    panel.check()
    grades, votes = list(store.all_grades()), list(store.votes())
    chosen = choosing.choose(gathered, grades, kind=kind, which=which, limit=limit, seed=seed)
    cases = {case.id: case for case in chosen.cases}
    # Before the words of every case are put together.
    check_size(
        asking.Plan(questions=[c.question for c in chosen.cases], cards=judges, repeats=repeats)
    )
    plan = asking.Plan(
        questions=[case.asked for case in cases.values()], cards=list(panel.judges),
        repeats=repeats, seed=seed,
    )  # fmt: skip
    keeper: GradeKeeper | VoteKeeper
    if kind == "pair":
        keeper = VoteKeeper(store, cases, panel, plan, votes)
    else:
        keeper = GradeKeeper(store, cases, panel, plan, grades)
    given: list[Grade | Vote] = [
        *(votes if kind == "pair" else ()),
        *(g for g in grades if g.opinion and (g.grader == PAIR) == (kind == "pair")),
    ]
    given.sort(key=lambda one: one.at)
    earlier = {card.hash: _earlier(card, given) for card in panel.judges}
    made = estimate(
        plan,
        there=keeper.finished([item.key for item in plan.items()]),
        earlier={card: [(_STAND_IN, took) for took in found] for card, found in earlier.items()},
        # How fast opinions came holds for as many at once as were asked then.
        bears={card.hash: 1 if earlier[card.hash] else None for card in panel.judges},
        turns=lambda question: cases[question.id].most if question.id else _SEVERAL,
        scored=0,
        variances=(),
    )  # fmt: skip
    return Ahead(
        cases=len(cases), left_out=chosen.left_out, estimate=made,
        hidden=len({case.question.id for case in cases.values() if case.question.hidden}),
        seen=sum(map(len, earlier.values())),
    )  # fmt: skip


_STAND_IN = Question(id="", prompt="")
_SEVERAL = 2  # as all cases may take


def _earlier(card: ModelCard, given: Iterable[Grade | Vote]) -> list[Answer]:
    """What a judge's earlier opinions took, as answers that say only that."""
    sign = opinion_version(card)
    mine = [one for one in given if one.by == card.name and asked_as(one.version) == sign]
    mine = mine[-SEEN - 1 :]
    gaps = _gaps([one.at for one in mine])
    if not gaps:
        return []
    return [
        Answer(
            question="", asked="", model=card.name, model_hash=card.hash, cost=one.cost,
            usage=Usage(tokens_in=0, tokens_out=0), total_s=gap,
        )
        for one, gap in zip(mine[1:], gaps, strict=False)
    ]  # fmt: skip


def _gaps(times: Sequence[str]) -> list[float]:
    """Seconds between opinions, without the pauses in which nobody asked."""
    stamps = sorted(datetime.fromisoformat(at) for at in times if at)
    every = [(b - a).total_seconds() for a, b in pairwise(stamps)]
    if not every:
        return []
    most = max(_PAUSE * median(every), _LEAST_PAUSE_S)
    return [gap for gap in every if gap <= most]
