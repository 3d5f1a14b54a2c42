"""A hidden rule: the model tries values, sees what becomes of them, and then must apply the rule.

    params {"rule": {"kind": "linear", "a": 3, "b": 5}, "probes": 8, "tests": [12, 40, 100]}

One value a turn gets its result; a turn without a readable value is told so and counts. After
`probes` turns, or as soon as the model writes 开始作答, it must give the results of `tests` in one
line. Right if all are right; the score is the share. What rules there are is in `rules`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mingan.bank.games import listed, reading
from mingan.bank.games.protocol import Move, Result
from mingan.bank.games.rules import BadRule, Value, fits, function, of_words
from mingan.language import Text
from mingan.normal import shorten
from mingan.records import Question

PROBES, MOST = 8, 40
TESTS = 10
READY = "开始作答"

_MARK = r"(?:试|f)\s*[:(]?\s*[\"'“$]*"
# One such as f(1)=8 tells what is known and tries nothing.
_TOLD = re.compile(r"f\s*\(?\s*[\w-]{1,20}\s*\)?\s*=(?!\s*(?:\?|$))", re.MULTILINE)
# Two values at once are none: which of them is meant is not for us to choose.
_AND = r"[.,、/~]|和|或者?|与|及"
_TRIED = re.compile(rf"{_MARK}(-?\d{{1,9}})(?!\d)(?P<more>[ \t]*(?:{_AND})?[ \t]*-?\d)?")
_TRIED_WORD = re.compile(
    rf"{_MARK}([a-z]+)(?![a-zA-Z])"
    rf"(?P<more>['’-][a-z]|[\"'”$]*(?:[ \t]|{_AND})+[\"'“$]*[a-zA-Z])?"
)
_GROUPED = re.compile(r"(?<![\d,])(\d{1,3}),(?=\d{3}(?![\d,]))")
_WORD = re.compile(r"(?<![A-Za-z])[a-z]+(?![A-Za-z])")


class HiddenRule:
    """Answers probes, asks for the tests, and compares."""

    name = "hidden-rule"
    version = "3"

    def next(self, question: Question, said: Sequence[str]) -> Move | None:
        """The result of the last probe, or the tests; None once those are answered."""
        ready = _ready(question, said)
        if ready < len(said):
            return None if len(said) > ready + 1 else Move(text=_tests(question))
        left = _probes(question) - len(said)
        if left < 0:
            return None
        text = _probed(question, said[-1])
        if left == 0:
            return Move(text=text + _tests(question))
        return Move(text=f"{text}还可以试 {left} 次。知道规律了就写“{READY}”。")

    def most(self, question: Question) -> int:
        """The probes and the answer to the tests."""
        return _probes(question) + 1

    def result(self, question: Question, said: Sequence[str]) -> Result:
        """Right if the last turn gives the right result of every test."""
        ready = _ready(question, said)
        turns = ready + 2 if ready < len(said) else _probes(question) + 1
        if len(said) < turns:
            reason = Text("没有玩完。", "The game was broken off.")
            return Result(verdict="unsure", reason=reason)
        rule = function(question.params.get("rule"))
        inputs = _values(question)
        return _judged(said[turns - 1], inputs, [rule(value) for value in inputs])

    def faults(self, question: Question) -> list[Text]:
        """A rule that is none, or values that cannot be put into it."""
        params = question.params
        found = reading.not_whole(params, "probes", PROBES, MOST)
        rule = params.get("rule")
        try:
            function(rule)
        except BadRule as error:
            zh, en = f"“{error}”写得不对", f"{error} is not right"
            return [*found, reading.bad("rule", zh, en)]
        tests = params.get("tests")
        words = of_words(rule)
        if not isinstance(tests, list) or not 1 <= len(tests) <= TESTS:
            zh, en = f"要写 1 到 {TESTS} 个值", f"needs from 1 to {TESTS} values"
            return [*found, reading.bad("tests", zh, en)]
        if not all(fits(value, words) for value in tests):
            zh = "有的值不能代入这条规律（整数绝对值不过 9999，单词是 1 到 20 个小写字母）"
            en = "holds a value that the rule cannot take (a whole number up to 9999, or a word)"
            found.append(reading.bad("tests", zh, en))
        return found


def _ready(question: Question, said: Sequence[str]) -> int:
    """The place of the turn in which the model asked for the tests; beyond all if it did not."""
    probes = said[: _probes(question)]
    return next((i for i, text in enumerate(probes) if READY in reading.clean(text)), len(said))


def _probed(question: Question, text: str) -> str:
    """What a probe is answered with."""
    rule = question.params.get("rule")
    words = of_words(rule)
    value = _tried(text, words)
    if value is None or not fits(value, words):
        wanted = "1 到 20 个小写英文字母的单词" if words else "绝对值不超过 9999 的整数"
        return f"没看懂你要试哪个值。请只写一个{wanted}。"
    return f"f({value}) = {function(rule)(value)}。"


def _tried(text: str, words: bool) -> Value | None:
    """The value that a turn tries: the last after 试 or f, or else the only one in it."""
    body = _TOLD.sub("", _GROUPED.sub(r"\1", reading.clean(text)))
    marked = list((_TRIED_WORD if words else _TRIED).finditer(body))
    if marked:
        return None if marked[-1]["more"] else _value(marked[-1][1], words)
    plain = _WORD.findall(body) if words else map(str, reading.integers(body))
    found = list(dict.fromkeys(value for value in plain if value not in ("f", "x")))
    return _value(found[0], words) if len(found) == 1 else None


def _value(written: str, words: bool) -> Value:
    return written if words else int(written)


def _tests(question: Question) -> str:
    values = _values(question)
    shown = "、".join(f"f({value})" for value in values)
    return f"现在请写出 {shown} 的值。只写一行，共 {len(values)} 个，按顺序用逗号隔开。"


def _judged(text: str, inputs: list[Value], wanted: list[Value]) -> Result:
    """Right if the values can be read as those wanted; unsure if they can be read as several."""
    words = any(isinstance(value, str) for value in wanted)
    found = listed.readings(text, inputs, words=words)
    given = found[0] if len(found) == 1 else listed.most_of(text, words=words)
    taken = shorten(_listed(given), 60)
    if any(all(map(_equal, values, wanted)) for values in found):
        given, taken = wanted, _listed(wanted)
    elif not text.strip():
        reason = Text("最后没有作答。", "It gave no answer in the end.")
        return Result(verdict="unsure", reason=reason)
    elif len(found) > 1 or len(given) > len(wanted):
        zh = f"写的值不止 {len(wanted)} 个，看不出哪些是答案。"
        en = f"It gave more than {len(wanted)} values; which of them are the answer is not clear."
        return Result(verdict="unsure", reason=Text(zh, en), extracted=taken)
    shown, right = _listed(wanted), sum(map(_equal, given, wanted))
    reason = Text(
        f"{len(wanted)} 个值对了 {right} 个（应是 {shown}）。",
        f"{right} of {len(wanted)} values are right (they are {shown}).",
    )
    return Result(
        verdict="right" if right == len(wanted) == len(given) else "wrong",
        reason=reason,
        score=right / len(wanted),
        extracted=taken,
    )


def _equal(given: Value, wanted: Value) -> bool:
    return str(given) == str(wanted)


def _listed(values: Sequence[Value]) -> str:
    return "、".join(map(str, values))


def _values(question: Question) -> list[Value]:
    value = question.params.get("tests")
    return list(value)[:TESTS] if isinstance(value, list) else []


def _probes(question: Question) -> int:
    return reading.whole(question.params, "probes", PROBES, MOST)
