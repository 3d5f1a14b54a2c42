"""A model that only a person can reach: its answers are copied out of a chat app by hand.

Most chat apps have no address that a program may call. So a person is shown the question, asks
the app, and pastes what it said; who did that, when, and with which version of the app is kept
with every answer. The person is asked through a function, so that a web page can take the place
of the terminal. This module must not know how answers are stored or graded.
"""

from __future__ import annotations

import getpass
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TextIO

from mingan.errors import RequestRejected
from mingan.language import Text
from mingan.models.protocol import Reply, Request, Source
from mingan.models.threads import in_daemon_thread
from mingan.records import ModelCard, now

END = "."
SKIP = "s"

_HOW = Text(
    "请把上面的题目发给 {name}，再把它的回答粘贴到这里，另起一行只写一个英文句号 . 结束"
    "（跳过这题：第一行只写 s）：",
    "Put the question above to {name}, paste its answer here, and end with a line that holds "
    "only a full stop . (to skip it, write only s on the first line):",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedText:
    """What a person brought back: the answer's text, who got it, and from which app version."""

    text: str
    who: str = ""
    app: str = ""


AskPerson = Callable[[str], PastedText | None]
"""Shows a prompt to a person; gives what was pasted, or None where the person skips it."""


class PastedModel:
    """A chat app that a person asks. One question at a time."""

    source: Source = "pasted"
    concurrency: int | None = 1

    def __init__(self, card: ModelCard, ask_person: AskPerson | None = None) -> None:
        """Takes the card (options `who` and `app` are the defaults of what is recorded)."""
        self.card = card
        self._who = str(card.options.get("who", "")) or _login()
        self._app = str(card.options.get("app", ""))
        self._ask = ask_person or TerminalPerson(card.name)
        self._turn = threading.Lock()

    async def answer(self, request: Request) -> Reply:
        """Show the question to the person and wait for the paste, without a time limit.

        Raises:
            RequestRejected: the person skipped it. The question stays unanswered.
        """
        start = time.perf_counter()
        pasted = await in_daemon_thread(lambda: self._in_turn(shown(request)))
        if pasted is None:
            raise RequestRejected(
                f"这题没有问 {self.card.name}：跳过了。以后可以接着跑来补。",
                f"{self.card.name} was not asked this question: it was skipped. Resume the run "
                "to fill it in.",
            )
        at = now()
        meta = {"who": pasted.who or self._who, "app": pasted.app or self._app, "when": at}
        return Reply(
            text=pasted.text,
            total_s=time.perf_counter() - start,
            at=at,
            meta={key: value for key, value in meta.items() if value},
        )

    async def close(self) -> None:
        """Nothing to let go of."""

    def _in_turn(self, prompt: str) -> PastedText | None:
        # Held by the thread, not by the task: if a wait is given up, the person still sees the
        # old question, and the next one must not be shown before that is over.
        with self._turn:
            return self._ask(prompt)


class TerminalPerson:
    """Asks the person at the terminal; everything is shown on stderr, stdout stays clean."""

    def __init__(
        self, name: str, *, stdin: TextIO | None = None, screen: TextIO | None = None
    ) -> None:
        self._name = name
        self._stdin = stdin
        self._screen = screen

    def __call__(self, prompt: str) -> PastedText | None:
        """Show `prompt`, read lines until one holds only `.` or the input ends."""
        screen = self._screen or sys.stderr
        print(f"\n{prompt}\n\n{_HOW.say().format(name=self._name)}", file=screen, flush=True)
        lines: list[str] = []
        for raw in self._stdin or _own_stdin():
            line = raw.rstrip("\r\n")
            if not lines and line.strip().lower() == SKIP:
                return None
            if line.strip() == END:
                return PastedText(text="\n".join(lines))
            lines.append(line)
        # The input ended without a closing line: with nothing typed, there is nobody there.
        return PastedText(text="\n".join(lines)) if lines else None


@cache
def _own_stdin() -> TextIO:
    """A reader of standard input apart from `sys.stdin`, one for the whole process.

    A thread that is blocked within `sys.stdin` when Ctrl-C comes would make the interpreter
    abort at its end, because it cannot get hold of that stream to close it.
    """
    return open(os.dup(sys.stdin.fileno()), encoding="utf-8", errors="replace")


def shown(request: Request) -> str:
    """A request as a person reads it: the bare prompt, or the turns with who said them."""
    messages = request.messages
    if len(messages) == 1:
        return messages[0]["content"]
    return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
