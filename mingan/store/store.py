"""A workspace: the file or database in which everything that was measured stays.

    with Store.open("mingan.db") as store:
        store.add_bank("builtin", questions)
        store.record(run.id, [answer], [grade]).result()     # durable now

All writing goes through one queued writer; reading goes past it. Whoever asks models gets a
future for every answer and must wait for it before the next request of that slot starts: what
was paid for is on disk first. The store does not know how answers are had or graded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, func, inspect, literal, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from mingan.errors import BusyError, StoreError, UsageError
from mingan.language import Text
from mingan.records import Answer, Grade, ModelCard, Question, Vote, content_hash, now
from mingan.store import schema
from mingan.store.engine import Place, explain, place, reading_engine, said_plainly, writing_engine
from mingan.store.facts import Facts, add, add_grades, body, bump, vote_row
from mingan.store.locks import FileLock
from mingan.store.queue_store import QueueStore
from mingan.store.runs import Run, RunState
from mingan.store.writer import Job, Writer

_RUN_LOCK = 0x6D696E67616E
_MIGRATION_LOCK = _RUN_LOCK + 1
_HELD = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
    "WHERE locktype = 'advisory' AND granted AND datname = current_database() "
    "AND classid::bigint = :high AND objid::bigint = :low AND objsubid = 1"
)


class Store(QueueStore):
    """One workspace, open for reading (see `Reader`) and writing; queues are in `QueueStore`."""

    def __init__(self, where: Place) -> None:
        self.place = where
        self._checkpoint = FileLock(Path(f"{where.path}.checkpoint-lock")) if where.path else None
        holds = self._checkpoint.take() if self._checkpoint else False
        self._writing = writing_engine(where, checkpoint=holds)
        self._writer = Writer(self._writing, where)
        self._asking = False  # whether whoever uses this store has the run lock
        self._door = Lock()
        super().__init__(reading_engine(where), where)

    @classmethod
    def open(cls, where: str | Path, *, create: bool = True) -> Store:
        """Open a workspace by path or URL, bringing its tables up to date.

        Raises:
            UsageError: the address cannot be used, or there is nothing there and `create` is off.
            StoreError: it cannot be read or written, or was made by a newer Mingan.
        """
        spot = place(where)
        if spot.path is not None:
            _check_path(spot.path, create=create)
        try:
            store = cls(spot)
        except OSError as fault:
            raise explain(spot, fault) from None
        try:
            store._bring_up_to_date()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Finish what is queued and let go of the database. May be called twice."""
        self._writer.close()
        self._reading.dispose()
        if self._checkpoint:
            self._checkpoint.drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    # -- what is written ---------------------------------------------------------------------

    def add_bank(self, name: str, questions: Sequence[Question]) -> str:
        """Keep a bank's questions under its name; gives the bank's hash. Known ones are kept."""
        hashes = [q.hash for q in questions]
        bank_hash = content_hash("bank", name, hashes)
        rows = [
            {"hash": h, "asked": q.asked, "id": q.id, "body": body(q)}
            for h, q in zip(hashes, questions, strict=True)
        ]
        places = [
            {"bank": bank_hash, "position": i, "question": h} for i, h in enumerate(hashes)
        ]  # fmt: skip

        def job(connection: Connection) -> None:
            add(connection, schema.question, rows)
            add(connection, schema.bank_question, places)
            newest = connection.scalar(
                select(schema.bank.c.hash)
                .where(schema.bank.c.name == name)
                .order_by(schema.bank.c.row.desc())
                .limit(1)
            )
            if newest != bank_hash:
                add(connection, schema.bank, [{"hash": bank_hash, "name": name, "at": now()}])

        self._now(job)
        return bank_hash

    def add_cards(self, cards: Sequence[ModelCard]) -> None:
        """Keep model cards; one whose facts (price, size, date) changed becomes a newer row."""

        def job(connection: Connection) -> None:
            for card in cards:
                body = card.to_json()
                newest = connection.scalar(
                    select(schema.card.c.body)
                    .where(schema.card.c.hash == card.hash)
                    .order_by(schema.card.c.row.desc())
                    .limit(1)
                )
                if newest != body:
                    row = {"hash": card.hash, "name": card.name, "body": body, "at": now()}
                    add(connection, schema.card, [row])

        self._now(job)

    def begin_run(self, run: Run) -> None:
        """Put a new run on record, in the state `running`."""
        row = {
            "id": run.id, "body": run.to_json(), "state": "running", "version": 1,
            "started": run.started or now(), "ended": "",
        }  # fmt: skip
        self._now(lambda connection: add(connection, schema.run, [row]))

    def end_run(self, run_id: str, state: RunState) -> None:
        """Say how a run ended (or, with `running`, that it goes on)."""
        ended = "" if state in ("running", "waiting") else now()

        def job(connection: Connection) -> None:
            connection.execute(
                update(schema.run)
                .where(schema.run.c.id == run_id)
                .values(state=state, ended=ended, version=schema.run.c.version + 1)
            )

        self._now(job)

    def link(self, run_id: str, keys: Collection[str]) -> None:
        """Count existing answers as part of a run (it did not have to ask for them again)."""
        if not keys:
            return

        def job(connection: Connection) -> None:
            add(connection, schema.run_answer, [{"run": run_id, "key": key} for key in keys])
            bump(connection, run_id)

        self._now(job)

    def record(
        self, run_id: str, answers: Sequence[Answer], grades: Sequence[Grade] = ()
    ) -> Future[None]:
        """Queue answers and their grades; the future resolves once they are on disk.

        An answer whose key and revision are already there (and did not fail) is left as it is.
        `run_id` may be "" for what belongs to no run, such as imported answers.

        Raises (from the future):
            DiskFullError, StoreError: nothing of this call was stored.
        """
        return self._writer.submit(Facts.of(run_id, answers, grades))

    def add_grades(self, grades: Sequence[Grade]) -> None:
        """Keep grades, and wait until they are on disk."""
        self._now(lambda connection: add_grades(connection, grades))

    def add_votes(self, votes: Sequence[Vote]) -> None:
        """Keep pairwise votes, and wait until they are on disk."""
        self.record_votes(votes).result()

    def record_votes(self, votes: Sequence[Vote]) -> Future[None]:
        """Queue pairwise votes; the future resolves once they are on disk."""
        rows = [vote_row(vote) for vote in votes]
        return self._writer.submit(lambda connection: add(connection, schema.vote, rows))

    @contextmanager
    def run_lock(self) -> Iterator[None]:
        """Be the only process that asks models for this workspace.

        Raises:
            BusyError: another one is at it. The lock ends with its process, however that dies.
        """
        with self._door:
            taken, release = self._take_lock(_RUN_LOCK, "run-lock", wait=False)
            self._asking = self._asking or taken
        if not taken:
            raise BusyError(
                f"另一个 mingan run 正在使用工作区 {self.place.shown}。请等它结束，"
                "或用 --workspace 换一个工作区。",
                f"Another mingan run is using the workspace {self.place.shown}. Wait for it to "
                "end, or name another with --workspace.",
                public=Text(
                    "另一个 mingan run 正在使用这个工作区。请等它结束。",
                    "Another mingan run is using this workspace. Wait for it to end.",
                ),
            )
        try:
            yield
        finally:
            with self._door:
                self._asking = False
                release()

    def somebody_asks(self) -> bool:
        """Whether anybody is asking models for this workspace; looking hinders nobody."""
        with self._door:
            return self._asking or self._lock_held(_RUN_LOCK, "run-lock")

    def others_ask(self) -> bool:
        """Whether somebody is asking who does not use this very store: another process, say."""
        with self._door:
            return not self._asking and self._lock_held(_RUN_LOCK, "run-lock")

    def verify(self) -> list[Text]:
        """Re-derive every invariant of the workspace; an empty list means that all hold."""
        from mingan.store.verify import verify

        return verify(self)

    # -- how ---------------------------------------------------------------------------------

    def _now(self, job: Job) -> Any:
        return self._writer.submit(job).result()

    def _take_lock(self, number: int, name: str, *, wait: bool) -> tuple[bool, Callable[[], None]]:
        if self.place.path is not None:
            lock = FileLock(Path(f"{self.place.path}.{name}"))
            try:
                return lock.take(wait=wait), lock.drop
            except OSError as fault:
                raise explain(self.place, fault) from None
        with said_plainly(self.place):
            # Held outside a transaction: a server may end sessions that are idle within one.
            connection = self._reading.connect().execution_options(isolation_level="AUTOCOMMIT")
            if wait:
                connection.execute(select(func.pg_advisory_lock(literal(number))))
                taken = True
            else:
                taken = bool(connection.scalar(select(func.pg_try_advisory_lock(literal(number)))))
        if not taken:
            connection.close()
        return taken, lambda: _unlock(connection, number)

    def _lock_held(self, number: int, name: str) -> bool:
        if self.place.path is not None:
            try:
                return FileLock(Path(f"{self.place.path}.{name}")).held()
            except OSError as fault:
                raise explain(self.place, fault) from None
        with said_plainly(self.place), self._reading.connect() as connection:
            high, low = number >> 32, number & 0xFFFFFFFF
            return bool(connection.scalar(_HELD, {"high": high, "low": low}))

    def _bring_up_to_date(self) -> None:
        found = self._schema_version()
        if found == schema.HEAD:
            return
        if found is not None and found > schema.HEAD:
            raise StoreError(
                f"工作区 {self.place.shown} 是更新版本的明暗建的（格式 {found}）。"
                "请升级：pip install -U mingan",
                f"The workspace {self.place.shown} was made by a newer Mingan (format {found}). "
                "Upgrade: pip install -U mingan",
            )
        _, release = self._take_lock(_MIGRATION_LOCK, "migration-lock", wait=True)
        try:
            found = self._schema_version()
            if found is None:
                self._now(schema.create)
            elif found != schema.HEAD:
                from mingan.store.migrate import upgrade

                self._now(upgrade)
        finally:
            release()

    def _schema_version(self) -> str | None:
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            number: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return number


def _unlock(connection: Connection, number: int) -> None:
    """Let go: closing the connection would not do, since it goes back into a pool, lock and all.

    Where the connection is lost, so is the lock.
    """
    with suppress(SQLAlchemyError), connection:
        connection.execute(select(func.pg_advisory_unlock(literal(number))))


def _check_path(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise UsageError(
            f"{path} 是一个文件夹。工作区是一个文件，例如 {path / 'mingan.db'}。",
            f"{path} is a folder. A workspace is a file, such as {path / 'mingan.db'}.",
        )
    if not path.exists() and not create:
        raise UsageError(
            f"没有找到工作区 {path}。请先用 mingan run 或 mingan import 建一个，"
            "或用 --workspace 指出它在哪里。",
            f"There is no workspace {path}. Make one with mingan run or mingan import, or say "
            "where it is with --workspace.",
        )
    parent = path.parent
    if not parent.is_dir():
        raise UsageError(
            f"文件夹 {parent} 不存在。请先建好它，或换一个工作区路径。",
            f"The folder {parent} does not exist. Make it first, or use another workspace path.",
        )
    # SQLite writes its log beside the file, so the folder must be writable too.
    if not all(os.access(spot, os.W_OK) for spot in (path, parent) if spot.exists()):
        raise StoreError(
            f"没有权限写 {path}。请检查文件和文件夹的权限，或换一个工作区路径。",
            f"{path} may not be written. Check the permissions, or use another workspace path.",
        )
