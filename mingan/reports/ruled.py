"""A bare table for the terminal: headings over a rule, then rows; no markup comes out of a cell.

The module knows nothing of what stands in it. Rich is imported when a table is drawn.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

from mingan.language import Lang, Text

if TYPE_CHECKING:
    from rich.table import Table


def ruled(
    heads: Sequence[Text], rows: Iterable[Sequence[str]], *, left: Container[int] = (0,),
    lang: Lang | None = None, wrap: bool = False,
) -> Table:  # fmt: skip
    """The table.

    Args:
        heads: one for each column.
        rows: cells as they are to be read; a name from outside has been shortened before.
        left: the columns that stand to the left; the others hold numbers.
        wrap: whether long cells may be broken.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text as RichText

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, head in enumerate(heads):
        side = "left" if place in left else "right"
        table.add_column(head.say(lang), justify=side, no_wrap=not wrap)  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(RichText(cell) for cell in row))
    return table
