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
from mingan.grading.people.masking import LIMIT, mask
from mingan.grading.people.outcome import SAID
from mingan.language import Lang, Text
from mingan.records import NO_TEXT, Answer, Question
from mingan.reports.safe import one_line, visible
from mingan.store import Store
from mingan.store.queues import UNDONE, Click, Queue, QueueStatus, standing
from mingan.web.cards import ROOMS, AnswerCard, Excerpt, answer_card, excerpt
from mingan.web.drawings import Pictures

_KEPT = 12
_TITLE = 90
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
class BlindAnswer:
    """One answer as it lies on the desk.

    `masked` says whether names were taken out, `more` how many characters are not shown.
    """

    side: int
    label: str
    card: AnswerCard
    masked: bool
    more: int


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


def item_card(judged: Judged, place: int, lang: Lang) -> ItemCard:
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
            _blind(judged, question, judged.answers[content], side, label, lang)
            for side, (content, label) in enumerate(zip(item.answers, labels, strict=True))
        ),
    )


def picture_of(
    pictures: Pictures, judged: Judged, place: int, side: int
) -> Future[bytes | None] | None:
    """The drawing in one of an item's answers, without names in it; None where there is none."""
    items = judged.queue.items
    if not 0 <= place < len(items) or not 0 <= side < len(items[place].answers):
        return None
    question = judged.questions.get(items[place].question)
    answer = judged.answers.get(items[place].answers[side])
    if question is None or answer is None:
        return None
    return pictures.of(question, _masked(judged, question, answer)[0])


def _blind(
    judged: Judged, question: Question, answer: Answer, side: int, label: str, lang: Lang
) -> BlindAnswer:
    clean, hidden = _masked(judged, question, answer)
    card = answer_card(question, clean, None, lang, room="whole")
    more = card.more + max(0, len(answer.text) - LIMIT)
    return BlindAnswer(side=side, label=label, card=card, masked=hidden > 0, more=more)


def _masked(judged: Judged, question: Question, answer: Answer) -> tuple[Answer, int]:
    """The answer with nothing in it that names its model, and how many names were taken out."""
    asked = f"{question.prompt}\n{question.answer or ''}"
    texts = [answer.text, *answer.earlier]
    clean = [mask(text, names=judged.names, asked=asked) for text in texts]
    turns = [each.text for each in clean[1:]]
    moves = answer.meta.get("said")
    moves = [judged.clean(str(move), asked) for move in moves] if isinstance(moves, list) else None
    meta = {"turns": turns} | ({"said": moves} if moves is not None else {})
    if "fresh" in answer.meta:
        meta["fresh"] = answer.meta["fresh"]
    bare = msgspec.structs.replace(
        answer, model="", model_hash="", text=clean[0].text, reasoning="", error=NO_TEXT,
        served_model="", meta=meta, cost=None, first_token_s=None, total_s=None,
    )  # fmt: skip
    return bare, sum(each.hidden for each in clean)
