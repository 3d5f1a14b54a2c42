"""Where a judge's verdicts count in a watch: having it judge, and watching the judge itself.

A judge is a model behind an endpoint like any other and may change as silently. So on every day of
a check it judges some of the baseline's old answers once more: the text is the same, so another
verdict is the judge's doing. Those second verdicts are kept as opinions that count for nothing
else. Once the judge has changed, what it says of later days is no word on the model. This module
must not know how judges are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import msgspec

from mingan import asking, judges, runs, shelf
from mingan.drift import verdicts
from mingan.drift.verdicts import DECIDED, Place, Read, Readings, Record
from mingan.drift.watches import Watch
from mingan.grading import judging
from mingan.grading.judging import Case, Panel, has_reference, judgeable
from mingan.judges.choosing import check_hidden
from mingan.judges.keeping import GradeKeeper
from mingan.models.protocol import Model
from mingan.records import Answer, Grade, content_hash
from mingan.reports.drifted import JudgeChange
from mingan.statistics.paired import mcnemar
from mingan.workspace import Workspace

SAMPLE = 20
"""Old answers that the judge of the day judges once more."""

ALPHA = 0.05
"""The chance that a judge that never changes is ever said to have, over all checks of a watch."""

_AGAIN = "/again/"


async def judge(
    workspace: Workspace, watch: Watch, day: str, *, models_file: Any = None,
    made: Mapping[str, Model] | None = None, show_hidden: bool = False, **how: Any,
) -> list[asking.Outcome]:  # fmt: skip
    """Have the watch's judge judge what rules leave open, and on a check some old answers again.

    What it has judged is not put to it again; a judge whose own settings were changed judges the
    baseline and all days anew, since both sides of a pair need one grader.

    Raises:
        UsageError: the judge is unknown, or a hidden question would leave the machine.
        BusyError: another process is asking.
    """
    name = watch.judge
    card = shelf.cards([name], models_file=models_file, registry=workspace.registry)[0]
    panel = Panel(judges=(card,))
    store, outcomes = workspace.store, []
    with store.run_lock():
        record = Record.of(store)
        found = verdicts.read(store, watch, record, registry=workspace.registry)
        open_ = [read for read in found.all() if _open(read)]
        cases = {case.id: case for case in map(_case, open_)}
        check_hidden(list(cases.values()), panel.judges, show_hidden=show_hidden)
        plan = _plan(cases, panel)
        keeper = GradeKeeper(store, cases, panel, plan, store.all_grades())
        runs.keep_grades(store, keeper.conclude_known())
        outcomes.append(await judges.carry_out(workspace, plan, cases, keeper, made or {}, **how))
        old = _sample(found.on(watch.days[0]).values(), watch, day)
        if day != watch.days[0] and old:
            again = {case.id: case for case in map(_case, old)}
            plan = _plan(again, panel)
            second = _AgainKeeper(store, again, panel, plan, store.all_grades(), day=day)
            outcomes.append(
                await judges.carry_out(workspace, plan, again, second, made or {}, **how)
            )
    return outcomes


def change_of(watch: Watch, record: Record, readings: Readings) -> JudgeChange | None:
    """What the old answers judged again say of the judge: the day it changed, else the newest.

    Each day has an exact paired test; of the d-th check, α / (d (d + 1)) is spent, so that over
    however many checks a judge that stays is accused with a chance of α at most.
    """
    newest = None
    for place, day in enumerate(watch.days[1:], start=1):
        change = _on(watch, record, readings, day, ALPHA / (place * (place + 1)))
        if change is not None and change.drifted:
            return change
        newest = change or newest
    return newest


def _on(
    watch: Watch, record: Record, readings: Readings, day: str, alpha: float
) -> JudgeChange | None:
    pairs: list[tuple[bool, bool]] = []
    for read in readings.on(watch.days[0]).values():
        place = (read.answer.content, read.question.hash)
        now = _second(record, place, watch.judge, day)
        then = verdicts.judged(record, place, watch.judge)
        if then is None or now is None:
            continue
        if then.verdict in DECIDED and now.verdict in DECIDED:
            pairs.append((then.verdict == "right", now.verdict == "right"))
    if not pairs:
        return None
    up, down = (sum(b and not a for a, b in pairs), sum(a and not b for a, b in pairs))
    p = mcnemar(up, down)
    return JudgeChange(
        judge=watch.judge, day=day, again=len(pairs), changed=up + down,
        shift=(up - down) / len(pairs), p=p, drifted=p <= alpha,
    )  # fmt: skip


def _second(record: Record, place: Place, judge_: str, day: str) -> Grade | None:
    """What the judge said of an old answer on that day."""
    ending = f"{_AGAIN}{day}"
    said = [
        g for g in record.judged.get(place, ())
        if g.opinion and g.by == judge_ and g.version.endswith(ending)
    ]  # fmt: skip
    return said[-1] if said else None


def _open(read: Read) -> bool:
    """Whether rules leave it open and there is something to judge."""
    return not read.question.kind and read.grade.verdict not in DECIDED and judgeable(read.answer)


def _case(read: Read) -> Case:
    kind: judging.Kind = "reference" if has_reference(read.question) else "rubric"
    return Case.of(read.question, (read.answer,), kind)


def _plan(cases: Mapping[str, Case], panel: Panel) -> asking.Plan:
    return asking.Plan(
        questions=[case.asked for case in cases.values()], cards=list(panel.judges), repeats=1
    )


def _sample(reads: Iterable[Read], watch: Watch, day: str) -> list[Read]:
    """Old answers in an order of the day's own, so that over the days all have their turn."""
    open_ = [read for read in reads if _open(read)]
    open_.sort(key=lambda read: content_hash(watch.id, day, read.answer.content))
    return open_[:SAMPLE]


class _AgainKeeper(GradeKeeper):
    """Keeps what a judge says the second time: as opinions of that day, from which no verdict
    comes.
    """

    def __init__(self, *about: Any, day: str) -> None:
        self._ending = f"{_AGAIN}{day}"
        super().__init__(*about)

    def record(
        self, run_id: str, answers: Sequence[Answer], grades: Sequence[Grade] = ()
    ) -> Future[None]:
        """Keep the opinions, each under the day's own version."""
        kept = []
        for replied in answers:
            item = self._items[replied.key]
            said = judging.opinion(self._cases[item.question.id], item.card, 0, replied)
            kept.append(msgspec.structs.replace(said, version=said.version + self._ending))
            if said.verdict == "ungraded":
                self.unheard[item.key] = said.reason
        return self._store.record("", (), kept)

    def _remember(self, grades: Iterable[Grade]) -> None:
        """What was judged again on this day already."""
        places = {(c.answers[0].content, c.question.hash): c.id for c in self._cases.values()}
        for grade in grades:
            case = places.get((grade.answer, grade.question_hash))
            if case is None or not grade.opinion or grade.verdict == "ungraded":
                continue
            for card in self._cards.values():
                if grade.by == card.name and grade.version.endswith(self._ending):
                    self._heard[case][card.hash, 0] = grade
