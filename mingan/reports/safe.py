"""Hostile text made harmless to show, without hiding what was in it.

A model may write anything: control characters, half of a surrogate pair, marks that turn the
reading direction of everything after them. Here such characters become visible signs. Escaping
for HTML or JSON is not done here; the module knows no output format and no records.
"""

from __future__ import annotations

import re
import unicodedata

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]*")
_LONGEST_NAME = 60


def scrub(text: str) -> str:
    """`text` with every lone surrogate replaced by U+FFFD, so that it can be stored as UTF-8."""
    return _SURROGATES.sub("\ufffd", text)


def visible(text: str) -> str:
    """`text` with characters that control rather than show made visible.

    Line breaks become plain newlines and tabs stay. C0 controls become their pictures (␀ …),
    marks that turn the reading direction and other controls become ⟦U+202E⟧ and the like, lone
    surrogates become U+FFFD.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code in (0x2028, 0x2029):
        return "\n"
    if 0xD800 <= code <= 0xDFFF or code >= 0xFFFE:
        return "\ufffd"
    return f"⟦U+{code:04X}⟧"


def one_line(text: str, longest: int = 0) -> str:
    """`visible(text)` on one line, blanks collapsed, cut to `longest` characters if given."""
    if longest and len(text) > 8 * longest:
        text = text[: 8 * longest]
    line = " ".join(visible(text).split())
    return line[: longest - 1] + "…" if longest and len(line) > longest else line


def is_plain_name(name: str) -> bool:
    """Whether a name can stand in a sentence without quotation marks and not be misread."""
    return len(name) <= _LONGEST_NAME and _PLAIN_NAME.fullmatch(name) is not None


def short_name(name: str) -> str:
    """A model's name on one line of bearable length; never empty."""
    return one_line(name, _LONGEST_NAME) or "?"


def width(text: str) -> int:
    """Columns that `text` takes in a fixed-width font: two for a wide character, else one."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def fit(text: str, columns: int) -> str:
    """`text` cut to at most `columns` columns, with an ellipsis where something was cut."""
    if width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > columns - 1:
            break
        kept += char
    return kept + "…"
