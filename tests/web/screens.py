"""Every screen of the bench with something on it, in a workspace made for the purpose.

The tests look at all of them, and `scripts/bench-pictures` photographs some.
"""

from __future__ import annotations

import re
import time
import zlib

from honesty_help import BANK, WATCHED, fill_twins, fill_watches
from web_help import Served, Visitor
from world_help import fill_world

from mingan import asking
from mingan.bank import Bank
from mingan.records import ModelCard, Question

SLOW = ModelCard(
    name="慢慢来",
    kind="scripted",
    options={"default": "答案是 4。", "delay": 2.0, "jitter": 1.0, "concurrency": 2},
)
JUDGE = ModelCard(
    name="评审员", kind="scripted", options={"default": '{"理由": "算对了", "判定": "对"}'}
)
VOTER = ModelCard(name="比较员", kind="scripted", options={"default": "更好：甲"})
QUICK = ModelCard(name="一口答", kind="scripted", options={"default": "答案是 4。"})

SCREENS = (
    "home", "alarms", "compare", "compare-markdown", "question", "run-new", "run", "run-done",
    "grade", "grade-new", "desk-name", "desk", "desk-pair", "desk-rubric", "grade-progress",
    "grade-result", "judges", "sitting", "sitting-done", "judged", "paste", "paste-ask", "charts",
    "chart-items", "chart-abilities", "chart-votes", "bring", "enter", "missing", "contamination",
    "drift", "drift-one", "histories", "history", "density", "forecast", "ladder", "world",
)  # fmt: skip


def fill_screens(served: Served, bank: str) -> dict[str, str]:
    """Make runs, queues and pastes on a workspace that holds answers to `bank`.

    Gives the address of every screen, without its language. The run stays under way for a
    while, since its model is slow.
    """
    honesty = _honesty(served)  # before anything else asks for this workspace
    served.workspace.store.add_cards([SLOW, QUICK, JUDGE, VOTER])
    with Visitor(served) as owner:
        done = _run(owner, bank, QUICK, count="10")
        _until_finished(served, done)
        sat = _sitting(owner, bank, JUDGE, which="all", limit="9", repeats="2")
        _sitting(owner, bank, VOTER, which="all", limit="20", kind="pair")
        queues = {
            "desk": _queue(owner, bank, kind="verdict"),
            "desk-pair": _queue(owner, bank, kind="pair"),
            "desk-rubric": _queue(owner, bank, kind="rubric", criteria="结论正确\n理由充分"),
            "grade-result": _queue(owner, bank, kind="verdict", limit="6"),
        }
        first = next(iter(served.workspace.bank(bank).questions)).id
        paste = owner.sent("/zh/paste", name="某应用", app="1.0", bank=bank, limit="3", who="小林")
        running = _run(owner, bank, SLOW, count="all")
        waiting = owner.sent("/zh/judges", bank=bank, judge=JUDGE.hash, which="all", limit="30")
    for name in ("小林", "老王"):
        with Visitor(served, name=name) as grader:
            _grade(grader, queues["grade-result"], all_of_it=True)
            _grade(grader, queues["desk"], all_of_it=False)
    with Visitor(served) as owner:
        owner.post(f"/zh/grade/q/{queues['grade-result']}/reveal")
        # So that whoever looks at the desk as this person may go on from another browser.
        owner.post(f"/zh/grade/q/{queues['desk']}/release", by="小林")
    return {
        "home": "/",
        "alarms": "/alarms",
        "compare": f"/compare?bank={bank}",
        "compare-markdown": f"/compare?bank={bank}&as=markdown",
        "question": f"/compare/q/{first}?bank={bank}",
        "run-new": "/run",
        "run": f"/run/{running}",
        "run-done": f"/run/{done}",
        "grade": "/grade",
        "grade-new": "/grade/new",
        "desk-name": f"/grade/q/{queues['desk']}",
        **{name: f"/grade/q/{queues[name]}" for name in ("desk", "desk-pair", "desk-rubric")},
        "grade-progress": f"/grade/q/{queues['desk']}/result",
        "grade-result": f"/grade/q/{queues['grade-result']}/result",
        "judges": f"/judges?bank={bank}",
        "sitting": str(waiting.url).removeprefix(f"{served.url}/zh"),
        "sitting-done": sat,
        "judged": f"/compare/q/{_judged(served, bank)}?bank={bank}",
        "chart-votes": f"/charts/votes?bank={bank}",
        "paste": "/paste",
        "paste-ask": str(paste.url).removeprefix(f"{served.url}/zh"),
        "charts": f"/charts?bank={bank}",
        "chart-items": f"/charts/items?bank={bank}",
        "chart-abilities": f"/charts/abilities?bank={bank}",
        "bring": "/bring",
        "enter": "/enter",
        "missing": "/nothing",
        **honesty,
    }


def _honesty(served: Served) -> dict[str, str]:
    """Screens about models that saw the questions, or changed."""
    fill_twins(served.workspace)
    fill_watches(served.workspace)
    with Visitor(served) as owner:
        watch = re.search(r'href="/zh(/drift/[\w-]+)"', owner.get("/zh/drift"))
        history = re.search(
            r'href="/zh(/history/\w+\?[^"]*)"', owner.get(f"/zh/history?bank={WATCHED}")
        )
    assert watch
    assert history
    return {
        "contamination": f"/contamination?bank={BANK}",
        "drift": "/drift",
        "density": "/density",
        "forecast": "/forecast",
        "ladder": "/ladder",
        "world": f"/world?bank={fill_world(served.workspace)}",
        "drift-one": watch[1],
        "histories": f"/history?bank={WATCHED}",
        "history": history[1].replace("&amp;", "&"),
    }


def name_yourself(page: object, lang: str = "zh") -> None:
    """Give this browser page's person a name, as the desk asks for one."""
    page.goto(f"/{lang}/enter")  # type: ignore[attr-defined]
    page.locator("#name").fill("小林")  # type: ignore[attr-defined]
    page.locator("main form button").click()  # type: ignore[attr-defined]


def _run(owner: Visitor, bank: str, card: ModelCard, *, count: str) -> str:
    sent = owner.sent("/zh/run", bank=bank, count=count, repeats=1, model=card.hash)
    found = re.search(r"/run/([\w-]+)", str(sent.url))
    assert found, sent.text
    return found[1]


def _sitting(owner: Visitor, bank: str, judge: ModelCard, **wish: str) -> str:
    """A sitting that is over."""
    sent = owner.sent("/zh/judges", bank=bank, judge=judge.hash, **wish)
    at = str(sent.url.path)
    for _ in range(400):
        if "sse-connect" not in owner.get(at):
            return at.removeprefix("/zh")
        time.sleep(0.05)
    raise AssertionError(f"the sitting {at} did not end")


def _judged(served: Served, bank: str) -> str:
    """A question of which a judge's verdict stands."""
    gathered = served.workspace.gather(bank=bank)
    return next(
        question
        for (_, question, _), grade in gathered.grades.items()
        if grade.authority == "judge"
    )


def _until_finished(served: Served, run: str) -> None:
    for _ in range(400):
        states = {status.run.id: status.state for status in served.workspace.store.runs()}
        if states[run] == "finished":
            return
        time.sleep(0.05)
    raise AssertionError(f"the run {run} did not end")


def _queue(owner: Visitor, bank: str, **wish: str) -> str:
    form = {"bank": bank, "which": "all", "limit": "40", "guideline": "看结论对不对。"} | wish
    found = re.search(r"/grade/q/([\w-]+)/result", str(owner.sent("/zh/grade/new", **form).url))
    assert found
    return found[1]


def _grade(grader: Visitor, queue: str, *, all_of_it: bool) -> None:
    page = grader.get(f"/zh/grade/q/{queue}")
    for number in range(45 if all_of_it else 4):
        place = re.search(r'name="place" value="(\d+)"', page)
        if place is None or 'id="verdict"' not in page:
            return
        choice = ("right", "wrong", "unsure")[(number + len(grader.client.cookies)) % 3]
        page = grader.post(f"/zh/grade/q/{queue}", place=place[1], choice=choice)


SHOWN = (("sky", 66, 8.0, 0.3), ("lake", 58, 2.0, 0.1), ("hill", 42, 0.5, 0.04))
"""Name, how often right, price, seconds."""


def showcase(served: Served, wanted: int = 120) -> None:
    """Three scripted models of unlike ability, price and speed, on questions of our own bank."""
    workspace = served.workspace
    bank = workspace.bank("builtin")
    short = asking.subset(asking.short(bank.questions, 1), wanted)
    cards = []
    for name, share, price, delay in SHOWN:
        said = {q.id: _said(name, q, right=_lot(name, q.id) < share) for q in short}
        options = {"answers": said, "delay": delay, "jitter": delay}
        cards.append(
            ModelCard(
                name=name,
                kind="scripted",
                options=options,
                price_in=price / 4,
                price_out=price,
            )
        )
    workspace.run(bank=Bank(name="builtin", questions=tuple(short)), models=cards)


def _said(model: str, question: Question, *, right: bool) -> dict[str, object]:
    guess = zlib.crc32(f"{model} {question.id}".encode()) % 97
    text = f"想了一想，答案是：\n\n{question.answer}" if right else f"我不太确定，大概是 {guess}。"
    return {"text": text, "tokens_in": len(question.prompt), "tokens_out": 300}


def _lot(model: str, question: str) -> int:
    """A number below 100, always the same; questions differ in how hard they are for everybody."""
    both = zlib.crc32(question.encode()) % 100
    alone = zlib.crc32(f"{model} {question}".encode()) % 100
    return (2 * both + 3 * alone) // 5


def at_rest(served: Served) -> dict[str, str]:
    """The addresses of the screens that the docs show of a workspace in which nothing goes on."""
    showcase(served)
    return {
        "home": "/?bank=builtin",
        "compare": "/compare?bank=builtin&m=sky&m=lake&show=disagree",
        "charts": "/charts/price?bank=builtin",
    }


def found_out(served: Served) -> dict[str, str]:
    """The same of a model that had seen the questions, and of one that changed."""
    fill_twins(served.workspace, ("reef", "dune", "moss"))
    fill_watches(served.workspace, ("fern", "sand"))
    return {"contamination": f"/contamination?bank={BANK}", "drift": "/drift"}


def at_work(served: Served) -> dict[str, str]:
    """The same of a queue half graded and of a run under way, which are started here."""
    slow = [
        ModelCard(name=name, kind="scripted", options=SLOW.options | {"delay": delay, "seed": i})
        for i, (name, delay) in enumerate((("sea", 0.9), ("moon", 1.6), ("pine", 2.5)))
    ]
    served.workspace.store.add_cards(slow)
    with Visitor(served) as owner:
        queue = _queue(owner, "builtin", kind="verdict", limit="120")
        running = owner.sent(
            "/zh/run", bank="builtin", count="100", short="1", model=[card.hash for card in slow]
        )
    with Visitor(served, name="小林") as grader:
        _grade(grader, queue, all_of_it=True)
        grader.post(f"/zh/grade/q/{queue}/release", by="小林")
    return {
        "grade": f"/grade/q/{queue}",
        "run": str(running.url).removeprefix(f"{served.url}/zh"),
    }
