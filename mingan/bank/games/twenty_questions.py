"""Twenty questions: something is hidden, and the model finds it by asking yes-or-no questions.

    params {"thing": "大象", "candidates": "all", "limit": 20}

`candidates` is `all`, a group of the table, a list of things, or "numbers:1-64", where the thing
is a number; the prompt must say which, because it is what the score is measured by. The answers
come from the table (or from arithmetic), never from a model.

The score: with N candidates the best player needs ceil(log2 N) questions in the worst case, so
finding the thing after q turns scores min(1, ceil(log2 N) / q), not finding it scores 0. Every
turn counts, a wrong guess too, but for the one that names the thing: perfect halving scores
exactly 1, and so does knowing it at once. A question that we do not understand is our fault and
does not count, for the first `FREE` of them; a turn that asks nothing does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mingan.bank.games import numbers, reading
from mingan.bank.games.knowledge import table
from mingan.bank.games.protocol import Move, Result
from mingan.language import Text
from mingan.normal import key, shorten
from mingan.records import Question

LIMIT, MOST = 20, 60
FREE = 10
"""So many questions that are not understood count for nothing; a game has to end."""

_RANGE = re.compile(r"numbers:(-?\d{1,6})-(-?\d{1,6})")

_ONE = "请一次只问一个能用“是”或“否”回答的问题。"
_UNCLEAR = "听不懂这个问题，请换个问法，问一个能用“是”或“否”回答的问题。"
_UNCHARGED = "这一次不算数。"
_SAID = {True: "是。", False: "否。", None: "不确定。"}


@dataclass(frozen=True, slots=True)
class _Reply:
    """What a turn is answered with; `guess` is what it named, `found` whether that was it.

    `read` says that the turn was plainly a question or a guess, whether understood or not;
    `missed` that it was a question and we did not understand it.
    """

    text: str
    guess: str = ""
    found: bool = False
    read: bool = True
    missed: bool = False


class TwentyQuestions:
    """Finds the hidden thing within `limit` questions and one last guess."""

    name = "twenty-questions"
    version = "3"

    def next(self, question: Question, said: Sequence[str]) -> Move | None:
        """The answer to the last turn, with what is left; None once it is found or over."""
        reply = _reply(question, said[-1])
        left = _limit(question) - _charged(question, said)
        if reply.found or left < 0:
            return None
        text = reply.text
        if reply.missed and _charged(question, said[:-1]) + left == _limit(question):
            text += _UNCHARGED
        if left == 0:
            rest = "问题已经问完了。请直接说出你的答案，写成“我猜：……”。"
        else:
            rest = f"你还可以问 {left} 个问题。"
        return Move(text=text + rest)

    def most(self, question: Question) -> int:
        """The questions, those that we do not understand, and one last guess."""
        return _limit(question) + FREE + 1

    def result(self, question: Question, said: Sequence[str]) -> Result:
        """Right if the thing was found; the score says in how many questions.

        A last turn that cannot be read leaves it open; one more question uses up the limit.
        """
        guess = ""
        for place, text in enumerate(said):
            reply = _reply(question, text)
            guess = reply.guess or guess
            if reply.found:
                return _found(question, _charged(question, said[:place]), guess)
        if _charged(question, said) <= _limit(question):
            return Result(verdict="unsure", reason=_BROKEN_OFF, extracted=guess)
        if not _reply(question, said[-1]).read and not reading.gives_up(said[-1]):
            return Result(verdict="unsure", reason=_UNREAD, extracted=shorten(said[-1], 40))
        thing, limit = _thing(question), _limit(question)
        return Result(
            verdict="wrong",
            reason=Text(
                f"问了 {limit} 个问题没有猜出“{thing}”。",
                f"It did not find {thing} in {limit} questions.",
            ),
            score=0.0,
            extracted=guess,
        )

    def faults(self, question: Question) -> list[Text]:
        """An unknown thing, unknown candidates, or a thing that is none of them."""
        params = question.params
        found = reading.not_whole(params, "limit", LIMIT, MOST)
        names, unknown = candidates(question)
        if unknown:
            shown = "、".join(unknown[:5])
            zh = f"知识表里没有：{shown}"
            found.append(reading.bad("candidates", zh, f"the table does not know {shown}"))
        elif len(names) < 2:
            zh = "至少要有两个：写 all、一个组名、一列名称，或 numbers:1-64 这样"
            en = "needs at least two: all, a group, a list of names, or like numbers:1-64"
            found.append(reading.bad("candidates", zh, en))
        elif _thing(question) not in names:
            zh = f"“{_thing(question)}”不在 candidates 里"
            found.append(reading.bad("thing", zh, f"{_thing(question)} is no candidate"))
        return found


_BROKEN_OFF = Text("没有玩完。", "The game was broken off.")
_UNREAD = Text("最后一轮看不出猜的是什么。", "What the last turn guesses cannot be read.")


def candidates(question: Question) -> tuple[tuple[str, ...], list[str]]:
    """What the thing may be, and those named that the table does not know."""
    written = question.params.get("candidates", "all")
    if isinstance(written, list):
        names = tuple(dict.fromkeys(map(str, written)))
        return names, [name for name in names if name not in table().things]
    numbered = _range(question)
    if numbered is not None:
        return tuple(map(str, numbered)), []
    return table().group(str(written)), []


def _found(question: Question, used: int, guess: str) -> Result:
    count = len(candidates(question)[0])
    best = max(0, count - 1).bit_length()
    score = 1.0 if used <= best else best / used
    return Result(
        verdict="right",
        reason=Text(
            f"问了 {used} 个问题后猜出“{_thing(question)}”"
            f"（{count} 个里找一个，最好的问法最多要 {best} 个）。",
            f"It found {_thing(question)} after {used} questions (one of {count}: the best player "
            f"needs at most {best}).",
        ),
        score=score,
        extracted=guess,
    )


def _charged(question: Question, said: Sequence[str]) -> int:
    """The turns that count: all but the first `FREE` questions that we did not understand."""
    return len(said) - min(FREE, sum(_reply(question, text).missed for text in said))


def _reply(question: Question, text: str) -> _Reply:
    """What one turn is answered with, whatever came before it."""
    asked = reading.asked(text)
    named = list(dict.fromkeys(reading.guesses(text)))
    supposed = [name for name in named if _asks_for_property(question, name)]
    named = [name for name in named if name not in supposed]
    if not named and not asked:
        asked = [reading.statement(f"是{name}") for name in supposed]
    if not named:
        named = _outright(question, asked) if asked else _bare(question, text)
    if len(named) > 1 or (not named and len(asked) > 1):
        return _Reply(_ONE, read=not any(_same(question, name) for name in named))
    if named:
        found = _same(question, named[0])
        shown = shorten(named[0], 20)
        return _Reply("是，猜对了。" if found else f"否，不是“{shown}”。", shown, found)
    answer = _answered(question, asked[0]) if asked else _stated(question, text)
    return _Reply(
        answer, read=bool(asked) or answer != _UNCLEAR, missed=bool(asked) and answer == _UNCLEAR
    )


def _stated(question: Question, text: str) -> str:
    """The answer to the only sentence that would be a question with a mark to it: 大于 32。"""
    answers = [_answered(question, stated) for stated in reading.stated(text)]
    understood = [answer for answer in answers if answer != _UNCLEAR]
    return understood[0] if len(understood) == 1 else _UNCLEAR


def _answered(question: Question, asked: reading.Asked) -> str:
    """是, 否 or 不确定; where the question denies, it is said what the answer is to."""
    if _range(question) is None:
        read, true = table().answer(_thing(question), asked.predicate)
    else:
        true = numbers.truth(int(_thing(question)), asked.predicate)
        read = true is not None
    if not read:
        return _UNCLEAR
    if not asked.negated:
        return _SAID[true]
    return f"按“它{shorten(asked.predicate, 30)}”来答：{_SAID[true]}"


def _outright(question: Question, asked: Sequence[reading.Asked]) -> list[str]:
    """The thing that a turn's only question names outright; empty if it asks for a property."""
    if len(asked) != 1 or asked[0].negated:
        return []
    name = _known(question, asked[0].predicate)
    return [name] if name else []


def _bare(question: Question, text: str) -> list[str]:
    """The different things that a turn names without asking anything."""
    known = (_known(question, name) for name in reading.names(text))
    return list(dict.fromkeys(name for name in known if name))


def _asks_for_property(question: Question, name: str) -> bool:
    """Whether what is guessed is a property, as in 我猜它是动物, and no thing."""
    if _known(question, name):
        return False
    if _range(question) is None:
        return table().asked(f"是{name}") is not None
    return numbers.truth(0, f"是{name}") is not None


def _known(question: Question, name: str) -> str:
    """The thing or number that a name stands for; "" if there is none of that name."""
    if _range(question) is None:
        return _thing(question) if _same(question, name) else table().thing(name) or ""
    number = numbers.guessed(name)
    return "" if number is None else str(number)


def _same(question: Question, name: str) -> bool:
    thing = _thing(question)
    if _range(question) is not None:
        return str(numbers.guessed(name)) == thing
    accepted = {key(other) for other in (thing, *question.aliases)}
    return key(name) in accepted or table().thing(name) == thing


def _thing(question: Question) -> str:
    return str(question.params.get("thing", ""))


def _limit(question: Question) -> int:
    return reading.whole(question.params, "limit", LIMIT, MOST)


def _range(question: Question) -> range | None:
    """The numbers among which the thing is, if it is a number."""
    written: Any = question.params.get("candidates")
    match = _RANGE.fullmatch(written) if isinstance(written, str) else None
    if match is None or not re.fullmatch(r"-?\d{1,6}", _thing(question)):
        return None
    return range(int(match[1]), int(match[2]) + 1)
