"""Making a blind queue: which answers, how many, judged in which way, by which guideline.

The module draws nothing itself (`grading.people.queueing` does) and shows no answer.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mingan import trust
from mingan.errors import UsageError
from mingan.grading.people.queueing import MOST, Candidate, Which, Wish, eligible, make_queue
from mingan.language import Text, counted
from mingan.reports.safe import one_line, short_name, visible
from mingan.store.queues import Queue, QueueKind
from mingan.web.grade import KINDS
from mingan.web.judge_results import judges_of
from mingan.web.numbers import whole_number
from mingan.web.routing import get, post
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

MOST_CRITERIA = 9  # one number key each
_LONGEST_GUIDELINE = 4_000
_LONGEST_CRITERION = 200
_MOST_DIGITS = 99_999_999  # a limit beyond reason is still said as it was written

_TITLE = Text("新的盲评", "New blind grading")
_KINDS: tuple[QueueKind, ...] = ("verdict", "pair", "rubric")
_WHICH: dict[Which, Text] = {
    "open": Text("还没有定论的（存疑或未判）", "those without a verdict (unsure or not graded)"),
    "unsure": Text("只要存疑的", "the unsure ones only"),
    "ungraded": Text("只要未判的", "those not graded only"),
    "all": Text("全部回答", "all answers"),
}
USEFUL = "useful"
"""Those that a judge has looked at, the most useful first."""

_ABOUT: dict[QueueKind, Text] = {
    "verdict": Text(
        "一次看一个回答：对、错、判不了。", "One answer at a time: right, wrong, cannot tell."
    ),
    "pair": Text(
        "同一道题的两个回答并排：哪个更好。", "Two answers to one question: which is better."
    ),
    "rubric": Text(
        "一条一条打勾，全做到才算对。", "Tick criteria; right when all of them are met."
    ),
}


def show(visit: Visit) -> Response:
    """The form, with what the chosen bank has to offer."""
    banks = [name for name, _, _ in visit.bench.snapshots.reader.banks()]
    wanted = visit.query.get("bank")
    try:
        snapshot = visit.bench.snapshot(wanted)
    except UsageError as fault:
        return visit.page("grade_new.html.j2", title=_TITLE, why=fault.message, banks=banks,
                          bank=wanted or "")  # fmt: skip
    found = candidates(snapshot)
    hidden = len({c.question.hash for c in found if c.question.hidden})
    counts = {
        which: len(eligible(found, Wish(bank=snapshot.bank, which=which))) for which in _WHICH
    }
    return visit.page(
        "grade_new.html.j2",
        title=_TITLE,
        why=None,
        banks=banks,
        bank=snapshot.bank,
        models=snapshot.names,
        kinds=[(kind, KINDS[kind], _ABOUT[kind]) for kind in _KINDS],
        which=[(which, text, counts[which]) for which, text in _WHICH.items()],
        chosen="open" if counts["open"] else "all",
        most=MOST,
        hidden=hidden,
        judges=[(judge, short_name(judge)) for judge in judges_of(snapshot)],
    )


def make(visit: Visit) -> Response:
    """Draws the queue and opens it."""
    snapshot = visit.bench.snapshot(visit.field("bank"))
    if visit.field("which") == USEFUL:
        queue = _useful(visit, snapshot)
    else:
        queue = make_queue(candidates(snapshot), _wish(visit, snapshot, visit.field("which")))
        visit.bench.workspace.store.add_queue(queue)
    size = len(queue.items)
    return visit.go(
        f"/grade/q/{queue.id}/result",
        notice=Text(f"建好了，一共 {size} 条。", f"It is made, with {counted(size, 'item')}."),
    )


def _useful(visit: Visit, snapshot: Snapshot) -> Queue:
    """The answers that tell most of what a judge is worth first, with their chances kept."""
    wish = _wish(visit, snapshot, "open")
    if wish.kind != "verdict":
        raise UsageError(
            "「最有用的在前」只能判对错：它要和裁判的判定对得上。",
            "The most useful first can only be judged right or wrong, to be held against the "
            "judge's verdicts.",
        )
    judge = _one_of(visit.field("judge"), tuple(judges_of(snapshot)))
    return trust.line_up(
        visit.bench.workspace.store, judge, limit=wish.limit, bank=snapshot.bank,
        models=wish.models or None, title=wish.title, guideline=wish.guideline, by=wish.by,
    )  # fmt: skip


def candidates(snapshot: Snapshot) -> list[Candidate]:
    """Every answer of a bank with what stands of it."""
    gathered = snapshot.gathered
    questions = {question.id: question for question in gathered.questions}
    return [
        Candidate(questions[place[1]], answer, gathered.grades.get(place))
        for place, answer in gathered.answers.items()
    ]


def _wish(visit: Visit, snapshot: Snapshot, which: str) -> Wish:
    lines = visit.field("criteria").splitlines()
    criteria = tuple(one_line(line, _LONGEST_CRITERION) for line in lines if line.strip())
    if len(criteria) > MOST_CRITERIA:
        raise UsageError(
            f"评分表最多 {MOST_CRITERIA} 条（一个数字键一条），这里有 {len(criteria)} 条。",
            f"A rubric has at most {MOST_CRITERIA} criteria (a number key each); here are "
            f"{len(criteria)}.",
        )
    limit = visit.field("limit", "120")
    return Wish(
        bank=snapshot.bank,
        title=one_line(visit.field("title"), 80),
        kind=_one_of(visit.field("kind"), _KINDS),
        which=_one_of(which, tuple(_WHICH)),
        models=frozenset(visit.fields("model")) & frozenset(snapshot.names),
        limit=whole_number(limit, _MOST_DIGITS) or 0,
        guideline=visible(visit.field("guideline"))[:_LONGEST_GUIDELINE],
        criteria=criteria,
        by=visit.name,
    )


def _one_of(given: str, known: tuple[Any, ...]) -> Any:
    if given not in known:
        raise UsageError(
            "表单不完整，请回到上一页重选。", "The form is incomplete; go back and choose again."
        )
    return given


routes = [
    get("/grade/new", show, role="owner"),
    post("/grade/new", make, role="owner"),
]
