"""Z-Bench, 14 models on 311 questions: the list of what to repair is short, and true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingan.cli.app import run


@pytest.fixture
def document(
    test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, object]:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGAN_WORKSPACE", raising=False)
    assert run(["import", "zbench", str(test_data / "zbench")]) == 0
    assert run(["grade"]) == 0
    capsys.readouterr()
    assert run(["items", "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_few_keys_are_suspect_and_the_bank_ranks_reliably(document: dict[str, object]) -> None:
    assert document["models"] == 14
    assert isinstance(document["kr20"], float)
    assert 0.93 <= document["kr20"] <= 0.99
    assert isinstance(document["suspect"], int)
    assert 1 <= document["suspect"] <= 12


def test_questions_that_nobody_gets_are_listed_with_a_sentence(
    document: dict[str, object],
) -> None:
    assert isinstance(document["rows"], list)
    rows = {row["question"]: row for row in document["rows"]}
    # 53 Sundays in a year: 2/7 in leap years only; the models give 14 other answers.
    assert rows["emergent-133"]["flags"] == ["floor"]
    assert "14 个模型没有一个答对" in rows["emergent-133"]["sentence_zh"]
    # Murder by the key, while the best say manslaughter; and what Bismarck spoke of.
    suspect = {row["question"] for row in document["rows"] if row["suspect"]}
    assert suspect >= {"specialized-023", "specialized-036"}
    assert document["rows"][0]["suspect"]
