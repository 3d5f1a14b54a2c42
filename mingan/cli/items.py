"""`mingan items`: the questions of a bank one by one, what to repair first."""

from __future__ import annotations

from typing import Annotated

import typer

from mingan.cli import say
from mingan.cli.options import BankOption, JsonOption, ModelsOption, WorkspaceOption, help_
from mingan.language import Text


def items(
    bank: BankOption = None,
    model: ModelsOption = None,
    limit: Annotated[
        int,
        typer.Option("--limit", "-n", min=0, metavar="N",
                     help=help_("列出多少道题（0 是全部）", "how many questions to list (0: all)")),
    ] = 20,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """Discrimination and suspect keys, question by question."""
    from mingan.reports import item_sentences, item_table, table
    from mingan.workspace import Workspace

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
