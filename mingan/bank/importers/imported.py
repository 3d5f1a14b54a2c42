"""What an importer brings in, and the collector that all importers fill.

The collector knows the rules that hold whatever the file: a recorded model is named by a card of
kind "recorded", an empty cell is no answer, text is made storable, one question may be answered
several times. It knows no file format.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from mingan.bank.encoding import clean
from mingan.language import Text
from mingan.records import (
    Answer,
    Generation,
    Grade,
    ModelCard,
    Question,
    State,
    Usage,
    Verdict,
    now,
)


@dataclass(frozen=True, kw_only=True)
class Imported:
    """Questions, models and their recorded answers, as another file had them.

    Attributes:
        bank: the name of the bank that the questions belong to.
        questions: those that the answers are to.
        cards: one for each model, kind "recorded".
        answers: source "recorded"; `asked` and `model_hash` fit `questions` and `cards`.
        grades: verdicts that the other tool gave, if any.
        notes: what was decided or left out, in sentences.
    """

    bank: str
    questions: tuple[Question, ...]
    cards: tuple[ModelCard, ...]
    answers: tuple[Answer, ...]
    grades: tuple[Grade, ...] = ()
    notes: tuple[Text, ...] = ()


def news(
    answers: Iterable[Answer], there: Mapping[str, Answer]
) -> tuple[list[Answer], list[Answer]]:
    """Which answers are new, and which correct one of those that are `there` (by key).

    A corrected one is the next revision of the old one. What is there already is in neither list.
    """
    fresh, changed = [], []
    for answer in answers:
        old = there.get(answer.key)
        if old is None:
            fresh.append(answer)
        elif _differs(answer, old):
            changed.append(_correction(answer, old))
    return fresh, changed


def _differs(new: Answer, old: Answer) -> bool:
    """Whether `new` corrects `old`; that it could not be had this time corrects nothing."""
    if new.state == "failed" and old.state != "failed":
        return False
    return (new.text, new.state) != (old.text, old.state)


def _correction(new: Answer, old: Answer) -> Answer:
    if old.state == "failed":
        return new
    return msgspec.structs.replace(new, revision=old.revision + 1, supersedes=old.content)


@dataclass
class Collector:
    """Gathers what an importer reads."""

    bank: str
    questions: dict[str, Question] = field(default_factory=dict)
    cards: dict[str, ModelCard] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    empty: int = 0
    mended: int = 0
    _taken: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    def add_question(self, question: Question) -> Question:
        """The question under the bank's name; one that is there already goes before."""
        named = msgspec.structs.replace(question, bank=self.bank)
        return self.questions.setdefault(question.id, named)

    def card(self, model: str, generation: Generation | None = None) -> ModelCard:
        """The card of a recorded model, made when it is first asked for.

        One model with other generation parameters is another card of the same name.
        """
        card = ModelCard(
            name=model,
            kind="recorded",
            generation=generation or Generation(),
            options={"from": self.bank},
        )
        return self.cards.setdefault(card.hash, card)

    def next_repeat(self, question: str, model: str) -> int:
        """The first time of asking that is still free for this model and question."""
        taken = self._taken.setdefault((question, model), set())
        repeat = next(number for number in itertools.count() if number not in taken)
        taken.add(repeat)
        return repeat

    def claim(self, question: str, model: str, repeat: int) -> bool:
        """Take a given time of asking; False when it is taken already."""
        taken = self._taken.setdefault((question, model), set())
        if repeat in taken:
            return False
        taken.add(repeat)
        return True

    def skip_empty(self) -> None:
        """Count an empty cell: not an answer, and no fault either."""
        self.empty += 1

    def add_answer(
        self,
        question: Question,
        card: ModelCard,
        text: str,
        *,
        repeat: int = 0,
        state: State = "ok",
        reasoning: str = "",
        error: Text | None = None,
        finish: str = "",
        usage: Usage | None = None,
        total_s: float | None = None,
        served_model: str = "",
        at: str = "",
        meta: dict[str, Any] | None = None,
    ) -> Answer:
        """One recorded answer to one of the collected questions."""
        sound, changed = clean(text)
        self.mended += changed
        answer = Answer(
            question=question.id,
            bank=self.bank,
            asked=question.asked,
            model=card.name,
            model_hash=card.hash,
            repeat=repeat,
            state=state,
            text=sound,
            reasoning=clean(reasoning)[0],
            error=error or Text("", ""),
            finish=finish,
            usage=usage or Usage(),
            total_s=total_s,
            served_model=served_model,
            at=at,
            source="recorded",
            meta=meta or {},
        )
        self.answers.append(answer)
        return answer

    def add_grade(
        self,
        question: Question,
        answer: Answer,
        verdict: Verdict,
        grader: str,
        *,
        reason: str = "",
        extracted: str = "",
        score: float | None = None,
        authority: Literal["rule", "judge"] = "rule",
    ) -> None:
        """A verdict that the other tool gave on a collected answer."""
        said = clean(reason)[0].replace("\n", " ")[:300]
        self.grades.append(
            Grade(
                answer=answer.content,
                question_hash=question.hash,
                verdict=verdict,
                grader=grader,
                authority=authority,
                reason=Text(said, said),
                extracted=clean(extracted)[0][:300],
                score=score,
                at=answer.at or now(),
            )
        )

    def note(self, zh: str, en: str) -> None:
        """Something the user should know."""
        if Text(zh, en) not in self.notes:
            self.notes.append(Text(zh, en))

    def finish(self, notes: Iterable[Text] = ()) -> Imported:
        """All that was gathered."""
        if self.empty:
            self.note(
                f"{self.empty} 个空格没有当作回答。",
                f"{self.empty} empty cells were not taken for answers.",
            )
        if self.mended:
            self.note(
                f"{self.mended} 个回答里有存不下的坏字符，已换成 �。",
                f"{self.mended} answers held characters that cannot be stored; they became �.",
            )
        return Imported(
            bank=self.bank,
            questions=tuple(self.questions.values()),
            cards=tuple(self.cards.values()),
            answers=tuple(self.answers),
            grades=tuple(self.grades),
            notes=(*notes, *self.notes),
        )
