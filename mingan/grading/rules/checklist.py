"""Lists of checks that a question's author wrote: whether each is well formed, and what came out.

A check is an object such as {"kind": "count", "char": "#", "count": 13}. A grader says which kinds
it knows and what their keys hold; here the author's slips become sentences that name the place.
The module must not know what any check means, and reads no model's answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param
from mingan.grading.rules.values import Form
from mingan.language import Text, counted
from mingan.normal import shorten
from mingan.records import Question

Check = Mapping[str, Any]
"""One check as the author wrote it, known to be well formed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The keys of one kind of check: those it must have, may have, and must have some of.

    `some` names keys of `may` of which at least one must be there.
    """

    must: Mapping[str, Form] = field(default_factory=dict)
    may: Mapping[str, Form] = field(default_factory=dict)
    some: tuple[str, ...] = ()


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
            f"{len(failures)} 项检查全部通过。",
            f"It passed every check ({counted(len(failures), 'check')}).",
        )
        return Finding(verdict="right", reason=reason, extracted=shown, firm=True, score=1.0)
    reason = failed[0]
    if len(failures) > 1:
        passed = f"{len(failures) - len(failed)}/{len(failures)}"
        reason = Text(
            f"{reason.zh}（{passed} 项检查通过。）", f"{reason.en} (Checks passed: {passed}.)"
        )
    return Finding(verdict="wrong", reason=reason, extracted=shown, score=share)


def limits(check: Check, actual: float, exact: str = "exact") -> bool:
    """Whether `actual` obeys the check's `exact` (or the key so named), `min` and `max`."""
    if exact in check and actual != check[exact]:
        return False
    return bool(check.get("min", actual) <= actual <= check.get("max", actual))


def wanted(check: Check, noun: str, plural: str = "", *, exact: str = "exact") -> Text:
    """The check's limits in words, to be put right after 应有: " 3", " 1 到 5", "至少 1".

    In English the noun follows: "3 lines", "1 to 5 lines", "at least 1 line".
    """
    low, high = check.get("min"), check.get("max")
    last = check.get(exact, low if high is None else high)
    things = counted(last, noun, plural)
    if exact in check:
        return Text(f" {last}", things)
    if low is not None and high is not None:
        return Text(f" {low} 到 {high}", f"{low} to {things}")
    return (
        Text(f"至少 {last}", f"at least {things}")
        if high is None
        else (Text(f"至多 {last}", f"at most {things}"))
    )
