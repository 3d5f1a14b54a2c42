"""Judges: what is known of each judge on a bank, and asking judges about its answers.

A judge's verdicts are never shown here without its track record, or the sentence that nobody has
checked it. Readers see what came of judging; only the owner starts it.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mingan import trust
from mingan.errors import MinganError, UsageError
from mingan.grading.people.queueing import MOST as MOST_IN_QUEUE
from mingan.judges import leaves
from mingan.judges.ahead import Ahead, look_ahead
from mingan.language import Text, counted
from mingan.reports import estimate_sentences as sentences
from mingan.reports.safe import one_line
from mingan.web.judge_form import KIND_WORDS, MOST, MOST_REPEATS, WHICH_WORDS, JudgeForm
from mingan.web.judge_results import (
    PEOPLE,
    finding_of,
    judges_of,
    open_answers,
    results_of,
    spent_sentence,
)
from mingan.web.numbers import whole_number
from mingan.web.offer_rows import check_chosen, offer_row, offers_of, take_keys
from mingan.web.plainly import said_plainly
from mingan.web.routing import get, post
from mingan.web.run_form import CURRENCIES
from mingan.web.run_view import PHASES
from mingan.web.runs import conductor_of
from mingan.web.sitting import TITLE, sittings_of
from mingan.web.sitting_view import left_out, view_of
from mingan.web.sittings import SittingWish
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

_FIELDS = (
    "bank", "judge", "kind", "which", "limit", "repeats", "hidden", "money", "currency", "minutes",
)  # fmt: skip
_SHOWN = 10


def show(visit: Visit) -> Response:
    """What is known of the judges of a bank, and the form to ask one."""
    snapshot = visit.bench.snapshot(visit.query.get("bank"))
    form = JudgeForm(bank=snapshot.bank, judges=tuple(_last_judges(visit)))
    return _page(visit, snapshot, form)


def start(visit: Visit) -> Response:
    """Put a sitting in line, or show the form again with what is wrong."""
    form = _read(visit)
    snapshot = visit.bench.snapshot(form.bank)
    found, _ = offers_of(visit)
    try:
        take_keys(visit, found, form.judges)
        wish = form.wish({offer.card.hash: offer.card for offer in found})
        check_chosen(wish.judges, found, wish.budget)
        _check_hidden(wish, _ahead(visit, snapshot, wish))
        sitting = sittings_of(visit.bench).start(wish)
    except MinganError as fault:
        return _page(visit, snapshot, form, problem=said_plainly(fault), status=400)
    return visit.go(f"/judges/{sitting.id}")


def estimate(visit: Visit) -> Response:
    """What it would take, for the form as it is filled in."""
    try:
        form = _read(visit)
    except UsageError as fault:
        if visit.is_fragment:
            return visit.fragment("judge_estimate.html.j2", estimate=None, why=fault.message)
        raise
    snapshot = visit.bench.snapshot(form.bank)
    if visit.is_fragment:
        return visit.fragment("judge_estimate.html.j2", **_estimated(visit, snapshot, form))
    return _page(visit, snapshot, form)


def line_up(visit: Visit) -> Response:
    """Open a blind queue of the answers that people should judge next, the most useful first."""
    snapshot = visit.bench.snapshot(visit.field("bank"))
    judge = visit.field("judge")
    if judge not in judges_of(snapshot):
        raise UsageError("这个裁判没有判过这个题库。", "This judge has not judged this bank.")
    limit = whole_number(visit.field("limit") or str(PEOPLE), MOST_IN_QUEUE) or 0
    queue = trust.line_up(
        visit.bench.workspace.store, judge, limit=limit, bank=snapshot.bank, by=visit.name
    )
    size = len(queue.items)
    return visit.go(
        f"/grade/q/{queue.id}/result",
        notice=Text(
            f"建好了，一共 {size} 条，最有用的在前。判到哪里停都可以，前面的不要跳过。",
            f"It is made, with {counted(size, 'item')}, the most useful first. Stop wherever you "
            "like, but skip none on the way.",
        ),
    )


def back(visit: Visit) -> Response:
    """Somebody reloads, or changes the language, on a page that a button made."""
    return visit.go("/judges")


def _read(visit: Visit) -> JudgeForm:
    return JudgeForm.read({name: visit.fields(name) for name in _FIELDS})


def _last_judges(visit: Visit) -> list[str]:
    """Who judged last, to be ticked again."""
    if not visit.person.may("owner"):
        return []
    return [card.hash for one in sittings_of(visit.bench).all()[:1] for card in one.wish.judges]


def _ahead(visit: Visit, snapshot: Snapshot, wish: SittingWish) -> Ahead:
    return look_ahead(
        visit.bench.workspace.store, snapshot.gathered, judges=wish.judges, kind=wish.kind,
        which=wish.which, limit=wish.limit, repeats=wish.repeats,
    )  # fmt: skip


def _check_hidden(wish: SittingWish, ahead: Ahead) -> None:
    """See that no hidden question leaves the machine without consent.

    Raises:
        UsageError: one would.
    """
    away = [card.name for card in wish.judges if leaves(card)]
    if not ahead.hidden or not away or wish.show_hidden:
        return
    raise UsageError(
        f"这里有 {ahead.hidden} 道暗题，而裁判 {'、'.join(away)} 不在本机：题目、参考答案和回答会"
        "发到对方那里，暗题就不再是暗题。请换本机的裁判；确实要发出去，请勾上「暗题也发出去」。",
        f"There are {counted(ahead.hidden, 'hidden question')} here, and the judge "
        f"{', '.join(away)} is not on this machine: questions, references and answers would be "
        "sent away and be hidden no more. Choose a judge on this machine, or tick “send hidden "
        "questions too” if you really want that.",
    )


# -- showing ---------------------------------------------------------------------------------


def _page(
    visit: Visit, snapshot: Snapshot, form: JudgeForm, *, problem: Text | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    context: dict[str, Any] = {}
    if visit.person.may("owner"):
        found, file_problem = offers_of(visit)
        context = {
            "form": form,
            "models": [offer_row(visit, offer) for offer in found],
            "kinds": [(kind or "", text, form.kind == kind) for kind, text in KIND_WORDS.items()],
            "which": [(key, text, form.which == key) for key, text in WHICH_WORDS.items()],
            "most": MOST,
            "most_repeats": MOST_REPEATS,
            "currencies": CURRENCIES,
            "hidden": sum(1 for question in snapshot.gathered.questions if question.hidden),
            "file_problem": file_problem,
            "sittings": _sittings(visit),
            "secrets": ",".join(offer.key_field for offer in found),
            **_estimated(visit, snapshot, form),
        }
    return visit.page(
        "judges.html.j2",
        title=TITLE,
        status=status,
        bank=snapshot.bank,
        banks=[name for name, _, _ in snapshot.reader.banks()],
        finding=finding_of(visit, snapshot),
        open=open_answers(snapshot),
        results=results_of(visit, snapshot),
        spent=spent_sentence(snapshot),
        people=PEOPLE,
        problem=problem,
        **context,
    )


def _sittings(visit: Visit) -> list[dict[str, Any]]:
    conductor = conductor_of(visit.bench)
    rows = []
    for one in sittings_of(visit.bench).all()[:_SHOWN]:
        now = view_of(one, conductor.look(one.id))
        rows.append(
            {
                "href": visit.url(f"/judges/{one.id}"),
                "at": one.started[:16].replace("T", " "),
                "bank": one_line(one.wish.bank, 60),
                "names": now.names,
                "kind": visit.say(KIND_WORDS[one.wish.kind]),
                "done": now.done,
                "total": now.total,
                "phase": visit.say(PHASES[now.phase]),
            }
        )
    return rows


def _estimated(visit: Visit, snapshot: Snapshot, form: JudgeForm) -> dict[str, Any]:
    """The estimate in words, or why there is none yet."""
    if not form.judges:
        return {"estimate": None, "why": _NO_JUDGE}
    found, _ = offers_of(visit)
    try:
        ahead = _ahead(visit, snapshot, form.wish({o.card.hash: o.card for o in found}))
    except MinganError as fault:
        return {"estimate": None, "why": said_plainly(fault)}
    made = ahead.estimate
    basis = sentences.cost_basis(made)
    if ahead.seen:
        basis = Text(
            f"按以前 {ahead.seen} 次评判推算。",
            f"Foretold from {counted(ahead.seen, 'earlier opinion')}.",
        )
    return {
        "why": None,
        "estimate": {
            "cases": visit.say(_cases(ahead, form)),
            "effort": visit.say(_effort(ahead)),
            "cost": visit.say(sentences.cost(made)),
            "basis": visit.say(basis) if made.left else "",
            "time": visit.say(sentences.time(made)),
            "left_out": visit.say(left_out(ahead.left_out)) if ahead.left_out else "",
        },
    }


def _cases(ahead: Ahead, form: JudgeForm) -> Text:
    if form.kind == "pair":
        return Text(
            f"比较 {ahead.cases} 对回答，每对换先后各看一次。",
            f"{counted(ahead.cases, 'pair')} of answers, each in both orders.",
        )
    return Text(f"看 {ahead.cases} 个回答。", f"{counted(ahead.cases, 'answer')} to judge.")


def _effort(ahead: Ahead) -> Text:
    made = ahead.estimate
    there = made.answers - made.left
    if not made.left:
        return Text("全都判过了，不用再问。", "All are judged already; nothing will be asked.")
    if there:
        return Text(
            f"要问 {made.left} 次，另有 {there} 次已经问过，不会重问。",
            f"{counted(made.left, 'opinion')} to ask for; {there:,} already there, not asked "
            "again.",
        )
    return Text(f"要问 {made.left} 次。", f"{counted(made.left, 'opinion')} to ask for.")


_NO_JUDGE = Text(
    "勾选一个裁判，这里就说要花多少、多久。",
    "Tick a judge, and this says what it costs and how long it takes.",
)

routes = [
    get("/judges", show, section="/grade"),
    post("/judges", start, section="/grade"),
    post("/judges/estimate", estimate, section="/grade"),
    post("/judges/queue", line_up, section="/grade"),
    *(
        get(f"/judges/{name}", back, role="owner", section="/grade")
        for name in ("estimate", "queue")
    ),
]
