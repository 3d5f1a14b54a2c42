"""Bringing in files: dropped on a page, looked at, and only then stored and graded.

Files are read at once and are gone when the page answers; what they held waits in memory until
somebody says to keep it. Nothing is kept unless all of them could be read; then they are stored
one after another, and where that is cut short, the rest waits to be stored by a second click.
Grading goes on beside the page, which follows it. How files are read and stored is known
elsewhere; here it is only laid out.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.datastructures import UploadFile
from starlette.responses import Response

from mingan import incoming, shelf
from mingan.bank.importers import Imported, detect
from mingan.errors import BankError, MinganError, UsageError
from mingan.incoming import ImportSummary
from mingan.language import Text, counted
from mingan.reports import hidden
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import headline
from mingan.web.bench import Bench
from mingan.web.routing import get, post
from mingan.web.uploads import MOST_BYTES, MOST_FILES, Layout, Upload, laid_out
from mingan.web.visit import Visit

WAITING = 4
"""Uploads that wait to be kept, at most; the oldest makes room."""

WAIT_S = 3600.0
GRACE_S = 10.0
"""How long a server that is being closed waits for the grading under way."""

SHOWN = 5
"""Questions that are shown of what would come in."""

FAULTS = 30
_LONG = 160
_FORM = 100_000
"""Bytes of a form that are not files."""

_TITLE = Text("带来文件", "Bring in files")


@dataclass(slots=True)
class Lot:
    """What one upload held, until it is kept; then what became of it.

    Attributes:
        found: what is not stored yet, a file or folder each; `kept` is what is.
        lock: held while it is being stored.
    """

    found: list[Imported]
    notes: list[Text]
    at: float = field(default_factory=time.monotonic)
    kept: list[ImportSummary] = field(default_factory=list)
    grading: Future[None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def stored(self) -> bool:
        """Whether all of it, or all that anybody wanted, is stored."""
        return bool(self.kept) and not self.found


log = logging.getLogger("mingan.web")


class Lots:
    """The uploads of one server."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._workspace = bench.workspace
        self._lots: dict[str, Lot] = {}
        self._lock = threading.Lock()
        self._grading = threading.Lock()
        self._graders: list[threading.Thread] = []
        self._closing = False

    def hold(self, lot: Lot) -> str:
        """Let it wait; gives the word by which it is found again."""
        token = secrets.token_urlsafe(12)
        with self._lock:
            self._lots = {t: one for t, one in self._lots.items() if _fresh(one)}
            waiting = [t for t, one in self._lots.items() if not (one.kept or one.lock.locked())]
            for old in waiting[: max(0, len(waiting) - WAITING + 1)]:
                del self._lots[old]
            self._lots[token] = lot
        return token

    def find(self, token: str) -> Lot:
        """The upload of that word.

        Raises:
            UsageError: it is not here any more.
        """
        with self._lock:
            lot = self._lots.get(token)
        if lot is None:
            raise UsageError(
                "这批文件已经不在内存里了（放久了，或服务重启过）。已经存下的都在工作区里；"
                "没存的请重新拖进来。",
                "These files are no longer held (too much time has passed, or the server was "
                "restarted). What was stored is in the workspace; drop the rest again.",
            )
        return lot

    def leave(self, token: str) -> bool:
        """Forget what is not stored yet; says whether something was stored before."""
        with self._lock:
            lot = self._lots.get(token)
        if lot is None:
            return False
        with lot.lock:
            if lot.kept:
                lot.found = []
                self._grade_what_came(lot)
                return True
        with self._lock:
            self._lots.pop(token, None)
        return False

    def keep(self, token: str) -> Lot:
        """Store an upload, once, and begin to grade it.

        Raises:
            UsageError: see `find`.
            StoreError: it could not be stored, or not all of it; `kept` is what was, and keeping
                it once more goes on from there.
        """
        lot = self.find(token)
        with lot.lock:
            while lot.found:
                lot.kept.append(incoming.keep(lot.found[0], self._workspace.store))
                lot.found = lot.found[1:]
                self._bench.snapshots.changed()
            self._grade_what_came(lot)
        return lot

    def close(self) -> None:
        """Wait for the grading under way, but not for long."""
        self._closing = True
        end = time.monotonic() + GRACE_S
        for thread in self._graders:
            thread.join(max(0.0, end - time.monotonic()))
        if any(thread.is_alive() for thread in self._graders):
            log.warning("answers that were brought in are not all graded: mingan grade does it")

    def _grade_what_came(self, lot: Lot) -> None:
        """Begin to grade, in a thread that keeps no process from ending."""
        # Verdicts that came along stay: a rule of ours would take their place.
        banks = [s.bank for s in lot.kept if s.answers and not s.grades]
        if not banks or lot.grading is not None:
            return
        lot.grading = Future()
        thread = threading.Thread(
            target=self._grade, args=(banks, lot.grading), name="mingan-bring", daemon=True
        )
        self._graders = [*(t for t in self._graders if t.is_alive()), thread]
        thread.start()

    def _grade(self, banks: Sequence[str], said: Future[None]) -> None:
        try:
            with self._grading:  # one upload after another
                for bank in dict.fromkeys(banks):
                    if self._closing:
                        said.cancel()
                        return
                    self._workspace.grade(bank=bank)
            self._bench.snapshots.changed()
        except BaseException as fault:
            said.set_exception(fault)
        else:
            said.set_result(None)


def _fresh(lot: Lot) -> bool:
    return time.monotonic() - lot.at < WAIT_S


def _lots(visit: Visit) -> Lots:
    return visit.bench.part(Lots, Lots)


# -- the pages ---------------------------------------------------------------------------------


def show(visit: Visit) -> Response:
    """Where files are dropped."""
    return _empty(visit)


def _empty(visit: Visit, faults: Sequence[Text] = ()) -> Response:
    return visit.page(
        "bring.html.j2",
        title=_TITLE,
        status=400 if faults else 200,
        faults=faults,
        banks=[name for name, _, _ in visit.bench.workspace.store.banks()],
    )


def take(visit: Visit) -> Response:
    """Read what was dropped and show it; nothing is stored yet."""
    uploads = [
        Upload(file.filename or "", cast(Any, file.file))
        for file in visit.form.getlist("files")
        if isinstance(file, UploadFile)
    ]
    try:
        with laid_out(uploads) as layout:
            lot = _read(visit, layout)
    except _Unusable as fault:
        return _empty(visit, fault.faults)
    except MinganError as fault:
        return _empty(visit, [fault.message])
    return visit.go(f"/bring/look/{_lots(visit).hold(lot)}")


class _Unusable(Exception):
    """What in the files cannot be used, a sentence each."""

    def __init__(self, faults: Sequence[Text]) -> None:
        super().__init__(faults)
        self.faults = faults


def _read(visit: Visit, layout: Layout) -> Lot:
    workspace = visit.bench.workspace
    name, bank = one_line(visit.field("name"), 60) or None, visit.field("bank") or None
    if bank is not None and bank not in {known for known, _, _ in workspace.store.banks()}:
        raise UsageError("请在单子里选一个题库。", "Choose a bank from the list.")
    several = len(layout.sources) > 1
    found = []
    for source in layout.sources:
        try:
            found.append(
                incoming.read(
                    source, workspace.store, name=None if several else name, bank=bank,
                    registry=workspace.registry,
                )
            )  # fmt: skip
        except MinganError as fault:
            said = _all_faults(visit, layout, source, fault)
            raise _Unusable([layout.said(text) for text in said]) from None
    notes = [*layout.notes, *(note for one in found for note in one.notes)]
    return Lot(found, [layout.said(note) for note in notes])


def _all_faults(visit: Visit, layout: Layout, source: Any, fault: MinganError) -> list[Text]:
    """Of a bank everything that is wrong, so that it can be mended in one go."""
    try:
        if isinstance(fault, BankError) and source.is_file() and detect(source) == "bank":
            found = shelf.check_bank(source, registry=visit.bench.workspace.registry)
            wrong = [one.sentence for one in found if one.severity == "error"]
            more = len(wrong) - FAULTS
            if wrong:
                tail = [Text(f"另有 {more} 处。", f"{more} more.")] if more > 0 else []
                return [*wrong[:FAULTS], *tail]
    except MinganError:
        pass  # what was said first is what is said
    return [fault.message]


def look(visit: Visit) -> Response:
    """What would come in, with its first questions."""
    token = visit.path_params["token"]
    lot = _lots(visit).find(token)
    if lot.stored:
        return visit.go(f"/bring/done/{token}")
    waiting = list(lot.found)
    store = visit.bench.workspace.store
    parts = [_preview(found, *incoming.sort(found, store)) for found in waiting]
    return visit.page(
        "bring_look.html.j2",
        title=_TITLE,
        token=token,
        parts=parts,
        notes=[*_halfway(lot), *lot.notes],
        finding=_would(waiting),
    )


def _preview(found: Imported, fresh: Sequence[Any], changed: Sequence[Any]) -> dict[str, Any]:
    shown = [hidden.question(q) if q.hidden else q for q in found.questions[:SHOWN]]
    return {
        "bank": short_name(found.bank),
        "questions": len(found.questions),
        "models": [short_name(card.name) for card in found.cards],
        "answers": len(found.answers),
        "fresh": len(fresh),
        "corrected": len(changed),
        "known": len(found.answers) - len(fresh) - len(changed),
        "first": [
            {"id": one_line(q.id, 40), "tier": one_line(q.tier, 20),
             "prompt": one_line(q.prompt, _LONG), "answer": one_line(q.answer or "", 60)}
            for q in shown
        ],
    }  # fmt: skip


def _halfway(lot: Lot) -> list[Text]:
    """What is said where storing was cut short."""
    if not lot.kept:
        return []
    there, left = len(lot.kept), len(lot.found)
    return [
        Text(
            f"上一次没有存完：前 {there} 份已经在工作区里，下面是还没存的 {left} 份；再按一次，"
            "只存这些。",
            f"Storing was cut short: the first {there} are in the workspace, and below is what "
            f"is left ({left}); press again to store that.",
        )
    ]


def _would(found: Sequence[Imported]) -> Text:
    questions = sum(len(one.questions) for one in found)
    answers = sum(len(one.answers) for one in found)
    models = len({card.name for one in found for card in one.cards})
    if not answers:
        return Text(f"读懂了：{questions:,} 道题。", f"It holds {counted(questions, 'question')}.")
    return Text(
        f"读懂了：{questions:,} 道题，{models} 个模型的 {answers:,} 个回答。",
        f"It holds {counted(questions, 'question')} and {counted(answers, 'answer')} "
        f"of {counted(models, 'model')}.",
    )


def keep(visit: Visit) -> Response:
    """Store it, and follow the grading."""
    token = visit.field("token")
    _lots(visit).keep(token)
    return visit.go(f"/bring/done/{token}")


def leave(visit: Visit) -> Response:
    """Do not store it after all."""
    token = visit.field("token")
    if _lots(visit).leave(token):
        return visit.go(f"/bring/done/{token}")
    return visit.go("/bring", notice=_LEFT)


def done(visit: Visit) -> Response:
    """What came in, and how far its grading is."""
    token = visit.path_params["token"]
    lot = _lots(visit).find(token)
    if not lot.stored:
        return visit.go(f"/bring/look/{token}")
    state = _state(lot)
    context = {
        "token": token, "lot": lot, "state": state, "why": _why(lot),
        "found": [] if state in ("busy", "failed") else _findings(visit, lot),
    }  # fmt: skip
    if visit.is_fragment:
        return visit.fragment("bring_state.html.j2", **context)
    return visit.page(
        "bring_done.html.j2",
        title=_TITLE,
        finding=_came(lot.kept),
        parts=[(summary, short_name(summary.bank)) for summary in lot.kept],
        notes=lot.notes,
        **context,
    )


def _findings(visit: Visit, lot: Lot) -> list[dict[str, str]]:
    """What the answers that came in say, a sentence for every bank."""
    found = []
    for bank in dict.fromkeys(summary.bank for summary in lot.kept if summary.answers):
        try:
            snapshot = visit.bench.snapshot(bank)
        except UsageError:
            continue  # answers to a wording that the bank has no more
        says = snapshot.why_not or headline(snapshot.scores, snapshot.comparisons)
        found.append({"bank": bank, "says": visit.say(says)})
    return found


def _state(lot: Lot) -> str:
    if lot.grading is None:
        return "none"
    if not lot.grading.done():
        return "busy"
    return "failed" if lot.grading.cancelled() or lot.grading.exception() else "graded"


def _why(lot: Lot) -> Text | None:
    fault = None
    if lot.grading is not None and lot.grading.done() and not lot.grading.cancelled():
        fault = lot.grading.exception()
    return fault.message if isinstance(fault, MinganError) else None


def _came(kept: Sequence[ImportSummary]) -> Text:
    questions = sum(one.questions for one in kept)
    answers = sum(one.answers for one in kept)
    if not answers:
        return Text(f"存好了：{questions:,} 道题。", f"Stored: {counted(questions, 'question')}.")
    models = max(one.models for one in kept)
    return Text(
        f"存好了：{questions:,} 道题，{models} 个模型，{answers:,} 个回答。",
        f"Stored: {counted(questions, 'question')}, {counted(models, 'model')}, "
        f"{counted(answers, 'answer')}.",
    )


_LEFT = Text("这批文件没有存，已经丢掉了。", "These files were not stored; they are gone.")

routes = [
    get("/bring", show, role="owner", section="/run"),
    post("/bring", take, section="/run", most=MOST_BYTES + _FORM, files=3 * MOST_FILES),
    get("/bring/look/{token}", look, role="owner", section="/run"),
    post("/bring/keep", keep, section="/run"),
    post("/bring/leave", leave, section="/run"),
    get("/bring/done/{token}", done, role="owner", section="/run"),
]
