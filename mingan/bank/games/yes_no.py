"""Whether a turn says yes or no: 是, 当然不是, 嗯，不会, 这句话不对, or the statement said again.

A turn that says both, or neither, says nothing: an answer is never guessed. What the statement is,
and whether a clause repeats it, is for the caller to say; this module knows no game and no table.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mingan.bank.games.reading import clean, doubts, pieces

Repeats = Callable[[str], bool | None]
"""Whether a clause says again what was asked (True), or its opposite (False); None for neither."""

_QUOTED = re.compile(r"[“\"「『][^“”\"「」『』\n]{3,60}[”\"」』]")
_ASKS = re.compile(r"\?$|吗$|对不对|是不是|是否")
_LABEL = r"(?:我的)?(?:回答|答案|答复|答|判断|结论)[:是为]*"
_FILLER = (
    r"当然|嗯+|好的?|哦|噢|啊|呃|额|那么|确实|的确|其实|显然|肯定|一定|绝对|毫无疑问|明白了?|"
    r"(?:我?想|我觉得|我认为|我选的)|应该|它?通常|一般(?:来说)?"
)
_SUBJECT = r"(?:这|这个|该|上面|此|你的?)*(?:句话|话|说法|句子|陈述|描述|判断)|它|这|那"
_LEAD = re.compile(rf"^(?:{_LABEL}|{_FILLER}|{_SUBJECT}|[,:、.!~])+")
_AGREES = re.compile(r"当然|嗯|确实|的确|肯定|毫无疑问")
_END = r"(?:的|啊|呀|哦|噢|喔|呢|吧|哟|了|这样|如此|[.!~])*"
_PLAIN = {
    True: re.compile(
        rf"(?:(?:就?是)?(?:对|正确|真|成立|没错|不错|准确|属实)|就?是|没问题|yes|true|√|✓|✔){_END}",
        re.IGNORECASE,
    ),
    False: re.compile(
        rf"(?:(?:并?不是?|并非|是不)(?:对|正确|真|成立|准确|属实)?|不可能|不然|否|非|是?错误?|是?假"
        rf"|no|false|×|✗|✘){_END}",
        re.IGNORECASE,
    ),
}
_VERB = {
    True: re.compile(rf"(?:会|能|能够|有|可以|属于|算|需要|要){_END}"),
    False: re.compile(rf"(?:并)?(?:不(?:会|能|可以|属于|算|需要|要|用)|没有?|无){_END}"),
}


def yes_or_no(text: str, repeats: Repeats, *, verbs: bool = True) -> bool | None:
    """Whether a turn says yes; None where it says neither, or both.

    Args:
        repeats: reads the clauses that are no plain yes or no.
        verbs: whether 会 and 没有 answer too; they do not where a denial was asked about.
    """
    said = pieces(_QUOTED.sub("这句话", clean(text)))
    told = {
        answer
        for piece in (*said[:1], *said[-1:])
        if not _ASKS.search(piece)
        for answer in _clauses(piece, repeats, verbs)
    }
    return told.pop() if len(told) == 1 else None


def _clauses(piece: str, repeats: Repeats, verbs: bool) -> set[bool]:
    """What the clauses of a sentence say; one that doubts takes everything back.

    A clause such as 嗯 or 当然 agrees only where no other clause says anything.
    """
    clauses = piece.split(",")
    if any(map(doubts, clauses)) and _plain(clauses[0], verbs) is None:
        return set()
    found = {_clause(clause, repeats, verbs) for clause in clauses} - {None}
    if not found and any(_AGREES.search(c) and not _LEAD.sub("", c) for c in clauses):
        return {True}
    return {answer for answer in found if answer is not None}


def _clause(clause: str, repeats: Repeats, verbs: bool) -> bool | None:
    plain = _plain(clause, verbs)
    return repeats(_LEAD.sub("", clause)) if plain is None else plain


def _plain(clause: str, verbs: bool) -> bool | None:
    """What a clause says that is nothing but a yes or a no."""
    rest = _LEAD.sub("", clause)
    for forms in (_PLAIN, _VERB) if verbs else (_PLAIN,):
        for answer, form in forms.items():
            if form.fullmatch(rest):
                return answer
    return None
