"""Breakers, gates and the ledger, without a server."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.errors import InputError, KeyRejected, RateLimited, StoreError
from mingan.gateway.server.breaker import COOL_S, Breaker
from mingan.gateway.server.ledger import Key, Ledger, Trip
from mingan.gateway.server.limits import Gate


class Clock:
    """Time that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_breaker_opens_waits_tries_one_and_closes() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(5):
        assert breaker.enter()
        breaker.leave(ok=False)
    assert breaker.state == "open"
    assert not breaker.enter()
    clock.now = COOL_S
    assert breaker.enter()
    assert not breaker.enter()  # one at a time
    breaker.leave(ok=False)
    assert breaker.state == "open"
    clock.now = 2 * COOL_S
    assert breaker.enter()
    breaker.leave(ok=None)  # called off: it says nothing, and another may try
    assert breaker.enter()
    breaker.leave(ok=True)
    assert breaker.state == "closed"


def test_a_few_faults_among_many_open_nothing() -> None:
    breaker = Breaker()
    for number in range(100):
        assert breaker.enter()
        breaker.leave(ok=number % 3 != 0)
    assert breaker.state == "closed"


def test_a_gate_counts_by_the_minute_and_at_once() -> None:
    clock = Clock()
    gate = Gate(per_minute=2, at_once=1, clock=clock)
    gate.enter()
    with pytest.raises(RateLimited):
        gate.enter()
    gate.leave()
    gate.enter()
    gate.leave()
    clock.now = 20
    with pytest.raises(RateLimited) as told:
        gate.enter()
    assert told.value.retry_after == pytest.approx(40)
    clock.now = 60
    gate.enter()


def test_a_key_is_kept_as_its_fingerprint_only(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "g.db")
    secret = ledger.make(Key(name="a"))
    assert ledger.find(secret).name == "a"
    with pytest.raises(KeyRejected):
        ledger.find(secret + "x")
    with pytest.raises(InputError):
        ledger.make(Key(name="a"))
    ledger.revoke("a")
    with pytest.raises(KeyRejected):
        ledger.find(secret)
    with pytest.raises(InputError):
        ledger.revoke("b")
    ledger.close()
    assert all(secret.encode() not in f.read_bytes() for f in tmp_path.iterdir())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=20))
def test_what_is_reserved_and_spent_never_exceeds_the_budget(
    tmp_path_factory: pytest.TempPathFactory, asks: list[tuple[float, float]]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "g.db")
    key = ledger.find(ledger.make(Key(name="a", budget=2.0)))
    for most, share in asks:
        try:
            held = ledger.reserve(key, most)
        except RateLimited:
            continue
        ledger.settle(held, most * share)
        ledger.settle(held, most)  # twice does nothing
    ((_, used),) = ledger.every_key()
    assert used <= 2.0 + 1e-9
    ledger.close()


def test_what_a_killed_process_had_reserved_counts_as_spent(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "g.db")
    key = ledger.find(ledger.make(Key(name="a", budget=2.0)))
    ledger.reserve(key, 1.5)
    ledger.close()
    with sqlite3.connect(tmp_path / "g.db") as db:
        db.execute("UPDATE held SET process = ?", (2**22 + 1,))
    ledger = Ledger(tmp_path / "g.db")
    ((_, used),) = ledger.every_key()
    assert used == 1.5
    with pytest.raises(RateLimited):
        ledger.reserve(key, 1.0)
    ledger.close()


def test_what_another_living_process_holds_stays_held(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "g.db")
    key = ledger.find(ledger.make(Key(name="a", budget=2.0)))
    held = ledger.reserve(key, 1.5)
    with sqlite3.connect(tmp_path / "g.db") as db:
        db.execute("UPDATE held SET process = ?", (os.getppid(),))
    other = Ledger(tmp_path / "g.db")
    ledger.settle(held, 0.5)
    assert other.every_key()[0][1] == 0.5
    other.close()
    ledger.close()


def test_traffic_is_read_newest_first(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "g.db")
    for name in "ab":
        ledger.record(Trip(asked=name, path=[{"member": name}]))
    assert [row["asked"] for row in ledger.traffic()] == ["b", "a"]
    assert ledger.traffic(1)[0]["path"] == [{"member": "b"}]
    ledger.close()


def test_a_file_that_is_none_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "g.db").write_text("no database " * 100)
    with pytest.raises(StoreError, match=r"g\.db"):
        Ledger(tmp_path / "g.db")
    with pytest.raises(StoreError):
        Ledger(tmp_path / "none" / "g.db")


def test_the_ledger_is_for_its_owner_alone(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "g.db")
    assert stat.S_IMODE((tmp_path / "g.db").stat().st_mode) == 0o600
    ledger.close()
