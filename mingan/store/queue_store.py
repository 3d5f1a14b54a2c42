"""The half of a store that keeps blind queues: making them, clicking, and the reveal.

Every click is on disk before `click` returns. Whether a queue is still open is checked inside the
transaction that writes, with the queue's row locked, so that no click slips in after the reveal,
whichever process it comes from; and so is whose a name is. What clicks mean is worked out by
whoever reveals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Row, insert, select, update

from mingan.errors import UsageError
from mingan.language import counted
from mingan.records import Answer, Grade, Question, Vote, now
from mingan.sealing import unveil
from mingan.store import schema
from mingan.store.engine import said_plainly
from mingan.store.facts import add, add_grades, portions, vote_row
from mingan.store.queues import SEAT, SEATED, UNDONE, Click, Queue, QueueStatus, standing
from mingan.store.reader import Reader
from mingan.store.writer import Writer

Meaning = Callable[[Queue, Sequence[Click]], tuple[Sequence[Grade], Sequence[Vote]]]
"""From a queue's clicks, oldest first, to what they say of the answers. Without side effects."""


class QueueStore(Reader):
    """Queues, read and written."""

    _writer: Writer

    def add_queue(self, queue: Queue) -> None:
        """Put a new queue on record, open."""
        row = {"id": queue.id, "body": queue.to_json(), "state": "open", "version": 1}
        self._writer.submit(lambda connection: add(connection, schema.queue, [row])).result()

    def queues(self) -> list[QueueStatus]:
        """Every queue, newest first."""
        with said_plainly(self.place), self._reading.connect() as connection:
            found = statuses(connection)
        return sorted(found, key=lambda s: (s.queue.made, s.queue.id), reverse=True)

    def queue(self, queue_id: str) -> QueueStatus | None:
        """One queue; None if there is none of that id."""
        query = select(schema.queue).where(schema.queue.c.id == queue_id)
        with said_plainly(self.place), self._reading.connect() as connection:
            row = connection.execute(query).first()
        return _status(row) if row else None

    def queue_version(self, queue_id: str) -> int:
        """A number that grows whenever the queue changes; 0 for an unknown queue."""
        query = select(schema.queue.c.version).where(schema.queue.c.id == queue_id)
        with said_plainly(self.place), self._reading.connect() as connection:
            return int(connection.scalar(query) or 0)

    def clicks(self, queue_id: str, *, by: str | None = None) -> list[Click]:
        """Every click on a queue (of one person, if `by` is given), oldest first."""
        with said_plainly(self.place), self._reading.connect() as connection:
            return stored_clicks(connection, queue_id, by)

    def judged(self, queue: Queue) -> tuple[dict[str, Question], dict[str, Answer]]:
        """What a queue's items name: questions by hash and answers by content."""
        hashes = list({item.question for item in queue.items})
        contents = list({content for item in queue.items for content in item.answers})
        questions: dict[str, Question] = {}
        answers: dict[str, Answer] = {}
        with said_plainly(self.place), self._reading.connect() as connection:
            for part in portions(hashes):
                asked = schema.question.c
                query = select(asked.hash, asked.body).where(asked.hash.in_(part))
                for digest, body in connection.execute(query):
                    questions[digest] = Question.from_json(unveil(body))
            for part in portions(contents):
                said = schema.answer.c
                query = select(said.content, said.body).where(said.content.in_(part))
                for content, body in connection.execute(query):
                    answers[content] = Answer.from_json(unveil(body))
        return questions, answers

    def seats(self, queue_id: str) -> dict[str, str]:
        """The browser that every taken name belongs to; names that were given back are free."""
        with said_plainly(self.place), self._reading.connect() as connection:
            return _seats(connection, queue_id)

    def release(self, queue_id: str, by: str) -> None:
        """Give a name back, so that the next browser that clicks under it keeps it.

        Raises:
            UsageError: there is no such queue.
        """

        def job(connection: Connection) -> None:
            status = _locked(connection, queue_id)
            if by in _seats(connection, queue_id):
                _insert(connection, Click(queue_id, SEAT, by, UNDONE, "", now()))
                _change(connection, queue_id, status.state)

        self._writer.submit(job).result()

    def click(
        self, queue_id: str, place: int, by: str, choice: str, *, note: str = "", browser: str = ""
    ) -> None:
        """Keep what a person chose for one item, and wait until it is on disk.

        The same choice twice in a row is one click: people press keys twice. `browser` says where
        the click comes from: the first one keeps the name, and no other may click under it.

        Raises:
            UsageError: there is no such queue, item or choice, the names are out, or the name
                belongs to another browser.
        """
        at = now()

        def job(connection: Connection) -> None:
            status = _locked(connection, queue_id)
            _check_click(status, place, by, choice)
            if browser:
                _sit_down(connection, queue_id, by, browser, at)
            before = [c for c in stored_clicks(connection, queue_id, by) if c.place == place]
            if (before[-1].choice, before[-1].note) == (choice, note) if before else not choice:
                return
            _insert(connection, Click(queue_id, place, by, choice, note, at))
            _change(connection, queue_id, status.state)

        self._writer.submit(job).result()

    def reveal(self, queue_id: str, meaning: Meaning) -> bool:
        """Close a queue and keep what its clicks mean, in one transaction.

        `meaning` sees every click that there will ever be. Gives False where the queue had been
        revealed before; nothing is written then.

        Raises:
            UsageError: there is no such queue.
        """

        def job(connection: Connection) -> bool:
            status = _locked(connection, queue_id)
            if status.state == "revealed":
                return False
            grades, votes = meaning(status.queue, stored_clicks(connection, queue_id))
            add_grades(connection, grades)
            add(connection, schema.vote, [vote_row(vote) for vote in votes])
            _change(connection, queue_id, "revealed")
            return True

        return bool(self._writer.submit(job).result())


def _status(row: Row[tuple[object, ...]]) -> QueueStatus:
    return QueueStatus(queue=Queue.from_json(row.body), state=row.state, version=row.version)


def statuses(connection: Connection) -> list[QueueStatus]:
    """Every queue."""
    return [_status(row) for row in connection.execute(select(schema.queue))]


def stored_clicks(
    connection: Connection, queue_id: str | None = None, by: str | None = None
) -> list[Click]:
    """Every click (on a queue, of a person), oldest first."""
    kept = schema.click.c
    query = select(*(kept[name] for name in Click._fields)).order_by(kept.row)
    query = query.where(kept.place != SEAT)
    if queue_id is not None:
        query = query.where(kept.queue == queue_id)
    if by is not None:
        query = query.where(kept.by == by)
    return [Click(*row) for row in connection.execute(query)]


def _insert(connection: Connection, click: Click) -> None:
    connection.execute(insert(schema.click), [click._asdict()])


def _seats(connection: Connection, queue_id: str) -> dict[str, str]:
    kept = schema.click.c
    query = (
        select(kept.by, kept.choice, kept.note)
        .where(kept.queue == queue_id, kept.place == SEAT)
        .order_by(kept.row)
    )
    newest = {
        by: note if choice == SEATED else "" for by, choice, note in connection.execute(query)
    }
    return {by: browser for by, browser in newest.items() if browser}


def _sit_down(connection: Connection, queue_id: str, by: str, browser: str, at: str) -> None:
    holder = _seats(connection, queue_id).get(by)
    if holder is None:
        _insert(connection, Click(queue_id, SEAT, by, SEATED, browser, at))
    elif holder != browser:
        raise name_is_taken(len(standing(stored_clicks(connection, queue_id, by))))


def name_is_taken(judged: int) -> UsageError:
    """What is said to whoever comes from another browser under a name that has judged so many."""
    return UsageError(
        f"这个名字在另一个浏览器里已经判了 {judged} 条。请换一个名字；如果就是你本人，"
        "请建盲评的人在「进度与揭晓」页放开这个名字。",
        f"This name has already judged {counted(judged, 'item')} in another browser. Choose "
        "another name; if it is you, ask whoever made this to release the name on the page of "
        "progress.",
    )


def _locked(connection: Connection, queue_id: str) -> QueueStatus:
    """The queue, which nobody else can change until this transaction ends.

    SQLite needs no lock of a row: the writer's transactions begin by locking everything.
    """
    query = select(schema.queue).where(schema.queue.c.id == queue_id).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise UsageError(
            "没有这个盲评。请从「盲评」页重新进入。",
            "There is no such blind grading. Go in again from the Grade page.",
        )
    return _status(row)


def _check_click(status: QueueStatus, place: int, by: str, choice: str) -> None:
    if status.state != "open":
        raise UsageError(
            "名字已经揭晓，这一下没有记。揭晓以后，盲评的判定不再改。",
            "The names are out, so this click was not kept. Blind verdicts do not change after "
            "the reveal.",
        )
    if not by.strip():
        raise UsageError("请先写下你的名字，再开始判。", "Give your name before you grade.")
    if not 0 <= place < len(status.queue.items) or not status.queue.allows(choice):
        raise UsageError(
            "这个盲评里没有这一条，或者没有这种判法。请刷新页面再试。",
            "This blind grading has no such item, or no such choice. Reload the page.",
        )


def _change(connection: Connection, queue_id: str, state: str) -> None:
    connection.execute(
        update(schema.queue)
        .where(schema.queue.c.id == queue_id)
        .values(state=state, version=schema.queue.c.version + 1)
    )
