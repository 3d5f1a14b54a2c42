"""The shelf and the doctor: what can be named, whether it answers, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingan import ModelCard, UsageError, Workspace, shelf
from mingan.doctor import examine
from mingan.errors import BankError, ModelsFileError


@pytest.fixture(autouse=True)
def _empty_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGAN_MODELS", raising=False)


def test_our_local_models_need_no_file_and_ones_own_go_before() -> None:
    assert "qwen2.5-coder-0.5b" in shelf.known_cards()
    Path("models.toml").write_text(
        '[[model]]\nname = "qwen2.5-coder-0.5b"\nkind = "scripted"\ndefault = "x"\n', "utf-8"
    )
    assert shelf.known_cards()["qwen2.5-coder-0.5b"].kind == "scripted"
    with pytest.raises(UsageError, match=r"models\.example\.toml"):
        shelf.cards(["没有"])
    with pytest.raises(ModelsFileError):
        shelf.known_cards("missing.toml")


def test_banks_by_name_by_file_and_in_a_workspace() -> None:
    assert len(shelf.find_bank("builtin")) >= 40
    Path("b.csv").write_text("id,prompt,answer\n1,一加一？,2\n", "utf-8")
    assert len(shelf.find_bank("b.csv")) == 1
    assert shelf.check_bank("b.csv") == []
    with Workspace.open("w.db") as workspace:
        workspace.import_("b.csv", kind="bank")
        Path("b.csv").unlink()
        assert len(workspace.bank("b")) == 1
        with pytest.raises(BankError):
            workspace.bank("nothing")


def test_a_bank_whose_grader_cannot_work_is_told() -> None:
    Path("b.csv").write_text("id,prompt,answer,grader\n1,一加一？,很多,number\n", "utf-8")
    (fault,) = shelf.check_bank("b.csv")
    assert (fault.row, fault.severity) == (2, "error")


def test_trying_a_model_gives_a_sentence_and_never_an_exception() -> None:
    fine = shelf.try_model(ModelCard(name="甲", kind="scripted", options={"default": "2"}))
    assert fine.ok
    assert "甲" in fine.sentence.zh
    dead = ModelCard(name="乙", kind="openai", base_url="http://127.0.0.1:9/v1", model="m")
    trial = shelf.try_model(dead)
    assert not trial.ok
    assert trial.sentence.zh.startswith("乙：不通")


def test_the_doctor_finds_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("models.toml").write_text(
        '[[model]]\nname = "甲"\nbase_url = "http://x/v1"\nmodel = "m"\napi_key_env = "K_E_Y"\n',
        "utf-8",
    )
    monkeypatch.delenv("K_E_Y", raising=False)
    found = {check.name: check for check in examine("w.db")}
    assert found["workspace"].health == "note"
    assert found["甲"].health == "bad"
    assert "export K_E_Y" in found["甲"].mend.zh
    monkeypatch.setenv("K_E_Y", "hush-hush")
    with Workspace.open("w.db"):
        pass
    found = {check.name: check for check in examine("w.db")}
    assert (found["workspace"].health, found["甲"].health) == ("ok", "ok")
    assert "hush-hush" not in repr(found)
    Path("w.db").write_bytes(b"no database" * 100)
    assert {c.name: c for c in examine("w.db")}["workspace"].health == "bad"


@pytest.mark.parametrize("where", ["mysql://x/y", "postgresql://u:hush@h:port/x", "nowhere/w.db"])
def test_the_doctor_never_falls_ill_himself(where: str) -> None:
    checks = list(examine(where))
    assert {"workspace", "disk"} <= {check.name for check in checks}
    assert all("hush" not in check.found.zh + check.found.en for check in checks)
