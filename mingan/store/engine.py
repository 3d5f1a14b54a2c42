"""How a workspace is reached: from a path or URL to SQLAlchemy engines, and faults to sentences.

SQLite runs in WAL mode. The writing engine has one connection and starts every transaction with
BEGIN IMMEDIATE: a transaction that begins by reading and upgrades later fails under load whatever
the timeout. Reading connections are marked query-only. `synchronous=FULL` because an answer that
was paid for must survive a power cut, and one writer commits many answers at a time.

SQLite 3.7.0-3.51.2 can damage a database when two connections checkpoint in the same instant, so
only the process that holds the checkpoint lock checkpoints.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, StaticPool

from mingan.errors import DiskFullError, MissingExtraError, StoreError, UsageError
from mingan.language import Text

BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a workspace is. `path` is None on PostgreSQL; `shown` never contains a password."""

    url: str
    path: Path | None
    shown: str


def place(where: str | Path) -> Place:
    """Read a path or a URL.

    Raises:
        UsageError: a URL of a database that Mingan does not speak, or no URL at all.
    """
    name = str(where)
    if "://" not in name:
        path = Path(name).expanduser()
        return Place(url=f"sqlite:///{path}", path=path, shown=str(path))
    try:
        url = make_url(name)
    except (ArgumentError, ValueError):
        raise UsageError(
            "工作区地址写得不对。请给一个文件路径，或 postgresql://用户@主机/库 这样的地址。",
            "The workspace address cannot be read. Give a file path, or a URL such as "
            "postgresql://user@host/database.",
        ) from None
    shown = url.render_as_string(hide_password=True)
    backend = url.get_backend_name()
    if backend == "sqlite":
        path = Path(url.database or "mingan.db")
        return Place(url=f"sqlite:///{path}", path=path, shown=str(path))
    if backend in ("postgresql", "postgres"):
        real = url.set(drivername="postgresql+psycopg")
        return Place(url=real.render_as_string(hide_password=False), path=None, shown=shown)
    raise UsageError(
        f"不认识 {backend} 这种数据库。请用 SQLite 文件路径或 postgresql:// 地址。",
        f"Mingan does not speak {backend}. Use an SQLite file path or a postgresql:// URL.",
    )


def writing_engine(where: Place, *, checkpoint: bool) -> Engine:
    """The engine of the one writer; `checkpoint` says whether it may fold the WAL back."""
    if where.path is None:
        return _postgres(where, poolclass=StaticPool)
    engine = create_engine(where.url, poolclass=StaticPool, connect_args=_sqlite_arguments())

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        if not checkpoint:
            connection.execute("PRAGMA wal_autocheckpoint=0")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reading_engine(where: Place) -> Engine:
    """An engine for any number of readers; on SQLite they cannot write."""
    if where.path is None:
        return _postgres(where, poolclass=None)
    engine = create_engine(where.url, poolclass=NullPool, connect_args=_sqlite_arguments())

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _sqlite_arguments() -> dict[str, Any]:
    return {"timeout": BUSY_SECONDS, "check_same_thread": False}


def _postgres(where: Place, *, poolclass: Any) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "连接 PostgreSQL 需要一个附加包。请运行：pip install 'mingan[postgres]'",
            "PostgreSQL needs an extra. Run: pip install 'mingan[postgres]'",
        ) from None
    return create_engine(where.url, poolclass=poolclass, connect_args={"connect_timeout": 10})


@contextmanager
def said_plainly(where: Place) -> Iterator[None]:
    """Turn a database's complaint into one of our errors, with a sentence and without a key."""
    try:
        yield
    except DBAPIError as fault:
        raise explain(where, fault) from None
    except SQLAlchemyError as fault:
        raise explain(where, fault) from None


def explain(where: Place, fault: BaseException) -> StoreError:
    """The sentence for what a database said; what may be told in public names no place."""
    original = getattr(fault, "orig", None) or fault
    said = str(original).strip().splitlines()[0][:200] if str(original).strip() else "?"
    zh, en = f"工作区 {where.shown} ", f"workspace {where.shown}"
    kind, full = _sentence(said.lower(), zh, en, f"：{said}", f": {said}")
    return kind(*full, public=_sentence(said.lower(), "工作区", "workspace", "", "")[1])


def _sentence(
    low: str, zh: str, en: str, said_zh: str, said_en: str
) -> tuple[type[StoreError], Text]:
    """What `low` means, of a workspace called `zh` and `en`; `said_…` quotes the database."""
    if "disk is full" in low or "no space left" in low or "disk i/o error" in low:
        return DiskFullError, Text(
            f"{zh}所在的磁盘写不下了。已经存下的都还在；腾出空间后重新运行同一条命令即可接着做。",
            f"The disk of the {en} is full. What was stored is safe; free some space and run the "
            "same command again to go on.",
        )
    if "locked" in low or "busy" in low:
        return StoreError, Text(
            f"{zh}正被另一个程序占用，等了 {BUSY_SECONDS:.0f} 秒仍写不进去。请等它结束后再试。",
            f"The {en} is held by another program; {BUSY_SECONDS:.0f} seconds were not enough. "
            "Try again when it has ended.",
        )
    if "not a database" in low or "malformed" in low:
        return StoreError, Text(
            f"{zh}不是明暗建的（不是 SQLite 数据库，或已损坏）。请换一个路径，或从备份恢复。",
            f"The {en} is not one of Mingan's (not an SQLite database, or damaged). Use another "
            "path, or restore a backup.",
        )
    if "readonly" in low or "read-only" in low or "query_only" in low:
        return StoreError, Text(
            f"{zh}是只读的。请检查文件和所在文件夹的权限。",
            f"The {en} is read-only. Check the permissions of the file and its folder.",
        )
    return StoreError, Text(
        f"{zh}打不开或写不进{said_zh}。请检查路径、权限和服务器是否在运行。",
        f"The {en} cannot be opened or written{said_en}. Check the path, the permissions, and "
        "that the server is running.",
    )
