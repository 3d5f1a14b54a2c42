"""Which string a text gives as its answer, where every character of it counts.

A code or a string of letters may stand alone, after 答案：, in a box, in bold print or quotation
marks, on the last line, or on the first with the reasons after it. What is plainly no part of it
(好的，… before it, a full stop, a remark in brackets) can be told only in part, so each place is
given in all fair readings. This module does not know which string is right, and knows no verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mingan.grading.commitment import CORRECTION

ROOM = 8
"""Characters that a string may be longer than twice what is asked for and still be an answer."""

_LONGEST = 400  # characters of a line that are read after 答案：
_MOST = 60  # declarations that are read, the last ones

_HAN = re.compile(r"[\u4e00-\u9fff]")
_BOXED = re.compile(
    r"\\boxed\s*\{((?:[^{}\n]|\{[^{}\n]{0,80}\}){1,200})\}|<answer>\s*([^<]{1,400})</answer>"
)
_TEX = re.compile(r"\\(?:text|mathrm|texttt|mathbf|textbf)\s*\{([^{}\n]{0,200})\}|\\[()\[\]]")
_CUE = re.compile(
    r"(?:答案|正解|最终结果|最后结果)(?:如下|应该|应当|应|就|也)*\s*(?:是|为|:|=|】|\])+\s*"
    r"|\banswer\s*(?:is\b|:|=)\s*:?\s*|^\s*####\s*",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\W*(?:(?:最终|最后|正确)的?)?(?:答案|结果|(?:final )?answer)(?:如下)?\W*", re.IGNORECASE
)
_OF_A_STEP = re.compile(r"(?:步|中间|错误|不是|并非|例如|比如|格式[是为:]*)的?[\s“\"'「*]*$")

_WRAPS = " \t\n`*$_“”\"'「」『』《》【】~"
_ENDS = "。.!?;,、:"
_SPAN = re.compile(
    r"\*\*([^*\n]{1,200})\*\*|`+([^`\n]{1,200})`+|“([^”\n]{1,200})”|\"([^\"\n]{1,200})\""
    r"|「([^」\n]{1,200})」|『([^』\n]{1,200})』"
)
_SENTENCE_END = re.compile(r"[。!?;]|\.(?=\s|$)")
_ASIDE = re.compile(r"\s*\((?=[^()]*(?:[\u4e00-\u9fff]|[a-z] [a-z]))")
_EXPLAINS = re.compile(
    r"\s*(?:,|、|-{1,2}|->|→|因为|由于)\s*(?=因为|由于|即|也就是|分别|其中|共|它|这|由|所以|因此|理由|说明|对应|"
    r"依次|第|长度|正好|恰好|不是|而不|because|since|which|as\b)|因为|由于"
)
_BEFORE_PROSE = re.compile(r"\s*,\s*(?=[\u4e00-\u9fff])")
_GOES_ON = re.compile(
    r"(?:得到?了?|变成了?|输出|写成|结果[是为]|就是|->|→)\s*[“\"'`*「]*[A-Za-z0-9(#]"
)
_LEADS = re.compile(
    r"(?<![不非])(?:是|为|:|得到?了?|变成了?|写作|写成|输出|等于|==?|->|→)\s*(?![不非]是)"
)
_SO = re.compile(r"最后|最终|所以|因此|结果|于是|这样")
_NAMED = re.compile(r"[\u4e00-\u9fff]{2,16}(?<!不是)(?<!并非)\s+([^\u4e00-\u9fff]{1,200})")
_IS_IT = re.compile(
    r"([^\u4e00-\u9fff]{1,200}?)\s*(?:就?是|即为|即可|开始|起$)[\u4e00-\u9fff\s]{0,20}"
)

_POLITE = re.compile(
    r"\s*(?:(?:好的?|当然(?:可以)?|没问题|可以|明白了?|收到|知道了|记住了|sure|okay|ok"
    r"|of course|certainly)"
    r"[,。!:、~\s]+)+",
    re.IGNORECASE,
)
_REASONS = re.compile(
    r"(?:^|\n)[ \t#*>\-【\[(]*(?:理由|说明|解释|分析|原因|过程|步骤|推导|推理|解析|解题|验证|验算"
    r"|检查|核对|自查|备注|注|附|具体|思路|依据|explanation|reason(?:ing)?|note|steps?|check)"
    r"(?:如下|过程|步骤|思路|一下|说明|意)?[ \t*】\])]*(?::|\n)",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\W*(?:希望|如果|如有|如需|需要|欢迎|以上|一?共有?\s*\d|总共|合计|长度|符合|祝|请|如上|见上"
    r"|hope|let me|feel free)|\s*\((?=.*(?:[\u4e00-\u9fff]|[a-z] [a-z])).*\)\W*$",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"\s*(?:[-*+>•]\s+|#{1,6}\s+|\d{1,2}[.、)]\s+)")


@dataclass(frozen=True, slots=True)
class Given:
    """A place where a text gives a string, in all its fair readings, the shortest last.

    `declared`: as the answer, in so many words. `corrected`: it takes back those before it.
    """

    readings: tuple[str, ...]
    declared: bool
    corrected: bool = False


def given(text: str, prompt: str, size: int, *, han: bool) -> list[Given]:
    """The places where a folded text gives its answer, in their order; empty if none is plain.

    Args:
        prompt: the folded question; what it has after 答案： is the form of an answer and none.
        size: characters of what is asked for; much longer strings are no answers.
        han: whether what is asked for has Chinese characters; else strings of them are no answers.
    """
    body = _TEX.sub(lambda m: m[1] or "", text)
    body = _BOXED.sub(lambda m: f"答案:{m[1] or m[2]}\n", body)
    declared = _declared(body, 2 * size + ROOM)
    forms = {r for g in _declared(prompt, _LONGEST) for r in g.readings}
    own = [g for g in declared if g.readings[0] not in forms]
    return own or declared or _undeclared(body, 2 * size + ROOM, han=han)


def _declared(body: str, longest: int) -> list[Given]:
    """What stands after 答案：, on its line or, where that has nothing, on the next one."""
    lines = [line.replace("**", "") for line in body.split("\n")]
    found: list[Given] = []
    seen = 0  # lines up to which it is known whether anything was taken back
    for at, line in enumerate(lines):
        for value in _values(lines, at, line):
            read = tuple(r for r in _readings(value[:_LONGEST]) if len(r) <= longest)
            if read:
                back = any(CORRECTION.search(s) for s in lines[seen : at + 1])
                found.append(Given(read, declared=True, corrected=bool(found) and back))
                seen = at
    return found[-_MOST:]


def _values(lines: list[str], at: int, line: str) -> Iterator[str]:
    cues = [m for m in _CUE.finditer(line) if not _OF_A_STEP.search(line[: m.start()][-12:])]
    for place, cue in enumerate(cues):
        after = cues[place + 1] if place + 1 < len(cues) else None
        value = line[cue.end() : after.start() if after else len(line)]
        if value.strip(_WRAPS + _ENDS):
            yield value
        elif after is None:
            yield _next(lines, at)
    if not cues and _TITLE.fullmatch(line):
        yield _next(lines, at)


def _next(lines: list[str], at: int) -> str:
    """The next line that says anything; the mark of a fence says nothing."""
    later = (s for s in lines[at + 1 :] if s.strip() and not s.lstrip().startswith("```"))
    return next(later, "")


def _undeclared(body: str, longest: int, *, han: bool) -> list[Given]:
    """The string that closes the text, and the one that opens it and is then explained."""
    body = _POLITE.sub("", body, count=1) if _POLITE.match(body) else body
    reasons = _REASONS.search(body)
    before = body[: reasons.start()] if reasons else ""
    for part in (before, body):
        lines = [_LIST_MARK.sub("", s, count=1) for s in part.split("\n") if _says(s)]
        ends = [_opening(lines, longest, han=han), _closing(lines, longest, han=han)]
        found = [Given(read, declared=False) for read in ends if read]
        if found:
            return found
    return []


def _says(line: str) -> bool:
    return bool(line.strip(_WRAPS + _ENDS + "#-")) and not line.lstrip().startswith("```")


def _opening(lines: list[str], longest: int, *, han: bool) -> tuple[str, ...]:
    """The first sentence, if it is nothing but a string; a title that ends in a colon is none."""
    if not lines or lines[0].rstrip(" *").endswith(":"):
        return ()
    first = _SENTENCE_END.split(lines[0])[0]
    read = [_bare(r) for r in dict.fromkeys((lines[0], first, _cut(first)))]
    bare = [r for r in read if not re.search(r"[,:]\s|\s[\u4e00-\u9fff]|[\u4e00-\u9fff]\s", r)]
    return _fit(bare, longest // 2 if han else longest, han=han)


def _closing(lines: list[str], longest: int, *, han: bool) -> tuple[str, ...]:
    """What the last sentence that is no mere remark ends on, or has in bold print or quotes."""
    for line in reversed(lines[-4:]):
        parts = [s for s in _SENTENCE_END.split(line) if _says(s)]
        while parts and _REMARK.match(parts[-1]):
            parts.pop()
        if not parts:
            continue
        last = parts[-1]
        spans = [next(g for g in m.groups() if g) for m in _SPAN.finditer(last)]
        whole = [line] if len(parts) == 1 else []
        read = [*whole, *spans[-1:], *_readings(last)]
        return _fit(read, longest, han=han)
    return ()


def _fit(readings: Iterable[str], longest: int, *, han: bool) -> tuple[str, ...]:
    """The readings that may be an answer by their length and their script."""
    return tuple(
        dict.fromkeys(
            r
            for r in map(str.strip, readings)
            if r and len(r) <= longest and (bool(_HAN.search(r)) <= han)
        )
    )


def _readings(value: str) -> tuple[str, ...]:
    """All fair readings of what stands after 答案： or of a sentence, the longest first."""
    value = value.strip()
    found = [value, _bare(value)]
    span = _SPAN.match(value)
    if span:
        found.append(_bare(next(g for g in span.groups() if g)))
    for piece in dict.fromkeys((value, _SENTENCE_END.split(value)[0], _cut(value))):
        leads = list(_LEADS.finditer(piece))
        tail = piece[leads[-1].end() :] if leads else ""
        head = piece[: leads[-1].start()] if leads else ""
        apart = len(head) >= 3 or _SO.fullmatch(head) or not _HAN.search(tail)
        if tail and apart and not _is_other(head):
            found.append(_bare(tail))
        named = _NAMED.fullmatch(piece) or _IS_IT.fullmatch(piece)
        found += [_bare(piece), *([_bare(named[1])] if named else [])]
    return tuple(dict.fromkeys(r for r in found if r))


def _is_other(head: str) -> bool:
    """Whether what follows is said not to be the answer: abc 而不是, 不要写成."""
    return re.search(r"(?:不|非|而不|不要|不能|别)$", head.rstrip()) is not None


def _cut(value: str) -> str:
    """The value without a remark in brackets, an explanation, or prose after a foreign string."""
    cuts = [m.start() for p in (_SENTENCE_END, _ASIDE, _EXPLAINS) if (m := p.search(value))]
    prose = _BEFORE_PROSE.search(value)
    ends = prose and not _HAN.search(value[: prose.start()][-4:])
    if prose and ends and not _GOES_ON.search(value, prose.end()):
        cuts.append(prose.start())
    return value[: min((c for c in cuts if c), default=len(value))]


def _bare(text: str) -> str:
    """The text without the marks around it and without a full stop."""
    while (shorter := text.strip(_WRAPS).rstrip(_ENDS).lstrip(",。;、:")) != text:
        text = shorter
    return text
