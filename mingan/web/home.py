"""Home: one table of models, the last runs, and what a reader should know before repeating it."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import Any

from starlette.responses import Response

from mingan.bank.twins import JOINT
from mingan.errors import MinganError, UsageError
from mingan.language import Text
from mingan.reports.item_sentences import item_sentence
from mingan.reports.page_questions import NAMES
from mingan.reports.page_scores import (
    attention,
    eyebrow,
    lede,
    score_row,
    undecided,
    underlined,
)
from mingan.reports.safe import one_line
from mingan.reports.sentences import headline, unknown_sentence
from mingan.reports.words import words
from mingan.store import RunStatus
from mingan.web.bench import Bench
from mingan.web.routing import get
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

_RUNS = 5
_TITLE = Text("总览", "Overview")
_STATES = {
    "waiting": Text("等着开始", "waiting"),
    "running": Text("进行中", "running"),
    "finished": Text("已完成", "finished"),
    "stopped": Text("已停下，可以接着问", "stopped; can go on"),
    "failed": Text("出错停下", "stopped by a fault"),
}


def show(visit: Visit) -> Response:
    """The table of one bank, or how to begin where there is nothing yet."""
    reader = visit.bench.snapshots.reader
    if not visit.query.get("bank") and reader.newest_bank() is None:
        return visit.page("welcome.html.j2", title=_TITLE)
    try:
        snapshot = visit.bench.snapshot(visit.query.get("bank"))
    except UsageError as fault:
        if visit.query.get("bank"):
            raise
        return visit.page("welcome.html.j2", title=_TITLE, why=fault.message)
    word = words(visit.lang)
    if snapshot.why_not is not None:
        finding = visit.say(snapshot.why_not)
    else:
        finding = headline(snapshot.scores, snapshot.comparisons).say(visit.lang)
    return visit.page(
        "home.html.j2",
        title=_TITLE,
        w=word,
        bank=snapshot.bank,
        banks=[name for name, _, _ in reader.banks()],
        eyebrow=eyebrow(snapshot.data, word),
        finding=underlined(finding, visit.lang),
        lede=lede(snapshot.data, visit.lang),
        rows=[_row(visit, snapshot, score) for score in snapshot.scores],
        unknown=[
            unknown_sentence(score).say(visit.lang) for score in snapshot.scores if undecided(score)
        ],
        notes=[note.say(visit.lang) for note in snapshot.data.notes],
        stamp=one_line(str(snapshot.data.stamp)),
        bank_hash=snapshot.gathered.bank_hash,
        cards=_cards(visit, snapshot) if snapshot.items_ready or _small(snapshot) else None,
        runs=_runs(visit),
    )


def alarms(visit: Visit) -> Response:
    """The alarms alone: on a large bank looking through every question takes seconds."""
    snapshot = visit.bench.snapshot(visit.query.get("bank"))
    cards = _cards(visit, snapshot)
    if visit.is_fragment:
        return visit.fragment("alarms.html.j2", cards=cards)
    return visit.page("alarms_page.html.j2", title=_TITLE, cards=cards)


def _small(snapshot: Snapshot) -> bool:
    """Whether the alarms are quickly there."""
    return len(snapshot.gathered.answers) < 2_000


def _row(visit: Visit, snapshot: Snapshot, score: Any) -> dict[str, Any]:
    def find(model: str, letter: str) -> str:
        return visit.url("/compare", bank=snapshot.bank, is_=f"{model}:{NAMES[letter]}")

    row = score_row(score, find)
    row["href"] = visit.url("/compare", bank=snapshot.bank, m=score.model)
    return row


def _cards(visit: Visit, snapshot: Snapshot) -> list[dict[str, str]]:
    """What to note: suspect keys first, then what the report says, then hidden twins."""
    if snapshot.why_not is not None:
        return []
    return [
        *_suspects(visit, snapshot),
        *(card | {"href": "", "link": ""} for card in attention(snapshot.data, visit.lang)),
        *_twins(visit, snapshot),
    ]


def _suspects(visit: Visit, snapshot: Snapshot) -> list[dict[str, str]]:
    suspect = snapshot.items.suspect
    if not suspect:
        return []
    count = len(suspect)
    first = visit.say(item_sentence(suspect[0]))
    title = Text(
        f"{count} 道题的参考答案可疑",
        f"{count} {'question has a suspect key' if count == 1 else 'questions have suspect keys'}",
    )
    meaning = Text(
        "先核对参考答案，再下结论。例如 ", "Look at the keys before you conclude. For example, "
    )
    return [
        {
            "kind": "alarm",
            "title": visit.say(title),
            "text": visit.say(meaning) + first,
            "href": visit.url("/charts/items", bank=snapshot.bank),
            "link": visit.say(Text("逐题查看", "Look at each question")),
        }
    ]


def _twins(visit: Visit, snapshot: Snapshot) -> list[dict[str, str]]:
    """Whether this bank's hidden twins were asked: the way to see whether a score was earned."""
    name = snapshot.bank
    if JOINT in name:
        return []
    known = {bank for bank, _, _ in visit.bench.snapshots.reader.banks()}
    if any(bank.startswith(name + JOINT) for bank in known):
        title = Text("暗题也问过", "The hidden twins were asked too")
        text = Text(
            "公开题和暗题的差距，看图表里的“明暗对照”。",
            "See “public against hidden” among the charts for the gap.",
        )
        link, href = Text("看明暗对照", "Compare"), visit.url("/charts/twins", bank=name)
    else:
        title = Text("还没有用暗题核对", "Not checked with hidden twins yet")
        text = Text(
            "公开的题可能被模型训练过，得分会虚高。用同逻辑的暗题再测一遍，才知道分数是不是挣来的。",
            "Public questions may have been trained on, which inflates a score. Asking hidden "
            "twins of the same logic tells whether it was earned.",
        )
        link, href = Text("测一遍暗题", "Ask the twins"), visit.url("/run", bank=name, twins="1")
    return [
        {
            "kind": "unsure", "title": visit.say(title), "text": visit.say(text),
            "href": href, "link": visit.say(link),
        }
    ]  # fmt: skip


def _runs(visit: Visit) -> list[dict[str, str]]:
    """The last runs, newest first."""
    newest: list[RunStatus] = visit.bench.workspace.store.runs()[-_RUNS:]
    return [
        {
            "href": visit.url(f"/run/{status.run.id}"),
            "bank": one_line(status.run.bank, 60),
            "models": str(len(status.run.models)),
            "questions": str(len(status.run.questions)),
            "state": visit.say(_STATES.get(status.state, Text(status.state, status.state))),
            "at": status.run.started[:16].replace("T", " "),
        }
        for status in reversed(newest)
    ]


class _Warmth:
    """Reads the workspace while nobody waits for it, so that the first visitor need not either."""

    def __init__(self, bench: Bench) -> None:
        self._thread = Thread(target=self._read, args=(bench,), name="mingan-warm", daemon=True)
        self._thread.start()

    def _read(self, bench: Bench) -> None:
        with suppress(MinganError):  # whatever it is, the first visitor is told
            bench.snapshot()

    def close(self) -> None:
        """Wait for it: the workspace is closed next."""
        self._thread.join()


def at_start(bench: Bench) -> None:
    """Begin to read."""
    bench.part(_Warmth, _Warmth)


routes = [get("/", show, section="/"), get("/alarms", alarms, section="/")]
