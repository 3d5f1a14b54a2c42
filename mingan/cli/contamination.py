"""`mingan twins`: had a model seen the questions? In the workspace, or in a file of scores."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import BankOption, JsonOption, WorkspaceOption, help_
from mingan.errors import UsageError

if TYPE_CHECKING:
    from mingan.reports.contaminated import ContaminationReport
    from mingan.workspace import Workspace

WhomArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[MODEL]…", show_default=False,
                   help=help_("看哪些模型（默认：全部）", "which models (default: all)")),
]  # fmt: skip

ReferencesOption = Annotated[
    list[str] | None,
    typer.Option("--references", "-r", metavar="A,B,…",
                 help=help_("参照模型：不可能见过这些题的（用逗号隔开，可写多次）",
                            "reference models, which cannot have seen the questions (with commas; "
                            "may be repeated)")),
]  # fmt: skip

PublishedOption = Annotated[
    str | None,
    typer.Option("--published", metavar="2023-04-01",
                 help=help_("题是哪天公开的：在那之前发布的模型也算参照",
                            "when the questions were published: models released before are "
                            "references too")),
]  # fmt: skip

HiddenOption = Annotated[
    str | None,
    typer.Option("--hidden", metavar="NAME",
                 help=help_("和这个没有公开过的题库比", "hold it against this hidden bank")),
]  # fmt: skip

CutOption = Annotated[
    str | None,
    typer.Option("--cut", metavar="2023-09-01",
                 help=help_("带日期的题以哪一天为界（默认：各模型发布的那天）",
                            "the day that parts questions with dates (default: each model's "
                            "release)")),
]  # fmt: skip

TableOption = Annotated[
    Path | None,
    typer.Option("--table", metavar="FILE",
                 help=help_("不看工作区，看一张得分表：model、score、reference score 三列，"
                            "最好还有 n 或标准误",
                            "look at a table of scores instead: columns model, score, reference "
                            "score, and n or standard errors if there are any")),
]  # fmt: skip

DatedOption = Annotated[
    Path | None,
    typer.Option("--dated", metavar="FILE",
                 help=help_("不看工作区，看一张带日期的结果表：question、model、date、score 四列",
                            "look at a file of dated results instead: columns question, model, "
                            "date, score")),
]  # fmt: skip

WhereOption = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="COLUMN=VALUE",
                 help=help_("只看文件里符合的行（可写多次）",
                            "only rows of the file that fulfil this (may be repeated)")),
]  # fmt: skip

GuessOption = Annotated[
    float | None,
    typer.Option("--guess", min=0, max=1, metavar="0.25",
                 help=help_("在公开题上瞎猜能得多少（0 到 1）",
                            "what guessing scores on the public questions, in 0 to 1")),
]  # fmt: skip

GuessReferenceOption = Annotated[
    float | None,
    typer.Option("--guess-reference", min=0, max=1, metavar="0.25",
                 help=help_("在参照题上瞎猜能得多少（默认同 --guess）",
                            "what guessing scores on the reference questions (default: as "
                            "--guess)")),
]  # fmt: skip

TopOption = Annotated[
    float | None,
    typer.Option("--top", metavar="100",
                 help=help_("文件里的满分（默认看得分：1 或 100）",
                            "the highest score in the file (default: 1 or 100, by its looks)")),
]  # fmt: skip


def twins(
    model: WhomArgument = None,
    bank: BankOption = None,
    references: ReferencesOption = None,
    published: PublishedOption = None,
    hidden: HiddenOption = None,
    cut: CutOption = None,
    table: TableOption = None,
    dated: DatedOption = None,
    where: WhereOption = None,
    guess: GuessOption = None,
    guess_reference: GuessReferenceOption = None,
    top: TopOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:
    """Public questions against hidden ones: did the model earn its score, or had it seen them?"""
    from mingan import contamination
    from mingan.workspace import Workspace

    names = list(dict.fromkeys(model or ())) or None
    known = [name.strip() for each in references or () for name in each.split(",") if name.strip()]
    days = _day(published, "--published"), _day(cut, "--cut")
    _check(table, dated, hidden, where)
    if top is not None and not top > 0:
        raise UsageError("--top 要大于 0。", "--top must be above 0.")
    if table is not None:
        found = contamination.look_at_table(
            table, models=names, references=known, published=days[0], guess=guess,
            guess_reference=guess_reference, top=top, where=where or (),
        )  # fmt: skip
        return _say(found, as_json=json)
    if dated is not None:
        found = contamination.look_at_dates(
            dated, cut=days[1], models=names, top=top, where=where or ()
        )
        return _say(found, as_json=json)
    with Workspace.open(workspace, create=False) as opened:
        found = contamination.look(
            opened.store, bank=_recorded(opened, bank), models=names, references=known,
            published=days[0], hidden=_recorded(opened, hidden), cut=days[1],
        )  # fmt: skip
    return _say(found, as_json=json)


def _check(
    table: Path | None, dated: Path | None, hidden: str | None, where: list[str] | None
) -> None:
    """Options that do not go together.

    Raises:
        UsageError: so they are.
    """
    if table is not None and dated is not None:
        raise UsageError(
            "--table 和 --dated 一次只能用一个。", "Use --table or --dated, not both at once."
        )
    if hidden is not None and (table is not None or dated is not None):
        raise UsageError(
            "--hidden 是工作区里的题库，不能和 --table、--dated 同用。",
            "--hidden names a bank of the workspace; it does not go with --table or --dated.",
        )
    if where and table is None and dated is None:
        raise UsageError(
            "--where 只用于 --table 和 --dated 的文件。",
            "--where is for the files of --table and --dated only.",
        )


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    from mingan.contamination.columns import date_of

    day = date_of(text)
    if day is None:
        raise UsageError(
            f"{option} 要写成 2023-09-01 这样的日期，而不是 {text}。",
            f"{option} takes a date such as 2023-09-01, not {text}.",
        )
    return day


def _recorded(workspace: Workspace, bank: str | None) -> str | None:
    """The name under which a bank is on record, where it is given as a file."""
    return workspace.bank(bank).name if bank is not None and Path(bank).is_file() else bank


def _say(found: ContaminationReport, *, as_json: bool) -> int:
    from mingan.reports import contaminated_sentences as sentences
    from mingan.reports import contaminated_table, table

    if as_json:
        say.document(contaminated_table.contamination_document(found))
        return 0
    say.out(sentences.contamination_headline(found))
    if found.rows:
        say.out("")
        print(table.plain(contaminated_table.contamination_table(found.rows)), end="")
        say.out("")
    for row in found.rows:
        say.out(sentences.contamination_sentence(row))
        for note in sentences.contamination_notes(row):
            say.note(note)
    for note in found.notes:
        say.note(note)
    return 0
