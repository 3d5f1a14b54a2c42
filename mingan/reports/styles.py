"""What of an answer's looks is counted: its marks of Markdown. It knows nothing of judges."""

from __future__ import annotations

import re

_MARKS = re.compile(r"^\s{0,3}(?:#{1,6} |[-*+] |\d+\. |```|\|)|\*\*\S", re.MULTILINE)


def markdown_marks(text: str) -> int:
    """How many headings, list items, fences, rows of tables and bold openings there are."""
    return len(_MARKS.findall(text))
