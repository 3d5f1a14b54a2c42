"""How far the graders got, the reveal, and what came of it.

Until the reveal only progress is shown, and only to the owner. After it: who said what how often,
how far they agree and what that means, a table of models, and where they disagree. The module
counts nothing itself that `grading.people` or the statistics know how to count.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mingan.errors import UsageError
from mingan.grading.people.outcome import (
    SAID,
    disagreements,
    how_far_they_agree,
    outcome,
    people,
    said_by,
)
from mingan.grading.people.tables import model_of, verdict_table, win_table
from mingan.language import Text, counted
from mingan.records import now
from mingan.reports import export
from mingan.reports.agreement_sentences import agreement_detail, agreement_sentence
from mingan.reports.charts.bars import interval_bar
from mingan.reports.safe import one_line
from mingan.reports.sentences import FEW, points
from mingan.statistics import Score
from mingan.store.queues import Click, Queue, QueueStatus, grade_of, standing
from mingan.web.desk import Judged
from mingan.web.exports import download
from mingan.web.grade import KINDS, TITLE, desk_of, status_of, title_of
from mingan.web.one_answer import question_address
from mingan.web.routing import Event, get, live, post
from mingan.web.visit import Visit

_ROWS = 200
_POLL_S = 1.0
_CLOSED = Text(
    "名字还没有揭晓，先不看结果。", "The names are not out yet, and neither are the results."
)
_MODEL_COLUMNS: export.Columns = {
    "bank": "text", "question": "text", "item": "int", "by": "text", "choice": "text",
    "model": "text", "model_a": "text", "model_b": "text", "score": "float", "note": "text",
    "at": "text",
}  # fmt: skip


def show(visit: Visit) -> Response:
    """Progress before the reveal, results after it; for everybody who was let in."""
    if visit.role is None:
        return visit.go("/enter", to=visit.request.url.path)
    status = status_of(visit)
    if status.state == "revealed":
        return _results(visit, status.queue)
    if not visit.person.may("owner"):
        return visit.page("grade_wait.html.j2", title=TITLE, text=_CLOSED)
    return visit.page("grade_progress.html.j2", title=TITLE, **_progress(visit, status))


def progress(visit: Visit) -> AsyncGenerator[Event]:
    """Progress, anew whenever somebody clicks."""
    return _events(visit, str(visit.path_params["id"]))


async def _events(visit: Visit, queue_id: str) -> AsyncGenerator[Event]:
    store, seen = visit.bench.workspace.store, -1
    while True:
        version = await run_in_threadpool(store.queue_version, queue_id)
        if version == 0:
            return
        if version != seen:
            seen = version
            yield Event("progress", await run_in_threadpool(_board, visit), id=str(version))
        await asyncio.sleep(_POLL_S)


def _board(visit: Visit) -> str:
    return visit.words("grade_board.html.j2", **_progress(visit, status_of(visit)))


def _progress(visit: Visit, status: QueueStatus) -> dict[str, Any]:
    queue, clicks = status.queue, visit.bench.workspace.store.clicks(status.queue.id)
    done = Counter(by for by, _ in standing(clicks))
    held = visit.bench.workspace.store.seats(queue.id)
    size = len(queue.items)
    return {
        "queue": queue.id,
        "name": title_of(visit, queue, revealed=False),
        "kind": KINDS[queue.kind],
        "size": size,
        "graders": [(by, done[by], size, by in held) for by in people(clicks)],
        "finding": _how_far(done, size),
        "revealed": status.state == "revealed",
        "desk": str(visit.request.base_url).rstrip("/") + visit.url(f"/grade/q/{queue.id}"),
        "guarded": visit.bench.door.guarded,
    }


def _how_far(done: Counter[str], size: int) -> Text:
    ready = sum(number == size for number in done.values())
    if not done:
        return Text(f"{size} 条，还没有人开始判。", f"{counted(size, 'item')}; nobody has begun.")
    return Text(
        f"{len(done)} 个人在判，{ready} 个已经判完 {size} 条。",
        f"{counted(len(done), 'person', 'people')} at it, {ready} through all "
        f"{counted(size, 'item')}.",
    )


def reveal(visit: Visit) -> Response:
    """Closes the queue and keeps its verdicts; a second time changes nothing."""
    status = status_of(visit)
    judged = desk_of(visit).judged(status.queue)
    visit.bench.workspace.store.reveal(
        status.queue.id, partial(outcome, questions=judged.questions, at=now())
    )
    visit.bench.snapshots.changed()
    return visit.go(f"/grade/q/{status.queue.id}/result")


def release(visit: Visit) -> Response:
    """Gives a grader's name back, for whoever goes on with another browser."""
    status, by = status_of(visit), visit.field("by")
    visit.bench.workspace.store.release(status.queue.id, by)
    shown = one_line(by, 40)
    return visit.go(
        f"/grade/q/{status.queue.id}/result",
        notice=Text(
            f"「{shown}」放开了：下一个用这个名字判的浏览器接着判。",
            f"“{shown}” is released: the next browser that judges under that name goes on.",
        ),
    )


def _results(visit: Visit, queue: Queue) -> Response:
    clicks = visit.bench.workspace.store.clicks(queue.id)
    judged = desk_of(visit).judged(queue)
    names = people(clicks)
    found = how_far_they_agree(queue, clicks)
    rows = list(_disagreements(visit, judged, clicks))
    choices = ("a", "b", "tie", "both bad") if queue.kind == "pair" else _VERDICTS
    table = win_table if queue.kind == "pair" else verdict_table
    models = table(queue, clicks, judged.answers)
    return visit.page(
        "grade_result.html.j2",
        title=TITLE,
        queue=queue.id,
        name=title_of(visit, queue, revealed=True),
        kind=queue.kind,
        kind_name=KINDS[queue.kind],
        size=len(queue.items),
        finding=_finding(names, clicks, found is not None, agreement_sentence(found, names)),
        detail="" if found is None else agreement_detail(found),
        method="" if found is None else found.kind,
        choices=[(choice, SAID[choice]) for choice in choices],
        graders=[
            (one_line(by, 40), sum(counts.values()), [counts[choice] for choice in choices])
            for by, counts in said_by(queue, clicks).items()
        ],
        models=[_shown(score) for score in models],
        few=any(score.questions < FEW for score in models),
        rows=rows[:_ROWS],
        left=max(0, len(rows) - _ROWS),
        criteria=queue.criteria,
    )  # fmt: skip


def _shown(score: Score) -> dict[str, Any]:
    """A row of the table; of few questions only counts are said, as in every table of ours."""
    few = score.questions < FEW
    counts = (score.right, score.wrong, score.unsure)
    return {
        "model": score.model,
        "few": few,
        "value": f"{score.right} / {sum(counts)}" if few else points(score.score),
        "bar": Markup(interval_bar(score)),
        "ends": f"{points(score.low)}–{points(score.high)}",
        "counts": counts,
    }


_VERDICTS = ("right", "wrong", "unsure")


def _finding(names: Sequence[str], clicks: Sequence[Click], shared: bool, agreed: Text) -> Text:
    if shared:
        return agreed
    done = len(standing(clicks))
    if not names:
        return Text(
            "名字揭晓了，可是没有人判过。", "The names are out, but nobody judged anything."
        )
    if len(names) == 1:
        return Text(
            f"{one_line(names[0], 40)} 判了 {done} 条。再请一个人判同样的，才知道判得稳不稳。",
            f"{one_line(names[0], 40)} judged {counted(done, 'item')}. Ask a second person to "
            "judge the same ones to know how far to trust that.",
        )
    return agreed


def _disagreements(
    visit: Visit, judged: Judged, clicks: Sequence[Click]
) -> Iterator[dict[str, Any]]:
    for place, said in disagreements(judged.queue, clicks):
        item = judged.queue.items[place]
        question = judged.questions.get(item.question)
        if question is None:
            continue
        yield {
            "item": place + 1,
            "prompt": one_line(question.prompt, 100),
            "href": question_address(visit, question.id, judged.queue.bank),
            "models": [one_line(model_of(judged.answers, content), 40) for content in item.answers],
            "said": [(one_line(by, 40), choice, SAID[choice]) for by, choice in said.items()],
        }


def exported(visit: Visit) -> Response:
    """Every standing click with what it was about, once the names are out."""
    status = status_of(visit)
    if status.state != "revealed":
        raise UsageError(_CLOSED.zh, _CLOSED.en)
    judged = desk_of(visit).judged(status.queue)
    clicks = visit.bench.workspace.store.clicks(status.queue.id)
    return download(visit, _rows(judged, clicks), _MODEL_COLUMNS, f"blind-{status.queue.id}")


def _rows(judged: Judged, clicks: Sequence[Click]) -> Iterator[export.Row]:
    queue = judged.queue
    for (by, place), click in standing(clicks).items():
        item = queue.items[place]
        question = judged.questions.get(item.question)
        models = [model_of(judged.answers, content) for content in item.answers]
        pair = queue.kind == "pair"
        yield {
            "bank": queue.bank,
            "question": question.id if question else "",
            "item": place + 1,
            "by": by,
            "choice": click.choice,
            "model": "" if pair else models[0],
            "model_a": models[0] if pair else "",
            "model_b": models[1] if pair else "",
            "score": None if pair else grade_of(queue, click).score,
            "note": click.note,
            "at": click.at,
        }


routes = [
    get("/grade/q/{id:str}/result", show, role=None),
    live("/grade/q/{id:str}/progress", progress, there=status_of, role="owner"),
    post("/grade/q/{id:str}/reveal", reveal, role="owner"),
    post("/grade/q/{id:str}/release", release, role="owner"),
    get("/grade/q/{id:str}/export", exported, role="reader"),
]
