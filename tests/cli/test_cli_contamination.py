"""`mingan twins`: files and workspaces, JSON, and one sentence for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mingan.cli.app import run


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINGAN_LANG", "en")
    for name in ("MINGAN_WORKSPACE", "MINGAN_MODELS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def table(desk: Path) -> Path:
    rng = np.random.default_rng(1)
    rows = ["model,score,reference score,n"]
    for i in range(10):
        x = 0.3 + 0.06 * i
        rows.append(f"ref{i},{x + rng.normal(0, 0.01):.3f},{x:.3f},900")
    rows += ["honest,0.55,0.55,900", "seen,0.80,0.55,900"]
    path = desk / "scores.csv"
    path.write_text("\n".join(rows), "utf-8")
    return path


REFERENCES = ",".join(f"ref{i}" for i in range(10))


def test_a_table_as_json_has_an_estimate_and_a_verdict_in_every_row(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["twins", "--table", str(table), "--references", REFERENCES, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["model"] for row in rows] == ["seen", "honest"]
    for row in rows:
        assert row["low"] <= row["estimate"] == row["gap"] <= row["high"]
        assert 0 < row["p"] <= row["p_adjusted"] <= 1
        assert row["sentence_zh"]
        assert row["sentence_en"].startswith(row["model"])
    assert [row["verdict"] for row in rows] == ["contaminated", "no sign of it"]


def test_for_people_it_is_a_finding_a_table_and_a_sentence_for_each(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["twins", "seen", "--table", str(table), "-r", "ref0,ref1,ref2", "-r", "ref3"]) == 0
    said = capsys.readouterr().out
    assert "cannot tell" in said
    assert "only 4 references" in said
    assert "honest" not in said
    assert run(["twins", "--table", str(table), "-r", REFERENCES]) == 0
    assert "With signs of having seen the questions: seen." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--table", "scores.csv", "--dated", "scores.csv"], "not both"),
        (["--table", "scores.csv", "--hidden", "x"], "--hidden names a bank"),
        (["--where", "a=b"], "for the files"),
        (["--dated", "scores.csv", "--cut", "soon"], "takes a date"),
        (["--dated", "scores.csv", "--cut", "2023-01-01"], "lacks these columns: question, date"),
        (["--table", "scores.csv", "--top", "0"], "above 0"),
        (["--table", "none.csv"], "no file"),
        ([], "no workspace"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_status_2(
    table: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["twins", *arguments]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_in_a_workspace_hidden_words_are_not_shown(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "quiz.csv").write_text(
        'id,prompt,answer,grader,slots,check\neggs,"{who} buys {n} apples at {p} pence each. How '
        'many pence is that?",{n * p},number,"who = pick([\'Ann\', \'Ben\'])\nn = draw(3, 19)\n'
        'p = draw(3, 19)","number(answer) == sum([p for i in range(n)])"\n', "utf-8",
    )  # fmt: skip
    (desk / "models.toml").write_text(
        '[[model]]\nname = "m"\nkind = "scripted"\ndefault = "7"\n', "utf-8"
    )
    assert run(["run", "--bank", "quiz.csv", "--model", "m"]) == 0
    capsys.readouterr()
    assert run(["twins", "m", "--bank", "quiz.csv", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["verdict"], row["refusal"]) == ("cannot tell", "no-hidden")
    assert run(["run", "--bank", "quiz.csv", "--twins", "--model", "m"]) == 0
    capsys.readouterr()
    assert run(["twins", "--json"]) == 0
    out = capsys.readouterr().out
    (row,) = json.loads(out)["rows"]
    assert (row["verdict"], row["refusal"], row["origin"]) == ("cannot tell", "no-coin", "made")
    assert row["gap"] == 0
    assert "apples" not in out
