"""The options that several commands share, each written down once, in two languages.

Help is spoken in the language of the process, which is settled before this module is imported
(see `app.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mingan.language import Text


def help_(zh: str, en: str) -> str:
    """A help text in the language of this process."""
    return Text(zh, en).say()


def _version(wanted: bool) -> None:
    if wanted:
        from mingan import __version__

        print(f"mingan {__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", callback=_version, is_eager=True,
                 help=help_("版本", "the version")),
]  # fmt: skip


def root(version: VersionOption = False) -> None:
    """The options of `mingan` itself; each does its work by its callback."""


WorkspaceOption = Annotated[
    str | None,
    typer.Option(
        "--workspace", "-w", envvar="MINGAN_WORKSPACE", show_envvar=False, metavar="PATH_OR_URL",
        help=help_("工作区：一个文件，或 postgresql:// 地址（默认 ./mingan.db）",
                   "the workspace: a file, or a postgresql:// URL (default ./mingan.db)"),
    ),
]  # fmt: skip

JsonOption = Annotated[
    bool,
    typer.Option("--json", help=help_("标准输出只给一份 JSON", "one JSON document on stdout")),
]

BankOption = Annotated[
    str | None,
    typer.Option(
        "--bank", "-b", metavar="NAME",
        help=help_("题库名（默认：最近用过的）", "the bank (default: the one used last)"),
    ),
]  # fmt: skip

ModelsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model", "-m", metavar="NAME",
        help=help_("只看这些模型（可写多次）", "only these models (may be repeated)"),
    ),
]  # fmt: skip

ModelsFileOption = Annotated[
    Path | None,
    typer.Option(
        "--models", metavar="FILE", envvar="MINGAN_MODELS", show_envvar=False,
        help=help_("模型说明文件（默认 ./models.toml）",
                   "the file that describes models (default ./models.toml)"),
    ),
]  # fmt: skip

OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help=help_("写到哪个文件", "where to write")),
]

ShowHiddenOption = Annotated[
    bool,
    typer.Option("--show-hidden",
                 help=help_("连暗题的题目和回答也写出来（传出去，暗题就不再是暗题）",
                            "with the words of hidden questions and answers; once passed on, they "
                            "are hidden no more")),
]  # fmt: skip
