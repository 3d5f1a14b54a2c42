"""Keys: where they are looked for, and that they are found nowhere else."""

from __future__ import annotations

import logging
import pickle
import sys
import types
from collections.abc import Iterator

import pytest

from mingan import ModelCard
from mingan.errors import UsageError
from mingan.models import keys
from mingan.models.openai import OpenAIModel, key_of

SECRET = "sk-very-secret-0123456789"


class FakeKeyring(types.ModuleType):
    """The package `keyring`, on a machine that has one (or, with priority 0, has none)."""

    def __init__(self, priority: float = 5.0) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.priority = priority
        self.asked = 0
        self.locked = False

    def get_keyring(self) -> FakeKeyring:
        return self

    def set_password(self, service: str, name: str, key: str) -> None:
        if self.locked:
            raise RuntimeError(f"locked, and here is what you gave me: {key}")
        self.kept[service, name] = key

    def get_password(self, service: str, name: str) -> str | None:
        self.asked += 1
        return self.kept.get((service, name))


@pytest.fixture(autouse=True)
def _nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("MY_KEY", raising=False)
    yield
    keys.forget("MY_KEY")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    made = FakeKeyring()
    made.__spec__ = __import__("importlib.machinery").machinery.ModuleSpec("keyring", None)
    monkeypatch.setitem(sys.modules, "keyring", made)
    return made


def test_memory_goes_before_the_environment_and_that_before_the_keyring(
    ring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.find("MY_KEY") == ""
    ring.kept["mingan", "MY_KEY"] = "from-the-ring"
    assert keys.find("MY_KEY") == "from-the-ring"
    asked = ring.asked
    assert keys.find("MY_KEY") == "from-the-ring"
    assert ring.asked == asked
    monkeypatch.setenv("MY_KEY", "  from-the-environment ")
    assert keys.find("MY_KEY") == "from-the-environment"
    keys.hold("MY_KEY", f" {SECRET}\n")
    assert keys.find("MY_KEY") == SECRET
    keys.forget("MY_KEY")
    assert keys.find("MY_KEY") == "from-the-environment"


def test_a_key_is_kept_in_the_keyring_for_the_next_process(ring: FakeKeyring) -> None:
    assert keys.no_keyring() is None
    keys.keep("MY_KEY", SECRET)
    assert ring.kept == {("mingan", "MY_KEY"): SECRET}
    keys.forget("MY_KEY")
    assert keys.find("MY_KEY") == SECRET


def test_a_machine_without_a_keyring_says_so_in_a_sentence(ring: FakeKeyring) -> None:
    ring.priority = 0.0
    with pytest.raises(UsageError, match="钥匙串") as caught:
        keys.keep("MY_KEY", SECRET)
    assert SECRET not in repr(caught.value)
    assert keys.find("MY_KEY") == SECRET  # held all the same
    ring.priority, ring.locked = 5.0, True
    with pytest.raises(UsageError) as caught:
        keys.keep("MY_KEY", SECRET)
    assert SECRET not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_without_the_package_there_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    why = keys.no_keyring()
    assert why is not None
    assert "mingan[keyring]" in why.en
    assert keys.find("MY_KEY") == ""


@pytest.mark.parametrize("bad", ["", "  ", "秘·密", "a\nb", "x" * 5000])
def test_what_cannot_be_a_key_is_refused_without_being_repeated(bad: str) -> None:
    with pytest.raises(UsageError) as caught:
        keys.hold("MY_KEY", bad)
    assert not bad.strip() or bad not in str(caught.value)
    assert keys.find("MY_KEY") == ""


def test_no_repr_log_or_pickle_shows_a_key(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        keys.hold("MY_KEY", SECRET)
        keys.find("MY_KEY")
    assert SECRET not in caplog.text
    assert SECRET not in repr(keys._typed)
    with pytest.raises(TypeError):
        pickle.dumps(keys._typed)
    card = ModelCard(
        name="甲", kind="openai", base_url="http://x/v1", model="m", api_key_env="MY_KEY"
    )
    model = OpenAIModel(card)
    assert key_of(model.card) == SECRET
    assert SECRET not in repr(model) + repr(vars(model)) + card.to_json()
