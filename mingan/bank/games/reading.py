"""Reading what a model says in a game: its question, its guess, its yes or no, its numbers.

Everything here is a pure function of a text, bounded in time, and never raises. It knows no game
and no table; what it cannot read it says so, and never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mingan.language import Text
from mingan.normal import key, prepare, shorten

LONGEST = 400
"""Characters of one sentence that are read as a question; nobody asks in more."""

_PIECES = re.compile(r"[\n。!;]+|(?<=\?)")
_SPAN = re.compile(
    r"\[\s*(-?\d{1,9})\s*,\s*(-?\d{1,9})\s*\]|(?<!\d)(-?\d{1,9})[ \t]*~+[ \t]*(-?\d{1,9})(?!\d)"
)
_QUOTES = re.compile(r"[\s\"'“”‘’「」『』《》【】\[\]*`_#~$]+")
# A > at the head of a line quotes it, but for one that asks: > 32 吗?
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>+(?![ \t>]*-?\d[^\n]*[吗?])")
_DRESS = re.compile(r"\\(?:boxed|text|mathrm|mathbf|textbf)\s*\{([^{}]*)\}")
_SIGNS = {r"\geq": ">=", r"\leq": "<=", r"\ge": ">=", r"\le": "<=", r"\gt": ">", r"\lt": "<"}
_SIGN = re.compile(r"\\(?:[gl]eq|[gl]e|[gl]t)(?![A-Za-z])")
_THOUSANDS = re.compile(r"(?<=\d)(?:\\,|\{,\})(?=\d{3})")
_SPACING = re.compile(r"\\(?:[()\[\],;:! ]|q?quad(?![A-Za-z]))")
_THING = (
    r"(?:东西|事物|物品|物体|动物|植物|水果|蔬菜|食物|食品|家具|电器|乐器|工具|用具|交通工具|谜底|"
    r"数字?|整数)"
)
_HELD = r"[你您](?:(?:心里|心中|脑中)?(?:所?[想选]|[想选][到好定]|藏)的?|(?:心里|心中|脑中)的)"
_JOINS = (
    rf"(?:它|他|她|谜底|答案|名称|名字|(?:这|那|{_HELD})[个种样件]?(?:{_THING})?|"
    r"应该|应当|一定|肯定|可能|大概|或许|也许|多半|就|会|是|为|:|,)"
)
_MARKED = re.compile(
    rf"(?:我(?:就|还是|最终|最后)?猜测?的?|我的猜测|猜测?|答案|谜底)(?P<joins>{_JOINS}+)"
    r"(?P<name>[^,。!?:()]{1,30})"
)
_BARE = re.compile(
    rf"^(?:(?:好的?|嗯|那么?|所以|因此|综上(?:所述)?|看来|最后|最终)[,:]?|"
    rf"我(?:就|还是)?(?:猜测?的?|觉得|认为|选|想)|{_JOINS})+"
)
_ASIDE = re.compile(r"\([^()]*\)")
_MEASURE = re.compile(r"^(?:[一1][个只种件头条匹棵朵把张辆台本支根块位](?=.))")
_SOFT = re.compile(r"[吧了呢啊呀哦吗?.]+$")
_COUNT = r"[\d一二三四五六七八九十]+"
_LABEL = re.compile(
    rf"^(?:[qQ问]|第{_COUNT}个?(?:问题?|轮)?|{_COUNT}(?:个?问题?|轮|(?=[.、:,)-](?!\d)|"
    r"[它这那该请你您]|是(?![吗么?]|$)))|问题\d*|提问\d*|请问|我想问(?:的是|一下)?|我的问题是?|"
    r"下一个问题|我(?:猜测?|觉得|认为)|那么?|好的?|嗯|ok|question\d*)[\d.、:,)）-]*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|[吗么嘛吧呢]$|是不是|有没有|会不会|能不能|可不可以|是否|能否|会否|可否|有无|对不对"
)
_EXAMPLES = re.compile(r"[,:、-]*(?:比如|例如|譬如|诸如)[^?]*")
_TAIL = re.compile(r"(?:,?(?:对吗|是吗|对吧|是吧|对不对|是不是|好吗|呢|吗|么|嘛|吧|\?))+$")
_MATTERS = re.compile(r"[除只仅不非指包含算]")
"""In an aside that changes what is asked, as in 在 1 到 9 之间（不含 9）; others only explain."""

_SUBJECT = re.compile(
    rf"^(?:(?:成年(?:后|时)?的?)?[它他她]|[这那该][个种样件]?(?:{_THING}|词)|这个?|"
    rf"{_HELD}[这那]?[个种样件]?{_THING}?|我的(?:猜测|答案)|谜底|答案|目标|东西|事物|物品|物体|"
    rf"整数|数字?|[nx](?![a-z]))(?:本身|的话|的)?",
    re.IGNORECASE,
)
_ADVERB = re.compile(
    r"(?:一般来说|通常来说|通常情况下|一般情况下|大多数情况下|多数情况下|一般|通常|平常|平时|主要|大多数?|往往|"
    r"常常|经常|普遍|应该|应当|大部分时间|大致|基本上?|本身|真的|其实|明显[的地]?|轻松地?|轻易地?|"
    r"也|都|还(?!是)|就|,)"
)
_EITHER = re.compile(r"是不是|是否|有没有|有无|会不会|会否|能不能|能否|可不可以|可否|可以不可以")
_EITHER_TO = {"是": "是", "有": "有", "会": "会", "能": "能", "可": "可以"}
_DENIES = re.compile(r"^(?:并非|并不|并没有|不是|不属于|没有|不会|不能|不可以|无法|不算|没|不|非)")
_DENIES_TO = {
    "不是": "是", "并非": "是", "非": "是", "不属于": "是", "不算": "是", "没有": "有", "没": "有",
    "并没有": "有", "不会": "会", "不能": "能", "不可以": "可以", "无法": "能", "并不": "",
    "不": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A yes-or-no question: what it asks of the thing, and whether it asks for the opposite."""

    predicate: str
    negated: bool = False


def statement(predicate: str) -> Asked:
    """What a written predicate says, read as the question 它…吗 would be: 不会飞 denies 会飞."""
    return _question(f"它{predicate}吗")


def clean(text: str) -> str:
    """A model's turn as games read it: without thinking and LaTeX, folded, of bearable length."""
    return undressed(prepare(text))


def undressed(text: str) -> str:
    """A text without the LaTeX around its words: \\boxed{\\text{33}} is 33, \\geq is >=."""
    if "\\" not in text:
        return text
    for _ in range(3):
        text = _DRESS.sub(r"\1", text)
    text = _SPACING.sub(" ", _THOUSANDS.sub("", text))
    return _SIGN.sub(lambda m: _SIGNS[m[0]], text)


def pieces(text: str) -> list[str]:
    """The sentences of a turn, without blanks and quotation marks, in order."""
    body = _SPAN.sub(_spanned, _QUOTED_LINE.sub("", clean(text)))
    parts = (_QUOTES.sub("", part) for part in _PIECES.split(body))
    return [part[-LONGEST:] for part in parts if part]


def _spanned(match: re.Match[str]) -> str:
    """[400, 431] and 400~431 as 400到431, which outlives the loss of brackets and blanks."""
    return f"{match[1] or match[3]}到{match[2] or match[4]}"


def guesses(text: str) -> list[str]:
    """The names after 我猜：, 我猜它是 or 答案是, in order; a question is no such guess."""
    matches = (_MARKED.search(piece) for piece in pieces(text) if not _ASKS.search(piece))
    sure = (m["name"] for m in matches if m and re.search("[是为:,]", m["joins"]))
    return [name for name in map(_name, sure) if name]


def names(text: str) -> list[str]:
    """What the sentences of a turn that asks nothing may name: 大象。, 应该是大象, 33吧.

    Whether anything is called so is not known here.
    """
    said = (_ASIDE.sub("", piece) or piece for piece in pieces(text))
    ways = ((piece, _clause(piece)) for piece in said)
    return [name for name in (_name(_BARE.sub("", way)) for two in ways for way in two) if name]


def _name(written: str) -> str:
    return _MEASURE.sub("", _SOFT.sub("", written.strip(",:!.() ")))


def asked(text: str) -> list[Asked]:
    """The different yes-or-no questions in a turn, in order."""
    return _questions(piece for piece in pieces(text) if _ASKS.search(piece))


def stated(text: str) -> list[Asked]:
    """The sentences of a turn that asks nothing, read as if they asked: 它会飞。, 大于 32。"""
    return _questions(pieces(text))


def _questions(written: Iterable[str]) -> list[Asked]:
    found = map(_question, written)
    return list(dict.fromkeys(question for question in found if question.predicate))


def _question(piece: str) -> Asked:
    """它不会飞吗 is 会飞, negated; 请问，这个东西是不是动物？ is 是动物."""
    kept = [aside for aside in _ASIDE.findall(piece) if _MATTERS.search(aside)]
    rest = _TAIL.sub("", _clause(_EXAMPLES.sub("", _ASIDE.sub("", piece))))
    rest = _ADVERB.sub("", _SUBJECT.sub("", _ADVERB.sub("", rest)))
    rest = _EITHER.sub(lambda m: _EITHER_TO[m[0][0]], rest, count=1)
    rest += "".join(kept) if rest else ""
    denial = _DENIES.match(rest)
    if denial is None:
        return Asked(rest)
    return Asked(_DENIES_TO[denial[0]] + rest[denial.end() :], negated=True)


def _clause(piece: str) -> str:
    """What is left of a question without labels such as 第3问： and what leads up to it."""
    rest = piece
    for _ in range(6):
        shorter = _LABEL.sub("", rest, count=1)
        if shorter == rest:
            break
        rest = shorter
    head, colon, tail = rest.rpartition(":")
    return tail if colon and _ASKS.search(tail) else rest if not colon else head


_DOUBT = re.compile(
    r"不一定|不太?(?:确定|知道|清楚|好说)|说不准|难说|视情况|(?<!不)可能|有时|无法(?:判断|确定|回答)"
)


def doubts(text: str) -> bool:
    """Whether the first clause of a turn says that it is not sure."""
    return _DOUBT.search("".join(pieces(text)[:1]).split(",")[0]) is not None


_GIVES_UP = re.compile(r"放弃|认输|[猜想]不[出到]|不知道|没有头绪")


def gives_up(text: str) -> bool:
    """Whether a turn only says that it cannot find the answer."""
    body = "".join(pieces(text))
    return len(body) <= 30 and _GIVES_UP.search(body) is not None and "是" not in body


def named(text: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that a turn mentions; one within a longer one that is there is not."""
    body = key(clean(text))
    found: list[str] = []
    for name in sorted(names, key=lambda n: (-len(n), n)):
        if key(name) and key(name) in body:
            found.append(name)
            body = body.replace(key(name), "\n")
    return found


_FIRM = re.compile(r"(?:最终答案|最后答案|答案)(?:仍然|还|应该)?(?:是|为|:)+\s*([^\n]{1,200})")


def final_answer(text: str) -> str | None:
    """What a turn declares last as 答案：…; None where it declares nothing."""
    found = _FIRM.findall(clean(text))
    return str(found[-1]).strip(" 。.,!*“”\"'") if found else None


INTEGER = re.compile(r"(?<![\d.])-?\d{1,15}(?![\d.]*\d)")


def integers(text: str) -> list[int]:
    """The whole numbers in a text, in order, wherever they stand."""
    return [int(number) for number in INTEGER.findall(text)]


def last_line(text: str) -> str:
    """The last line of a turn that holds anything."""
    lines = [line.strip() for line in clean(text).split("\n") if line.strip()]
    return lines[-1] if lines else ""


# What games find wrong with their parameters, in the same words.


def whole(params: dict[str, Any], name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most` among the parameters; the default for anything else."""
    value = params.get(name, default)
    sound = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
    return value if sound else default


def bad(name: str, zh: str, en: str) -> Text:
    """What is wrong with one of the parameters."""
    return Text(f"params 的 {name}：{zh}。", f"{name} in params: {en}.")


def not_whole(params: dict[str, Any], name: str, default: int, most: int) -> list[Text]:
    """Says so if a parameter that must be a whole number from 1 to `most` is none."""
    if name not in params or whole(params, name, 0, most) == params[name] != 0:
        return []
    shown = shorten(str(params[name]), 20)
    return [
        bad(
            name,
            f"应是 1 到 {most} 的整数，而写的是 {shown}",
            f"must be a whole number from 1 to {most}, not {shown}",
        )
    ]
