"""The answers as one block of JSON that a page carries and opens only when somebody asks.

Every text in it is hostile: it is made visible, cut to a length that a browser bears, and
escaped so that no part of it can end the element it stands in. The module knows questions and
answers; it must not know how they are laid out.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec

from mingan.language import Lang
from mingan.records import STATES, VERDICTS
from mingan.reports.data import AnswerView, QuestionView
from mingan.reports.safe import one_line, visible
from mingan.reports.units import figures, seconds
from mingan.reports.words import WORDS

LONGEST = 20_000
"""Characters of one answer that a report shows; of a longer one the start and the end."""

_LEAST = 2_000
_REASON = 1_000
_EXTRACTED = 80


def for_script(value: Any) -> str:
    """`value` as JSON that may stand inside a script element: no <, > or & in it."""
    text = msgspec.json.encode(value).decode()
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def shortened(text: str, lang: Lang, longest: int = LONGEST) -> str:
    """`text` made visible; of more than `longest` characters the middle is left out, saying so."""
    if len(text) <= longest:
        return visible(text)
    left_out = WORDS["omitted"].say(lang).replace("{n}", f"{len(text) - longest:,}")
    at = longest * 3 // 5
    head, tail = text[:at], text[at - longest :]
    return f"{visible(head)}\n\n{left_out}\n\n{visible(tail)}"


def payload(questions: Sequence[QuestionView], models: Sequence[str], lang: Lang) -> dict[str, Any]:
    """What the page's script reads; keys are short because there are thousands of answers.

    Each question: p prompt, r reference (null if none), o choices, l aliases, k grader, w why,
    a answers. Each answer: [model, repeat, state, verdict, reason, extracted, text, reasoning,
    footnote, turns, picture], where model, state and verdict are positions in the lists beside,
    and turns are [who, text] with who 0 for the model, 1 for what was said to it, 2 for that in a
    new conversation. The picture is a PNG as a data: URI, "" where there is none.
    """
    place = {name: i for i, name in enumerate(models)}
    return {
        "states": STATES,
        "verdicts": VERDICTS,
        "questions": [_question(question, place, lang) for question in questions],
    }


def _question(question: QuestionView, place: dict[str, int], lang: Lang) -> dict[str, Any]:
    answers = [answer for answer in question.answers if answer.model in place]
    answers.sort(key=lambda answer: (place[answer.model], answer.repeat))
    return {
        "p": shortened(question.prompt, lang),
        "r": None if question.reference is None else shortened(question.reference, lang),
        "o": [visible(choice) for choice in question.choices],
        "l": [visible(alias) for alias in question.aliases],
        "k": one_line(question.grader),
        "w": visible(question.grader_why.say(lang)),
        "a": [_answer(answer, place[answer.model], lang) for answer in answers],
    }


def _answer(answer: AnswerView, model: int, lang: Lang) -> list[Any]:
    return [
        model,
        answer.repeat,
        STATES.index(answer.state),
        VERDICTS.index(answer.verdict),
        one_line((answer.reason.say(lang) or answer.error.say(lang)), _REASON),
        one_line(answer.extracted, _EXTRACTED),
        shortened(answer.text, lang),
        shortened(answer.reasoning, lang),
        _footnote(answer, lang),
        _turns(answer, lang),
        _picture(answer.picture),
    ]


def _picture(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}" if png else ""


def _turns(answer: AnswerView, lang: Lang) -> list[list[Any]]:
    """What was said before the last answer; together about as long as one answer may be."""
    longest = max(_LEAST, LONGEST // max(1, len(answer.turns)))
    return [
        [0 if turn.who == "model" else 1 + turn.fresh, shortened(turn.text, lang, longest)]
        for turn in answer.turns
    ]


def _footnote(answer: AnswerView, lang: Lang) -> str:
    """Who graded, what it cost and how long it took, in small type under the answer."""
    parts = [one_line(" ".join(filter(None, [answer.grader, answer.by])), 80)]
    if answer.cost is not None:
        parts.append(f"{figures(answer.cost)} {one_line(answer.currency, 12)}".strip())
    if answer.total_s is not None:
        parts.append(f"{seconds(answer.total_s)} {WORDS['seconds'].say(lang)}")
    return " · ".join(filter(None, parts))
