"""`mingan import` and `mingan grade`: what comes in from elsewhere, and verdicts on it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mingan.cli import judge as judging
from mingan.cli import say
from mingan.cli import trust as trusting
from mingan.cli.ask import BudgetOption
from mingan.cli.judge import (
    HowManyOption,
    JudgeOption,
    KindOption,
    LeastOption,
    OftenOption,
    PeopleOption,
    RuleOption,
    WhichOption,
    Wishes,
)
from mingan.cli.options import (
    BankOption,
    JsonOption,
    ModelsFileOption,
    ModelsOption,
    ShowHiddenOption,
    WorkspaceOption,
    help_,
)
from mingan.errors import UsageError
from mingan.language import Text, counted
from mingan.plugins import registry


def import_(
    what: Annotated[
        list[str],
        typer.Argument(metavar="[KIND] FILE",
                       help=help_("种类（bank、zbench、wide、long、inspect、lm-eval、"
                                  "verdicts 人的判定；不写就自己认）和文件",
                                  "the kind (bank, zbench, wide, long, inspect, lm-eval, or "
                                  "verdicts by people; guessed if left out) and the file")),
    ],
    name: Annotated[
        str | None, typer.Option(help=help_("给题库起的名字", "what to call the bank"))
    ] = None,
    bank: Annotated[
        str | None,
        typer.Option("--bank", "-b", metavar="NAME_OR_FILE",
                     help=help_("回答属于哪个题库（文件里只有题号时）",
                                "the bank that the answers belong to, if the file has only ids")),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """Bring in a bank, recorded answers, or another tool's log."""
    from mingan.bank.importers import VERDICTS, detect
    from mingan.workspace import Workspace

    kind, path = _kind_and_path(what)
    # Looked at first: a misspelt name must not leave an empty workspace behind.
    kind = kind or detect(path)
    if kind == VERDICTS:
        return _bring_verdicts(path, bank, workspace, as_json=json)
    with Workspace.open(workspace) as opened:
        summary = opened.import_(path, kind=kind, name=name, bank=bank)
    if json:
        say.document({**asdict(summary), "notes": [n.say() for n in summary.notes]})
        return 0
    say.out(
        Text(
            f"题库 {summary.bank}：{summary.questions} 道题，{summary.models} 个模型，"
            f"{summary.answers:,} 个回答（其中 {summary.known:,} 个本来就有，"
            f"{summary.corrected:,} 个更正了）。",
            f"Bank {summary.bank}: questions {summary.questions}, models {summary.models}, "
            f"answers {summary.answers:,} (there already {summary.known:,}, "
            f"corrected {summary.corrected:,}).",
        )
    )
    for sentence in summary.notes:
        say.note(sentence)
    if summary.answers and not summary.grades:
        command = f"mingan grade --bank {say.argument(summary.bank)}"
        say.note(Text(f"下一步：{command}", f"Next: {command}"))
    return 0


def _bring_verdicts(path: Path, bank: str | None, workspace: str | None, *, as_json: bool) -> int:
    """Keep what people said of answers that are here, and say how many came in."""
    from mingan.verdicts import bring_verdicts
    from mingan.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened:
        summary = bring_verdicts(opened.store, path, bank=bank)
    if as_json:
        say.document(asdict(summary))
        return 0
    count, people = summary.verdicts.get, len(summary.people)
    banks = "、".join(summary.banks), ", ".join(summary.banks)
    say.out(
        Text(
            f"题库 {banks[0]}：{people} 个人的 {summary.new + summary.known:,} 个判定，"
            f"对 {count('right', 0):,}，错 {count('wrong', 0):,}，存疑 {count('unsure', 0):,}"
            f"（其中 {summary.known:,} 个本来就有）。",
            f"Bank {banks[1]}: {counted(summary.new + summary.known, 'verdict')} by "
            f"{counted(people, 'person', 'people')}, {count('right', 0):,} right, "
            f"{count('wrong', 0):,} wrong, {count('unsure', 0):,} unsure (there already "
            f"{summary.known:,}).",
        )
    )
    if summary.blank:
        say.note(
            Text(
                f"{summary.blank} 行没有写判定，跳过了。",
                f"{counted(summary.blank, 'row')} without a verdict passed over.",
            )
        )
    return 0


def grade(
    bank: BankOption = None,
    model: ModelsOption = None,
    judge: JudgeOption = None,
    kind: KindOption = None,
    which: WhichOption = "open",
    limit: HowManyOption = None,
    repeats: OftenOption = 1,
    combine: RuleOption = "majority",
    least: LeastOption = None,
    people: PeopleOption = None,
    budget: BudgetOption = None,
    models: ModelsFileOption = None,
    workspace: WorkspaceOption = None,
    show_hidden: ShowHiddenOption = False,
    json: JsonOption = False,
) -> int:
    """Grade or re-grade what is stored: by rule, or with --judge by a model."""
    from mingan.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened:
        if judge and people is not None:
            return trusting.foresee(opened, judge, people, bank, model or None, as_json=json)
        if judge:
            wishes = Wishes(
                judges=judge, bank=bank, models=model or None, models_file=models, kind=kind,
                which=which, limit=limit, repeats=repeats, rule=combine, least=least,
                budget=budget, show_hidden=show_hidden,
            )  # fmt: skip
            return judging.judge(opened, wishes, as_json=json)
        _check_no_wishes(kind, which, limit, repeats, combine, least, budget, people)
        summary = opened.grade(bank=bank, models=model or None)
    if json:
        say.document(asdict(summary))
        return 0
    count = summary.verdicts.get
    say.out(
        Text(
            f"题库 {summary.bank} 的 {summary.answers:,} 个回答：对 {count('right', 0):,}，"
            f"错 {count('wrong', 0):,}，存疑 {count('unsure', 0):,}，"
            f"规则判不了 {count('ungraded', 0):,}（新判 {summary.new:,} 个）。",
            f"Answers to {summary.bank}, {summary.answers:,}: {count('right', 0):,} right, "
            f"{count('wrong', 0):,} wrong, {count('unsure', 0):,} unsure, "
            f"{count('ungraded', 0):,} that no rule can grade ({summary.new:,} new).",
        )
    )
    chosen = "，".join(f"{name} {number}" for name, number in summary.graders.items())
    say.note(
        Text(
            f"各题所用的判法（题数）：{chosen}。judge 表示要等评审模型或人来判。",
            f"Graders by question: {chosen.replace('，', ', ')}. `judge` waits for a judge model "
            "or a person.",
        )
    )
    command = f"mingan scores --bank {say.argument(summary.bank)}"
    say.note(Text(f"下一步：{command}", f"Next: {command}"))
    return 0


def _check_no_wishes(*given: object) -> None:
    """Options that only judges understand mean nothing to rules.

    Raises:
        UsageError: one was given.
    """
    if given != (None, "open", None, 1, "majority", None, None, None):
        raise UsageError(
            "--kind、--which、--limit、--repeats、--combine、--least、--people 和 --budget 是给裁判"
            "的：请加上 --judge 模型名。",
            "--kind, --which, --limit, --repeats, --combine, --least, --people and --budget are "
            "for judges: add --judge NAME.",
        )


def _kind_and_path(what: list[str]) -> tuple[str | None, Path]:
    if len(what) == 1:
        return None, Path(what[0])
    if len(what) == 2:
        kinds = ["bank", *registry.names("importers"), "verdicts"]
        if what[0] in kinds:
            return what[0], Path(what[1])
        raise UsageError(
            f"没有 {what[0]!r} 这种导入。可用的有：{'、'.join(kinds)}；不写种类就自己认。",
            f"There is no import of kind {what[0]!r}. Available: {', '.join(kinds)}; leave it "
            "out to have it guessed.",
        )
    raise UsageError(
        "一次导入一个文件：mingan import [种类] 文件。",
        "Import one file at a time: mingan import [KIND] FILE.",
    )
