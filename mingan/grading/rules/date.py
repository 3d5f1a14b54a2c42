"""A calendar date, in Chinese, English or figures; the question says the order of figures."""

from __future__ import annotations

import re
from datetime import date

from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal
from mingan.grading.rules.base import (
    NO_REFERENCE,
    contradicts,
    found,
    param,
    references,
    refused,
    silent,
)
from mingan.language import Text
from mingan.normal import fold, prepare, sentences
from mingan.records import Question

_MONTHS = {
    m: i
    for i, m in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        start=1,
    )
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_PATTERNS = (
    ("ymd", re.compile(r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*[日号]?")),
    ("md", re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")),
    (
        "xxy",
        re.compile(r"(?<![\d/.-])(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})(?![\d/])"),
    ),
    ("Mdy", re.compile(_MONTH + r"\s*(\d{1,2})(?!\d)(?:st|nd|rd|th)?,?\s*(\d{4})?", re.IGNORECASE)),
    (
        "dMy",
        re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s*(?:of\s+)?" + _MONTH + r",?\s*(\d{4})?", re.I),
    ),
)
Day = tuple[int | None, int, int]


class DateGrader:
    """Right when the last date of the text is the reference's.

    The parameter `order` (dmy, mdy) says how 01/05/2021 is meant; without it the question's own
    words (日/月/年, dd/mm/yyyy) say it, and without those day comes first.
    """

    name = "date"
    version = "3"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge the last date in the text that the question did not already give."""
        wanted = _reference(question)
        if wanted is None:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        order, shown, body = _order(question), references(question)[0], prepare(text)
        given = {d for _, d, _ in dates(fold(question.prompt), order)}
        said = [(t, d) for t, d, _ in dates(body, order) if not any(_same(d, g) for g in given)]
        if not said:
            return refused(shown) if is_refusal(body) else silent(shown, "wrong")
        matches = [_same(d, wanted) for _, d in said]
        if all(matches):
            return found("right", said[-1][0], shown)
        if not matches[-1]:
            return found("wrong", said[-1][0], shown)
        parts = sentences(body)
        lead = [d for _, d, _ in dates(parts[0], order)]
        if len(parts) > 1 and len(lead) == 1 and not _same(lead[0], wanted):
            return contradicts(said[-1][0], shown)  # it opened with another date outright
        return found("right", said[-1][0], shown)

    def faults(self, question: Question) -> list[Text]:
        """A reference that is no date."""
        if not references(question):
            return [NO_REFERENCE]
        if _reference(question) is not None:
            return []
        return [
            Text(
                f"参考答案“{question.answer}”不是日期，请写成如 2021-05-01。",
                f'The reference "{question.answer}" is no date; write it like 2021-05-01.',
            )
        ]


def dates(text: str, order: str) -> list[tuple[str, Day, int]]:
    """Every date in a folded text: how it is written, (year, month, day), where it starts."""
    found_at: list[tuple[int, int, str, Day]] = []
    for form, pattern in _PATTERNS:
        for m in pattern.finditer(text):
            day = _read(form, m, order)
            if day and all(m.end() <= s or m.start() >= e for s, e, _, _ in found_at):
                found_at.append((m.start(), m.end(), m[0], day))
    return [(written, day, start) for start, _, written, day in sorted(found_at)]


def _read(form: str, m: re.Match[str], order: str) -> Day | None:
    if form == "ymd":
        day: Day = (int(m[1]), int(m[2]), int(m[3]))
    elif form == "md":
        day = (None, int(m[1]), int(m[2]))
    elif form == "xxy":
        year = int(m[3]) + (2000 if len(m[3]) == 2 else 0)
        a, b = int(m[1]), int(m[2])
        day = (year, a, b) if order == "mdy" else (year, b, a)
    elif form == "Mdy":
        day = (int(m[3]) if m[3] else None, _MONTHS[m[1].lower()], int(m[2]))
    else:
        day = (int(m[3]) if m[3] else None, _MONTHS[m[2].lower()], int(m[1]))
    return day if _exists(day) else None


def _exists(day: Day) -> bool:
    try:
        date(day[0] or 2000, day[1], day[2])
    except ValueError:
        return False
    return True


def _same(a: Day, b: Day) -> bool:
    return a[1:] == b[1:] and (a[0] is None or b[0] is None or a[0] == b[0])


def _order(question: Question) -> str:
    given = param(question, "order")
    if given in ("dmy", "mdy"):
        return str(given)
    prompt = fold(question.prompt).lower()
    american = re.search(r"月\s*[/.-]\s*日\s*[/.-]\s*年|mm\s*[/.-]\s*dd|month\s*/\s*day", prompt)
    return "mdy" if american else "dmy"


def _reference(question: Question) -> Day | None:
    refs = references(question)
    read = dates(refs[0], _order(question)) if refs else []
    return read[0][1] if read else None
