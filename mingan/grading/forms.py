"""What form a reference answer has: a letter, a number with its unit, a date, a label, a remark.

The form of the reference, together with the options that the prompt offers, is all that is known of
an imported question. This module only names forms; `choose` picks the grader.
"""

from __future__ import annotations

import re
from itertools import pairwise

from mingan.grading import formula
from mingan.grading.numerals import evaluate
from mingan.normal import fold, key
from mingan.numerals import chinese

_LETTER = re.compile(r"^\W*(?:选项|答案)?\W*[A-Ja-j]\W*$|^[A-J](?:[\s、,]*[A-J]){1,5}$")
_FIGURE = (
    r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s*[x×*]\s*10\s*\^?\s*-?\d+)?(?:\s*/\s*\d+)?|\.\d+)"
)
_UNIT = (
    r"(?:\s*(?:[%‰℃°$¥元]|[a-zA-Zμ]{1,4}(?:[·/*^]?[a-zA-Z0-9^-]{1,4}){0,3}"
    r"|[万亿千百]?[\u4e00-\u9fff]{0,4}))?"
)
_NUMBER = re.compile(rf"^[约~≈]?\s*[-+$¥]?\s*{_FIGURE}{_UNIT}$")
_CHINESE_NUMBER = re.compile(
    r"^([零〇一二三四五六七八九两十百千万亿点]+)([个只条人次元年天页本岁种米]?)$"
)
_DATE = re.compile(
    r"^(?:\d{4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*[日号]?|\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}|"
    r"\d{1,2}月\d{1,2}[日号]|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})$"
)
_FIGURES = re.compile(r"^[\[(]?\s*-?\d+(?:\.\d+)?(?:\s*[,、]\s*-?\d+(?:\.\d+)?)+\s*[\])]?$")
_REMARK = re.compile(
    r"^(?:要|应该?|需要?|希望|主要|能否?(?:体现|识别|指出)|识别出|理想情况|根据|解释|体现|描述|分析|任意|言之|看|写|回答|非.{4,})|"
    r"即可|都行|都可以|均可|通俗|合理|相关的?(?:描述|内容|东西)|是否(?:真的)?(?:可以|能)|开放|言之成理|符合要求|(?:如|例如)[:：]|等等?[,，]|也行"
)
_UNANSWERABLE = re.compile(
    r"^(?:无法|不能)(?:确定|判断|回答|得知|推断|知道|计算)|^不(?:确定|知道|存在|得而知)$|^未知$|不符合逻辑|"
    r"(?:问题|题目|题|前提)(?:本身)?(?:是)?(?:错了?|有误|错误|有问题|无解|不成立|不合理)|(?:人|东西|事物|词|事|书|电影)(?:并)?不存在$|^无解$|"
    r"^没有(?:这个人|答案)|cannot be determined|unanswerable|not enough information|"
    r"does not exist|^unknown$",
    re.IGNORECASE,
)
_SENTENCE_WORDS = re.compile(r"[。,，;；]|因为|所以|但是|如果|会|可能|进行|通过")
_JOIN = re.compile(r"\s*(?:或者|或|还是|\bor\b|、|,|/|和|与|及)\s*")
_QUOTED_LIST = re.compile(
    r"(?:[“\"「‘']([^”\"」’'\n]{1,24})[”\"」’']\s*(?:、|,|或者?|还是|和|与|/)?\s*){2,}"
)
_ONE_QUOTED = re.compile(r"[“\"「‘']([^”\"」’'\n]{1,24})[”\"」’']")
_CONJUNCTION = re.compile(r"或者|或|还是|\bor\b")
_EITHER = re.compile(r"\s*(?://|或者?|\bor\b)\s*")
_COMMA = re.compile(r"\s*[、,;]\s*")
_NAME_COMMA = re.compile(r",\s*(?=(?:Jr|Sr)\b)")
_DIGITS_ONLY = re.compile(r"[\d\s]+")
_LABELS_FOLLOW = re.compile(r"选项|[:?]$")
_BOUNDARY = re.compile(r"[。?!;:()\n“”\"「」]")


def is_letter(reference: str) -> bool:
    """A or (b) or A、C: the name of an option, or several."""
    return _LETTER.match(fold(reference).strip()) is not None


def is_number(reference: str) -> bool:
    """One number, perhaps with a unit: 24, 80%, -2kg, 7.22 m/s/s, 三百, (40*70)/(20*60)."""
    text = fold(reference).strip().strip("。")
    if evaluate(text) is not None or _NUMBER.match(text):
        return True
    match = _CHINESE_NUMBER.match(text)
    return match is not None and chinese(match[1]) is not None


def is_formula(reference: str) -> bool:
    """A formula with π or a root: pi^2/6, 2√3."""
    return formula.value(fold(reference).strip().strip("。")) is not None


_CODE_NAME = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)+")


def family_named(prompt: str, reference: str) -> list[str]:
    """The made-up names like the reference (mauve_gorilla_107) that a prompt holds.

    Without those of its last line, which asks about them; empty when there are fewer than two.
    """
    if _CODE_NAME.fullmatch(reference) is None or reference not in prompt:
        return []
    shape = _shape(reference)
    asked = prompt.strip().rsplit("\n", 1)[-1]
    names = [m[0] for m in _CODE_NAME.finditer(prompt) if _shape(m[0]) == shape]
    names = [n for n in dict.fromkeys(names) if n == reference or n not in asked]
    return names if len(names) >= 2 else []


def _shape(name: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"[A-Za-z]+", "a", name))


def is_numbers(reference: str) -> bool:
    """Numbers that are each as right as the other: 29 或 27."""
    pieces = _EITHER.split(fold(reference).strip())
    return len(pieces) > 1 and all(is_number(p) for p in pieces)


def is_date(reference: str) -> bool:
    """One calendar date."""
    return _DATE.match(fold(reference).strip()) is not None


def is_figures(reference: str) -> bool:
    """Figures in an order that counts: (9,9), [1, 1, 2], 3457,3876."""
    return _FIGURES.match(fold(reference).strip()) is not None


def is_remark(reference: str) -> bool:
    """A remark to a person who grades, which no rule can follow: 解释通俗易懂, 主要看是否能运行."""
    return _REMARK.search(fold(reference).strip()) is not None


def is_unanswerable(reference: str) -> bool:
    """The reference says that there is no answer."""
    return _UNANSWERABLE.search(fold(reference).strip().strip("。.")) is not None


def is_symbols(reference: str) -> bool:
    """Nothing but brackets, signs, emoji, or a block of figures over several lines."""
    text = fold(reference).strip()
    if not any(c.isalnum() for c in text):
        return bool(text)
    lines = text.split("\n")
    return len(lines) > 1 and all(_DIGITS_ONLY.fullmatch(line) for line in lines)


def is_long(reference: str) -> bool:
    """A whole sentence or more, which can be put in other words in many ways."""
    return len(key(reference)) > 24


def parts(reference: str) -> list[str]:
    """The items of a reference that lists several things; one item where it does not."""
    text = _NAME_COMMA.sub(" ", fold(reference).strip("[] 。."))
    pieces = [p.strip() for p in _COMMA.split(text) if p.strip()]
    if len(pieces) < 2 or any(len(key(p)) > 14 and not p.isascii() for p in pieces):
        return [text]
    return pieces


def items_of_order(reference: str, prompt: str) -> list[str]:
    """The single characters of 绿红黄蓝 when the prompt names 绿皮书、红皮书…; empty otherwise."""
    characters = list(key(reference))
    text = key(prompt)
    if not 3 <= len(characters) <= 10 or len(set(characters)) < len(characters):
        return []
    shared = set(text)
    for c in characters:
        shared &= {after for before, after in pairwise(text) if before == c}
    return characters if shared else []


def labels_offered(prompt: str, reference: str) -> list[str]:
    """The closed set of labels, the reference among them, that a prompt offers; empty if none."""
    text, wanted = fold(prompt), key(reference)
    if not wanted or len(wanted) > 16 or wanted not in key(prompt):
        return []
    joined = _joined_labels(text, wanted) if len(wanted) > 1 else []
    for labels in [*_quoted_labels(text), *_line_labels(text), *joined]:
        names = list(dict.fromkeys(labels))
        if len(names) >= 2 and any(_fits(wanted, n) for n in names):
            return names
    return []


def _fits(wanted: str, label: str) -> bool:
    k = key(label)
    return k == wanted or (k.startswith(wanted) and len(k) - len(wanted) <= 2)


def _quoted_labels(text: str) -> list[list[str]]:
    """“蕴涵”或“非蕴涵”: quoted, with nothing but a conjunction between."""
    return [
        [key(q).strip() and q.strip(" 。.,") for q in _ONE_QUOTED.findall(m[0])]
        for m in _QUOTED_LIST.finditer(text)
    ]


def _line_labels(text: str) -> list[list[str]]:
    """Short lines after a line that says 选项 or ends in a colon."""
    lines = [line.strip() for line in text.split("\n")]
    for i, line in enumerate(lines):
        if _LABELS_FOLLOW.search(line):
            block = []
            for following in lines[i + 1 :]:
                if not 1 <= len(following) <= 16:
                    break
                block.append(following.strip("。.-* "))
            if len(block) >= 2:
                return [block]
    return []


def _joined_labels(text: str, wanted: str) -> list[list[str]]:
    """动词、形容词或名词 and 相位差还是频率: joined without quotes, cut to size at both ends."""
    found = []
    for segment in _BOUNDARY.split(text):
        if not _CONJUNCTION.search(segment):
            continue
        pieces = [p.strip() for p in _JOIN.split(segment) if p.strip()]
        if len(pieces) < 2 or not any(wanted in key(p) for p in pieces):
            continue
        size = _typical([len(p) for p in pieces[1:-1]] or [len(wanted), len(pieces[-1])])
        first, last = pieces[0], pieces[-1]
        first = _cut(first, wanted, max(size, len(wanted)), tail=True)
        last = _cut(last, wanted, max(size, len(wanted)), tail=False)
        labels = [first, *pieces[1:-1], last]
        if all(1 <= len(key(label)) <= 12 for label in labels):
            found.append(labels)
    return found


def _typical(lengths: list[int]) -> int:
    return sorted(lengths)[(len(lengths) - 1) // 2]


def _cut(piece: str, wanted: str, size: int, *, tail: bool) -> str:
    """The end (or beginning) of a piece that is a label: by the reference if it is in it."""
    if tail and key(piece).endswith(wanted):
        return piece[-len(wanted) :]
    if not tail and key(piece).startswith(wanted) and len(piece) > size + 2:
        return piece[: len(wanted)]
    if len(piece) <= size + 1:
        return piece
    return piece[-size:] if tail else piece[:size]
