"""Paste mode: a person carries questions to a chat app and its answers back, one after another.

What is asked, and what becomes of a paste, is the paste desk's; here it is only laid out. The
address says everything (bank, app, who), so that a desk can be left and found again. Half-written
text stays in the browser. The module computes nothing of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.responses import Response

from mingan.bank import builtin_names
from mingan.errors import UsageError
from mingan.language import Text
from mingan.paste_desk import MOST_BYTES, Claims, Desk, How, Standing, pasted_card
from mingan.records import ModelCard, Question
from mingan.reports.safe import one_line
from mingan.store.drafts import Overtaken
from mingan.web.bench import Bench
from mingan.web.numbers import whole_number
from mingan.web.routing import get, post
from mingan.web.visit import Visit

HOW_MANY = 10
"""Questions of a first sitting."""

SHORT = 3
"""Turns that a question may take, where no long conversations are wanted."""

LONGEST_NAME = 60
_HOWS: dict[str, How] = {"next": "stop", "cut": "length", "refused": "refusal"}
_MOST_STEPS = 10_000_000
_TITLE = Text("手工粘贴", "Paste mode")


class PasteRoom:
    """What all paste desks of one server share: who is being shown what, and slow graders."""

    def __init__(self, _: Bench) -> None:
        self.claims = Claims()
        self.grader = ThreadPoolExecutor(2, thread_name_prefix="mingan-paste")

    def close(self) -> None:
        """Finish grading; what cannot be finished is graded when it is looked at again."""
        self.grader.shutdown(wait=True, cancel_futures=True)


# -- beginning ---------------------------------------------------------------------------------


def start(visit: Visit) -> Response:
    """Which bank, which app, how many questions, and who pastes."""
    return _start(visit)


def _start(visit: Visit, why: Text | None = None, **filled: str) -> Response:
    store = visit.bench.workspace.store
    held = {name: count for name, _, count in store.banks()}
    apps = [card for card in store.cards() if card.kind == "pasted"]
    return visit.page(
        "paste.html.j2",
        title=_TITLE,
        status=400 if why else 200,
        why=why,
        banks=[*held, *(name for name in builtin_names() if name not in held)],
        counts=held,
        apps=[{"hash": card.hash, "name": _app_name(card)} for card in apps],
        form={"who": visit.name, "limit": str(HOW_MANY), "card": "", "bank": "", "name": "",
              "app": "", "long": ""} | filled,
    )  # fmt: skip


def begin(visit: Visit) -> Response:
    """Put bank and app on record and go to the first question."""
    names = ("who", "limit", "card", "bank", "name", "app", "long")
    filled = {name: visit.field(name) for name in names}
    try:
        card = _card(visit, filled)
        limit = _number(filled["limit"])
        who = _who(filled["who"])
        workspace = visit.bench.workspace
        bank = workspace.bank(_bank_name(visit, filled["bank"]))
    except UsageError as fault:
        return _start(visit, fault.message, **filled)
    digest = workspace.store.add_bank(bank.name, bank.questions)
    workspace.store.add_cards([card])
    return visit.go(
        "/paste/ask", bank=digest, card=card.hash, limit=limit, who=who,
        long="1" if filled["long"] else "",
    )  # fmt: skip


def _card(visit: Visit, filled: Mapping[str, str]) -> ModelCard:
    if filled["card"]:
        return _known_card(visit, filled["card"])
    name, app = (one_line(filled[key], LONGEST_NAME) for key in ("name", "app"))
    if not name:
        raise UsageError("请写上应用的名字，例如“豆包”。", "Give the app's name, such as “Doubao”.")
    return pasted_card(name, app)


def _known_card(visit: Visit, digest: str) -> ModelCard:
    cards = {card.hash: card for card in visit.bench.workspace.store.cards()}
    card = cards.get(digest)
    if card is None or card.kind != "pasted":
        raise _anew()
    return card


def _bank_name(visit: Visit, name: str) -> str:
    """A bank that the page offers: never a file of this machine."""
    known = {known for known, _, _ in visit.bench.workspace.store.banks()}
    if name not in known and name not in builtin_names():
        raise UsageError("请选一个题库。", "Choose a bank.")
    return name


def _number(written: str) -> int:
    number = whole_number(written, 100_000)
    if number is None:
        raise UsageError(
            "题数请写 1 到 100000 之间的整数。", "Give a number of questions from 1 to 100,000."
        )
    return number


def _who(written: str) -> str:
    who = one_line(written, LONGEST_NAME)
    if not who:
        raise UsageError(
            "请写上你的名字：每个回答都会记下是谁粘贴的。",
            "Give your name: every answer keeps who pasted it.",
        )
    return who


# -- one question after another ----------------------------------------------------------------


def ask(visit: Visit) -> Response:
    """The next question, or how it stands where nothing is left."""
    sitting = _Sitting(visit, visit.query)
    standing = sitting.desk.place(sitting.who, skipped_too=sitting.again)
    return _page(visit, sitting, standing)


def take(visit: Visit) -> Response:
    """Take what was pasted, or put the question off, and go to the next."""
    sitting = _Sitting(visit, visit.form)
    key, step, how = visit.field("key"), visit.field("step"), visit.field("how")
    number = whole_number(step, _MOST_STEPS, least=0)
    number = -1 if number is None else number
    pasted = visit.form.get("text", "")
    text = pasted if isinstance(pasted, str) else ""
    try:
        if how == "skip":
            sitting.desk.skip(key, number, sitting.who)
        elif how == "restart":
            sitting.desk.restart(key, number, sitting.who)
        else:
            sitting.desk.paste(key, number, text, who=sitting.who, how=_HOWS.get(how, "stop"))
    except Overtaken as fault:
        return sitting.go(visit, fault.message)
    except UsageError as fault:
        standing = sitting.desk.place(sitting.who, skipped_too=sitting.again)
        return _page(visit, sitting, standing, fault.message, typed=text[:MOST_BYTES])
    return sitting.go(visit)


def undo(visit: Visit) -> Response:
    """Take back the last paste of this person."""
    sitting = _Sitting(visit, visit.form)
    sitting.desk.undo(sitting.who)
    return sitting.go(visit, _UNDONE)


def take_over(visit: Visit) -> Response:
    """Begin anew what somebody else left half done."""
    sitting = _Sitting(visit, visit.form)
    sitting.desk.take_over(sitting.who)
    return sitting.go(visit)


class _Sitting:
    """What the address or a form says of a sitting: who asks which app what."""

    def __init__(self, visit: Visit, said: Mapping[str, Any]) -> None:
        self.said = {name: str(said.get(name, "")) for name in ("bank", "card", "limit", "who")}
        self.said |= {name: "1" if said.get(name) else "" for name in ("long", "again")}
        self.who = _who(self.said["who"])
        self.again = bool(self.said["again"])
        self.card = _known_card(visit, self.said["card"])
        questions = visit.bench.workspace.store.bank(self.said["bank"])
        if questions is None:
            raise _anew()
        self.bank = questions[0].bank if questions else ""
        room = visit.bench.part(PasteRoom, PasteRoom)
        self.desk = Desk(
            visit.bench.workspace.store, self.card, questions,
            limit=_number(self.said["limit"]), turns=None if self.said["long"] else SHORT,
            claims=room.claims, grader=room.grader, registry=visit.bench.workspace.registry,
        )  # fmt: skip

    def go(self, visit: Visit, notice: Text | None = None) -> Response:
        """Back to the question that is next."""
        visit.bench.snapshots.changed()
        return visit.go("/paste/ask", notice=notice, **self.said)


def _page(
    visit: Visit, sitting: _Sitting, standing: Standing, why: Text | None = None, typed: str = ""
) -> Response:
    thread, turn = standing.thread, standing.turn
    shared: dict[str, Any] = {
        "app": _app_name(sitting.card),
        "bank": one_line(sitting.bank, LONGEST_NAME),
        "said": sitting.said,
        "standing": standing,
        "undo_of": _named(standing.undo),
        "why": why,
    }
    if thread is None or turn is None:
        return visit.page(
            "paste_end.html.j2",
            title=_TITLE,
            **shared,
            finding=_ended(standing, _app_name(sitting.card)),
            waiting=[Text(f"{who}：{n} 题", f"{who}: {n}") for who, n in standing.waiting.items()],
        )
    return visit.page(
        "paste_ask.html.j2",
        title=_TITLE,
        status=400 if why else 200,
        **shared,
        thread=thread,
        turn=turn,
        question=thread.item.question,
        earlier=[(draft.said or thread.item.question.prompt, draft.text) for draft in thread.turns],
        typed=typed or standing.before,
        lines=min(16, max(4, turn.text.count("\n") + 2 + len(turn.text) // 60)),
    )


def _ended(standing: Standing, app: str) -> Text:
    """The finding of the page on which nothing is left to do."""
    if standing.done == standing.total:
        return Text(
            f"{standing.total} 题都有 {app} 的回答了。",
            f"{app} has answered all {standing.total} questions.",
        )
    if standing.waiting:
        return Text(
            "剩下的题正在别人手里，等他们做完就齐了。",
            "Others have the remaining questions in hand; it is complete when they are done.",
        )
    if standing.skipped:
        return Text(
            f"这一轮走完了：{standing.done} 题有回答，{standing.skipped} 题跳过了。",
            f"That is all for now: {standing.done} answered, {standing.skipped} skipped.",
        )
    return Text(
        "别人正在看剩下的题；过一会儿再来，没做完的会轮到你。",
        "Others are looking at the remaining questions; come back in a while for what they leave.",
    )


def _named(question: Question | None) -> str:
    return one_line(question.id, LONGEST_NAME) if question else ""


def _app_name(card: ModelCard) -> str:
    version = str(card.options.get("app", ""))
    name = f"{card.name} {version}".strip()
    return one_line(name, 2 * LONGEST_NAME)


def _anew() -> UsageError:
    return UsageError(
        "这个粘贴页的地址不对，或者属于另一个工作区。请从“手工粘贴”重新开始。",
        "This address of a paste desk is not right, or belongs to another workspace. Begin anew "
        "at paste mode.",
    )


_UNDONE = Text(
    "撤销了上一条，请重新粘贴。在你粘贴更正之前，已经存下的回答仍然算数。",
    "The last paste was taken back; paste it again. Until you do, an answer that was stored still "
    "counts.",
)

routes = [
    get("/paste", start, role="owner", section="/grade"),
    post("/paste", begin, section="/grade"),
    get("/paste/ask", ask, role="owner", section="/grade"),
    post("/paste/ask", take, section="/grade", most=4 * MOST_BYTES),
    post("/paste/undo", undo, section="/grade"),
    post("/paste/over", take_over, section="/grade"),
]
