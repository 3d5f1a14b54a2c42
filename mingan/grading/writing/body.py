"""Which part of an answer is the text that was asked for.

Models wrap what they write: "好的，以下是……：" before it, "（共 24 字）" or "希望你喜欢" after it,
bold marks and a fence around it, a title over it. What is surely wrapping is dropped. Where it
could be either (a first line that may be a title, a last paragraph that may be a stanza), both
readings are given, and the text is judged by the better one. The readings are:

    what stands in <answer> tags, or after the last title such as 最终作品；     always
    the last fenced block that is no program, if there is one                always
    without a lead-in line that announces the text ("以下是…：")            always
    without remarks at the end (（…）, 注：, 说明：, 字数：, 自查：)           always
    with and without an opening that may be a lead-in ("好的，……", "……：", "答案是：……")
    with and without a closing paragraph that may be a remark (希望……, 这首诗……)
    with and without a title (《……》, a heading, bold print, a short line before a blank one)
    with and without list marks, labels (上联：) and quotation marks around the whole
    regular verse with several clauses a line also as one clause a line

This module knows no rule and no question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mingan.grading.fences import blocks, prose
from mingan.normal import cap, without_thinking

READ = 24_000
"""Characters of an answer that are read."""

MOST_LINES = 2_000

Lines = tuple[str, ...]

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff\ud800-\udfff]")
_RULE = re.compile(r"(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|(?:=\s*){3,}")
_BOLD = re.compile(r"\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])")
_HEADING = re.compile(r"#{1,6}\s+")
_QUOTED = re.compile(r">\s?")

_ANNOUNCES = re.compile(
    r"以下|下面|如下|这是|这里是|为[你您]|好的|当然|没问题|答案|回答|根据|按照|\b(?:here|sure|below|certainly)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"(?:好的|好[，,！!]|当然|没问题|可以[，,！!]|以下|下面|这是|这里|收到|明白|"
    r"(?:sure|of course|certainly|here|okay|ok)\b)",
    re.IGNORECASE,
)
_NOTES = (
    "(?:创作)?说明|注释?|备注|附注|[总汉]?字数(?:统计|核对|检查)?|(?:逐[句行字]|汉字|字符|行数)?(?:统计|计数|核对|检查|"
    "自查|自检|验证)|解[析释读]|赏析"
)
_REMARK = re.compile(
    rf"[（(【\[]?\s*(?:(?:{_NOTES}|note|explanation|word count|character count|check)\s*[】\]]?"
    r"\s*(?:[：:]|$)|"
    r"(?:全文|全诗)?共[计有]?\s*\d+\s*[个字行])",
    re.IGNORECASE,
)
_MAYBE_REMARK = re.compile(
    rf"(?:{_NOTES}|希望|这首|这段|这篇|这副|这句|这个|以上|如果|如需|如有|每行|每句|全诗|诗中|符合|需要|您|"
    r"(?:hope|this|let me|i hope|the above|each|feel free|would you)\b)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"[（(【\[].*[）)】\]][。.]?", re.DOTALL)
_NOTE = 40  # characters at the end of the text in which its length may be noted
_COUNT_AT_END = re.compile(
    r"\s*[（(]\s*(?:全文)?共?\s*[计约]?\s*\d+\s*(?:个?汉?字|字符|words?)[^（()）]{0,12}[）)]\s*$"
)
_MARK = re.compile(
    r"(?:[-*•·●]\s+|\d{1,2}[.、)）]\s*|[（(]\d{1,2}[)）]\s*|[①-⑳]\s*|"
    r"(?:上联|下联|横批|正文|标题|题目|答案|回答|句子|诗句|第[一二三四五六七八九十\d]{1,3}[行句段])\s*[：:]\s*)"
)
_WORK = (
    r"(?:最终|最后|正式|完整)的?"
    r"(?:答案|回答|作品|成品|成稿|定稿|版本|正文|文本|文字|诗|诗作|对联|句子|结果)(?:如下)?"
)
_FINAL = re.compile(  # the same words without a colon or the marks of a title may be a verse
    rf"[#>*\s【]*{_WORK}[\s*】]*[：:][\s*]*|(?:#|\*\*|【)[#*\s]*{_WORK}[\s*】]*$"
    r"|最终(?:答案|回答|作品|成稿|定稿|版本)$"
    r"|[#>*\s]*(?:the )?final (?:answer|version|text|poem)[\s*]*(?::[\s*]*|$)",
    re.IGNORECASE,
)
_ANSWER_TAG = re.compile(r"<answer>(.*?)(?:</answer>|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s{0,9}/?>[ \t]*\n?", re.IGNORECASE)
_PAIRS = {"“": "”", "「": "」", "『": "』", '"': '"', "‘": "’", "'": "'"}
_CLAUSE_END = re.compile(r"(?<=[，。！？；,.!?;])\s*(?=\S)")
_TITLE_LONGEST = 16
_MOST_LEAD_INS = 3


def readings(text: str) -> list[Lines]:
    """The readings of an answer as non-empty lines, the most stripped first; none for no text."""
    said = _CONTROL.sub("", cap(without_thinking(text), READ).replace("\r\n", "\n"))
    said = _final(_BREAK.sub("\n", said))
    fenced = [block.text for block in prose(blocks(said)) if block.text.strip()]
    lines = [line.strip() for line in (fenced[-1] if fenced else said).split("\n")[:MOST_LINES]]
    lines = _without_rules(lines)
    found: dict[Lines, None] = {}
    for opened in _openings(lines):
        for closed in _closings(opened):
            for titled in _titles(closed):
                for plain in _plain(titled):
                    found.setdefault(plain, None)
    for lines_read in list(found):
        found.setdefault(_verses(lines_read), None)
    return [lines_read for lines_read in found if lines_read]


def _final(said: str) -> str:
    """The part of an answer that it says is the final one; all of it where it says nothing."""
    tagged = [m[1] for m in _ANSWER_TAG.finditer(said) if m[1].strip()] if "<" in said else []
    said = tagged[-1] if tagged else said
    lines = said.split("\n")
    for at in range(len(lines) - 1, 0, -1):
        title = _FINAL.match(lines[at])
        rest = [lines[at][title.end() :], *lines[at + 1 :]] if title else []
        if any(map(_says, rest)):
            return "\n".join(rest)
    return said


def _says(line: str) -> bool:
    return any(map(str.isalnum, line))


def _without_rules(lines: Sequence[str]) -> list[str]:
    """The lines with horizontal rules as blank ones, and none of them at the ends."""
    return _trimmed(["" if _RULE.fullmatch(line) else line for line in lines])


def _trimmed(lines: Sequence[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < end and not lines[start]:
        start += 1
    while end > start and not lines[end - 1]:
        end -= 1
    return list(lines[start:end])


def _unmarked(line: str) -> str:
    """A line without the marks of Markdown: heading, quotation, bold, italics."""
    line = _QUOTED.sub("", line, count=1) if line.startswith(">") else line
    line = _HEADING.sub("", line, count=1) if line.startswith("#") else line
    return _BOLD.sub("", line).replace("`", "").strip()


def _openings(lines: list[str]) -> Iterator[list[str]]:
    """The lines without their lead-in; where it may be none, also with it."""
    for _ in range(_MOST_LEAD_INS):
        if len(lines) < 2 or not _is_lead_in(_unmarked(lines[0])):
            break
        lines = _trimmed(lines[1:])
    first = _unmarked(lines[0]) if lines else ""
    rest, announced = lines[1:], first.endswith(("：", ":"))
    polite = _POLITE.match(first) is not None
    if rest and (announced or (polite and not lines[1]) or _begins_with_lead_in(lines)):
        yield _after_lead_in(lines)
    before, _, after = first.replace(":", "：").partition("：")
    if after.strip() and _ANNOUNCES.search(before):
        yield [after.strip(), *lines[1:]]
    yield lines


def _is_lead_in(line: str) -> bool:
    """Whether a line surely announces what follows it."""
    return line.endswith(("：", ":")) and _ANNOUNCES.search(line) is not None


def _begins_with_lead_in(lines: Sequence[str]) -> bool:
    """A polite line ("好的。") followed by one that announces the text."""
    return (
        _POLITE.match(_unmarked(lines[0])) is not None
        and len(lines) > 2
        and _unmarked(lines[1]).endswith(("：", ":"))
    )


def _after_lead_in(lines: list[str]) -> list[str]:
    return _trimmed(lines[2:] if _begins_with_lead_in(lines) else lines[1:])


def _closings(lines: list[str]) -> Iterator[list[str]]:
    """The lines without remarks at their end; where they may be none, also with them."""
    sure = _without_sure_remarks(lines)
    for at, line in enumerate(sure):
        if at and not sure[at - 1] and _MAYBE_REMARK.match(_unmarked(line)):
            yield _without_sure_remarks(_trimmed(sure[:at]))
            break
    yield sure


def _without_sure_remarks(lines: list[str]) -> list[str]:
    kept = list(lines)
    for at in range(1, len(kept)):
        # A note that follows a blank line ends the text, whatever comes after it.
        if not kept[at - 1] and _REMARK.match(_unmarked(kept[at])):
            kept = _trimmed(kept[:at])
            break
    while len(kept) > 1 and _is_remark(_unmarked(kept[-1])):
        kept = _trimmed(kept[:-1])
    if kept:
        last = kept[-1]
        kept[-1] = last[:-_NOTE] + _COUNT_AT_END.sub("", last[-_NOTE:]) or last
    return kept


def _is_remark(line: str) -> bool:
    return bool(_IN_BRACKETS.fullmatch(line) or _REMARK.match(line))


def _titles(lines: list[str]) -> Iterator[list[str]]:
    """The lines without a title; where it may be none, also with it."""
    rest = _trimmed(lines[1:])
    if rest and _may_be_title(lines):
        yield rest
        if len(rest) > 1 and _may_be_author(rest[0]):
            yield _trimmed(rest[1:])
    yield lines


def _may_be_title(lines: Sequence[str]) -> bool:
    first = lines[0]
    plain = _unmarked(first)
    if first.startswith("#") or re.fullmatch(r"《[^》]{1,30}》", plain):
        return True
    if re.match(r"(?:标题|题目|诗题)\s*[：:]", plain):
        return True
    short = len(plain) <= _TITLE_LONGEST and not plain.endswith(tuple("，。！？；,.!?;"))
    bold = first.startswith("**") and first.endswith("**")
    return short and (bold or not lines[1])


def _may_be_author(line: str) -> bool:
    plain = _unmarked(line)
    return bool(
        re.match(r"(?:作者|文|诗)\s*[：:/]|[—-]{1,2}\s*\S{1,8}$|[\u4e00-\u9fff]{2,4}$", plain)
    )


def _plain(lines: list[str]) -> Iterator[Lines]:
    """The non-empty lines without Markdown; without list marks and quotation marks, and with."""
    written = tuple(plain for line in lines if (plain := _unmarked(line)))
    bare = tuple(plain for line in written if (plain := _MARK.sub("", line, count=1)
                 if _MARK.match(line) else line))  # fmt: skip
    yield _unquoted(bare)
    yield bare
    yield written


def _unquoted(lines: Lines) -> Lines:
    """The lines without quotation marks around them all."""
    if not lines or not lines[0] or not lines[-1]:
        return lines
    closing = _PAIRS.get(lines[0][0])
    end = lines[-1]
    if closing is None or not end.endswith((closing, closing + "。", closing + ".")):
        return lines
    if "\n".join(lines)[1:].count(closing) > 1 and closing != lines[0][0]:
        return lines  # several quotations, not one around the whole
    end = end[: end.rindex(closing)]
    if len(lines) == 1:
        return (end[1:],)
    return tuple(line for line in (lines[0][1:], *lines[1:-1], end) if line)


def _verses(lines: Lines) -> Lines:
    """One clause a line, where every clause of the text has equally many characters."""
    clauses = [clause for line in lines for clause in _CLAUSE_END.split(line) if clause]
    lengths = {sum(c.isalnum() for c in clause) for clause in clauses}
    if len(lengths) != 1 or len(clauses) == len(lines) or not lengths <= set(range(3, 10)):
        return lines
    return tuple(clauses)
