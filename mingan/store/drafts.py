"""Drafts: every step that a person takes at the paste desk, on disk before the next is shown.

A conversation that is pasted turn by turn may take a person days. Each step (a turn pasted, one
taken back, a question skipped) is one row, numbered within its conversation, and only ever added.
The number is what keeps two people apart: of two who take the same step, one is told that the
other was first. The step that ends a conversation is stored together with the answer that it
makes. This module must not know what is said next, or how an answer is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, select

from mingan.errors import UsageError
from mingan.records import Answer, Grade, Hidden, Record
from mingan.sealing import unveil, veil
from mingan.store import schema
from mingan.store.facts import Facts, add
from mingan.store.store import Store

Act = Literal["paste", "undo", "keep", "skip", "restart"]
"""`undo` takes the last turn back; `keep` lets the answer stand after all; `restart` drops the
turns and begins anew."""


class Draft(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One step in one conversation.

    Attributes:
        key: that of the answer that the conversation will make; `step` counts from 0 within it.
        act: what was done.
        text, finish: of a paste, what the app said and how it ended, as in `Reply`.
        said, fresh: of a paste, what was said to the app before it but for the first turn, and
            whether that began a new chat.
        done: whether this paste made the answer.
        who, app, at: whose step it is, with which version of the app, and when.
        hidden: as of the question.
    """

    key: str
    step: int
    act: Act
    text: str = ""
    finish: str = "stop"
    said: str = ""
    fresh: bool = False
    done: bool = False
    who: str = ""
    app: str = ""
    at: str = ""
    hidden: Hidden = ""


class Overtaken(UsageError):
    """Somebody else was first; nothing was stored. The sentence names who it was."""


def read(store: Store, model_hash: str) -> list[Draft]:
    """All steps in conversations with one model, oldest first."""
    table = schema.draft.c
    query = select(table.body).where(table.model_hash == model_hash).order_by(table.row)
    decoder = msgspec.json.Decoder(Draft)
    with store.reading() as connection:
        return [decoder.decode(unveil(body)) for body in connection.scalars(query)]


def keep(
    store: Store,
    draft: Draft,
    model_hash: str,
    answers: Sequence[Answer] = (),
    grades: Sequence[Grade] = (),
) -> None:
    """Store a step, with the answer and the grade that it makes; wait until all is on disk.

    Raises:
        Overtaken: that step was taken already, or the answer is there already.
        StoreError: it could not be stored.
    """
    written = veil(draft.to_json()) if draft.hidden else draft.to_json()
    row = {"key": draft.key, "step": draft.step, "model_hash": model_hash, "body": written}
    facts = Facts.of("", answers, grades)

    def job(connection: Connection) -> None:
        add(connection, schema.draft, [row])
        _check_first(connection, draft, written)
        for answer in answers:
            _check_new(connection, answer)
        facts(connection)

    store._now(job)


def _check_first(connection: Connection, draft: Draft, written: str) -> None:
    """Whether the row is ours. Adding leaves alone what is there, so somebody else's would stay."""
    table = schema.draft.c
    there = connection.scalar(
        select(table.body).where(table.key == draft.key, table.step == draft.step)
    )
    if there != written:
        raise overtaken(Draft.from_json(unveil(str(there))).who)


def _check_new(connection: Connection, answer: Answer) -> None:
    table = schema.answer.c
    there = connection.scalar(
        select(table.content).where(
            table.key == answer.key, table.revision == answer.revision, table.state != "failed"
        )
    )
    if there is not None:
        raise overtaken("")


def overtaken(who: str) -> Overtaken:
    """What to say to somebody who came second."""
    by_zh, by_en = (who, who) if who else ("别人", "Somebody else")
    return Overtaken(
        f"{by_zh}已经先粘贴了这一条，你刚才粘贴的没有存，以免重复。请接着做下面这一题。",
        f"{by_en} pasted this one first. Yours was not stored, so that nothing counts twice. "
        "Go on with the question below.",
    )
