"""The hidden twins of a bank: other content, the same logic, nothing that was ever published.

A template's twin is another instance of it, made from a secret key: what is published is the
template, never the instance. The twin of a hand-written question is the half that the coin kept
back. It is opened in memory and marked, so that stores veil it and reports do not show it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import msgspec

from mingan.bank import pairs
from mingan.bank.banks import Bank, templates
from mingan.bank.templates import Template, instance
from mingan.errors import BankError
from mingan.language import Text
from mingan.records import Question
from mingan.sealing import PASSPHRASE_IN, PUBLISHED

SEALED = ".sealed"
"""Ending of the file with the hidden halves of a bank; it lies beside the bank."""

JOINT = "~twins-"
"""Between a bank's name and the number of the set: `builtin~twins-1`."""

_TRIES = 50


def set_name(bank: str, number: int) -> str:
    """The name of a set of twins, as a bank."""
    return f"{bank}{JOINT}{number}"


def public_name(name: str) -> str:
    """The bank that a set of twins belongs to; any other bank's name as it is."""
    return name.rpartition(JOINT)[0] or name


def templates_of(bank: Bank) -> dict[str, Template]:
    """The templates behind a bank's questions, by id; those of our own bank lie in a folder."""
    found = {template.id: template for template in bank.templates}
    for path in files_of(bank)[1:]:
        found.update({template.id: template for template in templates(path)})
    return found


def files_of(bank: Bank) -> list[Path]:
    """The files of a bank: its questions first, then the templates of a bank of ours."""
    if not bank.path:
        return []
    folder = Path(bank.path).parent / "templates"
    ours = sorted(folder.glob("*.jsonl")) if _is_ours(bank) else []
    return [Path(bank.path), *ours]


def halves_of(bank: Bank, passphrase: str | None = None) -> dict[str, Question]:
    """The sealed halves that belong to a bank, by id; empty where it has none.

    Raises:
        InputError: they do not open with this passphrase.
        BankError: there are some and no passphrase was given.
    """
    path = sealed_path(bank)
    if path is None or not path.is_file():
        return {}
    if passphrase is None and not _is_ours(bank):
        raise BankError(
            f"{path} 是封存的，要有口令才能打开。把口令放进环境变量 {PASSPHRASE_IN} 再运行。",
            f"{path} is sealed. Put its passphrase into the environment variable {PASSPHRASE_IN} "
            "and run again.",
        )
    word = PUBLISHED if _is_ours(bank) else passphrase or PUBLISHED
    halves, _ = pairs.opened(_text(path), word, name=str(path))
    return {question.id: question for question in halves}


def _text(path: Path) -> str:
    """What is in a sealed file; bytes that are no text will not open, and are told then.

    Raises:
        BankError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise BankError(
            f"读不了 {path}（{why}）。请检查这个文件的权限。",
            f"{path} cannot be read ({why}). Check its permissions.",
        ) from None


def sealed_path(bank: Bank) -> Path | None:
    """Where a bank's hidden halves lie, if it has any; None for a bank that came from no file."""
    return Path(bank.path).with_suffix(SEALED) if bank.path else None


def twin_bank(
    bank: Bank, *, key: bytes, number: int, halves: Mapping[str, Question] | None = None
) -> Bank:
    """The set of hidden twins of a bank that a key makes; the same key makes the same set.

    Args:
        number: the number of the set, for its name.
        halves: the opened halves of pairs, by id.

    Raises:
        BankError: no question of the bank has a twin, or a template fails.
    """
    templates, halves = templates_of(bank), halves or {}
    name = set_name(bank.name, number)
    twins = []
    for question in bank.questions:
        twin = halves.get(question.id)
        if twin is None and question.id in templates:
            twin = private_twin(templates[question.id], question, key)
        if twin is not None:
            twins.append(msgspec.structs.replace(twin, bank=name))
    if not twins:
        raise BankError(
            f"题库 {bank.name} 没有暗题：它的题既不是带变量的模板，也没有封存的另一半。"
            "怎样写暗题，见文档“出题”一页。",
            f"The bank {bank.name} has no twins: its questions are no templates and no other "
            "halves are sealed. See the page on writing questions.",
        )
    return Bank(
        name=name, questions=tuple(twins), path=bank.path, notes=_notes(bank, twins)
    )  # fmt: skip


def private_twin(template: Template, public: Question, key: bytes) -> Question:
    """The twin of a template's public question under a key; never the public question itself.

    Raises:
        BankError: the template fails, or has no other instance.
    """
    for attempt in range(_TRIES):
        made = instance(template, "private", attempt, key=key).question
        if made.asked != public.asked:
            return msgspec.structs.replace(made, hidden="private")
    raise BankError(
        f"模板 {template.id} 变不出与明题不同的题。请让它的变量多些取值。",
        f"The template {template.id} makes no question but the public one. Give its slots more "
        "values.",
    )


def _is_ours(bank: Bank) -> bool:
    return Path(bank.path).parent == Path(str(files("mingan.bank") / "builtin"))


def _notes(bank: Bank, twins: list[Question]) -> tuple[Text, ...]:
    sealed = sum(twin.hidden == "sealed" for twin in twins)
    made, without = len(twins) - sealed, len(bank) - len(twins)
    notes = [
        Text(
            f"暗题 {len(twins)} 道：{made} 道由本工作区的密钥变出，{sealed} 道是封存的另一半。",
            f"Twins: {len(twins)}; from this workspace's key: {made}, sealed halves: {sealed}.",
        )
    ]
    if without:
        notes.append(
            Text(f"{without} 道题没有暗题，不问。", f"Without a twin, and not asked: {without}.")
        )
    return tuple(notes)
