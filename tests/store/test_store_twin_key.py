import json
import stat

import pytest

from mingan.errors import StoreError
from mingan.store.engine import place
from mingan.store.twin_key import rotate, twin_key


def test_a_key_is_made_once_and_stays(tmp_path):
    where = place(tmp_path / "w.db")
    first = twin_key(where)
    assert first.number == 1
    assert len(first.key) == 32
    assert twin_key(where) == first


def test_only_its_owner_can_read_the_key(tmp_path):
    secret = twin_key(place(tmp_path / "w.db"))
    assert stat.S_IMODE(secret.path.stat().st_mode) == 0o600


def test_two_workspaces_have_two_keys(tmp_path):
    assert twin_key(place(tmp_path / "a.db")).key != twin_key(place(tmp_path / "b.db")).key


def test_rotating_burns_a_set_and_forgets_its_key(tmp_path):
    where = place(tmp_path / "w.db")
    old = twin_key(where)
    new = rotate(where)
    assert new.number == 2
    assert new.key != old.key
    assert [number for number, _ in new.burned] == [1]
    assert twin_key(where) == new
    assert old.key.hex() not in new.path.read_text()


def test_a_lost_key_does_not_reuse_a_number_on_record(tmp_path):
    assert twin_key(place(tmp_path / "w.db"), used=3).number == 4


@pytest.mark.parametrize("junk", ["", "{}", json.dumps({"set": 1, "key": "00", "burned": []})])
def test_a_damaged_key_is_told_and_left_alone(tmp_path, junk):
    path = tmp_path / "w.db.twins"
    path.write_text(junk)
    with pytest.raises(StoreError, match=r"w\.db\.twins"):
        twin_key(place(tmp_path / "w.db"))
    assert path.read_text() == junk


def test_a_key_for_postgresql_lies_in_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    secret = twin_key(place("postgresql://me:pw@host/base"))
    assert secret.path.parent == tmp_path / "mingan"
    assert "pw" not in secret.path.name


def test_the_key_is_not_shown_in_a_log(tmp_path):
    secret = twin_key(place(tmp_path / "w.db"))
    assert secret.key.hex() not in repr(secret)
    assert repr(secret.key) not in repr(secret)
