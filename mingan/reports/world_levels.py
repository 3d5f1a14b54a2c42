"""The ladder of levels in words: language and video models in one table, level by level.

    ladder = look(store)         what the workspace holds of questions that have a level
    ladder.rows, ladder.laws     a cell for each model, level and column; tracks law by law

Free predictors stand beside models on the very questions that were asked. The JSON keys are a
promise to other programs.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mingan.errors import NothingYet
from mingan.language import Lang, Text, current
from mingan.records import Answer, Grade, Question
from mingan.reports.gather import gather
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line
from mingan.reports.world_words import PREDICTORS, SPLITS, law_of
from mingan.store import Reader
from mingan.world.asked import reference_in
from mingan.world.laws import LAWS
from mingan.world.levels import SAID, Cell, Column, cell_of, place_of, score_of
from mingan.world.stories import DISTANCE
from mingan.world.tracks import ASKED, Course, skill
from mingan.world.tracks_grader import course_in
from mingan.world.tracks_prompt import GRADER
from mingan.world.tracks_reading import read

if TYPE_CHECKING:
    from rich.table import Table

COLUMNS: tuple[tuple[int, Column], ...] = (
    (1, "simulator"), (2, "simulator"), (2, "fantasy"), (3, "simulator"), (4, "simulator"),
)  # fmt: skip
"""Of the table; others are there only where somebody was asked such questions."""

NOTES = (
    Text("0–100 分，括号里是 95% 区间和题数。1、2 级：定住不动是 0（静止的场景除外），和同一场景的"
         "另一次一样准是 100。3、4 级：一组里原题、改了关键一处（答案该变）、改了无关一处"
         "（答案不该变）全对才算对，四选一的一组蒙对的机会是 1/64；同一个故事"
         "变出的几题，区间里只当一题。",
         "0 to 100, with 95 % intervals and numbers of questions. Levels 1 and 2: standing still "
         "is worth 0 (but for static scenes), another take of the scene 100. Levels 3 and 4: right "
         "only if the question as it is, with the deciding fact changed (the answer must change) "
         "and with another changed (it must not) are all answered rightly; to guess all three "
         "among four options has a chance of 1 in 64; questions made of one story count as one in "
         "the interval."),
    Text("“模拟”是照看到的规律接下去，“幻想”是照说的规律接下去；两列从不合在一起。看视频接的和读坐标接的"
         "不是同一批题，只在同一级里并排放着。",
         "Simulator: going on under the law that was seen; fantasy: under a law that was told. The "
         "two are never put together. Clips and coordinates are not the same questions; they stand "
         "side by side in one level."),
)  # fmt: skip

_FREE = {
    "freeze": Text("不动", "standing still"),
    "copy": Text("照抄给的", "copying what was told"),
}  # fmt: skip
"""What free predictors are called here; the others as beside clips."""

_MEDIA = {
    "text": Text("读文字", "text"), "video": Text("看视频", "video"),
    "v2v": Text("看视频", "video"), "i2v": Text("只看最后一帧", "last frame only"),
    "free": Text("免费", "free"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """What one model, or free predictor, has in one level and column.

    Attributes:
        shown: what it saw: text, v2v or i2v (video where that is not on record), free.
    """

    model: str
    shown: str
    level: int
    column: Column
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class LawRow:
    """A model or free predictor on the tracks of one law and split, or of all.

    Attributes:
        error: mean, in widths; `score` mean in [0, 1]; `right` share.
        skill: over the best free predictor; NaN for a free one, and where there is nothing to gain.
    """

    law: str
    split: str
    model: str
    free: bool
    score: float
    error: float
    right: float
    skill: float
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceRow:
    """A model on the stories whose cause stands so many sentences before what comes of it."""

    model: str
    distance: int
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Everything that has a level."""

    rows: tuple[LevelRow, ...]
    laws: tuple[LawRow, ...]
    distances: tuple[DistanceRow, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """One answer to a question that has a level."""

    model: str
    question: Question
    answer: Answer
    grade: Grade | None


def look(store: Reader) -> Ladder:
    """All answers to questions that have a level, whatever bank they are of.

    Raises:
        NothingYet: there are none.
    """
    every = list(_said(store))
    if not every:
        raise NothingYet(
            "还没有人答过有级别的题。先 mingan world tracks 或 mingan world stories，"
            "再 mingan run。",
            "Nobody has answered a question that has a level. First mingan world tracks or mingan "
            "world stories, then mingan run.",
        )
    courses = {
        said.question.hash: course
        for said in every
        if said.question.grader == GRADER and (course := course_in(said.question)) is not None
    }
    rows = [*_free_rows(every, courses), *_model_rows(every)]
    return Ladder(
        rows=tuple(rows), laws=tuple(_laws(every, courses)), distances=tuple(_distances(every))
    )


def _said(store: Reader) -> Iterator[_Said]:
    """Each answer once, though its question may stand in several banks."""
    seen: set[tuple[str, str, str]] = set()
    for name, *_ in store.banks():
        questions = {q.id: q for q in store.bank(name) or () if place_of(q) is not None}
        if not questions:
            continue
        try:
            found = gather(store, bank=name)
        except NothingYet:
            continue
        for place, answer in found.answers.items():
            model, question, _ = place
            key = (model, answer.content, questions[question].hash if question in questions else "")
            if question in questions and key not in seen:
                seen.add(key)
                yield _Said(model, questions[question], answer, found.grades.get(place))


# --- cells --------------------------------------------------------------------------------------


def _model_rows(every: Sequence[_Said]) -> Iterator[LevelRow]:
    scores: dict[tuple[str, str, int, Column], _Scores] = defaultdict(_Scores)
    for said in every:
        place = place_of(said.question)
        assert place is not None  # that is how they were chosen
        key = (said.model, _shown(said, place.medium), place.level, place.column)
        scores[key].take(said)
    for (model, shown, level, column), taken in sorted(scores.items()):
        cell = cell_of(taken.clusters())
        if cell is not None:
            yield LevelRow(model=model, shown=shown, level=level, column=column, cell=cell)


class _Scores:
    """Scores by question and repeat, to be put together by what hangs together."""

    def __init__(self) -> None:
        self._questions: dict[str, tuple[str, list[float | None]]] = {}

    def take(self, said: _Said) -> None:
        question = said.question
        worth = None if said.grade is None else score_of(question, said.grade)
        place = self._questions.setdefault(question.hash, (question.cluster or question.hash, []))
        place[1].append(worth)

    def clusters(self) -> list[list[float | None]]:
        """Means over repeats, by cluster."""
        found: dict[str, list[float | None]] = defaultdict(list)
        for cluster, worths in self._questions.values():
            known = [worth for worth in worths if worth is not None]
            found[cluster].append(float(np.mean(known)) if known else None)
        return list(found.values())


def _shown(said: _Said, medium: str) -> str:
    """What a model got to see; who saw one frame was not asked to go on with what it saw move."""
    told = reference_in(said.answer.text) if medium == "video" else None
    return told.shown if told is not None and told.shown in _MEDIA else medium


def _free_rows(every: Sequence[_Said], courses: Mapping[str, Course]) -> Iterator[LevelRow]:
    levels: dict[tuple[int, Column], dict[str, Course]] = defaultdict(dict)
    for said in every:
        place = place_of(said.question)
        if said.question.hash in courses and place is not None:
            levels[place.level, place.column][said.question.hash] = courses[said.question.hash]
    for (level, column), here in sorted(levels.items()):
        for name in FREE:
            cell = cell_of([[c.score(_free_error(c, name))] for c in here.values()])
            if cell is not None:
                yield LevelRow(model=name, shown="free", level=level, column=column, cell=cell)


FREE = ("freeze", "copy", "linear", "quadratic", "second")
"""Predictors beside the models; all but the last know nothing."""


def _free_error(course: Course, name: str) -> float:
    return course.second if name == "second" else course.free[name]


def _distances(every: Sequence[_Said]) -> Iterator[DistanceRow]:
    scores: dict[tuple[str, int], _Scores] = defaultdict(_Scores)
    for said in every:
        for tag in said.question.tags:
            if tag.startswith(DISTANCE) and tag.removeprefix(DISTANCE).isdecimal():
                scores[said.model, int(tag.removeprefix(DISTANCE))].take(said)
    for (model, distance), taken in sorted(scores.items()):
        cell = cell_of(taken.clusters())
        if cell is not None:
            yield DistanceRow(model=model, distance=distance, cell=cell)


# --- tracks, law by law -------------------------------------------------------------------------


def _laws(every: Sequence[_Said], courses: Mapping[str, Course]) -> Iterator[LawRow]:
    groups: dict[tuple[str, str], dict[str, dict[str, list[float]]]] = {}
    there: dict[tuple[str, str], dict[str, Course]] = defaultdict(dict)
    for said in every:
        course = courses.get(said.question.hash)
        if course is None or said.grade is None or said.grade.verdict not in ("right", "wrong"):
            continue
        names = [course.names[k] for k in course.asked]
        error = course.error(read(said.answer.text, names, ASKED))
        key: tuple[str, str] = (course.scene.law, course.scene.split)
        there[key][said.question.hash] = course
        mine = groups.setdefault(key, {}).setdefault(said.model, {})
        mine.setdefault(said.question.hash, []).append(error)
    laws, splits = list(LAWS), list(SPLITS)
    for key in sorted(groups, key=lambda pair: (laws.index(pair[0]), splits.index(pair[1]))):
        for name in FREE:
            own = {of: [_free_error(course, name)] for of, course in there[key].items()}
            yield _law_row(key, name, own, there[key], free=True)
        for model, errors in sorted(groups[key].items()):
            yield _law_row(key, model, errors, there[key], free=False)


def _law_row(
    key: tuple[str, str], model: str, errors: Mapping[str, Sequence[float]],
    courses: Mapping[str, Course], *, free: bool,
) -> LawRow:  # fmt: skip
    flat = [(courses[of], error) for of, each in errors.items() for error in each]
    mine = [courses[of] for of in errors]
    mean = float(np.mean([error for _, error in flat]))
    known = {name: float(np.mean([c.free[name] for c in mine])) for name in mine[0].free}
    ceiling = float(np.mean([c.ceiling for c in mine]))
    return LawRow(
        law=key[0], split=key[1], model=model, free=free, error=mean, questions=len(errors),
        score=float(np.mean([course.score(error) for course, error in flat])),
        right=float(np.mean([error <= course.bar for course, error in flat])),
        skill=math.nan if free else skill(mean, known, ceiling),
    )  # fmt: skip


# --- words --------------------------------------------------------------------------------------


def ladder_table(ladder: Ladder, *, lang: Lang | None = None) -> Table:
    """A row for each model, a column for each level."""
    speak = lang or current()
    heads, rows = ladder_cells(ladder, speak)
    return ruled(heads, rows, lang=speak)


def ladder_cells(ladder: Ladder, speak: Lang) -> tuple[list[Text], list[tuple[str, ...]]]:
    """Headings and rows of the ladder, as they are to be read."""
    extra = sorted({(row.level, row.column) for row in ladder.rows} - set(COLUMNS))
    columns = sorted([*COLUMNS, *extra], key=lambda pair: (pair[0], pair[1] == "fantasy"))
    heads = [Text("谁", "who"), Text("看到什么", "saw"), *(_head(*pair) for pair in columns)]
    told = []
    for model, shown in _order(ladder):
        mine = {(r.level, r.column): r.cell for r in ladder.rows
                if (r.model, r.shown) == (model, shown)}  # fmt: skip
        told.append((
            _who(model, shown).say(speak), _MEDIA[shown].say(speak),
            *(_cell(mine.get(pair), speak) for pair in columns),
        ))  # fmt: skip
    return heads, told


def laws_table(ladder: Ladder, *, lang: Lang | None = None) -> Table:
    """Tracks, law by law."""
    speak = lang or current()
    heads = (Text("规律", "law"), Text("谁", "who"), Text("得分", "score"),
             Text("平均差（画面宽）", "error (widths)"), Text("对", "right"),
             Text("本事", "skill"), Text("题", "questions"))  # fmt: skip
    told, last = [], ("", "")
    for row in ladder.laws:
        told.append((
            law_of(row).say(speak) if (row.law, row.split) != last else "",
            _who(row.model, "free" if row.free else "text").say(speak),
            f"{100 * row.score:.0f}", f"{row.error:.3f}", f"{100 * row.right:.0f}%",
            "–" if math.isnan(row.skill) else f"{row.skill:.2f}", str(row.questions),
        ))  # fmt: skip
        last = (row.law, row.split)
    return ruled(heads, told, lang=speak)


def sentences(ladder: Ladder) -> dict[str, Text]:
    """By model that read tracks: how it stands against the best free predictor at level 2."""
    free = [row for row in ladder.rows if row.shown == "free" and row.level == 2
            and row.model != "second"]  # fmt: skip
    if not free:
        return {}
    best = max(free, key=lambda row: row.cell.score)
    told = {}
    for row in ladder.rows:
        if (row.shown, row.level, row.column) != ("text", 2, "simulator") or not row.cell.questions:
            continue
        zh, en = _against(row.cell, best.cell)
        name, other = one_line(row.model, 30), _who(best.model, "free")
        told[row.model] = Text(
            f"{name}：物理因果（读坐标）{100 * row.cell.score:.0f} 分，最好的免费预言者"
            f"（{other.zh}）{100 * best.cell.score:.0f} 分，{zh}。",
            f"{name}: {100 * row.cell.score:.0f} points at physical cause and effect (reading "
            f"coordinates), the best free predictor ({other.en}) {100 * best.cell.score:.0f}: "
            f"{en}.",
        )
    return told


def distance_sentences(ladder: Ladder) -> list[Text]:
    """How stories go as the cause stands farther away, a sentence for each model."""
    told = []
    for model in dict.fromkeys(row.model for row in ladder.distances):
        mine = [row for row in ladder.distances if row.model == model]
        zh = "，".join(f"{row.distance} 句 {_span(row.cell)}" for row in mine)
        en = ", ".join(f"{row.distance}: {_span(row.cell)}" for row in mine)
        name = one_line(model, 30)
        told.append(Text(f"{name}：故事按前因隔几句算：{zh}。",
                         f"{name}: stories by sentences between cause and end: {en}."))  # fmt: skip
    return told


def _span(cell: Cell) -> str:
    if not cell.questions:
        return "–"
    return f"{100 * cell.score:.0f} ({100 * cell.low:.0f}–{100 * cell.high:.0f})"


def ladder_document(ladder: Ladder) -> dict[str, Any]:
    """What `mingan world table --json` prints."""
    return {
        "rows": [
            {
                "model": row.model, "shown": row.shown, "level": row.level, "column": row.column,
                **_cell_row(row.cell),
            }
            for row in ladder.rows
        ],
        "laws": [
            {
                "law": row.law, "split": row.split, "model": row.model, "free": row.free,
                "estimate": row.score, "error": row.error, "right": row.right,
                "skill": None if math.isnan(row.skill) else row.skill, "questions": row.questions,
            }
            for row in ladder.laws
        ],
        "distances": [
            {"model": row.model, "distance": row.distance, **_cell_row(row.cell)}
            for row in ladder.distances
        ],
        "sentences": {
            name: {"zh": said.zh, "en": said.en} for name, said in sentences(ladder).items()
        },
    }  # fmt: skip


def _cell_row(cell: Cell) -> dict[str, Any]:
    return {
        "estimate": None if math.isnan(cell.score) else cell.score,
        "low": cell.low, "high": cell.high, "questions": cell.questions, "apart": cell.apart,
        "open": cell.open, "worst_case": cell.worst, "best_case": cell.best,
    }  # fmt: skip


def _against(mine: Cell, free: Cell) -> tuple[str, str]:
    if mine.low > free.high:
        return "比它好", "better"
    if mine.high < free.low:
        return "比它差", "worse"
    return "分不出", "not to be told apart"


def _order(ladder: Ladder) -> list[tuple[str, str]]:
    """Free predictors first, then models, the better at level 2 first."""
    best = {(row.model, row.shown): row.cell.score for row in ladder.rows
            if (row.level, row.column) == (2, "simulator") and row.cell.questions}  # fmt: skip
    there = dict.fromkeys((row.model, row.shown) for row in ladder.rows)
    free = [pair for pair in there if pair[1] == "free"]
    return [*sorted(free, key=lambda pair: FREE.index(pair[0])), *sorted(
        (pair for pair in there if pair[1] != "free"), key=lambda pair: (-best.get(pair, -1), pair)
    )]  # fmt: skip


def _who(name: str, shown: str) -> Text:
    if shown != "free":
        return Text(one_line(name, 30), one_line(name, 30))
    return _FREE.get(name) or PREDICTORS[name]


def _head(level: int, column: str) -> Text:
    zh, en = ("·幻想", " (fantasy)") if column == "fantasy" else ("", "")
    return Text(f"{level} {SAID[level].zh}{zh}", f"{level} {SAID[level].en}{en}")


def _cell(cell: Cell | None, lang: Lang) -> str:
    if cell is None:
        return "–"
    left = Text(f"{cell.open} 题未判", f"{cell.open} open").say(lang) if cell.open else ""
    if not cell.questions:
        return Text(f"–（{left}）", f"– ({left})").say(lang)
    more = f"；{left}" if lang == "zh" else f"; {left}"
    span = f"{100 * cell.low:.0f}–{100 * cell.high:.0f}"
    return Text(
        f"{100 * cell.score:.0f}（{span}；{cell.questions} 题{more if left else ''}）",
        f"{100 * cell.score:.0f} ({span}; n={cell.questions}{more if left else ''})",
    ).say(lang)
