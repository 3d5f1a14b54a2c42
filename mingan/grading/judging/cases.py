"""One thing to put before a judge: what is said to it, turn by turn, and what its replies mean.

A case is a conversation of few turns: if the question allows it the judge first works it out by
itself, before it has seen any answer; then it sees the answer, fenced, and gives its verdict. A
reply that cannot be read is asked for once more, a bounded number of times. A pair is judged
twice, in two conversations that know nothing of each other, with the answers in either order.
`JudgeTalk` makes of that a conversation as asking carries it out. What was said alone decides
how it goes on, so nothing has to be remembered. This module must not know models, money or the
store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mingan.bank.games import Move
from mingan.grading.judging import schemas, templates
from mingan.grading.judging.criteria import Rubric, rubric_of
from mingan.grading.judging.materials import Material, fenced, fresh_nonce, harmless
from mingan.grading.judging.replies import Kind, Reading, read
from mingan.language import Lang, Text
from mingan.normal import script, shorten, without_thinking
from mingan.records import Answer, Question, content_hash

GAME = "judging"
"""The kind of question that a case is to asking."""

AGAIN = 2
"""How often an unreadable reply is asked for once more."""

_LIMITS = {
    "question": 8_000,
    "reference": 4_000,
    "answer": 12_000,
    "turn": 4_000,
    "criteria": 4_000,
}

_CRITERION = 200
"""Characters that a criterion may have of those that a question brings."""

_FACTUAL = re.compile(
    r"推理|数学|逻辑|应用题|计算|算术|数列|几何|概率|数论|常识|知识|事实|科学|物理|谜语|计数|比较|日期|单位"
    r"|math|logic|reasoning|fact|knowledge|science|arithmetic|trivia",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"几[个位次天年月岁只块元条]?|多少|谁|哪|什么时候|何时|是不是|是否|对不对|对吗|是什么[?？。]?$"
    r"|\b(?:what|which|who|whom|when|where|how (?:many|much|long|far|old))\b",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"写|编|创作|翻译|总结|概括|改写|扮演|润色|解释|介绍|描述|讲|画|设计|建议|推荐|生成|续"
    r"|\b(?:write|compose|translate|summari[sz]e|rewrite|explain|describe|draw|design|suggest|"
    r"recommend|draft|generate|imagine)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question with the answer to be judged, or with the two to be compared.

    `nonce` is the number of the fences, drawn when the case is made.
    """

    question: Question
    answers: tuple[Answer, ...]
    kind: Kind
    nonce: str = field(default="", compare=False)

    @classmethod
    def of(cls, question: Question, answers: Sequence[Answer], kind: Kind) -> Case:
        """A case with fences of its own."""
        texts = [question.prompt, question.system or "", question.answer or "", *question.turns]
        texts += [part for c in rubric_of(question).criteria for part in c.what]
        texts += [text for answer in answers for text in (*answer.earlier, answer.text)]
        return cls(question=question, answers=tuple(answers), kind=kind, nonce=fresh_nonce(texts))

    @cached_property
    def id(self) -> str:
        """Names the case, the same every time."""
        contents = [answer.content for answer in self.answers]
        return content_hash("case", self.kind, self.question.hash, contents)

    @cached_property
    def lang(self) -> Lang:
        """The language of the question."""
        return "en" if script(self.question.prompt) == "en" else "zh"

    @cached_property
    def rubric(self) -> Rubric:
        """The criteria of the question."""
        return rubric_of(self.question)

    @cached_property
    def criteria_hash(self) -> str:
        """Names the criteria that it is marked by; "" where it is not.

        A question's tags choose them and are no part of its hash, so a verdict has to name them.
        """
        if self.kind != "rubric":
            return ""
        criteria = [(criterion.what, criterion.weight) for criterion in self.rubric.criteria]
        return content_hash("criteria", criteria, self.rubric.passes)[:6]

    @cached_property
    def works_it_out(self) -> bool:
        """Whether the judge gives an answer of its own first.

        It does where there is no reference and the question has one right answer: by the
        parameter `own_answer` if that is given, else by its options, its tags or its wording.
        """
        if self.kind != "rubric" or has_reference(self.question):
            return False
        wish = self.question.params.get("own_answer")
        if isinstance(wish, bool):
            return wish
        if self.question.turns:
            return False
        last = re.split(r"[。！!\n]", self.question.prompt.strip().rstrip("。！!\n"))[-1]
        if self.question.choices or any(map(_FACTUAL.search, self.question.tags)):
            return True
        return bool(_ASKS.search(last)) and not _MAKES.search(self.question.prompt)

    @cached_property
    def asked(self) -> Question:
        """The case as a question that asking can ask."""
        first = self._own() if self.works_it_out else self._verdict(swapped=False)
        return Question(
            id=self.id, prompt=first, system=templates.system(self.kind, self.nonce, self.lang),
            tier=self.question.tier, kind=GAME, hidden=self.question.hidden,
        )  # fmt: skip

    @property
    def most(self) -> int:
        """The most turns that a judge can have."""
        rounds = 2 if self.kind == "pair" else 1
        return self.works_it_out + rounds * (1 + AGAIN)

    @property
    def schema(self) -> dict[str, Any]:
        """The form of a verdict, as endpoints want it."""
        return schemas.of(self.kind, self.lang, len(self.rubric.criteria))

    def after(self, said: Sequence[str]) -> Move | None:
        """What is said after the judge's turns `said`; None ends it."""
        if self.works_it_out and len(said) == 1:
            return Move(text=self._verdict(swapped=False, then=True))
        reading, tries, round_ = self._state(said)
        if reading.verdict:
            last = self.kind != "pair" or round_ == 1
            return None if last else Move(text=self._verdict(swapped=True), fresh=True)
        if tries > AGAIN:
            return None
        again = templates.AGAIN.say(self.lang)
        return Move(text=again.format(**self._form))

    def readings(self, said: Sequence[str]) -> tuple[Reading, ...]:
        """What the judge said in the end: one reading, of a pair one for either order."""
        return tuple(reading for reading, *_ in self._rounds(said))

    def own_answer(self, said: Sequence[str]) -> str:
        """What the judge took for right before it saw the answer; "" where it was not asked."""
        if not self.works_it_out or not said:
            return ""
        lines = without_thinking(said[0]).strip().splitlines()
        marked = [m[1] for line in lines if (m := _MY_ANSWER.search(line))]
        return shorten(marked[-1] if marked else (lines[-1] if lines else ""), 80)

    def _state(self, said: Sequence[str]) -> tuple[Reading, int, int]:
        """The latest reading, how many tries it took so far, and which round it is of."""
        return list(self._rounds(said))[-1]

    def _rounds(self, said: Sequence[str]) -> Iterator[tuple[Reading, int, int]]:
        """Per round its last reading, the number of tries, and its number."""
        tries, round_ = 0, 0
        reading = Reading()
        for text in said[int(self.works_it_out) :]:
            reading = self._read(text)
            tries += 1
            if reading.verdict or tries > AGAIN:
                yield reading, tries, round_
                tries, round_ = 0, round_ + 1
        if tries or not round_:
            yield reading, tries, round_

    def _read(self, text: str) -> Reading:
        return read(text, self.kind, criteria=self._names if self.kind == "rubric" else ())

    @property
    def _form(self) -> dict[str, str]:
        return templates.form(self.kind, self.lang, len(self.rubric.criteria))

    def _own(self) -> str:
        return "\n\n".join([*self._shown(_question(self.question)), templates.OWN.say(self.lang)])

    def _verdict(self, *, swapped: bool, then: bool = False) -> str:
        """All that a judge needs for its verdict; after its own answer without the question."""
        parts = [templates.THEN.say(self.lang)] if then else self._shown(_question(self.question))
        parts += self._shown(_reference(self.question))
        if self.kind == "rubric":
            parts.append(self._criteria())
        if self.kind == "pair":
            for name, answer in zip(
                ("first", "second"), reversed(self.answers) if swapped else self.answers,
                strict=True,
            ):  # fmt: skip
                parts += self._shown(_answer(self.question, answer, name))
        else:
            parts += self._shown(_answer(self.question, self.answers[0], ""))
        parts.append(templates.ASK.say(self.lang).format(**self._form))
        return "\n\n".join(parts)

    def _criteria(self) -> str:
        """What to mark by: in a fence where the question brought it, since it may say anything."""
        lines = "\n".join(f"{n}. {what}" for n, what in enumerate(self._names, 1))
        if self.rubric.foreign:
            limit = _LIMITS["criteria"]
            material = Material(title=_title("criteria"), text=lines, limit=limit)
            return fenced(material, self.nonce, self.lang)
        colon = "：" if self.lang == "zh" else ":"
        return f"{templates.CRITERIA.say(self.lang)}{colon}\n{lines}"

    @cached_property
    def _names(self) -> list[str]:
        """The criteria as the judge is told them, each in one short line."""
        said = (criterion.what.say(self.lang) for criterion in self.rubric.criteria)
        return [shorten(harmless(what), _CRITERION) for what in said]

    def _shown(self, materials: Iterable[Material]) -> list[str]:
        return [fenced(material, self.nonce, self.lang) for material in materials]


_MY_ANSWER = re.compile(r"(?:我的答案|my answer)\W{0,6}[:：]\s*(.+)", re.IGNORECASE)


def has_reference(question: Question) -> bool:
    """Whether somebody wrote down what is right."""
    return bool(question.answer and question.answer.strip())


def judgeable(answer: Answer) -> bool:
    """Whether there is anything to judge; what could not be had is no answer."""
    return answer.state in ("ok", "truncated") and bool(without_thinking(answer.text).strip())


class JudgeTalk:
    """The conversations of many cases, as asking wants them: by the id of what it asks."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        self._cases = cases

    def next(self, question: Question, said: Sequence[str]) -> Move | None:
        """What is said after the judge's turns."""
        return self._cases[question.id].after(said)

    def most(self, question: Question) -> int:
        """The most turns that a judge can have."""
        return self._cases[question.id].most

    def faults(self, question: Question) -> list[Text]:
        """Nothing can be wrong with a case."""
        return []


def _title(name: str, n: int | None = None, *, cut: bool = False) -> Text:
    title, end = templates.TITLES[name], templates.TITLES["cut"] if cut else Text("", "")
    shown = Text(*(part.format(n=n) for part in title))
    return Text(shown.zh + end.zh, shown.en + end.en)


def _question(question: Question) -> Iterator[Material]:
    if question.system:
        yield Material(title=_title("system"), text=question.system, limit=_LIMITS["turn"])
    yield Material(title=_title("question"), text=question.prompt, limit=_LIMITS["question"])
    if question.choices:
        options = (f"{'ABCDEFGHIJ'[i]}. {c}" for i, c in enumerate(question.choices[:10]))
        yield Material(title=_title("choices"), text="\n".join(options), limit=_LIMITS["question"])


def _reference(question: Question) -> Iterator[Material]:
    limit = _LIMITS["reference"]
    if has_reference(question):
        yield Material(title=_title("reference"), text=question.answer or "", limit=limit)
        if question.aliases:
            aliases = "\n".join(question.aliases)
            yield Material(title=_title("aliases"), text=aliases, limit=limit)


def _answer(question: Question, answer: Answer, name: str) -> Iterator[Material]:
    """The answer without its thinking, and before it every earlier turn."""
    turn = f"{name}_turn" if name else "turn"
    for n, (said, asked) in enumerate(zip(answer.earlier, question.turns, strict=False), 1):
        text = without_thinking(said)
        yield Material(title=_title(turn, n), text=text, limit=_LIMITS["turn"])
        yield Material(title=_title("said", n + 1), text=asked, limit=_LIMITS["turn"])
    title = _title(name or "answer", cut=answer.state == "truncated")
    yield Material(title=title, text=without_thinking(answer.text), limit=_LIMITS["answer"])
