"""Every question against every model as one letter, so that any filter is answered at once.

A board is made once for what is on record and then only looked at: filters become a few array
operations, whatever the number of answers. Text is searched in full, as it was written; that of
hidden questions is not searched, since who can search can guess. The module knows what was
gathered and filters; it must not know pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mingan.errors import UsageError
from mingan.records import Question, State, Verdict
from mingan.reports.gather import Gathered, Place
from mingan.reports.page_questions import NAMES, code
from mingan.reports.safe import one_line
from mingan.web.filters import PRESETS, Filter, Preset

COLUMNS = 4
"""Models shown side by side when nobody has chosen."""

_LETTERS = {name: letter.encode() for letter, name in NAMES.items()}

Mask = NDArray[np.bool_]


class _Judged(NamedTuple):
    state: State
    verdict: Verdict


class Board:
    """The questions of one bank and what became of them with each model.

    `names` are the models, best first; `codes` has a letter of `page_questions.NAMES` for every
    question (row) and model (column).
    """

    def __init__(self, gathered: Gathered, names: Sequence[str]) -> None:
        self.gathered = gathered
        self.questions = gathered.questions
        self.names = tuple(names)
        self.codes = _codes(gathered, self.names)
        self._row = {question.id: row for row, question in enumerate(self.questions)}
        self._column = {name: column for column, name in enumerate(self.names)}

    # -- which models ------------------------------------------------------------------------

    def check(self, wanted: Filter) -> None:
        """Nothing, if every model that the filter names is here.

        Raises:
            UsageError: one is not.
        """
        for name in (*wanted.models, *(c.model for c in wanted.conditions)):
            if name not in self._column:
                raise UsageError(
                    f"这个题库里没有模型 {one_line(name, 60)} 的回答。"
                    "请从「选模型」里挑，或清除筛选。",
                    f"There are no answers of a model {one_line(name, 60)} to this bank. Choose "
                    "from the list of models, or clear the filter.",
                )

    def chosen(self, wanted: Filter) -> tuple[str, ...]:
        """The models that the page is about: those asked for, or two or more in conditions."""
        if wanted.models:
            return wanted.models
        named = tuple(dict.fromkeys(condition.model for condition in wanted.conditions))
        return named if len(named) > 1 else ()

    def columns(self, wanted: Filter) -> tuple[str, ...]:
        """The models whose answers are shown: those chosen, or the best few."""
        named = [condition.model for condition in wanted.conditions]
        return self.chosen(wanted) or tuple(dict.fromkeys([*named, *self.names]))[:COLUMNS]

    def among(self, wanted: Filter) -> tuple[str, ...]:
        """The models whose agreement counts: those chosen, or all."""
        return self.chosen(wanted) or self.names

    # -- which questions ---------------------------------------------------------------------

    def row(self, question: str) -> int | None:
        """The place of a question by its id; None if there is none."""
        return self._row.get(question)

    def rows(self, wanted: Filter, suspects: Mapping[str, int] | None = None) -> NDArray[np.intp]:
        """The questions that pass, as rows in the order asked for.

        `suspects` ranks the questions whose key should be looked at, by id, most urgent first.
        """
        found = np.flatnonzero(self._base(wanted) & self._preset(wanted.preset, wanted))
        if wanted.sort == "disagree":
            found = found[np.argsort(-self._split(wanted)[found], kind="stable")]
        elif wanted.sort == "suspect" and suspects is not None:
            last = len(suspects)
            rank = np.array([suspects.get(self.questions[row].id, last) for row in found])
            found = found[np.argsort(rank, kind="stable")]
        return found

    def counts(self, wanted: Filter) -> dict[Preset, int]:
        """How many questions each preset would show, all else being as in the filter."""
        base = self._base(wanted)
        return {preset: int((base & self._preset(preset, wanted)).sum()) for preset in PRESETS}

    def count(self, wanted: Filter) -> int:
        """How many questions pass."""
        return int((self._base(wanted) & self._preset(wanted.preset, wanted)).sum())

    def tally(self, row: int) -> dict[str, int]:
        """How many models had each outcome on one question; outcomes that none had are left out."""
        counts = Counter(self.letters(row))
        return {name: counts[letter] for letter, name in NAMES.items() if counts[letter]}

    def letters(self, row: int) -> str:
        """One letter for each model on one question, best model first."""
        return bytes(self.codes[row].tobytes()).decode()

    def found_in(self, row: int, text: str) -> tuple[str, ...]:
        """The models in whose answers to a question a text occurs."""
        wanted, question = text.casefold(), self.questions[row]
        if question.hidden:
            return ()
        return tuple(name for name in self.names if wanted in self._said(question, name))

    @cached_property
    def tiers(self) -> dict[str, int]:
        """How many questions each tier has, in the order of the bank."""
        return dict(Counter(question.tier for question in self.questions if question.tier))

    @cached_property
    def tags(self) -> dict[str, int]:
        """How many questions each ability has, in the order of the bank."""
        return dict(
            Counter(tag for question in self.questions for tag in dict.fromkeys(question.tags))
        )

    # -- pieces ------------------------------------------------------------------------------

    def _base(self, wanted: Filter) -> Mask:
        """The questions that pass everything but the preset."""
        mask = np.ones(len(self.questions), bool)
        for condition in wanted.conditions:
            column = self.codes[:, self._column[condition.model]]
            mask &= column == _LETTERS[condition.outcome]
        for row in np.flatnonzero(mask) if wanted.tag or wanted.tier or wanted.text else ():
            mask[row] = self._passes(int(row), wanted)
        return mask

    def _passes(self, row: int, wanted: Filter) -> bool:
        question = self.questions[row]
        return (
            (not wanted.tag or wanted.tag in question.tags)
            and (not wanted.tier or wanted.tier == question.tier)
            and (not wanted.text or wanted.text.casefold() in self._texts[row])
        )

    def _preset(self, preset: Preset, wanted: Filter) -> Mask:
        codes = self.codes[:, [self._column[name] for name in self.among(wanted)]]
        right, wrong, mixed = (codes == letter for letter in (b"r", b"w", b"m"))
        if preset == "disagree":
            return np.asarray((right | mixed).any(1) & (wrong | mixed).any(1))
        if preset == "all-wrong":
            return np.asarray(wrong.any(1) & ~(right | mixed).any(1))
        if preset == "all-right":
            return np.asarray(right.any(1) & (right | (codes == b"-")).all(1))
        if preset == "unsure":
            return np.asarray((codes == b"u").any(1))
        return np.ones(len(self.questions), bool)

    def _split(self, wanted: Filter) -> NDArray[np.float64]:
        """How evenly the models are split: the smaller of the two sides, half for mixed."""
        codes = self.codes[:, [self._column[name] for name in self.among(wanted)]]
        half = 0.5 * (codes == b"m").sum(1)
        return np.asarray(np.minimum((codes == b"r").sum(1) + half, (codes == b"w").sum(1) + half))

    @cached_property
    def _places(self) -> dict[tuple[str, str], list[Place]]:
        """The answers of each question (by id) and model."""
        found: dict[tuple[str, str], list[Place]] = {}
        for place in self.gathered.answers:
            found.setdefault((place[1], place[0]), []).append(place)
        return found

    def _said(self, question: Question, name: str) -> str:
        answers = (self.gathered.answers[p] for p in self._places.get((question.id, name), ()))
        return "\0".join("\0".join((*answer.earlier, answer.text)) for answer in answers).casefold()

    @cached_property
    def _texts(self) -> list[str]:
        """What can be searched of each question, once and for all in small letters."""
        return [self._text(question) for question in self.questions]

    def _text(self, question: Question) -> str:
        if question.hidden:
            return question.id.casefold()
        written = (
            question.id, question.prompt, *question.choices, *question.turns,
            question.answer or "", *question.aliases,
        )  # fmt: skip
        said = (self._said(question, name) for name in self.names)
        return "\0".join(("\0".join(written).casefold(), *said))


def _codes(gathered: Gathered, names: Sequence[str]) -> NDArray[np.bytes_]:
    judged: dict[tuple[str, str], list[_Judged]] = {}
    for place, answer in gathered.answers.items():
        grade = gathered.grades.get(place)
        verdict: Verdict = grade.verdict if grade else "ungraded"
        judged.setdefault(place[:2], []).append(_Judged(answer.state, verdict))
    letters = [
        [code(judged.get((name, question.id), ())) for name in names]
        for question in gathered.questions
    ]
    return np.array(letters, dtype="S1").reshape(len(gathered.questions), len(names))
