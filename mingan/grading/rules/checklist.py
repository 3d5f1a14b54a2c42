"""Lists of checks that a question's author wrote: whether each is well formed, and what came out.

A check is an object such as {"kind": "count", "char": "#", "count": 13}. A grader says which kinds
it knows and what their keys hold; here the author's slips become sentences that name the place.
The module must not know what any check means, and reads no model's answer.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param
from mingan.language import Text
from mingan.normal import shorten
from mingan.records import Question

Check = Mapping[str, Any]
"""One check as the author wrote it, known to be well formed."""

REMEMBERED = 256
"""Questions of which it is remembered whether their references pass their own checks."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the value of a key must be: in words ("a whole number"), and as a test."""

    wanted: Text
    fits: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """The keys of one kind of check: those it must have, may have, and must have some of.

    `some` names keys of `may` of which at least one must be there.
    """

    must: Mapping[str, Form] = field(default_factory=dict)
    may: Mapping[str, Form] = field(default_factory=dict)
    some: tuple[str, ...] = ()


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


def faults_in(question: Question, name: str, kinds: Mapping[str, Kind]) -> list[Text]:
    """What is wrong with the list of checks that the parameter `name` holds; empty when nothing."""
    checks = param(question, name)
    if not isinstance(checks, list | tuple) or not checks:
        return [
            Text(
                f"参数 {name} 应是检查项的列表，至少一项。",
                f"The parameter {name} must be a list of at least one check.",
            )
        ]
    found: list[Text] = []
    for place, check in enumerate(checks, 1):
        found += _faults_of(check, name, place, kinds)
    return found


def _faults_of(check: Any, name: str, place: int, kinds: Mapping[str, Kind]) -> list[Text]:
    at = Text(f"参数 {name} 的第 {place} 项", f"Item {place} of the parameter {name}")
    if not isinstance(check, Mapping) or not isinstance(check.get("kind"), str):
        return [Text(f'{at.zh}应是带 "kind" 的对象。', f'{at.en} must be an object with a "kind".')]
    kind = kinds.get(check["kind"])
    if kind is None:
        known, given = ", ".join(sorted(kinds)), shorten(check["kind"])
        return [
            Text(
                f"{at.zh}：没有 {given} 这种检查；有的是 {known}。",
                f"{at.en}: there is no kind {given}; there are {known}.",
            )
        ]
    at = Text(f"{at.zh}（{check['kind']}）", f"{at.en} ({check['kind']})")
    return _key_faults(check, at, kind)


def _key_faults(check: Check, at: Text, kind: Kind) -> list[Text]:
    forms = {**kind.must, **kind.may}
    found = [
        Text(f"{at.zh}缺少 {key}。", f"{at.en} lacks {key}.")
        for key in kind.must
        if key not in check
    ]
    if kind.some and not any(key in check for key in kind.some):
        some = ", ".join(kind.some)
        found.append(Text(f"{at.zh}至少要写 {some} 中的一个。", f"{at.en} needs one of {some}."))
    for key, value in check.items():
        if key == "kind":
            continue
        if key not in forms:
            known, given = ", ".join(forms) or "—", shorten(str(key))
            found.append(
                Text(
                    f"{at.zh}不认识 {given}；可以写的有 {known}。",
                    f"{at.en} does not know {given}; it knows {known}.",
                )
            )
        elif not forms[key].fits(value):
            wanted = forms[key].wanted
            found.append(
                Text(f"{at.zh}的 {key} 应是{wanted.zh}。", f"{at.en}: {key} must be {wanted.en}.")
            )
    return found


def judged(failures: Sequence[Text | None], extracted: str = "") -> Finding:
    """The finding when each check gave None (passed) or the sentence that says how it failed.

    The first failure is the reason; the score is the share of checks that passed.
    """
    failed = [failure for failure in failures if failure is not None]
    share = (len(failures) - len(failed)) / len(failures)
    shown = shorten(extracted, 120)
    if not failed:
        reason = Text(
            f"{len(failures)} 项检查全部通过。", f"All checks passed ({len(failures)} of them)."
        )
        return Finding(verdict="right", reason=reason, extracted=shown, firm=True, score=1.0)
    reason = failed[0]
    if len(failures) > 1:
        passed = f"{len(failures) - len(failed)}/{len(failures)}"
        reason = Text(
            f"{reason.zh}（{passed} 项检查通过。）", f"{reason.en} ({passed} checks passed.)"
        )
    return Finding(verdict="wrong", reason=reason, extracted=shown, score=share)


def reference_fault(finding: Finding) -> list[Text]:
    """A fault when the reference does not pass its own checks, which the finding on it says."""
    if finding.verdict == "right":
        return []
    return [
        Text(
            f"参考答案自己没有通过检查：{finding.reason.zh}",
            f"The reference does not pass its own checks: {finding.reason.en}",
        )
    ]


_remembered: OrderedDict[tuple[str, str], list[Text]] = OrderedDict()


def remembered(grader: str, question: Question, look: Callable[[], Iterable[Text]]) -> list[Text]:
    """The faults that `look` finds; found once a question, since every answer asks for them."""
    place = (grader, question.hash)
    known = _remembered.get(place)
    if known is None:
        known = _remembered[place] = list(look())
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    return list(known)


def limits(check: Check, actual: float, exact: str = "exact") -> bool:
    """Whether `actual` obeys the check's `exact` (or the key so named), `min` and `max`."""
    if exact in check and actual != check[exact]:
        return False
    return bool(check.get("min", actual) <= actual <= check.get("max", actual))


def wanted(check: Check, exact: str = "exact") -> Text:
    """The check's limits in words, to be put right after 应有: " 3", " 1 到 5", "至少 1"."""
    if exact in check:
        return Text(f" {check[exact]}", str(check[exact]))
    low, high = check.get("min"), check.get("max")
    if low is not None and high is not None:
        return Text(f" {low} 到 {high}", f"{low} to {high}")
    if low is not None:
        return Text(f"至少 {low}", f"at least {low}")
    return Text(f"至多 {high}", f"at most {high}")
