"""`mingan grade --judge`: stored answers put before judge models, and what came of it in words.

A judge's verdicts are never shown without what is known about that judge: where people or rules
have looked at the same answers, how often it differs from them, and else that nobody knows.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mingan.cli import say
from mingan.cli.ask import interruptible, parse_budget
from mingan.cli.options import help_
from mingan.errors import UsageError
from mingan.language import Text, counted

if TYPE_CHECKING:
    from mingan.judges import JudgeSummary
    from mingan.workspace import Workspace

JudgeOption = Annotated[
    list[str] | None,
    typer.Option("--judge", metavar="NAME",
                 help=help_("请这个模型当裁判（可写多次）；不写就只按规则判",
                            "have this model judge (may be repeated); without it, rules only")),
]  # fmt: skip

KindOption = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND",
                 help=help_("reference 对照参考答案，rubric 按评分标准，pair 两两比较"
                            "（默认：有参考答案就对照，没有就按标准）",
                            "reference, rubric or pair (default: by the reference where there is "
                            "one, else by criteria)")),
]  # fmt: skip

WhichOption = Annotated[
    str,
    typer.Option("--which", metavar="WHICH",
                 help=help_("open 规则判不了的，all 全部，或用逗号隔开的题目编号",
                            "open (what rules leave open), all, or ids of questions, separated "
                            "by commas")),
]  # fmt: skip

HowManyOption = Annotated[
    int | None,
    typer.Option("--limit", metavar="N",
                 help=help_("最多判几个回答（按层级均匀抽取）",
                            "judge at most so many answers, balanced over the tiers")),
]  # fmt: skip

OftenOption = Annotated[
    int,
    typer.Option("--repeats", metavar="N",
                 help=help_("同一个回答问每个裁判几次", "how often to ask each judge")),
]  # fmt: skip

RuleOption = Annotated[
    str,
    typer.Option("--combine", metavar="RULE",
                 help=help_("几次评判怎样合成一个：majority 过半，mean 取平均分",
                            "how opinions become a verdict: majority, or mean of the scores")),
]  # fmt: skip

LeastOption = Annotated[
    int | None,
    typer.Option("--least", metavar="N",
                 help=help_("至少要有几次读得懂的评判（默认过半）",
                            "readable opinions needed (default: more than half)")),
]  # fmt: skip

PeopleOption = Annotated[
    int | None,
    typer.Option("--people", metavar="N",
                 help=help_("先不问裁判，只说再请人判 N 个回答能换来什么",
                            "ask nobody: say what N verdicts by people would buy")),
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What was written behind `mingan grade --judge`."""

    judges: list[str]
    bank: str | None
    models: list[str] | None
    models_file: Path | None
    kind: str | None
    which: str
    limit: int | None
    repeats: int
    rule: str
    least: int | None
    budget: str | None
    show_hidden: bool


def judge(workspace: Workspace, wishes: Wishes, *, as_json: bool) -> int:
    """Ask the judges, and say what came of it; gives the exit status."""
    from mingan import judges
    from mingan.asking.display import display

    spend = parse_budget(wishes.budget) if wishes.budget is not None else None
    with display() as show:
        summary = asyncio.run(
            interruptible(
                judges.ask, workspace=workspace, judges=wishes.judges, bank=wishes.bank,
                models=wishes.models, models_file=wishes.models_file, kind=wishes.kind,
                which=_which(wishes.which), limit=wishes.limit, repeats=wishes.repeats,
                rule=wishes.rule, least=wishes.least, show_hidden=wishes.show_hidden,
                budget=spend, progress=show,
            )
        )  # fmt: skip
    known = (_voting_record if summary.kind == "pair" else _track_record)(
        workspace, summary, wishes
    )
    if as_json:
        say.document(_document(summary, known))
    else:
        say.out(_pairs_sentence(summary) if summary.kind == "pair" else _sentence(summary))
        for sentence in known:
            say.out(sentence)
    for sentence in (*summary.notes, *_remarks(summary)):
        say.note(sentence)
    return 1 if summary.waiting or summary.unheard else 0


def _which(text: str) -> str | list[str]:
    word = text.strip()
    return word if word in ("open", "all") else [p for p in re.split(r"[,，、\s]+", word) if p]


def _sentence(summary: JudgeSummary) -> Text:
    count = summary.verdicts.get
    who = "、".join(summary.judges), ", ".join(summary.judges)
    return Text(
        f"裁判 {who[0]} 看了题库 {summary.bank} 的 {summary.cases - summary.waiting:,} 个回答："
        f"对 {count('right', 0):,}，错 {count('wrong', 0):,}，说不准 {count('unsure', 0):,}，"
        f"没判成 {count('ungraded', 0):,}。",
        f"{counted(summary.cases - summary.waiting, 'answer')} to {summary.bank} went before the "
        f"judge {who[1]}: {count('right', 0):,} right, {count('wrong', 0):,} wrong, "
        f"{count('unsure', 0):,} unsure, {count('ungraded', 0):,} without a verdict.",
    )


def _pairs_sentence(summary: JudgeSummary) -> Text:
    share = f"{100 * summary.inconsistent / summary.votes:.0f}%" if summary.votes else "–"
    who = "、".join(summary.judges), ", ".join(summary.judges)
    return Text(
        f"裁判 {who[0]} 比较了 {summary.votes:,} 对回答，每对都换先后问了两次；"
        f"{summary.inconsistent:,} 对换了先后就换了说法（{share}），算平手。",
        f"The judge {who[1]} compared {counted(summary.votes, 'pair')} of answers, each in both "
        f"orders; {summary.inconsistent:,} of its choices changed with the order ({share}) and "
        "count as ties.",
    )


def _track_record(workspace: Workspace, summary: JudgeSummary, wishes: Wishes) -> list[Text]:
    """How far the judge differs from people, and from rules, where they saw the same answers."""
    from mingan import trust
    from mingan.reports.by_grader import Grader, change_of_grader, change_sentence
    from mingan.reports.trust_sentences import record_sentences

    name = "+".join(sorted(summary.judges))
    record = trust.known_of(workspace.store, name, bank=summary.bank, models=wishes.models)
    found = record_sentences(record)
    for other in (Grader("person"), Grader("rule")):
        try:
            change = change_of_grader(
                workspace.store, other, Grader("judge", name), bank=summary.bank,
                models=wishes.models,
            )  # fmt: skip
        except UsageError:  # nobody of that kind has looked at the same answers
            continue
        found.append(change_sentence(change))
    if not record.pairs:
        found.append(Text("请人判几十个：mingan serve", "Have people judge a few dozen: mingan "
                          "serve"))  # fmt: skip
    return found


def _voting_record(workspace: Workspace, summary: JudgeSummary, wishes: Wishes) -> list[Text]:
    """How often each judge chose as people do, and how often it chose by the order alone."""
    from mingan.reports.charts.votes import judge_sentence
    from mingan.reports.vote_ranking import judges_beside_people

    gathered = workspace.gather(bank=summary.bank, models=wishes.models)
    found = judges_beside_people(workspace.store.votes(), gathered)
    return [judge_sentence(one) for one in found if one.judge in summary.judges]


def _remarks(summary: JudgeSummary) -> list[Text]:
    """What stopped it, what could not be heard, what was left out, and what it cost."""
    outcome = summary.outcome
    found = list(outcome.reasons)
    if outcome.error is not None:
        found.append(outcome.error.message)
    for why, count in list(summary.why.items())[:3]:
        found.append(Text(f"{count} 次没有问成：{why.zh}", f"{count} failed: {why.en}"))
    if summary.left_out:
        games, empty, bare = (
            summary.left_out.get(k, 0) for k in ("game", "nothing to judge", "no reference")
        )
        found.append(
            Text(
                f"没有交给裁判的回答：游戏 {games}，没有内容 {empty}，没有参考答案 {bare}。",
                f"Answers not put before judges: games {games}, empty {empty}, without a "
                f"reference {bare}.",
            )
        )
    money = ", ".join(
        f"{amount:.4g} {currency}" for currency, amount in outcome.spent.items() if amount
    )
    found.append(
        Text(
            f"这次问了裁判 {outcome.asked} 次，本来就有 {outcome.already} 次；"
            f"{f'花费 {money}，' if money else ''}用时 {outcome.seconds:.0f} 秒。",
            f"Opinions asked for: {outcome.asked}, there already: {outcome.already}; "
            f"{f'cost {money}, ' if money else ''}{outcome.seconds:.0f} s.",
        )
    )
    if summary.waiting or summary.unheard:
        found.append(
            Text(
                "还有没判成的：把同一条命令再运行一次，只问缺的。",
                "Some have no verdict yet: run the same command again, and only what is missing is "
                "asked for.",
            )
        )
    return found


def _document(summary: JudgeSummary, known: list[Text]) -> dict[str, Any]:
    outcome = summary.outcome
    return {
        "bank": summary.bank,
        "kind": summary.kind or "auto",
        "judges": summary.judges,
        "answers": summary.cases,
        "left_out": summary.left_out,
        "verdicts": summary.verdicts,
        "votes": summary.votes,
        "inconsistent": summary.inconsistent,
        "unheard": summary.unheard,
        "waiting": summary.waiting,
        "asked": outcome.asked,
        "already": outcome.already,
        "spent": outcome.spent,
        "tokens_in": outcome.tokens_in,
        "tokens_out": outcome.tokens_out,
        "seconds": outcome.seconds,
        "state": outcome.state,
        "known": [sentence.say() for sentence in known],
        "notes": [sentence.say() for sentence in summary.notes],
    }
