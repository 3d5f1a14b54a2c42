"""Compare: one question a row, the answers of several models side by side, and who is better.

What is shown is what the address says (`filters`), so every view can be shared. The headline is
always about all questions of the bank: a chosen part of them has no honest score. The module lays
out what boards and cards hold and computes nothing of its own; single answers are `one_answer`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from mingan.language import Text
from mingan.records import Question
from mingan.reports import export, hidden
from mingan.reports.assemble import answer_view
from mingan.reports.item_sentences import item_sentence
from mingan.reports.items import ItemReport
from mingan.reports.page_scores import underlined
from mingan.reports.safe import short_name
from mingan.reports.sentences import compare_sentence, headline, score_sentence
from mingan.reports.standing import between
from mingan.reports.words import WORDS
from mingan.statistics import Comparison
from mingan.web import cards, exports
from mingan.web.board import Board
from mingan.web.drawings import difference_bar
from mingan.web.filters import OUTCOMES, SORTS, Condition, Filter
from mingan.web.history import history_address
from mingan.web.judged import judges_note
from mingan.web.one_answer import context, question_address
from mingan.web.routing import get, problem
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

PAGE, FEWEST = 20, 5
"""Questions on one page, at most and at least."""

ANSWERS = 120
"""Answers on one page, about: the more models side by side, the fewer questions."""

_QUICK = 12_000
"""Cells of a bank of which the suspect keys are worked out unasked."""

_TITLE = Text("对比", "Compare")
_NO_QUESTION = Text(
    "这个题库里没有这道题。它可能属于另一个题库，或者还没有人答过。",
    "There is no such question in this bank. It may belong to another bank, or nobody has "
    "answered it yet.",
)

COLUMNS: export.Columns = {
    "bank": "text", "question": "text", "tier": "text", "tags": "text", "prompt": "text",
    "reference": "text", "model": "text", "repeat": "int", "state": "text", "verdict": "text",
    "reason": "text", "extracted": "text", "grader": "text", "by": "text", "text": "text",
    "cost": "float", "currency": "text", "total_s": "float",
}  # fmt: skip
"""Of an export: one row for each question shown and each answer shown beside it."""


# -- the list of questions ---------------------------------------------------------------------


def show(visit: Visit) -> Response:
    """The page; an address that is not in its canonical form is put right first."""
    asked = visit.query.multi_items()
    wanted = Filter.read(asked)
    if asked != wanted.pairs():
        return RedirectResponse(visit.url("/compare") + wanted.query, status_code=303)
    snapshot, board, wanted = _at(visit, wanted)
    found = board.rows(wanted, _suspects(snapshot) if wanted.sort == "suspect" else None)
    shown = _rows(visit, snapshot, board, wanted, found.tolist())
    return visit.page(
        "compare.html.j2",
        title=_TITLE,
        **shown,
        **_finding(visit, snapshot, board, wanted),
        **_choices(board, wanted),
        cleared=wanted.cleared(),
        banks=[name for name, _, _ in visit.bench.snapshots.reader.banks()],
    )


def more(visit: Visit) -> Response:
    """The questions of one page alone, to be put after those of the page before."""
    snapshot, board, wanted = _at(visit, Filter.read(visit.query.multi_items()))
    found = board.rows(wanted, _suspects(snapshot) if wanted.sort == "suspect" else None)
    shown = _rows(visit, snapshot, board, wanted, found.tolist())
    return visit.fragment("compare_rows.html.j2", **shown)


def download(visit: Visit) -> Response:
    """The answers shown beside the questions that pass the filter, as a file."""
    snapshot, board, wanted = _at(visit, Filter.read(visit.query.multi_items()))
    return exports.download(
        visit, _exported(visit, board, wanted, snapshot), COLUMNS, f"{snapshot.bank}-compare"
    )


def _at(visit: Visit, wanted: Filter) -> tuple[Snapshot, Board, Filter]:
    """What the filter is about; from here on it names its bank, so that links last."""
    snapshot = visit.bench.snapshot(wanted.bank)
    board = board_of(snapshot)
    wanted = wanted.but(bank=snapshot.bank, page=wanted.page)
    board.check(wanted)
    return snapshot, board, wanted


def board_of(snapshot: Snapshot) -> Board:
    """The snapshot's board, made when first wanted."""
    board: Board | None = snapshot.kept.get("board")
    if board is None:
        board = snapshot.kept["board"] = Board(snapshot.gathered, snapshot.names)
    return board


def _rows(
    visit: Visit, snapshot: Snapshot, board: Board, wanted: Filter, found: list[int]
) -> dict[str, Any]:
    """What the list of questions needs, with or without the page around it."""
    columns = board.columns(wanted)
    size = max(FEWEST, min(PAGE, ANSWERS // max(1, len(columns))))
    pages = max(1, -(-len(found) // size))
    wanted = wanted.but(page=min(wanted.page, pages))
    start = (wanted.page - 1) * size
    shown = found[start : start + size]
    rows = [cards.question_card(board, row, columns, visit.lang, text=wanted.text) for row in shown]
    return {
        **_around(visit, wanted),
        "rows": rows,
        "columns": columns,
        "models_in_all": len(board.names),
        "suspects": _flags(visit, snapshot, [board.questions[row] for row in shown]),
        "start": start,
        "shown": len(found),
        "pages": pages,
        "next_page": wanted.but(page=wanted.page + 1) if wanted.page < pages else None,
    }


def _around(visit: Visit, wanted: Filter) -> dict[str, Any]:
    """What every template that shows questions needs."""
    return {
        **context(visit, wanted),
        "link": lambda to: visit.url("/compare") + to.query,
        "permalink": lambda card: question_address(visit, card.ident, wanted.bank),
    }


def _finding(visit: Visit, snapshot: Snapshot, board: Board, wanted: Filter) -> dict[str, Any]:
    """The headline: two models in a paired verdict, else those shown, else all."""
    chosen = board.chosen(wanted)
    pair = between(snapshot.comparisons, *chosen) if len(chosen) == 2 else None
    scores = [score for score in snapshot.scores if not chosen or score.model in chosen]
    if snapshot.why_not is not None:
        said = snapshot.why_not
    elif pair is not None:
        said = compare_sentence(pair)
    elif len(chosen) == 1 and scores:
        said = score_sentence(scores[0])
    else:
        said = headline(scores, snapshot.comparisons)
    return {
        "finding": underlined(visit.say(said), visit.lang),
        "chosen": chosen,
        "pair": pair,
        "bar": _bar(pair),
        "scored": len(snapshot.gathered.scored),
        "judges_note": judges_note(visit, snapshot),
    }


def _bar(pair: Comparison | None) -> Markup | None:
    return None if pair is None or pair.questions == 0 else difference_bar(pair)


def _choices(board: Board, wanted: Filter) -> dict[str, Any]:
    """What the forms and chips offer."""
    chosen = board.chosen(wanted)
    order = dict.fromkeys([*wanted.models, *board.names])
    duels, plain = [], wanted.but()
    if len(chosen) == 2:
        # What is asked of these two is what the chips are about; other conditions stay.
        others = tuple(c for c in wanted.conditions if c.model not in chosen)
        plain = wanted.but(models=chosen, conditions=others)
        for right, wrong in (chosen, chosen[::-1]):
            asked = (
                Condition(model=right, outcome="right"),
                Condition(model=wrong, outcome="wrong"),
            )
            to = plain.but(conditions=(*asked, *others), preset="all")
            duels.append((short_name(right), short_name(wrong), to, board.count(to)))
    counts = board.counts(plain)
    return {
        "presets": [(preset, plain.but(preset=preset), n) for preset, n in counts.items()],
        "duels": duels,
        "here": wanted.but(models=plain.models),
        "models": [(name, short_name(name), name in chosen) for name in order],
        "tiers": board.tiers,
        "tags": board.tags,
        "sorts": SORTS,
        "outcomes": OUTCOMES,
        "asked": [*wanted.conditions[:2], None, None][:2],
        "others": wanted.conditions[2:],
        "bank_size": len(board.questions),
    }


def _items(snapshot: Snapshot, *, wait: bool = False) -> ItemReport | None:
    """What is known of every question, unless nobody can know or it would take too long."""
    cells = len(snapshot.gathered.questions) * len(snapshot.names)
    if snapshot.why_not is not None or not (wait or snapshot.items_ready or cells <= _QUICK):
        return None
    return snapshot.items


def _suspects(snapshot: Snapshot) -> Mapping[str, int]:
    """The questions whose key should be looked at, most urgent first."""
    report = _items(snapshot, wait=True)
    return {row.question.id: i for i, row in enumerate(report.suspect)} if report else {}


def _flags(visit: Visit, snapshot: Snapshot, questions: list[Question]) -> dict[str, str]:
    """By question key: why its reference answer should be looked at."""
    report = _items(snapshot)
    ids = {question.id for question in questions}
    return {
        cards.question_key(row.question.id): visit.say(item_sentence(row))
        for row in (report.suspect if report else ())
        if row.question.id in ids
    }


def _exported(
    visit: Visit, board: Board, wanted: Filter, snapshot: Snapshot
) -> Iterator[export.Row]:
    gathered = snapshot.gathered
    suspects = _suspects(snapshot) if wanted.sort == "suspect" else None
    for row in board.rows(wanted, suspects):
        question = board.questions[row]
        shown = hidden.question(question) if question.hidden else question
        for model in board.columns(wanted):
            for repeat in range(gathered.repeats):
                answer = gathered.answers.get((model, question.id, repeat))
                if answer is None:
                    continue
                view = answer_view(
                    question, answer, gathered.grades.get((model, question.id, repeat))
                )
                yield {
                    **{name: getattr(view, name) for name in COLUMNS if hasattr(view, name)},
                    "bank": gathered.bank,
                    "question": question.id,
                    "tier": question.tier,
                    "tags": ", ".join(question.tags),
                    "prompt": shown.prompt,
                    "reference": shown.answer or "",
                    "reason": visit.say(view.reason),
                }


# -- one question ------------------------------------------------------------------------------


def question(visit: Visit) -> Response:
    """One question with the answers of all models."""
    wanted = Filter(
        bank=visit.query.get("bank", ""),
        look="markdown" if visit.query.get("as") == "markdown" else "text",
    )
    snapshot, board, wanted = _at(visit, wanted)
    row = _row_of(visit, board)
    if row is None:
        return problem(visit, _NO_QUESTION, status=404)
    card = cards.question_card(board, row, board.names, visit.lang, room="page")
    near = {"before": row - 1 if row else None, "after": row + 1}
    beside = {
        name: cards.question_card(board, at, (), visit.lang)
        for name, at in near.items()
        if at is not None and at < len(board.questions)
    }
    return visit.page(
        "compare_question.html.j2",
        title=Text(f"题目 {card.id}", f"Question {card.id}"),
        **_around(visit, wanted),
        card=card,
        finding=visit.say(tally_sentence(card.tally)),
        suspects=_flags(visit, snapshot, [board.questions[row]]),
        before=beside.get("before"),
        after=beside.get("after"),
        history=history_address(visit, board.questions[row].id, snapshot.bank),
    )


def tally_sentence(tally: Mapping[str, int]) -> Text:
    """What the models made of one question, in a sentence."""
    count = sum(tally.values())
    zh = "、".join(f"{n} 个{WORDS[outcome].zh}" for outcome, n in tally.items())
    en = ", ".join(f"{n} {WORDS[outcome].en}" for outcome, n in tally.items())
    return Text(
        f"{count} 个模型里：{zh}。", f"Of {count} {'model' if count == 1 else 'models'}: {en}."
    )


def _row_of(visit: Visit, board: Board) -> int | None:
    ident = str(visit.path_params.get("id", ""))
    if ident:
        return board.row(ident)
    key = visit.query.get("key", "")
    return next(
        (row for row, q in enumerate(board.questions) if cards.question_key(q.id) == key), None
    )


routes = [
    get("/compare", show),
    get("/compare/rows", more),
    get("/compare/export", download),
    get("/compare/q/", question),
    get("/compare/q/{id:path}", question),
]
