"""How far a judge can be trusted, and what its verdicts are worth with a few by people.

    from mingan import Workspace, trust

    with Workspace.open("mingan.db") as workspace:
        table = trust.look(workspace.store, "qwen2.5-1.5b")
        print(table.record.agreement, table.models[0].corrected)
        print(trust.foresee(workspace.store, "qwen2.5-1.5b", people=40).likely[0].after)
        queue = trust.line_up(workspace.store, "qwen2.5-1.5b", limit=40)   # kept, and open

A judge is never believed: people's verdicts measure how far it is off (see
`mingan.statistics.ppi`). A panel of judges is named A+B. Nothing here asks anybody, and the
module must not know how a page or a terminal shows what it finds.
"""

from __future__ import annotations

import math
from collections.abc import Collection

from mingan.records import Grade
from mingan.reports.gather import Gathered, gather
from mingan.reports.trusted import Foresight, ModelTrust, TrackRecord, TrustTable
from mingan.statistics.ppi import About
from mingan.store import Reader, Store
from mingan.store.queues import Queue
from mingan.trust import ahead, corrected, record
from mingan.trust.sights import Sight, Turn, population, sights_of

__all__ = ["foresee", "known_of", "line_up", "look"]


def known_of(
    store: Reader, judge: str, *, bank: str | None = None,
    models: Collection[str] | None = None, level: float = 0.95,
) -> TrackRecord:  # fmt: skip
    """A judge's track record on one bank; without pairs where nobody has checked it.

    Raises:
        UsageError: nobody was asked the bank's questions.
    """
    _, sights, _ = _seen(store, judge, bank, models)
    return record.track_record(sights, store.votes(), judge, cards=store.cards(), level=level)


def look(
    store: Store, judge: str, *, bank: str | None = None, models: Collection[str] | None = None,
    rules: bool = True, about: About = "such answers", level: float = 0.95,
) -> TrustTable:  # fmt: skip
    """A judge's track record and every model's corrected score.

    Args:
        rules: take what rules have decided at its word; without, judge and people decide all
            that the judge has looked at.
        about: what the scores' intervals are about: "such answers" to such questions, as in the
            table of scores without a judge, or "these answers" and no others. Those of
            differences are always about such questions.

    Raises:
        UsageError: nobody was asked the bank's questions.
    """
    gathered, sights, _ = _seen(store, judge, bank, models)
    people = population(sights, rules=rules, given=_turn(store, gathered.bank))
    names = [card.name for card in gathered.cards if people.of(card.name)]
    found = [
        corrected.model_trust(
            name, people.of(name), drawn=name in people.drawn, about=about, level=level
        )
        for name in names
    ]
    found.sort(key=_order)
    ranked = [row.model for row in found if not math.isnan(row.corrected.score)]
    return TrustTable(
        bank=gathered.bank,
        record=record.track_record(sights, store.votes(), judge, cards=store.cards(), level=level),
        models=tuple(found),
        gaps=tuple(corrected.gaps_of(people, ranked, level=level)),
        whole=people.whole,
        rules=rules,
        drawn=bool(people.drawn),
        left_out=people.left_out,
    )


def foresee(
    store: Store, judge: str, *, people: int, bank: str | None = None,
    models: Collection[str] | None = None, level: float = 0.95,
) -> Foresight:  # fmt: skip
    """What so many more verdicts by people would buy, before anybody gives them.

    The judge need not have judged anything yet.

    Raises:
        UsageError: nobody was asked the bank's questions, or nothing is left to judge.
    """
    gathered, sights, _ = _seen(store, judge, bank, models)
    found = population(sights, rules=True, foreseen=True)
    return ahead.foresee(gathered.bank, judge, found, sights, people, level=level)


def line_up(
    store: Store, judge: str, *, limit: int, bank: str | None = None,
    models: Collection[str] | None = None, title: str = "", guideline: str = "", by: str = "",
    seed: int | None = None,
) -> Queue:  # fmt: skip
    """Make and keep a blind queue of the answers that people should judge next.

    The most useful come first, by chance; the chances are kept with the queue, so that the
    corrected scores stay unbiased wherever people stop.

    Raises:
        UsageError: nobody was asked the bank's questions, or nothing is left to judge.
    """
    gathered, sights, _ = _seen(store, judge, bank, models)
    found = population(sights, rules=True, foreseen=not any(s.looked for s in sights))
    queue = ahead.line_up(
        gathered.bank, judge, found, sights, limit=limit, title=title, guideline=guideline, by=by,
        seed=seed,
    )  # fmt: skip
    store.add_queue(queue)
    return queue


def _seen(
    store: Reader, judge: str, bank: str | None, models: Collection[str] | None
) -> tuple[Gathered, list[Sight], list[Grade]]:
    gathered = gather(store, bank=bank, models=models)
    grades = list(store.all_grades())
    return gathered, sights_of(gathered, grades, judge), grades


def _turn(store: Store, bank: str) -> Turn | None:
    """The newest drawn queue of this bank that people have judged and whose names are out."""
    for status in store.queues():
        queue = status.queue
        if status.state == "revealed" and queue.draw is not None and queue.bank == bank:
            turn = Turn.of(queue, queue.draw, store.clicks(queue.id))
            if len(turn.chance) >= 2:
                return turn
    return None


def _order(row: ModelTrust) -> tuple[bool, float, str]:
    score = row.corrected.score
    return math.isnan(score), 0.0 if math.isnan(score) else -score, row.model
