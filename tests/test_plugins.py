"""The one door for extensions."""

from __future__ import annotations

import pytest

from mingan.errors import InputError
from mingan.plugins import Registry


def test_what_is_built_in_comes_in_by_the_door_and_loads() -> None:
    registry = Registry()
    assert {"openai", "local", "recorded", "pasted", "scripted"} <= set(registry.names("models"))
    assert {"choice", "number", "text", "yesno", "list", "judge"} <= set(registry.names("graders"))
    assert {"zbench", "wide", "long", "inspect", "lm-eval"} <= set(registry.names("importers"))
    for group in ("models", "graders", "importers"):
        for name in registry.names(group):  # type: ignore[arg-type]
            assert callable(registry.get(group, name))  # type: ignore[arg-type]


def test_a_part_of_ones_own_goes_before_and_stays_in_its_registry() -> None:
    mine, other = Registry(), Registry()
    mine.register("graders", "haiku", "诗")
    assert mine.get("graders", "haiku") == "诗"
    assert "haiku" in mine.names("graders")
    with pytest.raises(InputError, match="没有 'haiku'"):
        other.get("graders", "haiku")


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(InputError, match="是不是想写 'number'"):
        Registry().get("graders", "numbr")
