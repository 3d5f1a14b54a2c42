"""`mingan bank …`: what there is to ask; whether a file is sound; a bank as a file."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.new import new
from mingan.cli.options import (
    JsonOption,
    OutputOption,
    ShowHiddenOption,
    WorkspaceOption,
    help_,
)
from mingan.cli.twins import seal, twins
from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.records import Question

app = typer.Typer(
    help=help_("题库：列出、检查、导出", "banks: list, check, export"), no_args_is_help=True
)


class Format(StrEnum):
    """Formats of a bank."""

    csv = "csv"
    jsonl = "jsonl"


@app.command("list", help=help_("列出自带的和工作区里的题库", "the banks of ours, and those here"))
def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> int:
    """The banks of ours, and those in the workspace."""
    from mingan import bank as banks
    from mingan.workspace import Workspace

    rows: list[dict[str, object]] = [
        {"name": name, "questions": len(banks.builtin(name)), "source": "builtin"}
        for name in banks.builtin_names()
    ]
    if _exists(workspace):
        with Workspace.open(workspace, create=False) as opened:
            rows += [
                {"name": name, "questions": size, "source": "workspace"}
                for name, _, size in opened.store.banks()
            ]
    if json:
        say.document({"rows": rows})
        return 0
    for row in rows:
        ours = row["source"] == "builtin"
        where = Text("自带", "ours") if ours else Text("在工作区里", "in the workspace")
        count = row["questions"]
        size = Text(f"{count} 道题", "1 question" if count == 1 else f"{count} questions")
        say.out(f"{row['name']}\t{size.say()}\t{where.say()}")
    return 0


@app.command("check", help=help_("逐行逐列查一个题库文件", "every fault of a bank file"))
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE_OR_NAME")], json: JsonOption = False
) -> int:
    """Every fault of a bank by row and column, and what to do about it; its twins too."""
    from mingan import bank as banks
    from mingan import shelf

    if str(file) in banks.builtin_names():
        say.note(
            Text(
                "每个模板变出五十道题来核对，要一分钟左右……",
                "Fifty questions are made of each template and checked; it takes about a minute…",
            )
        )
    faults = shelf.check_bank(file)
    errors = sum(fault.severity == "error" for fault in faults)
    if json:
        say.document({"errors": errors, "rows": [asdict(fault) for fault in faults]})
        return 2 if errors else 0
    for fault in faults:
        say.out(fault.sentence)
    warnings = len(faults) - errors
    say.out(
        Text(
            f"{file}：{errors} 处错误，{warnings} 处提醒。"
            + ("可以用了。" if not errors else "请改好错误再用。"),
            f"{file}: {errors} errors, {warnings} warnings. "
            + ("It can be used." if not errors else "Mend the errors before using it."),
        )
    )
    return 2 if errors else 0


@app.command("export", help=help_("把题库写成 JSON Lines 或 CSV", "a bank as JSON Lines or CSV"))
def export(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    output: OutputOption = None,
    format_: Annotated[
        Format, typer.Option("--format", help=help_("格式", "format"))
    ] = Format.jsonl,
    workspace: WorkspaceOption = None,
    show_hidden: ShowHiddenOption = False,
) -> int:  # fmt: skip
    """A bank as JSON Lines (one question a line) or CSV; hidden questions only if asked for."""
    from mingan import bank as banks
    from mingan import shelf
    from mingan.workspace import Workspace

    if _exists(workspace):
        with Workspace.open(workspace, create=False) as opened:
            questions = opened.bank(name).questions
    else:
        questions = shelf.find_bank(name).questions
    if not show_hidden:
        questions = _public(name, questions)
    if output is not None:
        banks.write(questions, output)
        say.note(Text(f"{len(questions)} 道题写到 {output}。",
                      f"{len(questions)} questions written to {output}."))  # fmt: skip
        return 0
    # A bank is UTF-8 wherever it goes, whatever the terminal speaks.
    if format_ is Format.csv:
        sys.stdout.buffer.writelines(line.encode() for line in banks.to_csv(questions))
    else:
        lines = banks.to_jsonl(questions)
        sys.stdout.buffer.writelines(f"{line}\n".encode() for line in lines)
    return 0


def _public(name: str, questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """The questions that are not hidden.

    Raises:
        UsageError: all of them are.
    """
    shown = tuple(question for question in questions if not question.hidden)
    if questions and not shown:
        raise UsageError(
            f"{name} 全是暗题；写进文件就不再是暗题了。真要导出，请加 --show-hidden。",
            f"{name} holds hidden questions only; in a file they are hidden no more. To export "
            "them all the same, add --show-hidden.",
        )
    return shown


def _exists(workspace: str | None) -> bool:
    """Whether there is a workspace to look into; listing must not make one."""
    from mingan.store.engine import place
    from mingan.workspace import DEFAULT

    where = place(workspace or os.environ.get("MINGAN_WORKSPACE") or DEFAULT)
    return where.path is None or where.path.exists()


for _name, _command, _about in (
    (
        "new",
        new,
        Text("一步步写一道题和它的暗题", "write a question and its twin, step by step"),
    ),
    ("twins", twins, Text("暗题：看现在这一套，或作废换新", "the hidden twins: see or renew them")),
    ("seal", seal, Text("给成对的题抛硬币，封存一半", "flip a coin for each pair, seal a half")),
):
    app.command(_name, help=_about.say())(_command)
