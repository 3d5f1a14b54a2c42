"""A table of a user's own: a member that says what is written there, and abstains on all else.

    Lookup.read("faq.csv").answer(ask)

The file is a CSV in UTF-8 with the columns `question` and `answer`, and maybe `aliases`: other
ways to ask the same, with | between them. A question is found if it is the same but for width,
case, blanks and punctuation at its end; nothing is guessed. It knows no other members.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from mingan.gateway.members import words
from mingan.gateway.members.asked import fitting, sole
from mingan.gateway.policy import Ask

LONGEST = 4000
"""Characters of a question that can be found."""

_END = re.compile(r"(?:(?<![0-9])!|[\s.?。…,;:、~])+\Z")
"""Punctuation at an end; 5! is not 5."""

_WIDE = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_BLANK = re.compile(rf"(?<={_WIDE}) | (?={_WIDE})")


class Lookup:
    """Answers the questions of a table."""

    def __init__(self, answers: Mapping[str, str], *, name: str = "lookup") -> None:
        """Questions, written in any way, and their answers."""
        self.name = name
        self._answers = {key(question): answer for question, answer in answers.items()}

    @classmethod
    def read(cls, path: str | Path, *, name: str = "lookup") -> Lookup:
        """The table in a file.

        Raises:
            InputError: it cannot be read, lacks a column, or a row of it cannot be used.
        """
        try:
            return cls(_table(Path(path)), name=name)
        except (OSError, ValueError, csv.Error) as fault:
            raise words.unreadable(path) from fault

    def __len__(self) -> int:
        return len(self._answers)

    def answer(self, ask: Ask) -> str | None:
        """What the table says to this question; None where it has none."""
        text = sole(ask)
        if not text or len(text) > LONGEST:
            return None
        return fitting(self._answers.get(key(text)), ask)


def key(text: str) -> str:
    """What is left of a question for comparing.

    ½ and ² keep their form: flattened, 2¹⁰ would be found under 210.
    """
    composed = unicodedata.normalize("NFC", text)
    flat = "".join(
        sign if unicodedata.category(sign) == "No" else unicodedata.normalize("NFKC", sign)
        for sign in composed
    )
    line = " ".join(flat.casefold().split())
    return _END.sub("", _BLANK.sub("", line)) or line


def _table(path: Path) -> dict[str, str]:
    answers: dict[str, str] = {}
    rows: dict[str, int] = {}
    for row, question, answer, ways in _rows(path):
        for way in (question, *ways):
            found = key(way)
            if answers.setdefault(found, answer) != answer:
                raise words.twice(path, row, rows[found], way)
            rows.setdefault(found, row)
    if not answers:
        raise words.no_rows(path)
    return answers


def _read(reader: Iterator[list[str]], path: Path) -> Iterator[list[str]]:
    row = 1
    while True:
        row += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise words.broken(path, row) from fault


def _rows(path: Path) -> Iterator[tuple[int, str, str, list[str]]]:
    """The number of each row as a spreadsheet counts, its question, answer and aliases."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        heads = [head.strip().casefold() for head in next(reader, [])]
        for name in ("question", "answer"):
            if name not in heads:
                raise words.no_column(path, name)
        for row, cells in enumerate(_read(reader, path), 2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(heads):
                raise words.ragged(path, row)
            cell = dict(zip(heads, map(str.strip, cells), strict=False))
            for name in ("question", "answer"):
                if not cell.get(name):
                    raise words.empty_cell(path, row, name)
            ways = [way.strip() for way in cell.get("aliases", "").split("|")]
            yield row, cell["question"], cell["answer"], [way for way in ways if way]
