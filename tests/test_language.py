"""Which of the two languages is spoken."""

from __future__ import annotations

import pytest

from mingan.errors import MinganError, RateLimited, UsageError
from mingan.language import Text, counted, current


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"MINGAN_LANG": "en"}, "en"),
        ({"MINGAN_LANG": "zh", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "C"}, "zh"),
        ({"LANG": "fr_FR.UTF-8"}, "zh"),
    ],
)
def test_the_language_of_the_process(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("MINGAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert current() == language
    assert Text("中", "en").say() == {"zh": "中", "en": "en"}[language]


def test_an_error_is_a_sentence_in_either_language(monkeypatch: pytest.MonkeyPatch) -> None:
    error = UsageError("不行。", "No.")
    assert (str(error), error.say("en"), error.exit_status) == ("不行。", "No.", 2)
    monkeypatch.setenv("MINGAN_LANG", "en")
    assert str(error) == "No."
    assert isinstance(RateLimited("慢", "slow", retry_after=2.0), MinganError)
    assert RateLimited("慢", "slow", retry_after=2.0).retry_after == 2.0


def test_one_thing_is_singular_in_english() -> None:
    assert [counted(n, "row") for n in (0, 1, 1000)] == ["0 rows", "1 row", "1,000 rows"]
    assert counted(2, "box", "boxes") == "2 boxes"
