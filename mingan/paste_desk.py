"""The paste desk: which question a person takes to a chat app next, and what becomes of a paste.

A chat app without an address of its own is asked by people: they copy a question out, paste the
answer in, one after another, over days if they like, and several of them at once. The plan is that
of a run (the same questions, the same keys), so what was pasted here is not asked again by a run
on the same card, and the other way round. Every step is on disk before the next is shown. This
module must not know how a page looks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from mingan import asking, grading
from mingan.asking.conversation import Conversations
from mingan.asking.pasting import Thread, Turn, answer_from, next_turn
from mingan.asking.states import keepable
from mingan.errors import UsageError
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Answer, Grade, ModelCard, Question, now
from mingan.store import Store, drafts
from mingan.store.drafts import Act, Draft

MOST_BYTES = 1_000_000
"""The longest text that may be pasted."""

CLAIM_S = 30 * 60.0
"""How long a question that was shown to one person is kept from others, in seconds."""

How = Literal["stop", "length", "refusal"]
"""How a pasted turn ended: by itself, cut off by the app, or refused by it."""


def pasted_card(name: str, app: str = "") -> ModelCard:
    """The card of a chat app, the same as models.toml would describe; `app` is its version."""
    return ModelCard(name=name, kind="pasted", options={"app": app} if app else {})


class Claims:
    """Who is being shown which question: kept in memory, since losing it costs nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, who: str) -> bool:
        """Take a question for `who`; False where another has it."""
        with self._lock:
            holder, since = self._held.get(key, (who, 0.0))
            if holder != who and self._clock() - since < CLAIM_S:
                return False
            self._held = {k: v for k, v in self._held.items() if v[0] != who}
            self._held[key] = (who, self._clock())
            return True

    def drop(self, key: str) -> None:
        """Let go of a question."""
        with self._lock:
            self._held.pop(key, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where somebody stands.

    Attributes:
        thread, turn: what is to be pasted now; None where nothing is left for this person.
        number: which question it is, from 1, of `total`; `done` have their answer.
        skipped: questions that were put off; `waiting`: what others have under way, by who.
        before: the text that a turn held which was taken back.
        undo: the question whose last turn this person can take back.
    """

    thread: Thread | None
    turn: Turn | None
    number: int
    total: int
    done: int
    skipped: int
    waiting: Mapping[str, int]
    before: str = ""
    undo: Question | None = None


@dataclass(slots=True)
class _Table:
    """Everything on record at one moment."""

    threads: dict[str, Thread] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    order: dict[str, int] = field(default_factory=dict)

    def open(self, key: str) -> bool:
        thread = self.threads[key]
        return thread.correcting or key not in self.there

    def others(self, key: str, who: str) -> str | None:
        holder = self.threads[key].holder
        return holder if holder is not None and holder != who else None


class Desk:
    """Some of a bank's questions for one chat app. Cheap to make: one for every request."""

    def __init__(
        self,
        store: Store,
        card: ModelCard,
        questions: Sequence[Question],
        *,
        limit: int | None = None,
        turns: int | None = None,
        claims: Claims | None = None,
        grader: ThreadPoolExecutor | None = None,
        registry: Registry = installed,
    ) -> None:
        """Draws `limit` questions as a run would, those with few turns first.

        Args:
            turns: only questions in which the app has at most so many turns, as in `ask`.
            grader: grades what takes long; None grades it at once.

        Raises:
            UsageError: `limit` is below one.
        """
        chosen = list(questions)
        if turns is not None:
            chosen = asking.short(chosen, turns, registry) or chosen
        if limit is not None:
            chosen = asking.subset(chosen, limit)
        self._talk = Conversations(chosen, registry)
        items = asking.Plan(questions=chosen, cards=[card]).items()
        self.items = sorted(items, key=lambda item: self._talk.most(item.question))
        self.card = card
        self._by_key = {item.key: item for item in self.items}
        self._store = store
        self._claims = claims or Claims()
        self._grader = grader
        self._registry = registry

    # -- where somebody stands ---------------------------------------------------------------

    def place(self, who: str, *, skipped_too: bool = False) -> Standing:
        """What is next for `who`: what they began, else what nobody has; skipped ones on wish.

        Raises:
            BrokenGame: the game of the next question failed.
        """
        table = self._look()
        key = self._choose(table, who, skipped_too)
        thread = table.threads[key] if key else None
        waiting: dict[str, int] = {}
        for other in (k for k in self._by_key if table.open(k)):
            if holder := table.others(other, who):
                waiting[holder] = waiting.get(holder, 0) + 1
        last = self._last_by(table, who)
        done = sum(not table.open(k) for k in self._by_key)
        return Standing(
            thread=thread,
            turn=next_turn(self._talk, thread.item, thread.turns) if thread else None,
            number=min(done + 1, len(self.items)),
            total=len(self.items),
            done=done,
            skipped=sum(table.threads[k].skipped and table.open(k) for k in self._by_key),
            waiting=waiting,
            before=thread.taken_back if thread else "",
            undo=table.threads[last].item.question if last else None,
        )

    def _choose(self, table: _Table, who: str, skipped_too: bool) -> str | None:
        free = [k for k in self._by_key if table.open(k) and table.others(k, who) is None]
        fresh = [k for k in free if not table.threads[k].skipped]
        mine = [k for k in fresh if table.threads[k].holder == who]
        mine.sort(key=lambda k: not table.threads[k].correcting)
        later = [k for k in free if table.threads[k].skipped] if skipped_too else []
        later.sort(key=lambda k: table.order[k])
        rest = [k for k in fresh if k not in mine]
        return next((k for k in [*mine, *rest, *later] if self._claims.take(k, who)), None)

    def _look(self) -> _Table:
        table = _Table({key: Thread(item) for key, item in self._by_key.items()})
        for number, draft in enumerate(drafts.read(self._store, self.card.hash)):
            if draft.key in table.threads:
                table.threads[draft.key].add(draft)
                table.order[draft.key] = number
        table.there = self._store.finished(list(self._by_key))
        return table

    @staticmethod
    def _last_by(table: _Table, who: str) -> str | None:
        """The conversation with the newest turn that `who` pasted and that still stands."""
        mine = [
            key
            for key, thread in table.threads.items()
            if thread.turns and thread.turns[-1].who == who and (thread.complete or table.open(key))
        ]
        return max(mine, key=lambda key: (table.threads[key].turns[-1].at, table.order[key]),
                   default=None)  # fmt: skip

    # -- what somebody does ------------------------------------------------------------------

    def paste(
        self, key: str, step: int, text: str, *, who: str, how: How = "stop", app: str = ""
    ) -> Future[None] | None:
        """Take what the app said; on disk when this returns.

        Gives what to wait for where a grade takes long and is still to come. Doing the same
        again (a second click) changes nothing.

        Raises:
            UsageError: nothing was pasted, it is too long, or no such question is open.
            Overtaken: somebody else was first.
        """
        said = keepable(text.replace("\r\n", "\n"))
        _check_text(said, how)
        table = self._look()
        thread = self._thread(table, key)
        draft = self._draft(thread, step, "paste", who)
        draft = msgspec.structs.replace(draft, text=said, finish=how, app=app or self._app)
        if thread.step != step or not table.open(key):
            if _same(thread, draft):
                return None
            raise drafts.overtaken(thread.last.who if thread.last else "")
        turn = next_turn(self._talk, thread.item, thread.turns)
        if turn is None:  # only if a game was changed between two turns
            raise drafts.overtaken("")
        if thread.turns:
            draft = msgspec.structs.replace(draft, said=turn.said, fresh=turn.fresh)
        whole = [*thread.turns, draft]
        if next_turn(self._talk, thread.item, whole) is not None:
            drafts.keep(self._store, draft, self.card.hash)
            return None
        draft = msgspec.structs.replace(draft, done=True)
        return self._finish(thread, [*thread.turns, draft])

    def skip(self, key: str, step: int, who: str) -> None:
        """Put a question off, or, where it is being corrected, let its answer stand.

        Raises:
            UsageError, Overtaken: see `paste`.
        """
        table = self._look()
        thread = self._thread(table, key)
        if not table.open(key):
            raise drafts.overtaken(thread.last.who if thread.last else "")
        self._step(thread, step, "keep" if thread.correcting else "skip", who)

    def restart(self, key: str, step: int, who: str) -> None:
        """Drop the turns of a conversation and begin it anew, in a new chat.

        Raises:
            UsageError, Overtaken: see `paste`.
        """
        self._step(self._thread(self._look(), key), step, "restart", who)

    def undo(self, who: str) -> Question:
        """Take back the last turn that `who` pasted; gives the question that is open again.

        An answer that was made stays on record, and counts, until a correction takes its place.

        Raises:
            UsageError: there is nothing to take back.
            Overtaken: somebody else was first.
        """
        table = self._look()
        key = self._last_by(table, who)
        if key is None:
            raise UsageError(
                "没有可以撤销的：你在这里还没有粘贴过。",
                "There is nothing to take back: you have pasted nothing here yet.",
            )
        thread = table.threads[key]
        self._step(thread, thread.step, "undo", who)
        return thread.item.question

    def take_over(self, who: str) -> None:
        """Begin anew, in a chat of one's own, what others left half done.

        Raises:
            UsageError: there is no such conversation.
            Overtaken: somebody else was first.
        """
        table = self._look()
        left = [k for k in self._by_key if table.open(k) and table.others(k, who)]
        if not left:
            raise UsageError(
                "没有别人做到一半的题。", "There is no question that others left half done."
            )
        thread = table.threads[left[0]]
        self._step(thread, thread.step, "restart", who)

    # -- how ---------------------------------------------------------------------------------

    @property
    def _app(self) -> str:
        return str(self.card.options.get("app", ""))

    def _thread(self, table: _Table, key: str) -> Thread:
        if key not in table.threads:
            raise UsageError(
                "这道题不在这一次要问的题里。请从头打开粘贴页。",
                "This question is not among those to be asked. Open the page anew.",
            )
        return table.threads[key]

    def _draft(self, thread: Thread, step: int, act: Act, who: str) -> Draft:
        return Draft(
            key=thread.item.key, step=step, act=act, who=who, at=now(),
            hidden=thread.item.question.hidden,
        )  # fmt: skip

    def _step(self, thread: Thread, step: int, act: Act, who: str) -> None:
        draft = self._draft(thread, step, act, who)
        if thread.step != step:
            last = thread.last
            if last and (last.act, last.who, last.step) == (act, who, step):
                return
            raise drafts.overtaken(last.who if last else "")
        drafts.keep(self._store, draft, self.card.hash)
        self._claims.drop(thread.item.key)

    def _finish(self, thread: Thread, turns: list[Draft]) -> Future[None] | None:
        """Store the last turn with the answer, and its grade if that takes no time."""
        item = thread.item
        answer: Answer | None = answer_from(item, turns)
        if thread.correcting and answer is not None:
            answer = self._corrected(answer)
        slow = answer is not None and grading.is_slow(item.question, registry=self._registry)
        grades = [] if answer is None or slow else self._grades(item.question, answer)
        answers = [answer] if answer is not None else []
        drafts.keep(self._store, turns[-1], self.card.hash, answers, grades)
        self._claims.drop(item.key)
        if answer is None or not slow:
            return None
        if self._grader is None:
            self._grade_later(item.question, answer)
            return None
        return self._grader.submit(self._grade_later, item.question, answer)

    def _corrected(self, answer: Answer) -> Answer | None:
        """The answer as the next revision of that on record; None where it says the same."""
        there = {given.key: given for given in self._store.answers(models=[self.card.hash])}
        old = there.get(answer.key)
        if old is None or old.state == "failed":
            return answer
        if old.content == answer.content:
            return None
        return msgspec.structs.replace(answer, revision=old.revision + 1, supersedes=old.content)

    def _grades(self, question: Question, answer: Answer) -> list[Grade]:
        """The rule's grade; none where the grader itself failed, which is not the app's mistake."""
        try:
            return [grading.grade(question, answer, registry=self._registry)]
        except Exception:
            return []

    def _grade_later(self, question: Question, answer: Answer) -> None:
        self._store.add_grades(self._grades(question, answer))


def _check_text(text: str, how: How) -> None:
    size = len(text.encode())
    if size > MOST_BYTES:
        raise UsageError(
            f"粘贴的文字有 {size / 1e6:.1f} MB，最多 {MOST_BYTES / 1e6:.0f} MB。没有存；"
            "请只粘贴这一轮的回答。",
            f"The pasted text has {size / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB is taken. "
            "Nothing was stored; paste the answer of this turn only.",
        )
    if not text.strip() and how != "refusal":
        raise UsageError(
            "还没有粘贴回答。请把它说的话粘贴进来；它不肯答就点“它拒绝回答”，不想问就跳过。",
            "Nothing was pasted yet. Paste what it said; if it will not answer, choose “it "
            "refused”, or skip the question.",
        )


def _same(thread: Thread, draft: Draft) -> bool:
    """Whether a paste is the one that was taken just now, sent a second time."""
    last = thread.last
    if last is None or last.act != "paste":
        return False
    return (last.step, last.who, last.text, last.finish) == (
        draft.step, draft.who, draft.text, draft.finish,
    )  # fmt: skip
