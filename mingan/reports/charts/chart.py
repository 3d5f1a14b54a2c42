"""What a chart is: a finding, a drawing, and the numbers behind it.

The same chart stands on the bench and in the one-file report; only where its points lead differs,
so whoever makes a chart is given a function from a spot to an address. The module knows no chart
in particular, no page and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mingan.language import Lang, Text
from mingan.reports.safe import one_line
from mingan.reports.sentences import points
from mingan.reports.units import DASH, figures

Plain = str | int | float | None
"""What a table of numbers holds: it can be exported as it is."""

Kind = Literal["text", "points", "signed", "figure", "count"]
"""How a column is read: words, a score in [0, 1] as points, a number in [-1, 1] with two
decimals, any other number, a whole number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a point leads: the answers of a model, perhaps of one ability, or one question.

    `outcome` picks the questions by what all models made of them.
    """

    model: str = ""
    ability: str = ""
    question: str = ""
    outcome: Literal["", "all_right", "all_wrong"] = ""


Link = Callable[[Spot], str]
"""The address of a spot; "" where there is nothing to lead to."""


def nowhere(_: Spot) -> str:
    """The link of a chart whose points lead nowhere."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the numbers: its name for programs, its heading for people.

    `words` says what the codes in it mean; a value may hold several, with blanks between.
    """

    key: str
    heading: Text
    kind: Kind = "text"
    words: Mapping[str, Text] | None = None

    def shown(self, value: Plain, lang: Lang) -> str:
        """A value as people read it."""
        if value is None or value == "":
            return DASH
        if isinstance(value, str):
            if self.words is None:
                return one_line(value, 80)
            said = (self.words[code].say(lang) for code in value.split() if code in self.words)
            return {"zh": "、", "en": ", "}[lang].join(said)
        if self.kind == "points":
            return points(value)
        if self.kind == "signed":
            return f"{value:.2f}".replace("-", "−")
        return figures(value) if isinstance(value, float) else f"{value:,}"

    @property
    def plain(self) -> Literal["text", "int", "float"]:
        """What is in it, for an exported file."""
        return "text" if self.kind == "text" else "int" if self.kind == "count" else "float"

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers, which stand to the right."""
        return self.kind != "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the numbers, by column, and where it leads."""

    values: Mapping[str, Plain]
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart.

    Attributes:
        key: its name in addresses and ids.
        title: what is drawn, in a few words.
        finding: what it shows, and no more than the data bear.
        draw: the drawing in a language, as SVG; "" where there is nothing to draw.
        columns, rows: the numbers behind it.
        notes: how to read it and what limits it, one sentence each.
        inside: another way to draw the same numbers, for those who want it.
    """

    key: str
    title: Text
    finding: Text
    draw: Callable[[Lang], str] = field(default=lambda _: "", repr=False, compare=False)
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[Text, ...] = ()
    inside: tuple[Chart, ...] = ()

    def drawing(self, lang: Lang) -> str:
        """The SVG; it needs the classes of the style sheet, and no script."""
        return self.draw(lang)
