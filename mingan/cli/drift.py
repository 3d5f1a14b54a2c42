"""`mingan drift`: whether a model changes from day to day, and whether two are one model."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mingan.cli import say
from mingan.cli.ask import (
    BudgetOption,
    ConcurrencyOption,
    SeedOption,
    TimeoutOption,
    interruptible,
    parse_budget,
    patience,
)
from mingan.cli.options import (
    JsonOption,
    ModelsFileOption,
    ShowHiddenOption,
    WorkspaceOption,
    help_,
)
from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.drift import Asked, Wanted
    from mingan.workspace import Workspace

WhomArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[MODEL]…", show_default=False,
                   help=help_("看哪些模型；不写就只看记录，谁也不问",
                              "which models; without, what is on record is shown and nobody is "
                              "asked")),
]  # fmt: skip

BankToWatchOption = Annotated[
    str | None,
    typer.Option("--bank", "-b", metavar="NAME_OR_FILE",
                 help=help_("题库（默认：上次的，否则自带的）",
                            "the bank (default: that of the watch, else ours)")),
]  # fmt: skip

LimitOption = Annotated[
    int | None,
    typer.Option("--limit", metavar="N",
                 help=help_("基准用几道题（默认 60），定下后不再变",
                            "questions of the baseline (default 60); frozen from then on")),
]  # fmt: skip

RepeatsOption = Annotated[
    int | None,
    typer.Option("--repeats", metavar="N",
                 help=help_("基准每题问几遍（默认 2，也是最少的）",
                            "how often the baseline asks each question (default and least: 2)")),
]  # fmt: skip

EveryOption = Annotated[
    str | None,
    typer.Option("--every", metavar="1d",
                 help=help_("留在前台，每隔这么久复查一次（1d、7d、2w）；Ctrl-C 结束；与 "
                            "--if-due 同用则只问一次",
                            "stay in the foreground and check so often (1d, 7d, 2w); Ctrl-C ends "
                            "it. With --if-due, ask once")),
]  # fmt: skip

DayOption = Annotated[
    str | None,
    typer.Option("--day", metavar="2026-03-09",
                 help=help_("把这一天当作今天", "the day to take for today")),
]  # fmt: skip

IfDueOption = Annotated[
    bool,
    typer.Option("--if-due", help=help_("没到复查的日子就不问（给定时任务用）",
                                        "ask only if a check is due (for schedules)")),
]  # fmt: skip

LookOption = Annotated[
    bool, typer.Option("--look", help=help_("只看结论，谁也不问", "only report; ask nobody"))
]

AnewOption = Annotated[
    bool,
    typer.Option("--anew", help=help_("重新定一个基准", "begin a new baseline")),
]

ScheduleOption = Annotated[
    str | None,
    typer.Option("--print-schedule", metavar="cron|systemd",
                 help=help_("只写出一行 crontab 或一份 systemd 单元，谁也不问",
                            "only print a line for cron or a unit for systemd; ask nobody")),
]  # fmt: skip

JudgeToWatchOption = Annotated[
    str | None,
    typer.Option("--judge", metavar="NAME",
                 help=help_("规则判不了的题也看，请这个模型判（定基准时写）",
                            "watch questions too that rules cannot grade, and have this model "
                            "judge them (named with the baseline)")),
]  # fmt: skip

QuestionOption = Annotated[
    str | None,
    typer.Option("--question", metavar="ID",
                 help=help_("看一道题历来的回答", "what was said to one question, by date")),
]  # fmt: skip

SameOption = Annotated[
    bool,
    typer.Option("--same", help=help_("比两个接口的原话，看背后是不是同一个模型（写两个模型）",
                                      "compare the raw outputs of two endpoints that claim to be "
                                      "one model (name two)")),
]  # fmt: skip


def drift(
    model: WhomArgument = None,
    bank: BankToWatchOption = None,
    limit: LimitOption = None,
    repeats: RepeatsOption = None,
    every: EveryOption = None,
    day: DayOption = None,
    if_due: IfDueOption = False,
    look: LookOption = False,
    anew: AnewOption = False,
    judge: JudgeToWatchOption = None,
    question: QuestionOption = None,
    same: SameOption = False,
    print_schedule: ScheduleOption = None,
    workspace: WorkspaceOption = None,
    models: ModelsFileOption = None,
    seed: SeedOption = 0,
    concurrency: ConcurrencyOption = None,
    budget: BudgetOption = None,
    timeout: TimeoutOption = None,
    show_hidden: ShowHiddenOption = False,
    json: JsonOption = False,
) -> int:
    """Freeze a baseline, ask again later, and say whether the model changed."""
    from mingan.drift import Wanted, checks
    from mingan.drift.schedule import days_of
    from mingan.workspace import Workspace

    names = list(dict.fromkeys(model or ()))
    days = None if every is None else days_of(every)
    if day is not None:
        checks.check_day(day)
    how = {
        "concurrency": concurrency,
        "budget": parse_budget(budget) if budget is not None else None,
        "retry": patience(timeout),
    }
    if print_schedule is not None:
        return _schedule(
            print_schedule, names, bank=bank, every=every, models=models, workspace=workspace
        )
    reading = bool(question) or look or not names
    with Workspace.open(workspace, create=not reading) as opened:
        if question is not None:
            return _history(opened, question, names, bank, reveal=show_hidden, as_json=json)
        if same:
            return _same(opened, names, bank, day, models, limit, seed, how, as_json=json)
        if reading:
            return _report(opened, names or None, bank, as_json=json)
        wishes = [
            Wanted(
                model=name, bank=bank, limit=limit, repeats=repeats, every=days, seed=seed,
                anew=anew, judge=judge, show_hidden=show_hidden, models_file=models,
            )
            for name in names
        ]  # fmt: skip
        if days is not None and not if_due:
            return _keep(opened, wishes, names, bank, day, how, as_json=json)
        return _once(opened, wishes, names, bank, day, how, if_due=if_due, as_json=json)


def _once(
    workspace: Workspace, wishes: list[Wanted], names: list[str], bank: str | None,
    day: str | None, how: dict[str, Any], *, if_due: bool, as_json: bool,
) -> int:  # fmt: skip
    """Ask what is to be asked today, once, and report."""
    from mingan import drift
    from mingan.asking.display import display

    today = day or _today()
    short = False
    for wish in wishes:
        if if_due and not drift.is_due(workspace, wish, today):
            say.note(
                Text(f"{wish.model}：还没到复查的日子。", f"{wish.model}: no check is due yet.")
            )
            continue
        with display() as show:
            asked = asyncio.run(
                interruptible(
                    drift.ask, workspace=workspace, wanted=wish, day=today, progress=show, **how
                )
            )
        _tell(asked)
        short = short or not asked.complete
    status = _report(workspace, names, bank, as_json=as_json)
    return 1 if short else status


def _keep(
    workspace: Workspace, wishes: list[Wanted], names: list[str], bank: str | None,
    day: str | None, how: dict[str, Any], *, as_json: bool,
) -> int:  # fmt: skip
    """Stay, and check whenever one is due, until Ctrl-C."""
    from mingan import drift
    from mingan.drift.schedule import keep_asking

    fixed = None if day is None else datetime.combine(date.fromisoformat(day), time(12))

    async def watch(stop: asyncio.Event, abandon: asyncio.Event) -> None:
        async def pause(seconds: float) -> bool:
            try:
                await asyncio.wait_for(stop.wait(), seconds)
            except TimeoutError:
                return False
            return True

        def told(asked: Asked) -> None:
            _tell(asked)
            if not as_json:
                _report(workspace, [asked.model], bank, as_json=False)

        async def check(today: str) -> list[Asked]:
            return [
                await drift.ask(workspace, wish, day=today, stop=stop, abandon=abandon, **how)
                for wish in wishes
                if not stop.is_set() and drift.is_due(workspace, wish, today)
            ]

        def is_due(today: str) -> bool:
            return any(drift.is_due(workspace, wish, today) for wish in wishes)

        await keep_asking(
            check, is_due, clock=lambda: fixed or datetime.now(), pause=pause, tell=told,
            waiting=say.note,
        )  # fmt: skip

    asyncio.run(interruptible(watch))
    if as_json:
        return _report(workspace, names, bank, as_json=True)
    return 0


def _tell(asked: Asked) -> None:
    """What was asked, on stderr."""
    for sentence in asked.notes:
        say.note(sentence)
    what = {"baseline": Text("基准", "baseline"), "check": Text("复查", "check")}
    if asked.outcome is None:
        say.note(
            Text(
                f"{asked.model}：{asked.day} 已经问过了，不再问。",
                f"{asked.model}: {asked.day} was asked already; nothing is asked again.",
            )
        )
        return
    for reason in asked.outcome.reasons:
        say.note(reason)
    failed = asked.outcome.states.get("failed", 0)
    done = what[asked.did]
    say.note(
        Text(
            f"{asked.model}：{asked.day} 的{done.zh}，问到 {asked.outcome.asked - failed} 个回答，"
            f"本来就有 {asked.outcome.already} 个，没有要到 {failed} 个，"
            f"没有问 {asked.outcome.left} 个。",
            f"{asked.model}: {done.en} of {asked.day}: {asked.outcome.asked - failed} answers "
            f"came, {asked.outcome.already} were there already, {failed} could not be had, "
            f"{asked.outcome.left} were not asked for.",
        )
    )
    for account in asked.judged:
        say.note(
            Text(
                f"裁判：问了 {account.asked} 次，本来就有 {account.already} 次，"
                f"没有问 {account.left} 次。",
                f"The judge: {account.asked} opinions asked for, {account.already} there already, "
                f"{account.left} not asked for.",
            )
        )
    if not asked.complete:
        say.note(
            Text(
                "还有没要到的回答：同一天把同一条命令再运行一次，只问缺的。",
                "Some answers are missing: run the same command again on the same day, and only "
                "those are asked for.",
            )
        )


def _report(
    workspace: Workspace, names: list[str] | None, bank: str | None, *, as_json: bool
) -> int:
    """Say what is known, and keep what today's rules made of old answers."""
    from mingan import drift
    from mingan.reports import drift_sentences, drift_table, table

    drift.keep_new_grades(workspace.store, models=names)
    found = drift.look(workspace.store, models=names, bank=_recorded(workspace, bank))
    if as_json:
        say.document(drift_table.drift_document(found))
        return 0
    if not found.rows:
        say.out(
            Text(
                "还没有在看任何模型。定一个基准：mingan drift 模型名",
                "No model is watched yet. Begin with a baseline: mingan drift MODEL",
            )
        )
        return 0
    shown = [row for row in found.rows if not row.ended] or list(found.rows)
    if len(found.rows) > 1:
        print(table.plain(drift_table.drift_table(found.rows)), end="")
        say.out("")
    for row in shown:
        say.out(drift_sentences.drift_sentence(row))
        if row.checks:
            say.out("")
            print(table.plain(drift_table.days_table(row)), end="")
        if row.checks and row.classes:
            say.out("")
            print(table.plain(drift_table.classes_table(row.classes)), end="")
        say.out("")
        for sentence in drift_sentences.drift_notes(row):
            say.note(sentence)
    return 0


def _history(
    workspace: Workspace, question: str, names: list[str], bank: str | None, *, reveal: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """What was said to one question, by date."""
    from mingan import drift
    from mingan.reports import drift_table, table

    found = drift.history(
        workspace.store, question, bank=_recorded(workspace, bank), models=names or None,
        reveal=reveal,
    )  # fmt: skip
    if as_json:
        say.document(drift_table.history_document(found))
        return 0
    if found.hidden:
        say.note(
            Text(
                "这是一道暗题，不显示原话；确实要看，请加 --show-hidden。",
                "This is a hidden question, so its words are not shown; to see them, add "
                "--show-hidden.",
            )
        )
    else:
        prompt = " ".join(found.question.prompt.split())
        say.out(Text(f"{found.question.id}：{prompt}", f"{found.question.id}: {prompt}"))
        say.out("")
    print(table.plain(drift_table.history_table(found)), end="")
    return 0


def _same(
    workspace: Workspace, names: list[str], bank: str | None, day: str | None,
    models: Path | None, limit: int | None, seed: int, how: dict[str, Any], *, as_json: bool,
) -> int:  # fmt: skip
    """Whether two endpoints give outputs of one distribution."""
    from mingan.asking.display import display
    from mingan.drift import same
    from mingan.reports import drift_sentences, drift_table

    if len(names) != 2:
        raise UsageError(
            f"--same 要比两个模型，而这里写了 {len(names)} 个：mingan drift --same 甲 乙",
            f"--same compares two models, but {len(names)} are named: mingan drift --same A B",
        )
    with display() as show:
        found = asyncio.run(
            interruptible(
                same.compare, workspace=workspace, a=names[0], b=names[1], bank=bank,
                day=day or _today(), models_file=models, prompts=limit, seed=seed, progress=show,
                **how,
            )
        )  # fmt: skip
    if as_json:
        say.document(drift_table.same_document(found))
    else:
        say.out(drift_sentences.same_sentence(found))
    for sentence in drift_sentences.same_notes(found):
        say.note(sentence)
    return 1 if found.absent else 0


def _schedule(
    form: str, names: list[str], *, bank: str | None, every: str | None, models: Path | None,
    workspace: str | None,
) -> int:  # fmt: skip
    """Print what makes cron or systemd run the checks; paths are made absolute."""
    from mingan import shelf
    from mingan.drift.schedule import command_of, is_url, schedule_of

    if not names:
        raise UsageError(
            "--print-schedule 要写明看哪个模型：mingan drift 模型名 --print-schedule cron",
            "--print-schedule needs a model: mingan drift MODEL --print-schedule cron",
        )
    command = command_of(names, bank=bank, every=every, models=models, workspace=workspace)
    print(schedule_of(form, command, folder=str(Path.cwd())), end="")
    needed = {card.api_key_env for card in shelf.cards(names, models_file=models)} - {""}
    needed |= {"MINGAN_WORKSPACE"} if workspace is not None and is_url(workspace) else set()
    for name in sorted(needed):
        say.note(
            Text(
                f"定时任务的环境里要设好 {name}；它的值不写在这里。",
                f"{name} must be set where the schedule runs; its value is not written here.",
            )
        )
    return 0


def _recorded(workspace: Workspace, bank: str | None) -> str | None:
    """The name under which a bank is on record, where it is given as a file."""
    return workspace.bank(bank).name if bank is not None and Path(bank).is_file() else bank


def _today() -> str:
    return date.today().isoformat()
