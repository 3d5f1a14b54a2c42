"""`mingan scores`, `compare`, `report` and `export`: what is known, in words and in files."""

from __future__ import annotations

import codecs
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import (
    BankOption,
    JsonOption,
    ModelsOption,
    OutputOption,
    ShowHiddenOption,
    WorkspaceOption,
    help_,
)
from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.reports.by_grader import Grader
    from mingan.reports.gather import Gathered
    from mingan.workspace import Workspace


GraderOption = Annotated[
    list[str] | None,
    typer.Option("--grader", metavar="GRADER",
                 help=help_("写两次，看单是换判法差多少：rule、judge:名字、person；后面可写 @版本",
                            "write it twice to see what the grader alone changes: rule, "
                            "judge:NAME, person; with @VERSION behind, one version of it")),
]  # fmt: skip


def scores(
    bank: BankOption = None,
    model: ModelsOption = None,
    grader: GraderOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:
    """The table: score, interval, rank as a tie group, states."""
    from mingan.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened:
        if grader:
            _show_change(opened, grader, bank=bank, models=model or None, as_json=json)
            return 0
        show_scores(opened, bank=bank, models=model or None, as_json=json)
    return 0


def _show_change(
    workspace: Workspace, graders: list[str], *, bank: str | None, models: list[str] | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Say what the grader alone changes."""
    from mingan.reports import by_grader, table

    if len(graders) != 2:
        raise UsageError(
            "--grader 要写两次，例如：mingan scores --grader rule --grader person",
            "Write --grader twice, as in: mingan scores --grader rule --grader person",
        )
    first, second = (by_grader.Grader.parse(text) for text in graders)
    change = by_grader.change_of_grader(workspace.store, first, second, bank=bank, models=models)
    gathered = workspace.gather(bank=change.bank, models=models)
    known = _records(
        workspace, gathered,
        {name for one in (first, second) for name in _judges_in(workspace, gathered, one)},
    )  # fmt: skip
    if as_json:
        document = by_grader.change_document(change)
        if known:
            document["judges"] = [sentence.say() for sentence in known]
        say.document(document)
        return
    say.out(by_grader.change_sentence(change))
    for sentence in known:
        say.out(sentence)
    say.out("")
    print(table.plain(by_grader.change_table(change)), end="")
    if change.left_out:
        say.note(by_grader.left_out_sentence(change))


def _judges_in(workspace: Workspace, gathered: Gathered, grader: Grader) -> set[str]:
    """The judges whose verdicts a grader stands for: one by its name, or all that judged here."""
    if grader.authority != "judge":
        return set()
    if grader.name:
        return {grader.name}
    contents = {answer.content for answer in gathered.answers.values()}
    return {
        grade.by
        for grade in workspace.store.all_grades()
        if grade.authority == "judge" and not grade.opinion and grade.answer in contents
    }


def _known_of_judges(workspace: Workspace, gathered: Gathered) -> list[Text]:
    """What is known about every judge whose verdicts count here; none goes without."""
    names = {g.by for g in gathered.grades.values() if g.authority == "judge" and g.by}
    return _records(workspace, gathered, names)


def _records(workspace: Workspace, gathered: Gathered, names: Collection[str]) -> list[Text]:
    """The track records of judges on what was gathered."""
    if not names:
        return []
    from mingan import trust
    from mingan.reports.trust_sentences import record_sentence

    models = [card.name for card in gathered.cards]
    return [
        record_sentence(trust.known_of(workspace.store, name, bank=gathered.bank, models=models))
        for name in sorted(names)
    ]


def _overruled(workspace: Workspace, gathered: Gathered) -> list[Text]:
    """How often judges overruled rules."""
    from mingan.reports.judged import overruled, overruled_sentences

    return overruled_sentences(overruled(workspace.store, gathered))


def show_scores(
    workspace: Workspace,
    *,
    bank: str | None,
    models: list[str] | None = None,
    as_json: bool,
    run: dict[str, object] | None = None,
) -> None:
    """Say the finding, the table, and how what is not known enters it.

    `run` is the account of the run that this follows; it goes into the JSON document.
    """
    from mingan.reports import sentences, table
    from mingan.reports.method import method_notes

    result = workspace.scores(bank=bank, models=models)
    for sentence in result.gathered.notes:
        say.note(sentence)
    known = _known_of_judges(workspace, result.gathered)
    known += _overruled(workspace, result.gathered)
    if as_json:
        document = table.scores_document(result.scores, result.gathered.stamp)
        document["bank"] = result.gathered.bank
        if known:
            document["judges"] = [sentence.say() for sentence in known]
        if run is not None:
            document["run"] = run
        say.document(document)
        return
    say.out(sentences.headline(result.scores, result.comparisons))
    for sentence in known:
        say.out(sentence)
    say.out("")
    print(table.plain(table.scores_table(result.scores)), end="")
    for sentence in method_notes(result.gathered):
        say.note(sentence)


def compare(
    a: Annotated[str, typer.Argument(metavar="A")],
    b: Annotated[str, typer.Argument(metavar="B")],
    bank: BankOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:
    """A against B: the verdict in words."""
    from mingan.reports import sentences, table
    from mingan.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened:
        result = opened.compare(a, b, bank=bank)
    if json:
        say.document(table.comparison_row(result))
        return 0
    say.out(sentences.compare_sentence(result))
    say.note(sentences.detectable_sentence(result))
    say.note(
        Text(
            "这里只比这一对；得分表和报告里所有两两一起比，要求更严，要的题也更多。",
            "This compares one pair; the table and the report compare all pairs together, which "
            "is stricter and takes more questions.",
        )
    )
    return 0


def report(
    output: OutputOption = None,
    bank: BankOption = None,
    model: ModelsOption = None,
    workspace: WorkspaceOption = None,
    title: Annotated[str, typer.Option(help=help_("报告的标题", "title of the report"))] = "",
    show_hidden: ShowHiddenOption = False,
) -> int:
    """One offline HTML file with everything in it."""
    from mingan.workspace import Workspace

    path = output or Path("report.html")
    with Workspace.open(workspace, create=False) as opened:
        opened.report(
            path, bank=bank, models=model or None, title=title, show_hidden=show_hidden,
            about_judges=lambda gathered: _known_of_judges(opened, gathered),
        )  # fmt: skip
    say.out(Text(f"报告写在 {path}，用浏览器打开即可。", f"The report is in {path}."))
    return 0


class Kind(StrEnum):
    """What can be exported."""

    answers = "answers"
    grades = "grades"
    scores = "scores"
    votes = "votes"


class Format(StrEnum):
    """Into which kind of file."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


def export(
    what: Annotated[Kind, typer.Argument(help=help_("导出什么", "what to export"))],
    output: OutputOption = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help=help_("格式（默认看文件名，否则 csv）",
                                            "format (default: by the file's name, else csv)")),
    ] = None,
    bank: BankOption = None,
    model: ModelsOption = None,
    workspace: WorkspaceOption = None,
    show_hidden: ShowHiddenOption = False,
) -> int:  # fmt: skip
    """Answers, grades, scores or votes as CSV, JSON Lines or Parquet."""
    from mingan.workspace import Workspace

    form = format_ or (None if output else Format.csv)
    with Workspace.open(workspace, create=False) as opened, _target(output) as path:
        written = opened.export(
            what.value, path, format=form.value if form else None, bank=bank,
            models=model or None, show_hidden=show_hidden,
        )  # fmt: skip
        if output is None:
            _to_stdout(path)
    if output is not None:
        say.out(Text(f"写出 {written:,} 行：{output}", f"{written:,} rows written: {output}"))
    return 0


@contextmanager
def _target(output: Path | None) -> Iterator[Path]:
    """The file to write: the one named, or one that is passed on to standard output."""
    if output is not None:
        yield output
        return
    with tempfile.TemporaryDirectory(prefix="mingan-") as folder:
        yield Path(folder) / "export"


def _to_stdout(path: Path) -> None:
    """Pass a file on, without the byte order mark that only spreadsheets want."""
    with path.open("rb") as file:
        if file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)
