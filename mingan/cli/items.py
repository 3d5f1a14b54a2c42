"""`mingan items`: the questions of a bank one by one, what to repair first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import (
    BankOption,
    JsonOption,
    ModelsOption,
    OutputOption,
    WorkspaceOption,
    help_,
)
from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.workspace import Workspace


def items(
    bank: BankOption = None,
    model: ModelsOption = None,
    limit: Annotated[
        int,
        typer.Option("--limit", "-n", min=0, metavar="N",
                     help=help_("列出多少道题（0 是全部）", "how many questions to list (0: all)")),
    ] = 20,
    anchors: Annotated[
        int | None,
        typer.Option("--anchors", metavar="N",
                     help=help_("选出 N 道锚题：代表全部题、每次都用的几道；--output 写成题库文件",
                                "choose N anchors: the few that stand for all, the same every "
                                "time; --output writes them as a bank")),
    ] = None,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """Discrimination and suspect keys, question by question."""
    from mingan.reports import item_sentences, item_table, table
    from mingan.workspace import Workspace

    if anchors is not None:
        with Workspace.open(workspace, create=False) as opened:
            return _anchors(opened, anchors, bank, model or None, output, as_json=json)
    if output is not None:
        raise UsageError(
            "--output 要和 --anchors 一起用：mingan items --anchors 30 --output anchors.jsonl",
            "--output goes with --anchors, as in: mingan items --anchors 30 --output anchors.jsonl",
        )
    with Workspace.open(workspace, create=False) as opened:
        report = opened.items(bank=bank, models=model or None)
    notes = item_sentences.item_notes(report)
    if json:
        say.document(item_table.items_document(report))
    else:
        shown = report.rows[:limit] if limit else report.rows
        twins = any(row.twin_gap is not None for row in report.rows)
        say.out(item_sentences.items_headline(report))
        say.out("")
        print(table.plain(item_table.items_table(shown, twins=twins)), end="")
        if report.suspect:
            say.out("")
        for row in report.suspect:
            say.out(item_sentences.item_sentence(row))
        if len(shown) < len(report.rows):
            say.note(_rest(len(report.rows) - len(shown)))
        say.note(_LEGEND)
    for sentence in notes:
        say.note(sentence)
    return 0


def _anchors(
    workspace: Workspace, size: int, bank: str | None, models: list[str] | None,
    output: Path | None, *, as_json: bool,
) -> int:  # fmt: skip
    """The questions that stand for all; as a bank, where a file is named."""
    from mingan.bank import writing
    from mingan.reports import anchored, table

    chosen = anchored.anchor_set(workspace.store, size, bank=bank, models=models)
    if output is not None:
        if any(question.hidden for question in chosen.questions):
            raise UsageError(
                "这些是暗题，不写成文件；锚题请从公开的题库里选。",
                "These are hidden questions, which are not written to a file; choose anchors from "
                "a public bank.",
            )
        writing.write(chosen.questions, output)
    if as_json:
        say.document(anchored.anchor_document(chosen))
    else:
        say.out(anchored.anchor_sentence(chosen))
        say.out("")
        print(table.plain(anchored.anchor_table(chosen)), end="")
    if output is not None:
        say.note(
            Text(
                f"锚题写在 {output}；以后每次都问：mingan run --bank {output} -m 模型名",
                f"The anchors are in {output}; each time ask: mingan run --bank {output} -m NAME",
            )
        )
    return 0


_LEGEND = Text(
    "D：最好和最差的 27% 模型答对率之差；r：答对与否和别的题得分的相关。0.3 以上为好，负的可疑。",
    "D: share right among the best 27% of models less that among the worst; r: correlation of "
    "being right with the score elsewhere. Above 0.3 is good, below 0 suspect.",
)


def _rest(number: int) -> Text:
    return Text(
        f"还有 {number} 道题没有列出；全部列出：mingan items --limit 0",
        f"Not listed: {number} more. For all of them: mingan items --limit 0",
    )
