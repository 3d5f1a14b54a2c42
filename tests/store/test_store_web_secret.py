"""The web secret: made once, kept private, renewed on demand, and never in the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingan.errors import StoreError
from mingan.store import Store
from mingan.store.web_secret import web_secret


def test_it_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w.db") as store:
        secret = web_secret(store.place)
        assert len(secret) == 32
        assert web_secret(store.place) == secret
        assert (tmp_path / "w.db.web").stat().st_mode & 0o077 == 0
        assert web_secret(store.place, renew=True) != secret
    assert secret.hex().encode() not in (tmp_path / "w.db").read_bytes()


@pytest.mark.parametrize("content", ["", "no hex", "abcd"])
def test_a_damaged_file_is_said_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "w.db.web").write_text(content)
    with Store.open(tmp_path / "w.db") as store, pytest.raises(StoreError, match="web"):
        web_secret(store.place)
    assert (tmp_path / "w.db.web").read_text() == content
