"""The mirror of twenty questions: the model keeps a thing in mind and must stay true to it.

    params {"things": ["大象", …], "ask": ["会飞", …], "repeat": ["会飞", …]}

The prompt lets the model choose one of `things` without telling. It is then asked whether the
thing has each property of `ask`, and later whether statements on those of `repeat` are true, by
turns a denial and an affirmation; at last it tells what it was. Right if every answer agrees with
the table for the thing it tells and no two answers contradict each other. Only properties may be
asked for that are clear of every thing in the list. It knows only whether the model kept its word,
not why.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from mingan.bank.games import reading
from mingan.bank.games.knowledge import table
from mingan.bank.games.protocol import Move, Result
from mingan.bank.games.yes_no import yes_or_no
from mingan.language import Text
from mingan.normal import shorten
from mingan.records import Question

MOST = 30
"""Questions of one game, repeated ones included."""

_REVEAL = "现在请说出你想的是什么，只写它的名称。"


class _Ask(NamedTuple):
    """A property asked for: as a question, or as a statement that denies or affirms it."""

    name: str
    denied: bool = False
    statement: bool = False


class Oracle:
    """Asks a fixed sequence of questions, then for the thing."""

    name = "oracle"
    version = "3"

    def next(self, question: Question, said: Sequence[str]) -> Move | None:
        """The next question; after the last, the request to tell; then nothing."""
        asked = _asked(question)
        place = len(said) - 1
        if place > len(asked):
            return None
        return Move(text=_REVEAL if place == len(asked) else _words(asked[place]))

    def most(self, question: Question) -> int:
        """The choice, the questions, and the telling."""
        return len(_asked(question)) + 2

    def result(self, question: Question, said: Sequence[str]) -> Result:
        """Right if all answers agree with the thing; the score is the share that does."""
        asked = _asked(question)
        if len(said) < self.most(question):
            reason = Text("没有玩完。", "The game was broken off.")
            return Result(verdict="unsure", reason=reason)
        told = _told(question, said[len(asked) + 1])
        if len(told) != 1:
            return _untold(question, said[len(asked) + 1], told)
        answers = list(zip(asked, said[1 : len(asked) + 1], strict=True))
        return _judged(told[0], answers)

    def faults(self, question: Question) -> list[Text]:
        """Things or properties unknown, unclear cells, or things that no answer tells apart."""
        things, ask = _names(question, "things"), _names(question, "ask")
        known = table()
        found = [
            reading.bad(name, f"知识表里没有“{shown}”", f"the table does not know {shown}")
            for name, names, there in (
                ("things", things, known.things),
                ("ask", ask, known.properties),
                ("repeat", _names(question, "repeat"), known.properties),
            )
            for shown in names
            if shown not in there
        ]
        if found:
            return found
        if len(things) < 2 or not ask:
            zh, en = "至少要两样东西和一个属性", "needs at least two things and one property"
            return [reading.bad("things", zh, en)]
        return _unfit(question, things, ask)


def _unfit(question: Question, things: list[str], ask: list[str]) -> list[Text]:
    """Too much to ask, cells that are unclear, and things that the answers do not tell apart."""
    known, found = table(), []
    wanted = (len(ask), len(_names(question, "repeat")))
    if sum(wanted) > MOST:
        found.append(reading.bad("ask", f"最多问 {MOST} 次", f"at most {MOST} questions"))
    if not set(_names(question, "repeat")) <= set(ask):
        zh, en = "只能重复 ask 里问过的", "may repeat only what ask asks"
        found.append(reading.bad("repeat", zh, en))
    for thing in things:
        unclear = [name for name in ask if known.true(thing, name) is None]
        if unclear:
            zh = f"“{thing}”是否“{unclear[0]}”在知识表里是不确定的"
            en = f"the table does not say whether {unclear[0]} is true of {thing}"
            found.append(reading.bad("ask", zh, en))
    for one, other in combinations(things, 2):
        if all(known.true(one, name) == known.true(other, name) for name in ask):
            zh = f"“{one}”和“{other}”的答案全一样"
            en = f"{one} and {other} have the same answers"
            found.append(reading.bad("ask", zh, en))
    return found


def _judged(thing: str, answers: list[tuple[_Ask, str]]) -> Result:
    false: list[str] = []
    unread = 0
    for (name, denied, _), text in answers:
        said, true = _said(thing, name, denied, text), table().true(thing, name)
        if said is None and not reading.doubts(text):
            unread += 1
        elif true is not None and said is not (true is not denied):
            false.append(_statement(name, denied))
    share = (len(answers) - len(false) - unread) / len(answers)
    if false:
        shown = shorten(false[0], 30)
        zh = f"说想的是“{thing}”，却有 {len(false)} 处回答不合，例如“{shown}”。"
        en = f"It told {thing}, but {len(false)} answers do not fit it, such as that to {shown}."
        return Result(verdict="wrong", reason=Text(zh, en), score=share, extracted=thing)
    if unread:
        zh = f"有 {unread} 个回答看不出是还是否。"
        en = f"{unread} answers say neither yes nor no."
        return Result(verdict="unsure", reason=Text(zh, en), score=share, extracted=thing)
    reason = Text(
        f"说想的是“{thing}”，{len(answers)} 个回答都合。",
        f"It told {thing}, and all {len(answers)} answers fit it.",
    )
    return Result(verdict="right", reason=reason, score=share, extracted=thing)


def _said(thing: str, name: str, denied: bool, text: str) -> bool | None:
    """Whether a turn says yes to what was asked; None where it says neither yes nor no."""

    def repeats(clause: str) -> bool | None:
        stated = reading.statement(clause.removeprefix(thing))
        found = table().asked(stated.predicate)
        if found is None or found[0] != name:
            return None
        return (found[1] is not stated.negated) is not denied

    return yes_or_no(text, repeats, verbs=not denied)


def _untold(question: Question, text: str, told: list[str]) -> Result:
    """The telling names several things, or none of the list."""
    if told:
        reason = Text("说出了不止一样东西。", "It told more than one thing.")
        return Result(verdict="unsure", reason=reason, extracted="、".join(told))
    if not text.strip():
        reason = Text("没有说出想的是什么。", "It did not tell what it was.")
        return Result(verdict="unsure", reason=reason)
    reason = Text("说出的东西不在所给的里面。", "It told nothing that is in the list.")
    return Result(verdict="wrong", reason=reason, score=0.0, extracted=shorten(text, 40))


def _told(question: Question, text: str) -> list[str]:
    """The things of the list that the last turn names, by any of their names."""
    names = {name: name for name in _names(question, "things")}
    for name in list(names):
        thing = table().things.get(name)
        names |= {alias: name for alias in (thing.aliases if thing else ()) if alias not in names}
    return list(dict.fromkeys(names[found] for found in reading.named(text, names)))


def _asked(question: Question) -> list[_Ask]:
    """What is asked, in order: the properties, then statements on those that are repeated."""
    asked = [_Ask(name) for name in _names(question, "ask")]
    repeated = enumerate(_names(question, "repeat"))
    asked += [_Ask(name, denied=place % 2 == 0, statement=True) for place, name in repeated]
    return asked[:MOST]


def _words(ask: _Ask) -> str:
    said = _statement(ask.name, ask.denied)
    if ask.statement:
        return f"下面这句话对不对：“{said}。”只回答“对”或“不对”。"
    return f"{said}吗？只回答“是”或“否”。"


def _statement(name: str, denied: bool) -> str:
    found = table().properties.get(name)
    return f"它{(found.no if denied else found.yes) if found else name}"


def _names(question: Question, name: str) -> list[str]:
    value = question.params.get(name)
    return [str(item) for item in value] if isinstance(value, list) else []
