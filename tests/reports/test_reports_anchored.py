"""Anchors of a bank, in words and as a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingan import Workspace
from mingan.bank import Bank
from mingan.cli.app import run
from mingan.errors import UsageError
from mingan.models.scripted import ScriptedModel
from mingan.records import ModelCard, Question
from mingan.reports.anchored import anchor_document, anchor_sentence, anchor_set

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve models on 24 sums, of which two have a wrong key."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGAN_WORKSPACE", raising=False)
    with Workspace.open(tmp_path / "mingan.db") as opened:
        opened.import_(ROOT / "docs/examples/twelve-models.csv")
        opened.grade()
    return tmp_path


def test_anchors_stand_for_all_and_have_no_suspect_key(place: Path) -> None:
    with Workspace.open(place / "mingan.db") as opened:
        chosen = anchor_set(opened.store, 6)
    ids = [question.id for question in chosen.questions]
    assert len(set(ids)) == 6
    assert not {"q02", "q09"} & set(ids)
    assert (chosen.of, chosen.models) == (24, 12)
    said = anchor_sentence(chosen)
    assert "从 twelve-models 的 24 道题里，按 12 个模型的回答选出 6 道锚题" in said.zh
    assert "took no part in choosing" in said.en
    document = anchor_document(chosen)
    assert [row["question"] for row in document["rows"]] == ids
    assert 0 < document["mean_miss"] < 0.2


def test_a_model_that_skipped_something_leaves_the_error_to_the_others(place: Path) -> None:
    with Workspace.open(place / "mingan.db") as opened:
        names = [card.name for card in opened.gather().cards]
        with pytest.raises(UsageError, match="至少要有 8 个模型"):
            anchor_set(opened.store, 6, models=names[:5])
        with pytest.raises(UsageError, match="1 到 22 道"):
            anchor_set(opened.store, 23)


def test_the_file_is_a_bank_that_asks_nothing_twice(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["items", "--anchors", "5", "--output", "a.jsonl", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    written = [json.loads(line)["id"] for line in Path("a.jsonl").read_text("utf-8").splitlines()]
    assert written == [row["question"] for row in rows]
    Path("models.toml").write_text(
        '[[model]]\nname = "m"\nkind = "scripted"\ndefault = "7"\n', "utf-8"
    )
    assert run(["run", "--bank", "a.jsonl", "-m", "m", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"]["asked"] == 5
    assert run(["run", "--bank", "twelve-models", "-m", "m", "--json"]) == 0
    account = json.loads(capsys.readouterr().out)["run"]
    assert (account["already"], account["asked"]) == (5, 19)


def test_bad_wishes_get_one_sentence(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wish in (["--anchors", "0"], ["--anchors", "99"], ["--output", "a.jsonl"],
                 ["--anchors", "3", "--output", "a.txt"]):  # fmt: skip
        assert run(["items", *wish]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not list(place.glob("a.*"))


def test_hidden_questions_are_not_written(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = tuple(
        Question(id=f"x{i}", bank="h", prompt=f"{i}+1=?", answer=str(i + 1), hidden="sealed")
        for i in range(3)
    )
    made = {
        f"h{i}": ScriptedModel(ModelCard(name=f"h{i}", kind="scripted"), lambda _, i=i: str(i))
        for i in range(8)
    }
    with Workspace.open(place / "mingan.db") as opened:
        opened.run(bank=Bank(name="h", questions=questions), models=[m.card for m in made.values()],
                   made=made)  # fmt: skip
    assert run(["items", "--bank", "h", "--anchors", "1"]) == 0
    assert run(["items", "--bank", "h", "--anchors", "1", "--output", "a.jsonl"]) == 2
    assert "暗题" in capsys.readouterr().err
    assert not Path("a.jsonl").exists()
