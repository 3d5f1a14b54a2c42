"""One question with its answers, made ready to be shown: bounded, visible, withheld where hidden.

However much a model wrote, a page carries only so much of it and says how much more there is.
Templates get plain text from here and escape it. The module knows records and what was gathered;
it must not know addresses or requests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from mingan.grading.drawing import SvgGrader, written_svg
from mingan.language import Lang
from mingan.records import Answer, Grade, Question, content_hash
from mingan.reports import hidden
from mingan.reports.assemble import answer_view
from mingan.reports.data import AnswerView, Turn
from mingan.reports.gather import Gathered
from mingan.reports.page_questions import NAMES, SIGNS
from mingan.reports.safe import one_line, visible
from mingan.reports.sentences import points
from mingan.reports.units import figures, seconds
from mingan.web.board import Board

REPEATS = 3
"""Repeats of one model that a list shows; a question's own page shows all."""

_PLAIN = re.compile(r"[\w.\-]{1,80}")
_DOTS = {"", ".", ".."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of a text is shown. `turns` is for all earlier turns together."""

    chars: int
    lines: int
    reasoning: int
    turns: int
    prompt: int


ROOMS = {
    "list": Room(chars=700, lines=14, reasoning=600, turns=1_200, prompt=240),
    "page": Room(chars=3_000, lines=80, reasoning=3_000, turns=6_000, prompt=20_000),
    "whole": Room(chars=20_000, lines=2_000, reasoning=20_000, turns=20_000, prompt=20_000),
}
"""In a list of questions, on a question's own page, and when somebody wants to read one whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The start of a text, made visible, and how many characters were left out."""

    text: str
    left: int = 0


def excerpt(text: str, chars: int, lines: int = 0) -> Excerpt:
    """The start of `text`; it is cut only where something worth a click is left out."""
    end = chars if len(text) > chars + chars // 5 else len(text)
    if lines:
        breaks = [match.start() for match in re.finditer(r"\n", text[:end])]
        if len(breaks) > lines + lines // 5:
            end = breaks[lines - 1]
    return Excerpt(text=visible(text[:end]).strip("\n"), left=len(text) - end)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCard:
    """One earlier turn of a conversation; `who` as in `data.Turn`."""

    who: str
    fresh: bool
    said: Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCard:
    """One answer with its verdict and everything about it.

    Attributes:
        question: the key of the question that it answers (see `question_key`).
        outcome: of `page_questions.NAMES`; with `state` where that is not ok.
        by: of a person's verdict whose it is; who gave it can take it back.
        drawn: whether there is a drawing that may be shown as a picture.
        tall: whether it is long enough to be worth folding.
    """

    question: str
    content: str
    model: str
    repeat: int
    outcome: str
    state: str
    withheld: bool
    text: Excerpt
    reasoning: Excerpt
    turns: tuple[TurnCard, ...]
    turns_left: int
    reason: str
    extracted: str
    error: str
    grader: str
    version: str
    authority: str
    by: str
    at: str
    score: str
    cost: str
    took: str
    drawn: bool

    @property
    def anchor(self) -> str:
        """The answer's place on a page."""
        return answer_anchor(self.content)

    @property
    def more(self) -> int:
        """Characters of text and conversation that are not shown."""
        return self.text.left + self.turns_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One model's answers to one question, as many as there is room for."""

    model: str
    answers: tuple[AnswerCard, ...]
    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCard:
    """One question with the answers of some models.

    Attributes:
        ident: the id as it is; `id` can be shown. `key`: see `question_key`.
        strip: runs of (outcome, signs), one sign for each model of the board, best first.
        tally: how many models had each outcome.
        found: models in whose answers the text searched for was found.
    """

    ident: str
    id: str
    key: str
    anchor: str
    title: str
    prompt: Excerpt
    withheld: bool
    tier: str
    tags: tuple[str, ...]
    choices: tuple[str, ...]
    reference: str | None
    aliases: tuple[str, ...]
    grader: str
    grader_why: str
    why: str
    columns: tuple[Column, ...]
    strip: tuple[tuple[str, str], ...]
    tally: dict[str, int]
    found: tuple[str, ...]

    @property
    def folded(self) -> bool:
        """Whether the prompt has more to it than its title says."""
        return bool(self.prompt.left) or self.prompt.text != self.title


def question_key(question: str) -> str:
    """Names a question by its id in an address, whatever characters that has."""
    return content_hash("question key", question)[:16]


def path_of(question: str) -> str:
    """The id as a part of an address, or "" where browsers would make something else of it."""
    if not question.isprintable() or _DOTS & set(re.split(r"[/\\]", question)):
        return ""
    return question


def answer_anchor(content: str) -> str:
    """The place of an answer on a page."""
    return f"a-{content[:12]}"


def anchor_of(question: str) -> str:
    """The place of a question on a page."""
    return f"q-{question if _PLAIN.fullmatch(question) else question_key(question)}"


def question_card(
    board: Board, row: int, models: Sequence[str], lang: Lang, *, room: str = "list", text: str = ""
) -> QuestionCard:
    """The question of one row of a board with the answers of `models`, side by side."""
    gathered, question = board.gathered, board.questions[row]
    shown = hidden.question(question) if question.hidden else question
    choice = gathered.choices[question.id]
    letters = board.letters(row)
    prompt = excerpt("" if question.hidden else shown.prompt, ROOMS[room].prompt)
    return QuestionCard(
        ident=question.id,
        id=one_line(question.id, 80),
        key=question_key(question.id),
        anchor=anchor_of(question.id),
        title="" if question.hidden else one_line(shown.prompt, 120),
        prompt=prompt,
        withheld=bool(question.hidden),
        tier=one_line(question.tier, 40),
        tags=tuple(one_line(tag, 40) for tag in question.tags),
        choices=tuple(visible(each) for each in shown.choices),
        reference=None if shown.answer is None else one_line(shown.answer, 400),
        aliases=tuple(one_line(each, 100) for each in shown.aliases[:20]),
        grader=one_line(choice.grader, 60),
        grader_why=one_line(choice.why.say(lang), 300),
        why=one_line(shown.why, 600),
        columns=tuple(_column(gathered, question, model, lang, room) for model in models),
        strip=tuple((NAMES[c], SIGNS[c] * len(list(run))) for c, run in groupby(letters)),
        tally=board.tally(row),
        found=board.found_in(row, text) if text else (),
    )


def _column(gathered: Gathered, question: Question, model: str, lang: Lang, room: str) -> Column:
    places = [(model, question.id, repeat) for repeat in range(gathered.repeats)]
    there = [place for place in places if place in gathered.answers]
    kept = there[:REPEATS] if room == "list" else there
    return Column(
        model=model,
        repeats=len(there),
        answers=tuple(
            answer_card(question, gathered.answers[p], gathered.grades.get(p), lang, room=room)
            for p in kept
        ),
    )


def answer_card(
    question: Question, answer: Answer, grade: Grade | None, lang: Lang, *, room: str = "list"
) -> AnswerCard:
    """One answer, cut to the room there is for it."""
    view = answer_view(question, answer, grade)
    size = ROOMS[room]
    turns, turns_left = _turns(view.turns, size)
    text = "" if question.hidden else view.text
    return AnswerCard(
        question=question_key(question.id),
        content=answer.content,
        model=answer.model,
        repeat=answer.repeat,
        outcome=_outcome(view),
        state=answer.state,
        withheld=bool(question.hidden),
        text=excerpt(text, size.chars, size.lines),
        reasoning=excerpt(view.reasoning, size.reasoning),
        turns=turns,
        turns_left=turns_left,
        reason="" if question.hidden else visible(view.reason.say(lang)[:2_000]),
        extracted=one_line(view.extracted, 300),
        error=one_line(view.error.say(lang), 600),
        cost=f"{figures(view.cost)} {one_line(view.currency, 12)}" if view.cost is not None else "",
        took=seconds(view.total_s) if view.total_s is not None else "",
        drawn=is_drawn(question, text),
        **_judged_by(grade),
    )


def signature(name: str) -> str:
    """A person's name as it stands beside a verdict."""
    return one_line(name, 60)


def _judged_by(grade: Grade | None) -> dict[str, str]:
    if grade is None:
        return dict.fromkeys(("grader", "version", "authority", "by", "at", "score"), "")
    return {
        "grader": one_line(grade.grader, 60),
        "version": one_line(grade.version, 40),
        "authority": grade.authority,
        "by": signature(grade.by),
        "at": grade.at[:16].replace("T", " "),
        "score": "" if grade.score is None else points(grade.score),
    }


def _outcome(view: AnswerView) -> str:
    """As `page_questions` has it: a verdict wins over a state."""
    missing = view.state != "ok" and view.verdict == "ungraded"
    return "missing" if missing else view.verdict


def _turns(turns: Sequence[Turn], size: Room) -> tuple[tuple[TurnCard, ...], int]:
    """The earlier turns as far as there is room, and how many characters were left out."""
    cards, left, spare = [], 0, size.turns
    for turn in turns:
        if spare <= 0:
            left += len(turn.text)
            continue
        said = excerpt(turn.text, min(spare, size.chars), size.lines)
        cards.append(TurnCard(who=turn.who, fresh=turn.fresh, said=said))
        left += said.left
        spare -= max(len(said.text), 20)
    return tuple(cards), left


def is_drawn(question: Question, text: str) -> bool:
    """Whether it is worth asking for a picture; looking for one in a huge text is not."""
    return question.grader == SvgGrader.name and len(text) < 1_000_000 and bool(written_svg(text))


def whole_text(question: Question, answer: Answer, speakers: tuple[str, str]) -> str:
    """Everything that was said, turn by turn, for a file; `speakers` name question and model."""
    view = answer_view(question, answer, None)
    if not view.turns:
        return view.text
    parts = [f"【{speakers[0 if turn.who == 'user' else 1]}】\n{turn.text}" for turn in view.turns]
    return "\n\n".join([*parts, f"【{speakers[1]}】\n{view.text}"])
