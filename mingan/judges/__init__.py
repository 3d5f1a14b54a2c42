"""Asking judges, from beginning to end: the Python API of judging.

    from mingan import Workspace, judges

    with Workspace.open("mingan.db") as workspace:
        summary = judges.judge(workspace, judges=["qwen2.5-1.5b"], which="open", limit=30)
        print(summary.verdicts)

Calling it again with the same arguments asks only what is missing, however the last call ended.
Judges are asked by the same machinery as the models: its limiter, retries, budgets and stops.
It must not know how a page or a terminal shows it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from mingan import asking, runs, shelf
from mingan.errors import UsageError
from mingan.grading.judging import GAME, Case, JudgeTalk, Panel, Rule, TypedJudge, inconsistent
from mingan.judges import choosing
from mingan.judges.choosing import KINDS, Wanted, Which, leaves
from mingan.judges.halves import HalfwayJudge, Halves
from mingan.judges.keeping import GradeKeeper, Keeper, VoteKeeper
from mingan.language import Text
from mingan.models import catalogue
from mingan.models.protocol import Model
from mingan.plugins import Registry
from mingan.records import Grade, ModelCard, Verdict, Vote
from mingan.reports.gather import Gathered
from mingan.store import Store
from mingan.workspace import Workspace, outside_any_loop

__all__ = ["KINDS", "JudgeSummary", "Wanted", "Which", "ask", "judge", "leaves"]


@dataclass(frozen=True, kw_only=True)
class JudgeSummary:
    """What came of asking judges.

    Attributes:
        kind: what was asked for; "" where each question chose between reference and rubric.
        cases: answers (or pairs) to judge; `left_out` counts what cannot be judged, by why.
        verdicts: of the answers, as they stand now; of pairs there are none.
        votes, inconsistent: of pairs: votes on record, and how many of them are ties only
            because the judge chose otherwise when the answers stood the other way round.
        unheard: opinions that could not be had or read this time; `why` counts the reasons.
        waiting: answers or pairs that no verdict was reached on yet.
        outcome: the account of asking: money, tokens, what was left, and why it stopped.
        notes: what should be known, one sentence each.
    """

    bank: str
    kind: str
    judges: tuple[str, ...]
    cases: int
    left_out: dict[str, int]
    verdicts: dict[Verdict, int] = field(default_factory=dict)
    votes: int = 0
    inconsistent: int = 0
    unheard: int = 0
    why: dict[Text, int] = field(default_factory=dict)
    waiting: int = 0
    outcome: asking.Outcome
    notes: tuple[Text, ...] = ()


def judge(
    workspace: Workspace,
    *,
    judges: Sequence[str | ModelCard],
    bank: str | None = None,
    models: Collection[str] | None = None,
    models_file: str | Path | None = None,
    kind: Wanted | None = None,
    which: Which = "open",
    limit: int | None = None,
    repeats: int = 1,
    rule: Rule = "majority",
    least: int | None = None,
    show_hidden: bool = False,
    seed: int = 0,
    concurrency: int | None = None,
    budget: asking.Budget | None = None,
    retry: asking.Retry | None = None,
    progress: Callable[[asking.Progress], None] | None = None,
    made: Mapping[str, Model] | None = None,
) -> JudgeSummary:
    """Have answers judged; see `ask`.

    Raises:
        UsageError: called from inside a running event loop, such as a notebook's.
    """
    outside_any_loop("await judges.ask(…)")
    return asyncio.run(
        ask(
            workspace, judges=judges, bank=bank, models=models, models_file=models_file,
            kind=kind, which=which, limit=limit, repeats=repeats, rule=rule, least=least,
            show_hidden=show_hidden, seed=seed, concurrency=concurrency, budget=budget,
            retry=retry, progress=progress, made=made,
        )
    )  # fmt: skip


async def ask(
    workspace: Workspace,
    *,
    judges: Sequence[str | ModelCard],
    bank: str | None = None,
    models: Collection[str] | None = None,
    models_file: str | Path | None = None,
    kind: Wanted | None = None,
    which: Which = "open",
    limit: int | None = None,
    repeats: int = 1,
    rule: Rule = "majority",
    least: int | None = None,
    show_hidden: bool = False,
    seed: int = 0,
    concurrency: int | None = None,
    budget: asking.Budget | None = None,
    retry: asking.Retry | None = None,
    progress: Callable[[asking.Progress], None] | None = None,
    stop: asyncio.Event | None = None,
    abandon: asyncio.Event | None = None,
    made: Mapping[str, Model] | None = None,
) -> JudgeSummary:
    """Have judge models judge stored answers, or compare them in pairs.

    Args:
        judges: who judges, by name or card.
        bank, models: whose answers; None means the bank used last, and everybody.
        kind: "reference", "rubric" or "pair"; None judges by the reference where there is one.
        which: "open" (what rules leave open), "all", or ids of questions.
        limit: judge at most so many answers (or pairs), balanced over the tiers.
        repeats: how often each judge is asked about the same answer.
        rule, least: how opinions become a verdict; see `mingan.grading.judging.opinions`.
        show_hidden: hidden questions may be sent to judges that are not on this machine.
        made: judges by name that are made already.

    Raises:
        UsageError: nothing to judge, an unknown name, or a hidden question would leave.
        BusyError: another process is asking.
        MinganError: a judge cannot be made; see also `mingan.asking.ask`.
    """
    panel = Panel(
        judges=tuple(_cards(judges, models_file, workspace.registry)), repeats=repeats, rule=rule,
        least=least,
    )  # fmt: skip
    panel.check()
    with workspace.store.run_lock():
        # Only now is it read what there is: whoever asked before has kept all of it.
        gathered, grades = _graded(workspace, bank, models)
        chosen = choosing.choose(gathered, grades, kind=kind, which=which, limit=limit, seed=seed)
        choosing.check_hidden(chosen.cases, panel.judges, show_hidden=show_hidden)
        cases = {case.id: case for case in chosen.cases}
        plan = _plan(cases, panel, seed)
        keeper = _keeper(workspace.store, kind, cases, panel, plan, grades)
        halves = Halves(workspace.store, cases, grades) if kind == "pair" else None
        outcome = await carry_out(
            workspace, plan, cases, keeper, made or {}, halves, concurrency=concurrency,
            budget=budget, retry=retry, progress=progress, stop=stop, abandon=abandon,
        )  # fmt: skip
    return _summary(gathered.bank, kind or "", panel, chosen, keeper, outcome)


def _plan(cases: Mapping[str, Case], panel: Panel, seed: int) -> asking.Plan:
    return asking.Plan(
        questions=[case.asked for case in cases.values()], cards=list(panel.judges),
        repeats=panel.repeats, seed=seed,
    )  # fmt: skip


def _keeper(
    store: Store, kind: Wanted | None, cases: Mapping[str, Case], panel: Panel,
    plan: asking.Plan, grades: Sequence[Grade],
) -> GradeKeeper | VoteKeeper:  # fmt: skip
    """Who keeps what the judges say; verdicts that need no more asking are kept at once."""
    if kind == "pair":
        return VoteKeeper(store, cases, panel, plan, store.votes())
    keeper = GradeKeeper(store, cases, panel, plan, grades)
    runs.keep_grades(store, keeper.conclude_known())
    return keeper


async def carry_out(
    workspace: Workspace, plan: asking.Plan, cases: Mapping[str, Case], keeper: Keeper,
    made: Mapping[str, Model], halves: Halves | None = None, **how: object,
) -> asking.Outcome:  # fmt: skip
    """Ask the plan, for a caller that holds the run lock."""
    talk = Registry()
    talk.register("games", GAME, JudgeTalk(cases))
    workspace.store.add_cards(plan.cards)
    async with AsyncExitStack() as stack:
        living: dict[str, Model] = {}
        for card in plan.cards:
            model = made.get(card.name) or catalogue.make(card, registry=workspace.registry)
            stack.push_async_callback(model.close)
            typed = TypedJudge(model, cases)
            living[card.name] = typed if halves is None else HalfwayJudge(typed, halves)
        return await asking.ask(
            plan, living, keeper, run_id="", registry=talk, **how  # type: ignore[arg-type]
        )  # fmt: skip


def _graded(
    workspace: Workspace, bank: str | None, models: Collection[str] | None
) -> tuple[Gathered, list[Grade]]:
    """What is on record, graded by rule first where it is not."""
    gathered = workspace.gather(bank=bank, models=models)
    grades = list(workspace.store.all_grades())
    ruled = {grade.answer for grade in grades if grade.authority == "rule"}
    answers = [a for a in gathered.answers.values() if a.state != "failed"]
    if any(answer.content not in ruled for answer in answers):
        workspace.grade(bank=gathered.bank, models=models)
        grades = list(workspace.store.all_grades())
    return gathered, grades


def _cards(
    judges: Sequence[str | ModelCard], models_file: str | Path | None, registry: Registry
) -> list[ModelCard]:
    names = [one for one in judges if isinstance(one, str)]
    known = {c.name: c for c in shelf.cards(names, models_file=models_file, registry=registry)}
    found = {card.hash: card for one in judges
             for card in [known[one] if isinstance(one, str) else one]}  # fmt: skip
    if not found:
        raise UsageError("至少要有一个裁判。", "At least one judge is needed.")
    return list(found.values())


def _summary(
    bank: str, kind: str, panel: Panel, chosen: choosing.Chosen,
    keeper: GradeKeeper | VoteKeeper, outcome: asking.Outcome,
) -> JudgeSummary:  # fmt: skip
    verdicts: Counter[Verdict] = Counter()
    votes: list[Vote] = []
    if isinstance(keeper, GradeKeeper):
        verdicts.update(verdict.verdict for verdict in keeper.verdicts.values())
        waiting = len(chosen.cases) - len(keeper.verdicts)
    else:
        votes = list(keeper.votes.values())
        waiting = len(chosen.cases) * len(panel.judges) * panel.repeats - len(votes)
    return JudgeSummary(
        bank=bank,
        kind=kind,
        judges=tuple(card.name for card in panel.judges),
        cases=len(chosen.cases),
        left_out=chosen.left_out,
        verdicts=dict(verdicts),
        votes=len(votes),
        inconsistent=sum(map(inconsistent, votes)),
        unheard=len(keeper.unheard),
        why=dict(Counter(keeper.unheard.values()).most_common()),
        waiting=waiting,
        outcome=outcome,
        notes=tuple(choosing.own_answers(chosen.cases, panel.judges)),
    )
