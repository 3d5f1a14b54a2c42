"""The ledger of the data pyramid in words and rows. The module asks nobody and reads no file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line
from mingan.tunnel.pyramid import Ledger

if TYPE_CHECKING:
    from rich.table import Table


def pyramid_sentence(before: int, after: int, file: str) -> Text:
    """How much is left."""
    share = f"{100 * after / max(before, 1):.0f}"
    return Text(
        f"{before:,} 段留下 {after:,} 段（{share}%），写在 {one_line(file, 60)}。",
        f"Of {before:,} passages {after:,} are left ({share} %), written to {one_line(file, 60)}.",
    )


def ledger_table(ledger: Ledger, *, lang: Lang | None = None) -> Table:
    """What every rule dropped."""
    speak = lang or current()
    heads = (Text("级", "stage"), Text("规则", "rule"), Text("丢掉（段）", "dropped"),
             Text("字符", "characters"), Text("例如", "for example"))  # fmt: skip
    rows = [
        (line.stage, line.said.say(speak), f"{line.dropped:,}", f"{line.characters:,}",
         one_line(line.examples[0], 36) if line.examples else "–")
        for line in ledger.lines
    ]  # fmt: skip
    return ruled(heads, rows, left=(0, 1, 4), lang=speak)


def pyramid_document(before: int, after: int, ledger: Ledger) -> dict[str, Any]:
    """What `mingan ladder pyramid --json` prints."""
    said = pyramid_sentence(before, after, "")
    return {
        "before": before, "after": after, "sentence_zh": said.zh, "sentence_en": said.en,
        "ledger": [
            {"stage": line.stage, "rule": line.rule, "dropped": line.dropped,
             "characters": line.characters, "examples": list(line.examples)}
            for line in ledger.lines
        ],
    }  # fmt: skip
