"""A conversation that a person pastes, turn by turn, over hours or days.

In a run a person is asked like any model, and the run waits. At the paste desk nothing waits: what
is to be said now follows from the question and from the steps that are on record, so that anyone
can go on with it at any time. What is said, and the answer that comes of it, are the same as in a
run. This module must not know where steps are stored or how a page shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mingan.asking.conversation import Conversations
from mingan.asking.plan import Item, render
from mingan.asking.states import answer_of
from mingan.bank.games import Move
from mingan.models.pasted import shown
from mingan.models.protocol import Message, Reply, Request
from mingan.records import Answer
from mingan.store.drafts import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is to be said to the app now.

    Attributes:
        number: the model's turn that is awaited, from 1; `most`: the most there can be.
        text: what to send, word for word.
        said: the same as the question or the game gives it, without a system prompt.
        fresh: whether it goes into a new chat.
    """

    number: int
    most: int
    text: str
    said: str
    fresh: bool


@dataclass(slots=True)
class Thread:
    """One conversation, as the steps on record leave it.

    Attributes:
        turns: what was pasted and stands, in order.
        step: how many steps there were: the number of the next one.
        complete: whether the turns make an answer; `correcting`: whether they did and the last
            was taken back, so that the answer on record waits for its correction.
        skipped: whether the last step put it off; `last` is that step.
        taken_back: the text of the turn that the last step took back, to be mended.
    """

    item: Item
    turns: list[Draft] = field(default_factory=list)
    step: int = 0
    complete: bool = False
    correcting: bool = False
    skipped: bool = False
    last: Draft | None = None
    taken_back: str = ""
    _whole: list[Draft] = field(default_factory=list)

    @classmethod
    def of(cls, item: Item, drafts: Iterable[Draft]) -> Thread:
        """The conversation that `drafts`, in order, leave."""
        thread = cls(item)
        for draft in drafts:
            thread.add(draft)
        return thread

    def add(self, draft: Draft) -> None:
        """Take one more step."""
        self.step += 1
        self.last = draft
        self.skipped = draft.act == "skip"
        self.taken_back = self.turns[-1].text if draft.act == "undo" and self.turns else ""
        match draft.act:
            case "paste":
                self._pasted(draft)
            case "undo":
                self._reopen(self.turns[:-1])
            case "restart":
                self._reopen([])
            case "keep":
                self.turns, self.complete, self.correcting = list(self._whole), True, False
            case "skip":
                pass

    def _pasted(self, draft: Draft) -> None:
        self.turns.append(draft)
        if draft.done:
            self.complete, self.correcting = True, False
            self._whole = list(self.turns)

    def _reopen(self, turns: list[Draft]) -> None:
        self.turns = turns
        self.correcting = self.correcting or self.complete
        self.complete = False

    @property
    def holder(self) -> str | None:
        """In whose chat the conversation is under way; None where it is in nobody's."""
        under_way = self.correcting or (bool(self.turns) and not self.complete)
        return self.last.who if under_way and self.last else None


def next_turn(talk: Conversations, item: Item, turns: Sequence[Draft]) -> Turn | None:
    """What is to be said after `turns`; None where they make the answer.

    Raises:
        BrokenGame: the game itself failed.
    """
    first = render(item.question, item.card)
    if not turns:
        said, fresh = item.question.prompt, True
        messages = first
    else:
        move = talk.after(item.question, _replies(turns))
        if move is None:
            return None
        said, fresh = move.text, move.fresh
        user: Message = {"role": "user", "content": said}
        # In a chat that goes on, the app knows what came before; a new one is told all.
        messages = (*first[:-1], user) if fresh else (user,)
    return Turn(
        number=len(turns) + 1,
        most=max(talk.most(item.question), len(turns) + 1),
        text=shown(Request(messages=messages)),
        said=said,
        fresh=fresh,
    )


def answer_from(item: Item, turns: Sequence[Draft]) -> Answer:
    """The answer that pasted turns make, as a run would have written it."""
    moves = [Move(text=turn.said, fresh=turn.fresh) for turn in turns[1:]]
    return answer_of(item, _replies(turns), moves, source="pasted", tries=len(turns))


def _replies(turns: Sequence[Draft]) -> list[Reply]:
    return [
        Reply(text=turn.text, finish=turn.finish, at=turn.at, meta=_told_of(turn)) for turn in turns
    ]


def _told_of(turn: Draft) -> dict[str, str]:
    meta = {"who": turn.who, "app": turn.app, "when": turn.at}
    return {name: value for name, value in meta.items() if value}
