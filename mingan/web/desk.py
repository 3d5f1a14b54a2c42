"""What lies on the reading desk: one item of a blind queue, with nothing in it that names a model.

Names are taken out here, before anything else sees the text, so that a template cannot give away
what it was not given. Everything that an owner wrote for graders (title, guideline, criteria)
goes through the same hands. What people chose is not known here, but for one's own last choice.
The module knows records and queues; no request.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock

import msgspec

from mingan.errors import UsageError
from mingan.grading.people.masking import mask, mask_ends
from mingan.grading.people.outcome import SAID
from mingan.language import Lang, Text
from mingan.records import NO_TEXT, Answer, Question
from mingan.reports.assemble import answer_view
from mingan.reports.safe import one_line, visible
from mingan.reports.words import words
from mingan.store import Store
from mingan.store.queues import UNDONE, Click, Queue, QueueStatus, standing
from mingan.web.cards import ROOMS, Excerpt, excerpt, is_drawn, whole_text
from mingan.web.drawings import Pictures

_KEPT = 12
_TITLE = 90
_WHOLE = 400_000  # characters of one answer that are looked through for a file
_TURNS_FIRST, _TURNS_LAST, _TURN = 20, 40, 400
_LEFT_OUT = Text("〔此处略去 {n} 个字符〕", "[{n} characters left out here]")
_GONE = Text(
    "这个盲评不在了。请从「盲评」页重新进入。",
    "There is no such blind grading. Go in again from the Grade page.",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A queue with what its items name, and the names that must not be seen."""

    queue: Queue
    questions: dict[str, Question]
    answers: dict[str, Answer]
    names: tuple[str, ...]

    def clean(self, text: str, asked: str = "") -> str:
        """`text` without names."""
        return mask(text, names=self.names, asked=asked).text


class Desk:
    """The queues that people are working through, read once each; a queue never changes."""

    def __init__(self, store: Store) -> None:
        """Reads from `store`."""
        self._store = store
        self._judged: OrderedDict[str, Judged] = OrderedDict()
        self._lock = Lock()

    def status(self, queue_id: str) -> QueueStatus:
        """How far a queue got.

        Raises:
            UsageError: there is no such queue.
        """
        status = self._store.queue(queue_id)
        if status is None:
            raise UsageError(_GONE.zh, _GONE.en)
        return status

    def clean(self, text: str) -> str:
        """`text` without the names of this workspace's models."""
        return mask(text, names=[card.name for card in self._store.cards()]).text

    def judged(self, queue: Queue) -> Judged:
        """A queue with its questions and answers."""
        with self._lock:
            if queue.id in self._judged:
                self._judged.move_to_end(queue.id)
                return self._judged[queue.id]
        questions, answers = self._store.judged(queue)
        names = {card.name for card in self._store.cards()} | {a.model for a in answers.values()}
        made = Judged(queue, questions, answers, tuple(sorted(names)))
        with self._lock:
            self._judged[queue.id] = made
            while len(self._judged) > _KEPT:
                self._judged.popitem(last=False)
        return made

    def close(self) -> None:
        """Forget them."""
        self._judged.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text as it is shown: of a long one the start and the end, and how much lies between.

    An answer's end is what it comes to, so nobody should judge one without having seen it.
    """

    start: str
    left: int = 0
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindTurn:
    """One earlier turn of a conversation; `skipped` turns before it are not shown."""

    who: str
    fresh: bool
    said: Passage
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindAnswer:
    """One answer as it lies on the desk.

    `masked` says whether names were taken out, `cut` whether anything is not shown.
    """

    side: int
    label: str
    state: str
    text: Passage
    turns: tuple[BlindTurn, ...]
    drawn: bool
    masked: bool

    @property
    def cut(self) -> bool:
        """Whether there is more to it than is shown."""
        earlier = any(turn.said.left or turn.skipped for turn in self.turns)
        return bool(self.text.left) or earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCard:
    """One item as it lies on the desk."""

    place: int
    title: str
    prompt: Excerpt | None
    choices: tuple[str, ...]
    reference: str
    aliases: tuple[str, ...]
    why: str
    answers: tuple[BlindAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one person got: the item that is next, what was chosen for it before, and by which
    click one can go back."""

    done: int
    size: int
    next: int | None
    before: str
    note: str
    last: int | None


def progress(queue: Queue, clicks: Sequence[Click]) -> Progress:
    """How far one person got; `clicks` are that person's, oldest first."""
    stand = {place: click for (_, place), click in standing(clicks).items()}
    coming = next((place for place in range(len(queue.items)) if place not in stand), None)
    before = [c for c in clicks if c.place == coming and c.choice != UNDONE]
    return Progress(
        done=len(stand),
        size=len(queue.items),
        next=coming,
        before=before[-1].choice if before else "",
        note=before[-1].note if before else "",
        last=next(reversed(stand), None),
    )


def said(queue: Queue, choice: str, lang: Lang) -> str:
    """What a choice is called."""
    if choice in SAID:
        return SAID[choice].say(lang)
    return f"{choice.count('1')} / {len(queue.criteria)}"


def item_card(judged: Judged, place: int) -> ItemCard:
    """One item, without names.

    Raises:
        UsageError: what it names is not in this workspace.
    """
    item = judged.queue.items[place]
    question = judged.questions.get(item.question)
    if question is None or any(content not in judged.answers for content in item.answers):
        raise UsageError(
            "这一条的题目或回答不在这个工作区里，没法评。请告诉建盲评的人。",
            "The question or answer of this item is not in this workspace. Tell whoever made this.",
        )
    prompt = question.prompt.strip()
    short = len(prompt) <= _TITLE and "\n" not in prompt
    labels = ("A", "B") if len(item.answers) > 1 else ("",)
    return ItemCard(
        place=place,
        title=one_line(prompt, _TITLE),
        prompt=None if short else excerpt(prompt, ROOMS["whole"].prompt),
        choices=tuple(visible(each) for each in question.choices),
        reference=visible(question.answer or ""),
        aliases=tuple(one_line(each, 100) for each in question.aliases[:20]),
        why=visible(question.why),
        answers=tuple(
            _blind(judged, question, judged.answers[content], side, label)
            for side, (content, label) in enumerate(zip(item.answers, labels, strict=True))
        ),
    )


def picture_of(
    pictures: Pictures, judged: Judged, place: int, side: int
) -> Future[bytes | None] | None:
    """The drawing in one of an item's answers, without names in it; None where there is none."""
    found = _found(judged, place, side)
    if found is None:
        return None
    return pictures.of(found[0], _masked(judged, *found, "zh"))


def whole_answer(judged: Judged, place: int, side: int, lang: Lang) -> str | None:
    """Everything that one of an item's answers says, without names; None where there is none."""
    found = _found(judged, place, side)
    if found is None:
        return None
    word = words(lang)
    return whole_text(found[0], _masked(judged, *found, lang), (word["by_user"], word["by_model"]))


def _found(judged: Judged, place: int, side: int) -> tuple[Question, Answer] | None:
    items = judged.queue.items
    if not 0 <= place < len(items) or not 0 <= side < len(items[place].answers):
        return None
    question = judged.questions.get(items[place].question)
    answer = judged.answers.get(items[place].answers[side])
    return None if question is None or answer is None else (question, answer)


def _blind(
    judged: Judged, question: Question, answer: Answer, side: int, label: str
) -> BlindAnswer:
    view = answer_view(question, answer, None)
    asked, hidden = _asked(question), 0

    def passage(text: str, room: int) -> Passage:
        nonlocal hidden
        ends = mask_ends(text, room, names=judged.names, asked=asked)
        hidden += ends.hidden
        start, end = visible(ends.start).strip("\n"), visible(ends.end).strip("\n")
        return Passage(start=start, left=ends.left, end=end)

    gap = max(0, len(view.turns) - _TURNS_FIRST - _TURNS_LAST)
    kept = [*view.turns[:_TURNS_FIRST], *view.turns[_TURNS_FIRST + gap :]]
    room = max(_TURN, ROOMS["whole"].turns // max(1, len(kept)))
    turns = tuple(
        BlindTurn(
            who=turn.who, fresh=turn.fresh, said=passage(turn.text, room),
            skipped=gap if number == _TURNS_FIRST else 0,
        )
        for number, turn in enumerate(kept)
    )  # fmt: skip
    text = passage(view.text, ROOMS["whole"].chars)
    return BlindAnswer(
        side=side, label=label, state=answer.state, text=text, turns=turns,
        drawn=is_drawn(question, view.text), masked=hidden > 0,
    )  # fmt: skip


def _asked(question: Question) -> str:
    """What the question says, in which a name tells nothing."""
    return "\n".join([question.prompt, *question.turns, question.answer or ""])


def _masked(judged: Judged, question: Question, answer: Answer, lang: Lang) -> Answer:
    """The answer with nothing in it that names its model."""
    moves = answer.meta.get("said")
    moves = [str(move) for move in moves] if isinstance(moves, list) else []
    longest = _WHOLE // (1 + len(answer.earlier) + len(moves))
    asked = _asked(question)

    def clean(text: str) -> str:
        ends = mask_ends(text, longest, names=judged.names, asked=asked)
        left = _LEFT_OUT.say(lang).replace("{n}", f"{ends.left:,}")
        return f"{ends.start}\n\n{left}\n\n{ends.end}" if ends.left else ends.start

    meta: dict[str, object] = {"turns": [clean(text) for text in answer.earlier]}
    meta |= {"said": [clean(move) for move in moves]} if moves else {}
    meta |= {"fresh": answer.meta["fresh"]} if "fresh" in answer.meta else {}
    return msgspec.structs.replace(
        answer, model="", model_hash="", text=clean(answer.text), reasoning="", error=NO_TEXT,
        served_model="", meta=meta, cost=None, first_token_s=None, total_s=None,
    )  # fmt: skip
