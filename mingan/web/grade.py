"""Grade: the list of blind queues, and the reading desk at which one person works through one.

The page shows one item, three or four big keys, and nothing that could sway a verdict: no name of
a model, no score, nothing of how others judged. Whoever works at it has given a name, and the
first browser that judges under a name keeps it: nobody else sees or undoes those verdicts. Making
queues is in `grade_new`, the reveal and what came of it in `grade_result`.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from mingan.errors import UsageError
from mingan.grading.people.queueing import MOST
from mingan.language import Text, counted
from mingan.records import content_hash
from mingan.reports.safe import one_line, visible
from mingan.store.queue_store import name_is_taken
from mingan.store.queues import UNDONE, Queue, QueueStatus, standing
from mingan.web.desk import Desk, item_card, picture_of, progress, said, whole_answer
from mingan.web.drawings import Pictures
from mingan.web.hands import Later
from mingan.web.numbers import whole_number
from mingan.web.routing import get, post, remember
from mingan.web.visit import Visit

TITLE = Text("盲评", "Blind grading")
LONGEST_NOTE = 500

KINDS = {
    "verdict": Text("判对错", "Right or wrong"),
    "pair": Text("两两相比", "Which is better"),
    "rubric": Text("按评分表", "By a rubric"),
}
"""What a kind of queue is called."""

KEYS = {
    "verdict": (("1", "right"), ("2", "wrong"), ("3", "unsure")),
    "pair": (("1", "a"), ("2", "b"), ("3", "tie"), ("4", "both bad")),
    "rubric": (),
}
"""The keys of a kind of queue, each with the choice that it stands for."""


def browser_of(visit: Visit) -> str:
    """What the store knows a browser by: enough to tell it from others, no use to anybody else."""
    return content_hash("browser", visit.person.browser)[:24]


def _held_elsewhere(visit: Visit, queue_id: str, name: str) -> UsageError | None:
    """What is wrong with going on under a name, if another browser judges under it."""
    store = visit.bench.workspace.store
    if store.seats(queue_id).get(name, browser_of(visit)) == browser_of(visit):
        return None
    return name_is_taken(len(standing(store.clicks(queue_id, by=name))))


def desk_of(visit: Visit) -> Desk:
    """The server's desk."""
    return visit.bench.part(Desk, lambda bench: Desk(bench.workspace.store))


def status_of(visit: Visit) -> QueueStatus:
    """The queue that the address names.

    Raises:
        UsageError: there is no such queue.
    """
    return desk_of(visit).status(str(visit.path_params["id"]))


def show(visit: Visit) -> Response:
    """Every queue: what waits for this person, what is done, what is out."""
    rows = [_row(visit, status) for status in visit.bench.workspace.store.queues()]
    waiting = sum(row["state"] == "waiting" for row in rows)
    finding = (
        Text(
            f"有 {waiting} 个盲评等你来判。",
            f"{counted(waiting, 'queue')} {'waits' if waiting == 1 else 'wait'} for your verdicts.",
        )
        if waiting
        else Text("没有等你判的盲评。", "Nothing waits for your verdict.")
        if rows
        else Text(
            "不看名字，只看回答：谁更好，由人来判。",
            "Judge the answers, not the names.",
        )
    )
    return visit.page("grade.html.j2", title=TITLE, finding=finding, rows=rows)


def _row(visit: Visit, status: QueueStatus) -> dict[str, Any]:
    queue = status.queue
    known = visit.name and _held_elsewhere(visit, queue.id, visit.name) is None
    mine = visit.bench.workspace.store.clicks(queue.id, by=visit.name) if known else []
    done = progress(queue, mine).done
    revealed = status.state == "revealed"
    return {
        "id": queue.id,
        "title": title_of(visit, queue, revealed=revealed),
        "kind": KINDS[queue.kind],
        "made": queue.made[:16].replace("T", " "),
        "size": len(queue.items),
        "done": done,
        "state": "out" if revealed else "done" if done == len(queue.items) else "waiting",
    }


def title_of(visit: Visit, queue: Queue, *, revealed: bool) -> str:
    """A queue's title; before the reveal without names."""
    title = queue.title or visit.say(KINDS[queue.kind])
    if not revealed:
        title = desk_of(visit).clean(title)
    return one_line(title, 80)


def desk(visit: Visit) -> Response:
    """The next item, or what to do instead: give a name, wait for the reveal, see what came out."""
    status = status_of(visit)
    if status.state == "revealed":
        return visit.go(f"/grade/q/{status.queue.id}/result")
    taken = _held_elsewhere(visit, status.queue.id, visit.name) if visit.name else None
    if not visit.name or taken:
        return _ask_for_a_name(visit, status.queue, taken)
    return visit.page("grade_desk.html.j2", title=TITLE, **_on_the_desk(visit, status.queue))


def _ask_for_a_name(visit: Visit, queue: Queue, why: UsageError | None) -> Response:
    return visit.page(
        "grade_name.html.j2", title=TITLE, status=409 if why else 200, queue=queue.id,
        size=len(queue.items), why=why.message if why else None,
    )  # fmt: skip


def name(visit: Visit) -> Response:
    """Keeps the name by which a person signs verdicts, and goes on to the desk."""
    given = one_line(visit.field("name"), 40).strip()
    if not given:
        raise UsageError("请先写下你的名字，再开始判。", "Give your name before you grade.")
    queue = status_of(visit).queue
    taken = _held_elsewhere(visit, queue.id, given)
    if taken:
        return _ask_for_a_name(visit, queue, taken)
    response = RedirectResponse(visit.url(f"/grade/q/{queue.id}"), status_code=303)
    remember(visit, response, visit.person.with_(name=given))
    return response


def click(visit: Visit) -> Response:
    """Keeps one verdict, and shows the next item."""
    queue = status_of(visit).queue
    choice = visit.field("choice")
    if queue.kind == "rubric" and choice == "marks":
        met = set(visit.fields("met"))
        choice = "".join("1" if str(i) in met else "0" for i in range(len(queue.criteria)))
    note = visible(visit.field("note"))[:LONGEST_NOTE]
    _keep(visit, queue, choice or "?", note)
    return _next(visit, queue)


def undo(visit: Visit) -> Response:
    """Takes back this person's last verdict, and shows that item again."""
    queue = status_of(visit).queue
    _keep(visit, queue, UNDONE, "")
    return _next(visit, queue)


def _keep(visit: Visit, queue: Queue, choice: str, note: str) -> None:
    place = visit.field("place")
    number = whole_number(place, MOST, least=0)
    number = -1 if number is None else number
    visit.bench.workspace.store.click(
        queue.id, number, visit.name, choice, note=note, browser=browser_of(visit)
    )


def _next(visit: Visit, queue: Queue) -> Response:
    if visit.is_fragment:
        return visit.fragment("desk.html.j2", **_on_the_desk(visit, queue))
    return visit.go(f"/grade/q/{queue.id}")


def picture(visit: Visit) -> Response | Later[bytes | None]:
    """What the answer on the desk draws, as pixels, under an address that tells nothing."""
    judged = desk_of(visit).judged(status_of(visit).queue)
    drawn = picture_of(
        visit.bench.part(Pictures, Pictures), judged,
        int(visit.path_params["place"]), int(visit.path_params["side"]),
    )  # fmt: skip
    return Response(status_code=404) if drawn is None else Later(drawn, _png)


def _png(drawn: bytes | None) -> Response:
    if drawn is None:
        return Response(status_code=404)
    return Response(
        drawn, media_type="image/png", headers={"cache-control": "private, max-age=86400"}
    )


def whole(visit: Visit) -> Response:
    """All that an answer on the desk says, without names, as a text file."""
    queue = status_of(visit).queue
    place, side = int(visit.path_params["place"]), int(visit.path_params["side"])
    text = whole_answer(desk_of(visit).judged(queue), place, side, visit.lang)
    if text is None:
        return Response(status_code=404)
    name = f"{queue.id}-{place + 1}{'AB'[side] if len(queue.items[place].answers) > 1 else ''}.txt"
    return Response(
        text.encode("utf-8", "replace"), media_type="text/plain; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _on_the_desk(visit: Visit, queue: Queue) -> dict[str, Any]:
    judged = desk_of(visit).judged(queue)
    mine = progress(queue, visit.bench.workspace.store.clicks(queue.id, by=visit.name))
    before = said(queue, mine.before, visit.lang) if mine.before else ""
    return {
        "queue": queue.id,
        "kind": queue.kind,
        "mine": mine,
        "before": before,
        "item": None if mine.next is None else item_card(judged, mine.next),
        "guideline": visible(judged.clean(queue.guideline)),
        "criteria": [
            (str(i + 1), one_line(judged.clean(text), 200), mine.before[i : i + 1] == "1")
            for i, text in enumerate(queue.criteria)
        ],
        "keys": [
            (key, choice, said(queue, choice, visit.lang)) for key, choice in KEYS[queue.kind]
        ],
        "unsure": said(queue, "unsure", visit.lang),
    }


routes = [
    get("/grade", show, role="grader"),
    get("/grade/q/{id:str}", desk, role="grader"),
    post("/grade/q/{id:str}/name", name, role="grader"),
    post("/grade/q/{id:str}", click, role="grader"),
    post("/grade/q/{id:str}/undo", undo, role="grader"),
    get("/grade/q/{id:str}/{place:small}/{side:small}.png", picture, role="grader"),
    get("/grade/q/{id:str}/{place:small}/{side:small}.txt", whole, role="grader"),
]
