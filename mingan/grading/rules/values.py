"""What the values in an author's parameters must be: each in words, and as a test.

It knows single values; which key of which check holds which of them is for the graders to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mingan.language import Text


@dataclass(frozen=True, slots=True)
class Form:
    """What the value of a key must be: in words ("a whole number"), and as a test."""

    wanted: Text
    fits: Callable[[Any], bool]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _box(value: Any) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 4:
        return False
    if not all(_number(v) and 0 <= v <= 1 for v in value):
        return False
    return bool(value[0] < value[2] and value[1] < value[3])


def _texts(value: Any) -> bool:
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(isinstance(v, str) and v for v in value)


def _regex(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError, RecursionError, OverflowError):
        return False
    return bool(value)


COUNT = Form(
    Text("不小于 0 的整数", "a whole number of at least 0"), lambda v: _whole(v) and v >= 0
)
PLACE = Form(
    Text("从 1 数起的整数", "a whole number, counted from 1"), lambda v: _whole(v) and v > 0
)
PLACES = Form(
    Text("从 1 数起的整数的列表", "a list of whole numbers, counted from 1"),
    lambda v: isinstance(v, list | tuple) and bool(v) and all(_whole(n) and n > 0 for n in v),
)
SHARE = Form(Text("0 到 1 之间的数", "a number from 0 to 1"), lambda v: _number(v) and 0 <= v <= 1)
TEXT = Form(
    Text("非空的文字", "a text that is not empty"), lambda v: isinstance(v, str) and v != ""
)
TEXTS = Form(Text("文字的列表", "a list of texts"), _texts)
CHAR = Form(Text("一个字符", "one character"), lambda v: isinstance(v, str) and len(v) == 1)
FLAG = Form(Text("true 或 false", "true or false"), lambda v: isinstance(v, bool))
BOX = Form(
    Text(
        "[x0, y0, x1, y1]，都在 0 到 1 之间且 x0 < x1、y0 < y1",
        "[x0, y0, x1, y1], all from 0 to 1 with x0 < x1 and y0 < y1",
    ),
    _box,
)
REGEX = Form(Text("有效的正则表达式", "a valid regular expression"), _regex)


def one_of(*words: str) -> Form:
    """One of these words."""
    listed = Text("、".join(words) + " 之一", "one of " + ", ".join(words))
    return Form(listed, lambda v: isinstance(v, str) and v in words)
