"""A blind queue: which answers people judge, in which order, and what a click on one means.

The record never changes; whether the queue is still open, and its version counter, are columns
beside it. A click is kept for ever: whoever thinks again clicks again, and the newest click of a
person on an item stands. Names are free, so the first browser that clicks under a name keeps it
for this queue: its seat is a row among the clicks, on no item. The module knows no names of
models: an item names an answer by its content, and that is all that whoever judges it may learn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from mingan.records import Grade, Record, Verdict, Vote
from mingan.store.draws import Draw

QueueKind = Literal["verdict", "pair", "rubric"]
QueueState = Literal["open", "revealed"]

UNDONE = ""
"""The choice of a click that takes back the one before."""

SEAT = -1
"""The place of a row that is no click on an item: it says which browser a name belongs to."""

SEATED = "seated"
"""The choice of such a row; `UNDONE` gives the name back. The row's note names the browser."""

VERDICT_CHOICES: tuple[Verdict, ...] = ("right", "wrong", "unsure")
PAIR_CHOICES: tuple[Literal["a", "b", "tie", "both bad"], ...] = ("a", "b", "tie", "both bad")


class QueueItem(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to judge: a question (by hash) and one or two answers (by content), as shown.

    Of two answers the first is shown as A and the second as B.
    """

    question: str
    answers: tuple[str, ...]


class Queue(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be judged, how, and by which rule.

    Attributes:
        id: short and unique within the workspace; says nothing of what is in the queue.
        kind: "verdict" (right, wrong, cannot tell), "pair" (which is better), or "rubric".
        items: in the order in which they are shown.
        guideline: what the owner wants graders to go by.
        criteria: of a rubric; an answer is right that meets them all.
        seed: of the order, of items as of left and right.
        made, by: when and by whom.
        draw: how the items were drawn, where the most useful ones come first; None: all alike.
    """

    id: str
    title: str = ""
    bank: str = ""
    kind: QueueKind = "verdict"
    items: tuple[QueueItem, ...] = ()
    guideline: str = ""
    criteria: tuple[str, ...] = ()
    seed: int = 0
    made: str = ""
    by: str = ""
    draw: Draw | None = None

    def allows(self, choice: str) -> bool:
        """Whether a click may carry this choice."""
        if choice == UNDONE:
            return True
        if self.kind == "pair":
            return choice in PAIR_CHOICES
        if self.kind == "verdict":
            return choice in VERDICT_CHOICES
        marks = len(choice) == len(self.criteria) and set(choice) <= {"0", "1"}
        return choice == "unsure" or marks


class Click(NamedTuple):
    """One click: by whom, on which item (its index), what, and when.

    `choice` is a verdict, a side, or of a rubric one 1 or 0 for each criterion, met or not.
    """

    queue: str
    place: int
    by: str
    choice: str
    note: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """A queue and how far it got; `version` grows with every click and with the reveal."""

    queue: Queue
    state: QueueState
    version: int


def standing(clicks: Iterable[Click]) -> dict[tuple[str, int], Click]:
    """The click that counts for every person and item; `clicks` come oldest first."""
    newest: dict[tuple[str, int], Click] = {}
    for click in clicks:
        newest.pop((click.by, click.place), None)  # so that the newest stands last
        newest[click.by, click.place] = click
    return {place: click for place, click in newest.items() if click.choice != UNDONE}


def grade_of(queue: Queue, click: Click) -> Grade:
    """What a standing click says of its answer: a grade still without a reason.

    Of a rubric, an answer is right that meets every criterion, and its score is the share met.
    """
    item = queue.items[click.place]
    verdict: Verdict = "wrong"
    score = None
    if click.choice in VERDICT_CHOICES:
        verdict = click.choice
    else:
        met = click.choice.count("1")
        score = met / max(len(click.choice), 1)
        verdict = "right" if met == len(click.choice) else "wrong"
    return Grade(
        answer=item.answers[0], question_hash=item.question, verdict=verdict, score=score,
        grader="person", version="1", authority="person", by=click.by, at=click.at,
    )  # fmt: skip


def vote_of(queue: Queue, click: Click) -> Vote:
    """What a standing click says of its two answers."""
    item = queue.items[click.place]
    first, second = item.answers
    choice = next(known for known in PAIR_CHOICES if known == click.choice)
    return Vote(
        question_hash=item.question, answer_a=first, answer_b=second, choice=choice,
        by=click.by, reason=click.note, at=click.at,
    )  # fmt: skip
