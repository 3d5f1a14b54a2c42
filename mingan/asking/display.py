"""Showing how far a run is: a live table on a terminal, a plain line now and then elsewhere.

Everything goes to stderr, so that stdout stays free for results. This module must not know how
questions are asked; it only reads `Progress`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from mingan.asking.progress import ModelProgress, Progress
from mingan.language import Lang, Text, current
from mingan.records import State

if TYPE_CHECKING:
    from rich.table import Table

PLAIN_EVERY_S = 5.0
"""Seconds between two lines where there is no terminal."""

_STATES: dict[State, Text] = {
    "ok": Text("正常", "ok"),
    "refused": Text("拒答", "refused"),
    "truncated": Text("截断", "cut off"),
    "empty": Text("空白", "empty"),
    "failed": Text("未得到", "failed"),
}
_MODEL = Text("模型", "model")
_DONE = Text("完成", "done")
_STATE = Text("状态", "states")
_COST = Text("花费", "cost")
_RATE = Text("每秒", "per s")
_LEFT = Text("还需", "left")
_ALL = Text("合计", "all")
_STOPPED = Text("已停止", "stopped")

Show = Callable[[Progress], None]


@contextmanager
def display(*, stream: TextIO | None = None, lang: Lang | None = None) -> Iterator[Show]:
    """Somewhere to show progress; gives the function that `ask` calls.

    A live table if `stream` (stderr unless given) is a terminal, else a line every few seconds.
    """
    out = stream or sys.stderr
    speak = lang or current()
    if not out.isatty():
        yield PlainLines(out, speak)
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(file=out), auto_refresh=False) as live:
        yield lambda progress: live.update(table(progress, speak), refresh=True)


class PlainLines:
    """One line every few seconds and one at the end, for logs and pipes."""

    def __init__(self, out: TextIO, lang: Lang, *, every_s: float = PLAIN_EVERY_S) -> None:
        self._out = out
        self._lang = lang
        self._every_s = every_s
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Write a line if it is time for one."""
        now = time.monotonic()
        if now - self._last < self._every_s and not progress.finished:
            return
        self._last = now
        print(line(progress, self._lang), file=self._out, flush=True)


def line(progress: Progress, lang: Lang) -> str:
    """How far the run is, in one line."""
    parts = [f"{progress.done}/{progress.total}", states(progress.states, lang)]
    parts += [money(progress.costs), duration(progress.eta_s, lang, label=True)]
    separator = "，" if lang == "zh" else ", "
    return separator.join(part for part in parts if part)


def table(progress: Progress, lang: Lang) -> Table:
    """How far each model is, as a table for a terminal."""
    from rich.table import Table
    from rich.text import Text as Plain

    made = Table(box=None, pad_edge=False)
    made.add_column(_MODEL.say(lang), overflow="ellipsis", no_wrap=True)
    made.add_column(_DONE.say(lang), justify="right", no_wrap=True)
    made.add_column(_STATE.say(lang))
    for heading in (_COST, _RATE, _LEFT):
        made.add_column(heading.say(lang), justify="right", no_wrap=True)
    for model in progress.models.values():
        made.add_row(*map(Plain, _row(model, lang)))
    if len(progress.models) > 1:
        made.add_row(
            *map(
                Plain,
                (
                    _ALL.say(lang), f"{progress.done}/{progress.total}",
                    states(progress.states, lang), money(progress.costs),
                    f"{progress.rate:.1f}", duration(progress.eta_s, lang),
                ),
            ),
            style="bold",
        )  # fmt: skip
    return made


def states(counts: dict[State, int], lang: Lang) -> str:
    """The states that occurred, with their counts."""
    return " ".join(f"{_STATES[s].say(lang)} {n}" for s, n in counts.items() if n)


def money(costs: dict[str, float]) -> str:
    """Sums by currency, with two digits that matter."""
    return " + ".join(f"{_round(amount)} {currency}" for currency, amount in costs.items())


def duration(seconds: float | None, lang: Lang, *, label: bool = False) -> str:
    """A time that is left, in the unit a person would use; "" while it is not known or over."""
    if not seconds:
        return ""
    if seconds < 90:
        text = Text(f"约 {seconds:.0f} 秒", f"about {seconds:.0f} s")
    elif seconds < 5400:
        text = Text(f"约 {seconds / 60:.0f} 分钟", f"about {seconds / 60:.0f} min")
    else:
        text = Text(f"约 {seconds / 3600:.1f} 小时", f"about {seconds / 3600:.1f} h")
    said = text.say(lang)
    if not label:
        return said
    return f"还需{said}" if lang == "zh" else f"{said} left"


def _row(model: ModelProgress, lang: Lang) -> tuple[str, ...]:
    left = _STOPPED.say(lang) if model.stopped else duration(model.eta_s, lang)
    cost = money({model.currency: model.cost}) if model.cost is not None else ""
    return (
        model.name, f"{model.done}/{model.total}", states(model.states, lang), cost,
        f"{model.rate:.1f}", left,
    )  # fmt: skip


def _round(amount: float) -> str:
    return f"{amount:.2f}" if amount >= 0.1 or not amount else f"{amount:.2g}"
