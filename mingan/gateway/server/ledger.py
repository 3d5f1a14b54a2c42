"""Virtual keys, what each may spend, and who answered what: one SQLite file beside the workspace.

A key is shown once and kept as its SHA-256 (it is 32 random bytes, so that nobody can guess it
from that). Money is reserved before an ask goes out and settled after it; what a killed process
had reserved counts as spent when the file is next opened, since it may have been. Words of asks
and answers are not kept here. This module must not know HTTP.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from mingan.errors import DiskFullError, InputError, KeyRejected, RateLimited, StoreError

Period = Literal["day", "month", "ever"]
PREFIX = "mg-"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE,
  members TEXT, budget REAL, currency TEXT NOT NULL, period TEXT NOT NULL,
  per_minute INTEGER, at_once INTEGER, made TEXT NOT NULL, revoked TEXT);
CREATE TABLE IF NOT EXISTS spent(
  key INTEGER NOT NULL, period TEXT NOT NULL, amount REAL NOT NULL, PRIMARY KEY(key, period));
CREATE TABLE IF NOT EXISTS held(
  id INTEGER PRIMARY KEY, key INTEGER NOT NULL, period TEXT NOT NULL, amount REAL NOT NULL,
  process INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS traffic(
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, key TEXT NOT NULL, asked TEXT NOT NULL,
  member TEXT NOT NULL, mode TEXT NOT NULL, why TEXT NOT NULL, path TEXT NOT NULL,
  tokens_in INTEGER, tokens_out INTEGER, cost REAL, currency TEXT NOT NULL,
  seconds REAL NOT NULL, first_s REAL, overhead_s REAL, state TEXT NOT NULL, fault TEXT NOT NULL);
PRAGMA user_version = 1;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A virtual key, without its secret.

    Attributes:
        members: names that it may use; None for all.
        budget: the most that may be spent in a `period`, in `currency`; None for no end.
        per_minute, at_once: asks; None for no end.
    """

    name: str
    id: int = 0
    members: frozenset[str] | None = None
    budget: float | None = None
    currency: str = "CNY"
    period: Period = "month"
    per_minute: int | None = None
    at_once: int | None = None
    made: str = ""
    revoked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One ask as it went.

    Attributes:
        state: ok, failed (an error was told), broken (after the first word), gone (the visitor
            left), stopped (its budget ended in mid-stream).
        cost: None where a price or the tokens are not known.
        overhead_s: what the gateway itself took before the first byte went out.
    """

    asked: str
    member: str = ""
    mode: str = "one"
    why: str = ""
    key: str = ""
    path: Sequence[dict[str, Any]] = ()
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    currency: str = ""
    seconds: float = 0.0
    first_s: float | None = None
    overhead_s: float | None = None
    state: str = "ok"
    fault: str = ""
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


class Ledger:
    """The file. Every method is short and may be called from an event loop."""

    def __init__(self, path: Path | str) -> None:
        """Open it, or make it.

        Raises:
            StoreError: it cannot be opened, or is something else.
        """
        self.path = Path(path)
        try:
            # Who reads it sees what was spent by whom: it is for its owner alone.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(self.path, isolation_level=None, timeout=10)
            self._db.row_factory = sqlite3.Row
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(self.path, error) from None
        self._settle_orphans()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def make(self, key: Key) -> str:
        """Write a new key down; its secret, which is shown this once.

        Raises:
            InputError: the name is taken or empty, or a number is not usable.
        """
        _check(key)
        secret = PREFIX + secrets.token_urlsafe(32)
        members = None if key.members is None else json.dumps(sorted(key.members))
        row = (
            key.name, _hash(secret), members,
            key.budget, key.currency, key.period, key.per_minute, key.at_once, _now(),
        )  # fmt: skip
        with self._change():
            if self._db.execute("SELECT 1 FROM keys WHERE name = ?", (key.name,)).fetchone():
                raise InputError(
                    f"已经有一把叫 {key.name} 的钥匙了。请换一个名字。",
                    f"There is a key named {key.name} already. Choose another name.",
                )
            self._db.execute(
                "INSERT INTO keys(name, hash, members, budget, currency, period, per_minute, "
                "at_once, made) VALUES (?,?,?,?,?,?,?,?,?)", row,
            )  # fmt: skip
        return secret

    def revoke(self, name: str) -> None:
        """A key opens nothing from now on.

        Raises:
            InputError: there is no such key.
        """
        with self._change():
            if not self._db.execute(
                "UPDATE keys SET revoked = coalesce(revoked, ?) WHERE name = ?", (_now(), name)
            ).rowcount:
                raise InputError(
                    f"没有叫 {name} 的钥匙。mingan gateway key list 列出全部。",
                    f"There is no key named {name}. mingan gateway key list shows them all.",
                )

    def every_key(self) -> list[tuple[Key, float]]:
        """All keys, and what each has spent or reserved in its present period."""
        with self._change(write=False):
            rows = self._db.execute("SELECT * FROM keys ORDER BY id").fetchall()
            return [(key, self._used(key)) for key in map(_key, rows)]

    def find(self, secret: str) -> Key:
        """Whose secret this is.

        Raises:
            KeyRejected: nobody's, or it was revoked.
        """
        with self._change(write=False):
            row = self._db.execute("SELECT * FROM keys WHERE hash=?", (_hash(secret),)).fetchone()
        if row is None or row["revoked"]:
            raise KeyRejected("这把钥匙不能用。", "This key opens nothing.")
        return _key(row)

    def reserve(self, key: Key, amount: float, *, held: int | None = None) -> int:
        """Set money aside before an ask goes out, or more of it for one under way.

        Returns what to `settle` it by.

        Raises:
            RateLimited: so much is not left.
        """
        with self._change():
            if key.budget is not None and self._used(key) + amount > key.budget + 1e-12:
                raise RateLimited(
                    f"钥匙 {key.name} 的预算不够了。", f"The budget of key {key.name} is used up."
                )
            if held is not None:
                self._db.execute("UPDATE held SET amount = amount + ? WHERE id = ?", (amount, held))
                return held
            found = self._db.execute(
                "INSERT INTO held(key, period, amount, process) VALUES (?,?,?,?)",
                (key.id, _period(key.period), amount, os.getpid()),
            ).lastrowid
        assert found is not None
        return found

    def settle(self, held: int, amount: float | None) -> None:
        """The ask is over and has cost this much; None counts all that was set aside."""
        with self._change():
            self._settle(held, amount)

    def record(self, trip: Trip) -> None:
        """Write down how an ask went."""
        with self._change():
            self._db.execute(
                "INSERT INTO traffic(at, key, asked, member, mode, why, path, tokens_in, "
                "tokens_out, cost, currency, seconds, first_s, overhead_s, state, fault) "
                "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    trip.at, trip.key, trip.asked, trip.member, trip.mode, trip.why,
                    json.dumps(list(trip.path), ensure_ascii=False), trip.tokens_in,
                    trip.tokens_out, trip.cost, trip.currency, trip.seconds, trip.first_s,
                    trip.overhead_s, trip.state, trip.fault,
                ),
            )  # fmt: skip

    def traffic(self, limit: int = 100) -> list[dict[str, Any]]:
        """The last asks, newest first."""
        with self._change(write=False):
            rows = self._db.execute(
                "SELECT * FROM traffic ORDER BY id DESC LIMIT ?", (limit,)
            ).fetchall()
        return [{**dict(row), "path": json.loads(row["path"])} for row in rows]

    def _used(self, key: Key) -> float:
        now = _period(key.period)
        (used,) = self._db.execute(
            "SELECT coalesce((SELECT amount FROM spent WHERE key=?1 AND period=?2), 0) + "
            "coalesce((SELECT sum(amount) FROM held WHERE key=?1 AND period=?2), 0)",
            (key.id, now),
        ).fetchone()
        return float(used)

    def _settle(self, held: int, amount: float | None) -> None:
        row = self._db.execute("SELECT * FROM held WHERE id = ?", (held,)).fetchone()
        if row is None:
            return
        self._db.execute(
            "INSERT INTO spent VALUES (?,?,?) ON CONFLICT DO UPDATE SET "
            "amount = amount + excluded.amount",
            (row["key"], row["period"], row["amount"] if amount is None else amount),
        )
        self._db.execute("DELETE FROM held WHERE id = ?", (held,))

    def _settle_orphans(self) -> None:
        with self._change():
            for row in self._db.execute("SELECT id, process FROM held").fetchall():
                if not _alive(row["process"]):
                    self._settle(row["id"], None)

    @contextlib.contextmanager
    def _change(self, *, write: bool = True) -> Iterator[None]:
        """One transaction, all of it or nothing."""
        try:
            self._db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")  # a commit that failed leaves its transaction open
            raise _unusable(self.path, error) from None


def _alive(process: int) -> bool:
    if process == os.getpid():
        return False  # a new ledger of this process: what it held before is over
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _period(period: Period) -> str:
    now = datetime.now(UTC)
    return {"day": f"{now:%Y-%m-%d}", "month": f"{now:%Y-%m}", "ever": ""}[period]


def _key(row: sqlite3.Row) -> Key:
    members = row["members"]
    return Key(
        id=row["id"], name=row["name"], budget=row["budget"], currency=row["currency"],
        members=None if members is None else frozenset(json.loads(members)),
        period=row["period"], per_minute=row["per_minute"], at_once=row["at_once"],
        made=row["made"], revoked=row["revoked"] or "",
    )  # fmt: skip


def _check(key: Key) -> None:
    if not key.name.strip() or not key.name.isprintable():
        raise InputError("钥匙要有一个名字。", "A key needs a name.")
    if key.period not in get_args(Period):
        raise InputError(
            f"不认识周期 {key.period!r}：可以写 day、month、ever。",
            f"There is no period {key.period!r}: write day, month or ever.",
        )
    if key.budget is not None and not 0 <= key.budget < float("inf"):
        raise InputError("预算要是一个不小于 0 的数。", "A budget is a number of at least 0.")


def _unusable(path: Path, error: Exception) -> StoreError:
    if "full" in str(error):
        return DiskFullError(
            f"磁盘满了，{path} 写不进去。", f"The disk is full; {path} cannot be written."
        )
    return StoreError(
        f"网关的账本 {path} 用不了（{error}）。请检查权限，或换一个 --ledger。",
        f"The gateway's ledger {path} cannot be used ({error}). Check its permissions, or give "
        "another --ledger.",
    )
