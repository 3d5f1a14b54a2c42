"""main(): settles the language, runs one command, and turns every end into an exit status.

No traceback reaches a person: our own errors are one sentence; a fault of Mingan itself is one
sentence too, with the details in a file (set MINGAN_DEBUG=1 to see them at once).
"""

from __future__ import annotations

import errno
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from mingan.errors import MinganError
from mingan.language import Text

_ABOUT = Text(
    "明暗：量一量大模型到底有多好。每个数字都带区间，每句结论都不多说。",
    "Mingan measures how good large models are: an interval on every number, and no claim that "
    "the data cannot bear.",
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    speak_anyway()
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command; gives the exit status."""
    try:
        arguments = take_language(arguments)
        status = _command(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except MinganError as error:
        _complain(error.say())
        return error.exit_status
    except KeyboardInterrupt:
        _complain(Text("已中断。", "Interrupted.").say())
        return 1
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain at exit.
        _let_go_of_stdout()
        return 0
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            return _our_fault(fault)
        _let_go_of_stdout()
        _complain(
            Text(
                "磁盘写不下了，结果没有写完整。已经存进工作区的都还在；腾出空间后再运行一次。",
                "The disk is full, so the result was not written in full. What is in the workspace "
                "is safe; free some space and run it again.",
            ).say()
        )
        return 1
    except Exception as fault:
        return _our_fault(fault)


def speak_anyway() -> None:
    """A terminal that cannot write Chinese gets English, and `?` for any other strange character.

    A result must not be lost because the terminal lacks a letter.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        "明暗".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        os.environ["MINGAN_LANG"] = os.environ.get("MINGAN_LANG") or "en"


def _let_go_of_stdout() -> None:
    """What could not be written must not be tried again, and fail again, at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def take_language(arguments: list[str]) -> list[str]:
    """Take `--lang zh|en` out, wherever it stands, and make it the language of this process.

    It is taken before the commands are imported, since their help is written then.
    """
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*rest, word, *words]
        name, equals, value = word.partition("=")
        if name != "--lang":
            rest.append(word)
            continue
        lang = value if equals else next(words, "")
        if lang not in ("zh", "en"):
            from mingan.errors import UsageError

            raise UsageError(
                f"--lang 只能是 zh 或 en，而不是 {lang!r}。",
                f"--lang must be zh or en, not {lang!r}.",
            )
        os.environ["MINGAN_LANG"] = lang
    return rest


def _command(arguments: list[str]) -> int:
    import typer
    from typer.exceptions import TyperException

    try:
        status = build()(arguments, prog_name="mingan", standalone_mode=False)
    except typer.Exit as left:
        return left.exit_code
    except typer.Abort:
        _complain(Text("已中断。", "Interrupted.").say())
        return 1
    except TyperException as fault:
        _complain(_usage(fault))
        return 2
    return status if isinstance(status, int) else 0


def build() -> Callable[..., Any]:
    """All commands, put together."""
    import typer

    from mingan.cli.ask import run as ask
    from mingan.cli.banks import app as banks
    from mingan.cli.bring import grade, import_
    from mingan.cli.contamination import twins
    from mingan.cli.density import app as density
    from mingan.cli.doctor import doctor
    from mingan.cli.drift import drift
    from mingan.cli.forecast import forecast
    from mingan.cli.gateway import app as gateway
    from mingan.cli.items import items
    from mingan.cli.ladder import app as ladder
    from mingan.cli.look import compare, export, report, scores
    from mingan.cli.models import app as models
    from mingan.cli.options import root
    from mingan.cli.serve import serve
    from mingan.cli.trust import trust
    from mingan.cli.votes import votes
    from mingan.cli.world import app as world

    app = typer.Typer(
        help=_ABOUT.say(), no_args_is_help=True, add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]}, rich_markup_mode=None,
    )  # fmt: skip

    app.callback()(root)
    for name, command, about in (
        ("run", ask, Text("问模型、判分、出分", "ask models a bank's questions, grade, score")),
        ("import", import_, Text("导入题库、现成的回答或别的工具的记录",
                                 "bring in a bank, recorded answers, or another tool's log")),
        ("grade", grade, Text("判已存的回答：按规则，或请裁判模型",
                              "grade or re-grade what is stored, by rule or by a judge model")),
        ("scores", scores, Text("得分表：得分、区间、名次段", "the table: score, interval, rank")),
        ("trust", trust, Text("一个裁判有多可信，校正后的得分",
                              "how far to trust a judge, and scores corrected by people")),
        ("votes", votes, Text("按两两比较的票排名", "rank models by pairwise votes")),
        ("compare", compare, Text("两个模型谁更好", "A against B: the verdict in words")),
        ("items", items, Text("逐题看：难度、区分度、可疑的参考答案",
                              "discrimination and suspect keys, question by question")),
        ("twins", twins, Text("明题和暗题：看模型见没见过题",
                              "public against hidden: had a model seen the questions?")),
        ("drift", drift, Text("隔几天问同样的题，看模型变没变",
                              "ask the same again on other days: did the model change?")),
        ("forecast", forecast, Text("什么时候便宜、什么时候装得进设备，附回测",
                                    "when it gets cheap or fits a device, with back-tests")),
        ("serve", serve, Text("打开网页", "the bench: a web page")),
        ("report", report, Text("写一份离线网页报告", "one offline HTML file")),
        ("export", export, Text("导出回答、判分、得分", "answers, grades, votes, scores as files")),
        ("doctor", doctor, Text("查装了什么、缺什么", "what is installed, and what is wrong")),
    ):  # fmt: skip
        app.command(name, help=about.say())(command)
    for name, room in (
        ("bank", banks), ("models", models), ("density", density), ("ladder", ladder),
        ("world", world), ("gateway", gateway),
    ):  # fmt: skip
        app.add_typer(room, name=name)
    return typer.main.get_command(app)


def _usage(fault: Exception) -> str:
    """A sentence for a misspelt command or option; Typer's own words are in English."""
    said = " ".join(str(getattr(fault, "format_message", fault.__str__)()).split())
    context = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "mingan"
    return Text(
        f"用法不对：{said} 请看：{path} --help", f"Bad usage: {said} See: {path} --help"
    ).say()


def _complain(sentence: str) -> None:
    from mingan.cli.say import note

    note(sentence)


def _our_fault(fault: Exception) -> int:
    if os.environ.get("MINGAN_DEBUG"):
        raise fault
    kind = type(fault).__name__
    try:
        handle, name = tempfile.mkstemp(prefix="mingan-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            traceback.print_exception(fault, file=file)
        kept = Path(name)
    except OSError:
        kept = None
    zh = f"详情在 {kept}，" if kept else ""
    en = f"The details are in {kept}; " if kept else ""
    _complain(
        Text(
            f"明暗自己出了错（{kind}）。已经存下的都还在。{zh}请把它连同所用的命令报告给我们。",
            f"Mingan itself has failed ({kind}). What was stored is safe. {en}"
            "please report it with the command you used.",
        ).say()
    )
    return 1
