"""`mingan bank twins` and `mingan bank seal`: hidden twins, made, burned and sealed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import JsonOption, WorkspaceOption, help_
from mingan.errors import UsageError
from mingan.language import Text
from mingan.sealing import PASSPHRASE_IN

if TYPE_CHECKING:
    from mingan.bank import Bank


def twins(
    bank: Annotated[
        str, typer.Argument(metavar="NAME_OR_FILE", help=help_("题库", "the bank"))
    ] = "builtin",
    rotate: Annotated[
        bool,
        typer.Option("--rotate", help=help_("作废现在这一套，换新密钥另做一套",
                                            "burn the present set; the next has a new key")),
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """The present set of hidden twins: its number, what is in it, and how to ask it."""
    from mingan import shelf
    from mingan.workspace import Workspace

    with Workspace.open(workspace) as opened:
        source = opened.bank(bank)
        made = opened.twins(source)
        if rotate:  # only now: a set that cannot be made must not cost the one before it
            shelf.burn_twins(opened.store)
            made = opened.twins(source)
        secret = shelf.twins_key(opened.store)
    if json:
        say.document(
            {
                "bank": source.name, "set": secret.number, "name": made.name,
                "private": sum(q.hidden == "private" for q in made.questions),
                "sealed": sum(q.hidden == "sealed" for q in made.questions),
                "without": len(source) - len(made), "key_file": str(secret.path),
                "burned": [{"set": number, "at": at} for number, at in secret.burned],
            }
        )  # fmt: skip
        return 0
    _say(made, secret.number, secret.path, [number for number, _ in secret.burned], bank)
    return 0


def _say(made: Bank, number: int, path: Path, burned: list[int], bank: str) -> None:
    say.out(
        Text(
            f"现在用的是第 {number} 套暗题（{made.name}）。密钥在 {path}，不要传给别人。",
            f"The present set of twins is number {number} ({made.name}). Its key is in {path}; "
            "pass it to nobody.",
        )
    )
    for sentence in made.notes:
        say.out(sentence)
    if burned:
        numbers = "、".join(map(str, burned))
        say.out(
            Text(
                f"作废了的：第 {numbers} 套。封存的那些换不了，各套里都一样。",
                f"Burned: {', '.join(map(str, burned))}. Sealed halves cannot be made anew and "
                "are the same in every set.",
            )
        )
    name = say.argument(bank)
    say.out(
        Text(f"要问暗题：mingan run --bank {name} --twins --model 模型名",
             f"To ask them: mingan run --bank {name} --twins --model NAME")
    )  # fmt: skip


def seal(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE",
                     help=help_("明题写到哪个文件（默认在原文件旁，名字加 -public）",
                                "where the public halves go (default: beside the file, -public)")),
    ] = None,
) -> int:  # fmt: skip
    """Flip a coin for every pair: one half becomes public, the other is sealed under your key."""
    from mingan import shelf

    passphrase = os.environ.get(PASSPHRASE_IN, "")
    if len(passphrase) < 8:
        raise UsageError(
            f"请先把封存用的口令（至少 8 个字符）放进环境变量 {PASSPHRASE_IN}，"
            f"例如：export {PASSPHRASE_IN}=…",
            f"First put the passphrase to seal with (8 characters at least) into the environment "
            f"variable {PASSPHRASE_IN}, such as: export {PASSPHRASE_IN}=…",
        )
    public = output or file.with_name(f"{file.stem}-public.jsonl")
    account = shelf.seal_bank(file, public, passphrase)
    say.out(
        Text(
            f"{account.pairs} 对题抛过硬币了：明题写在 {public}，暗题封存在 {account.sealed}。",
            f"Pairs for which the coin fell: {account.pairs}. The public halves are in {public}, "
            f"the hidden ones are sealed in {account.sealed}.",
        )
    )
    say.out(
        Text(
            f"抛硬币的凭证（可以公开）：{account.commitment}",
            f"The coin's commitment (may be published): {account.commitment}",
        )
    )
    say.note(
        Text(
            f"原文件 {file} 里两半都在，请收好，不要公开；口令丢了，封存的就打不开了。",
            f"{file} still holds both halves: keep it to yourself. Without the passphrase nobody "
            "can open what is sealed.",
        )
    )
    return 0
