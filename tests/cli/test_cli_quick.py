"""`mingan run --quick`: picked questions, or drawn ones where too few models answered before."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mingan import Workspace
from mingan.cli.app import run

SIZE = 60
BANK = "id,prompt,answer\n" + "".join(f"q{i},{i}+{i}=?,{2 * i}\n" for i in range(SIZE))


def says(ability: float, seed: int) -> str:
    """A script: right on what is easy enough."""
    lines = []
    for i in range(SIZE):
        hard = random.Random(i).uniform(-0.2, 1.2)
        right = ability + random.Random(f"{seed} {i}").gauss(0, 0.15) > hard
        lines.append(json.dumps({"question": f"q{i}", "text": str(2 * i) if right else "7000"}))
    return "\n".join(lines)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bank and twelve models."""
    monkeypatch.chdir(tmp_path)
    for name in ("MINGAN_WORKSPACE", "MINGAN_MODELS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "b.csv").write_text(BANK, "utf-8")
    models = ""
    for i in range(12):
        (tmp_path / f"m{i}.jsonl").write_text(says(i / 11, i), "utf-8")
        models += f'[[model]]\nname = "m{i}"\nkind = "scripted"\nscript = "m{i}.jsonl"\n'
    models += (
        '[[model]]\nname = "slow"\nkind = "scripted"\nscript = "m6.jsonl"\ndelay = 0.2\n'
        '[[model]]\nname = "mute"\nkind = "scripted"\ndefault = "不知道"\n'
        '[[model]]\nname = "gone"\nkind = "scripted"\nfaults = { 400 = 1.0 }\n'
    )
    (tmp_path / "models.toml").write_text(models, "utf-8")
    return tmp_path


@pytest.fixture
def known(desk: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The same where eleven models answered everything; m6 did not."""
    names = [part for i in range(12) if i != 6 for part in ("-m", f"m{i}")]
    assert run(["run", "--bank", "b.csv", *names]) == 0
    capsys.readouterr()
    return desk


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_it_picks_and_estimates(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--quick", "--bank", "b.csv", "-m", "m6"]) == 0
    out, err = capsys.readouterr()
    assert "m6 在全部 60 道规则能判的题上，估计得" in out
    assert "挑着问的 30 道，省了 30 道" in out
    assert "11 个模型以前的回答" in err
    assert run(["run", "--quick", "--bank", "b.csv", "-m", "m6", "--json"]) == 0
    row = document(capsys)["rows"][0]
    assert (row["new"], row["asked"], row["references"]) == (0, 30, 11)
    assert run(["run", "--bank", "b.csv", "-m", "m6", "--json"]) == 0
    truth = next(r for r in document(capsys)["rows"] if r["model"] == "m6")
    assert row["low"] <= truth["score"] <= row["high"]


def test_it_stops_where_it_is_told(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--quick", "--limit", "12", "--bank", "b.csv", "-m", "m6", "--json"]) == 0
    assert document(capsys)["rows"][0]["asked"] == 12
    assert run(["run", "--quick", "--within", "12", "--bank", "b.csv", "-m", "m6", "--json"]) == 0
    row = document(capsys)["rows"][0]
    assert row["ended"] == "narrow"
    assert row["high"] - row["low"] <= 0.24


def test_the_table_leaves_picked_answers_out(
    known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "--quick", "--bank", "b.csv", "-m", "m6"]) == 0
    capsys.readouterr()
    assert run(["scores"]) == 0
    out, err = capsys.readouterr()
    assert "m6" not in out.split()
    assert "m6 有 30 个回答是速测时挑着问的" in err
    assert run(["scores", "-m", "m6"]) == 2
    assert "挑着问的 30 个回答" in capsys.readouterr().err


def test_with_too_few_models_it_draws_by_lot_and_says_so(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "--quick", "--bank", "b.csv", "-m", "m6", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "至少要有 10 个别的模型答过这个题库，现在只有 0 个：改为按层级随机抽 24 道短题" in err
    assert json.loads(out)["run"]["asked"] == 24
    assert run(["run", "--quick", "--within", "15", "--bank", "b.csv", "-m", "m6", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"]["asked"] == 31 - 24


def test_long_games_that_were_not_drawn_leave_the_score_of_all_open(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "--quick", "--limit", "3", "-m", "mute"]) == 0
    assert "15 道是长游戏，没有抽" in capsys.readouterr().err


def test_what_could_not_be_had_ends_in_status_1(
    known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "--quick", "--bank", "b.csv", "-m", "gone"]) == 1
    assert "没问完就停了" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["--within", "5"], ["--quick", "--within", "0"], ["--quick", "--within", "80"],
              ["--quick", "--limit", "0"]],
)  # fmt: skip
def test_bad_ends_get_one_sentence(
    known: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    assert run(["run", "--bank", "b.csv", "-m", "m6", *wrong]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_kill_9_loses_nothing(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", "--quick", "--bank", "b.csv", "-m", "slow"]
    process = subprocess.Popen([sys.executable, "-m", "mingan", *command], cwd=known)
    try:
        deadline, there = time.monotonic() + 60, 0
        while there < 5 and time.monotonic() < deadline:
            time.sleep(0.1)
            with Workspace.open(known / "mingan.db") as opened:
                there = sum(answer.model == "slow" for answer in opened.store.answers())
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert 5 <= there < 30
    assert run([*command, "--json"]) == 0
    row = document(capsys)["rows"][0]
    assert row["asked"] == 30
    assert row["new"] <= 30 - there
