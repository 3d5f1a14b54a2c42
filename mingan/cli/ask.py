"""`mingan run`: ask models a bank's questions, grade what they say, and say what it means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from mingan.cli import look, say
from mingan.cli.options import JsonOption, ModelsFileOption, WorkspaceOption, help_
from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.asking import Budget, Outcome, Retry
    from mingan.workspace import Workspace

Done = TypeVar("Done")

QUICK = 24
"""Questions of `--quick` where they are drawn by lot: two small local models answer them in about
five minutes on two cores."""

WhomOption = Annotated[
    list[str],
    typer.Option("--model", "-m", metavar="NAME",
                 help=help_("问哪些模型（可写多次）", "whom to ask (may be repeated)")),
]  # fmt: skip

AskedBankOption = Annotated[
    str,
    typer.Option("--bank", "-b", metavar="NAME_OR_FILE",
                 help=help_("题库：自带的名字，或你的文件", "a bank of ours, or your file")),
]  # fmt: skip

RepeatsOption = Annotated[
    int, typer.Option(help=help_("每题问几次", "how often to ask each question"))
]

LimitOption = Annotated[
    int | None,
    typer.Option(help=help_("最多问几道题（按层级均匀抽取）",
                            "ask at most so many questions, balanced over the tiers")),
]  # fmt: skip

TwinsOption = Annotated[
    bool,
    typer.Option("--twins", help=help_("问暗题：同样的逻辑、另一番内容，本工作区自己的一套",
                                       "ask the hidden twins instead: the same logic, other "
                                       "content, this workspace's own set")),
]  # fmt: skip

QuickOption = Annotated[
    bool,
    typer.Option("--quick", help=help_("速测：挑最说明问题的题问，估计全部题的得分；"
                                       f"答过的模型太少时随机抽 {QUICK} 道短题",
                                       "pick the most telling questions and estimate the score on "
                                       "all; where too few models answered before, "
                                       f"{QUICK} short questions at random")),
]  # fmt: skip

WithinOption = Annotated[
    float | None,
    typer.Option("--within", metavar="POINTS",
                 help=help_("速测问到误差不超过正负这么多分为止",
                            "with --quick: until the score is known to so many points either "
                            "way")),
]  # fmt: skip

SeedOption = Annotated[
    int, typer.Option(help=help_("抽题用的种子", "seed of the choice of questions"))
]

BudgetOption = Annotated[
    str | None,
    typer.Option(metavar="10CNY,200000tokens,30min",
                 help=help_("预算：金额、token 数、时间，用逗号隔开；用完就停，可以接着跑",
                            "money, tokens, time, separated by commas; the run stops before "
                            "it is passed and can be resumed")),
]  # fmt: skip

TimeoutOption = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help=help_("一个回答最多等多少秒，重试也算在内",
                                               "seconds for one answer, retries included")),
]  # fmt: skip

ConcurrencyOption = Annotated[
    int | None,
    typer.Option(help=help_("对一个接口最多同时发几个请求",
                            "most requests at once to one endpoint")),
]  # fmt: skip


def run(
    model: WhomOption,
    bank: AskedBankOption = "builtin",
    workspace: WorkspaceOption = None,
    models: ModelsFileOption = None,
    repeats: RepeatsOption = 1,
    limit: LimitOption = None,
    twins: TwinsOption = False,
    quick: QuickOption = False,
    within: WithinOption = None,
    seed: SeedOption = 0,
    concurrency: ConcurrencyOption = None,
    budget: BudgetOption = None,
    timeout: TimeoutOption = None,
    json: JsonOption = False,
) -> int:
    """Ask models a bank's questions, grade, score. Run it again to resume."""
    import asyncio
    from contextlib import nullcontext

    from mingan import shelf
    from mingan.asking.display import display
    from mingan.cli import quickly
    from mingan.workspace import Workspace

    until = quickly.until_of(quick, limit=limit, within=within)
    turns = None
    spend = parse_budget(budget) if budget is not None else None
    retry = patience(timeout)
    # A person who pastes answers needs the terminal for himself.
    by_hand = any(card.kind == "pasted" for card in shelf.cards(model, models_file=models))
    with Workspace.open(workspace) as opened:
        source = opened.twins(bank) if twins else opened.bank(bank)
        for sentence in source.notes if twins else ():
            say.note(sentence)
        if until is not None:
            pool = quickly.pool_of(opened, source, model, until)
            if pool is not None:
                return quickly.run(
                    opened, pool, model, until, models_file=models, repeats=repeats, json=json,
                    concurrency=concurrency, budget=spend, retry=retry,
                )  # fmt: skip
            limit, turns = quickly.by_lot(until)
        with nullcontext() if by_hand else display() as show:
            asked = interruptible(
                opened.ask, bank=source, models=model, models_file=models, repeats=repeats,
                limit=limit, turns=turns, seed=seed, concurrency=concurrency, budget=spend,
                retry=retry, progress=show,
            )  # fmt: skip
            outcome = asyncio.run(asked)
        status = _account(opened, outcome, source.name, as_json=json)
        if until is not None:
            quickly.say_of_all(opened, source, model)
        return status


def patience(timeout: float | None) -> Retry | None:
    """The retry policy for `--timeout`.

    Raises:
        UsageError: no answer could keep that time.
    """
    from mingan.asking import Retry

    if timeout is None:
        return None
    if not timeout > 0:
        raise UsageError(
            f"--timeout 要大于 0 秒，而写的是 {timeout:g}。",
            f"--timeout must be more than 0 seconds, not {timeout:g}.",
        )
    return Retry(deadline=timeout)


async def interruptible(ask: Callable[..., Awaitable[Done]], **how: object) -> Done:
    """One Ctrl-C finishes what is under way and stops; a second one does not wait for it.

    `ask` is asked with `how`, and with the events `stop` and `abandon`.
    """
    import asyncio
    import signal
    from contextlib import suppress

    stop, abandon = asyncio.Event(), asyncio.Event()

    def interrupted() -> None:
        if stop.is_set():
            abandon.set()
            return
        stop.set()
        say.note(
            Text(
                "正在停下，等已发出的请求答完（再按一次 Ctrl-C 就不等了）……",
                "Stopping once the requests under way are answered (Ctrl-C again not to wait)…",
            )
        )

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers; there Ctrl-C drops what is under way and stops.
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, interrupted)
    return await ask(stop=stop, abandon=abandon, **how)


def _account(workspace: Workspace, outcome: Outcome, bank: str, *, as_json: bool) -> int:
    """Say what was asked, what was left and why, and the scores."""
    for reason in outcome.reasons:
        say.note(reason)
    if outcome.error is not None and outcome.error.message not in outcome.reasons:
        say.note(outcome.error.message)
    failed = outcome.states.get("failed", 0)
    if failed and not outcome.reasons:
        _say_why(workspace, outcome)
    if outcome.ungraded:
        say.note(
            Text(
                f"{outcome.ungraded} 个回答判分时出了错，回答都在；可以用 mingan grade 再判。",
                f"Grading failed for {outcome.ungraded} answers, which are kept; mingan grade can "
                "grade them again.",
            )
        )
    say.note(
        Text(
            f"问到 {outcome.asked - failed} 个回答，本来就有 {outcome.already} 个，"
            f"没有要到 {failed} 个，没有问 {outcome.left} 个；用时 {outcome.seconds:.0f} 秒。",
            f"Answers: {outcome.asked - failed} came, {outcome.already} were there already, "
            f"{failed} could not be had, {outcome.left} were not asked for; "
            f"{outcome.seconds:.0f} s.",
        )
    )
    short = bool(failed or outcome.left or outcome.lost)
    if short:
        say.note(
            Text(
                "还有没要到的回答：把同一条命令再运行一次，就从断的地方接着问。",
                "Some answers are missing: run the same command again to go on from there.",
            )
        )
    account = {
        "asked": outcome.asked, "already": outcome.already, "left": outcome.left,
        "lost": outcome.lost, "states": outcome.states, "spent": outcome.spent,
        "seconds": outcome.seconds,
    }  # fmt: skip
    try:
        look.show_scores(workspace, bank=bank, as_json=as_json, run=account)
    except UsageError as error:  # asked, but there is nothing that a score could rest on
        say.note(error.message)
        if as_json:
            say.document({"stamp": None, "rows": [], "bank": bank, "run": account})
    return 1 if short else 0


def _say_why(workspace: Workspace, outcome: Outcome) -> None:
    """The commonest causes for which answers could not be had."""
    causes = Counter(
        answer.error
        for answer in workspace.store.answers(run=outcome.run_id)
        if answer.state == "failed"
    )
    for (zh, en), count in causes.most_common(3):
        say.note(Text(f"{count} 个没有要到：{zh}", f"{count} could not be had: {en}"))


def parse_budget(text: str) -> Budget:
    """Read a budget such as `10CNY,200000tokens,30min`.

    Raises:
        UsageError: a part that is none of money, tokens, time or questions.
    """
    from mingan.asking import Budget

    found: dict[str, Any] = {}
    for part in (piece.strip() for piece in re.split(r"[,，、]", text)):
        match = re.fullmatch(r"(\d[\d_]*(?:\.\d+)?)\s*([A-Za-z元¥$美题秒分时钟小]+)", part)
        limits = len(found)
        if match is None or not _put(found, float(match[1].replace("_", "")), match[2].lower()):
            raise UsageError(
                f"看不懂预算 {part!r}。写法如：10CNY（金额）、200000tokens、30min（时间）、"
                "100questions（题数），用逗号隔开。",
                f"The budget {part!r} cannot be read. Write 10CNY (money), 200000tokens, 30min "
                "(time) or 100questions, separated by commas.",
            )
        if len(found) == limits:
            raise UsageError(
                f"预算 {text!r} 里同一样东西写了两次；金额、token 数、时间、题数各写一次。",
                f"The budget {text!r} limits one thing twice; give money, tokens, time and "
                "questions once each.",
            )
    return Budget(**found)


_SECONDS = {"s": 1, "sec": 1, "秒": 1, "m": 60, "min": 60, "分": 60, "分钟": 60, "h": 3600,
            "小时": 3600}  # fmt: skip
_MONEY = {"元": "CNY", "¥": "CNY", "cny": "CNY", "rmb": "CNY", "$": "USD", "美元": "USD",
          "usd": "USD", "eur": "EUR"}  # fmt: skip


def _put(found: dict[str, Any], number: float, unit: str) -> bool:
    if unit in _SECONDS:
        found["seconds"] = number * _SECONDS[unit]
    elif unit in ("tokens", "token"):
        found["tokens"] = int(number)
    elif unit in ("questions", "question", "题"):
        found["questions"] = int(number)
    elif unit in _MONEY:
        found["money"], found["currency"] = number, _MONEY[unit]
    else:
        return False
    return True
