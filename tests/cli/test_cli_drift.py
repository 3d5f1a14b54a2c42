"""`mingan drift`: from the baseline to the alarm, the scheduler under kill -9, the other views."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mingan import Workspace
from mingan.cli.app import run

BANK = "id,prompt,answer\n" + "".join(f"q{i},{i}+{i}=?,{2 * i}\n" for i in range(40))
SCRIPT = "".join(
    json.dumps({"question": f"q{i}", "text": text, **more}) + "\n"
    for i in range(40)
    for text, more in ((f"{2 * i}", {}), ("7000", {"from": "2026-03-09"}))
)
MODELS = """
[[model]]
name = "变"
kind = "scripted"
script = "says.jsonl"

[[model]]
name = "慢"
kind = "scripted"
default = "7"
delay = 0.05
concurrency = 1

[[model]]
name = "远"
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
model = "x"
api_key_env = "FAR_KEY"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bank and models of which one changes."""
    monkeypatch.chdir(tmp_path)
    for name in ("MINGAN_WORKSPACE", "MINGAN_MODELS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "b.csv").write_text(BANK, "utf-8")
    (tmp_path / "says.jsonl").write_text(SCRIPT, "utf-8")
    (tmp_path / "models.toml").write_text(MODELS, "utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said(capsys)[0])["rows"]
    return found


def test_from_the_baseline_to_the_alarm(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(1, 12):
        assert run(["drift", "变", "--bank", "b.csv", "--day", f"2026-03-{number:02}"]) == 0
        out, err = said(capsys)
        if number == 1:
            assert "的基准定在 2026-03-01：40 道题问了 2 遍，100 分" in out
            assert "问到 80 个回答" in err
        elif number < 9:
            assert "没有看到「变」变化" in out
        else:
            assert "「变」变了：大约从 2026-03-09 起，得分比基准（2026-03-01）低 100 分" in out
            assert "警报是 2026-03-09 拉响的" in out
    assert run(["drift", "--json"]) == 0
    (row,) = rows(capsys)
    assert (row["verdict"], row["since"], row["alarm_day"]) == (
        "changed", "2026-03-09", "2026-03-09",
    )  # fmt: skip
    assert row["low"] <= row["estimate"] == -1.0 <= row["high"] < 0
    assert row["evidence"] >= row["threshold"]
    assert [day["alarm"] for day in row["days"]] == [False] * 8 + [True] * 3
    assert "changed: since about 2026-03-09" in row["sentence_en"]


def test_the_same_day_twice_only_reports(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["drift", "变", "--bank", "b.csv", "--limit", "8", "--day", "2026-03-01"]
    assert run(command) == 0
    said(capsys)
    assert run(command) == 0
    assert "2026-03-01 已经问过了，不再问" in said(capsys)[1]
    assert run([*command[:-1], "2026-03-02", "--if-due", "--json"]) == 0
    assert len(rows(capsys)[0]["days"]) == 2
    with Workspace.open("mingan.db") as workspace:
        assert len(list(workspace.store.answers())) == 24


def test_nobody_is_asked_where_only_a_look_is_wanted(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["drift", "变", "--look"]) == 2
    assert not Path("mingan.db").exists()
    assert run(["drift", "变", "--bank", "b.csv", "--limit", "4", "--day", "2026-03-01"]) == 0
    said(capsys)
    assert run(["drift", "变", "--look", "--json"]) == 0
    assert len(rows(capsys)[0]["days"]) == 1
    assert run(["drift", "慢", "--look"]) == 0
    assert "还没有在看任何模型" in said(capsys)[0]


def test_what_could_not_be_asked_gives_status_1(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_KEY", "geheim-1234")
    status = run(["drift", "远", "--bank", "b.csv", "--limit", "4", "--timeout", "0.2"])
    out, err = said(capsys)
    assert status == 1
    assert "geheim" not in out + err
    assert "同一天把同一条命令再运行一次" in err


def test_the_history_of_a_question(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day in ("2026-03-01", "2026-03-09"):
        run(["drift", "变", "--bank", "b.csv", "--limit", "40", "--day", day])
    said(capsys)
    assert run(["drift", "--question", "q3"]) == 0
    out = said(capsys)[0]
    assert out.startswith("q3：3+3=?")
    assert re.search(r"2026-03-09\s+变\s+1\s+错\s+●\s+7000", out)
    assert run(["drift", "--question", "q3", "--json"]) == 0
    found = rows(capsys)
    assert [(r["day"], r["text"], r["verdict"], r["changed"]) for r in found] == [
        ("2026-03-01", "6", "right", False), ("2026-03-01", "6", "right", False),
        ("2026-03-09", "7000", "wrong", True),
    ]  # fmt: skip
    assert run(["drift", "--question", "nix"]) == 2
    assert "没有编号为 nix 的题" in said(capsys)[1]


def test_a_schedule_holds_full_paths_and_no_key(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_KEY", "geheim-1234")
    for form in ("cron", "systemd"):
        assert run(["drift", "远", "--bank", "b.csv", "--print-schedule", form]) == 0
        out, err = said(capsys)
        assert str(desk / "b.csv") in out
        assert "geheim" not in out + err
        assert "FAR_KEY" in err
    assert not Path("mingan.db").exists()
    assert run(["drift", "--print-schedule", "cron"]) == 2
    assert run(["drift", "远", "--print-schedule", "at"]) == 2


def _scheduler(desk: Path) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MINGAN_")}
    return subprocess.Popen(
        [sys.executable, "-m", "mingan", "drift", "慢", "--bank", "b.csv", "--limit", "20",
         "--every", "1d", "--day", "2026-03-01"],
        cwd=desk, env={**environment, "MINGAN_LANG": "zh"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _answers(desk: Path) -> int:
    if not (desk / "mingan.db").exists():
        return 0
    try:
        with Workspace.open(desk / "mingan.db", create=False) as workspace:
            return len(list(workspace.store.answers()))
    except Exception:  # it is just being made
        return 0


def _wait(desk: Path, count: int) -> None:
    end = time.monotonic() + 60
    while _answers(desk) < count:
        assert time.monotonic() < end, f"{_answers(desk)} of {count} answers after a minute"
        time.sleep(0.1)


def test_the_scheduler_survives_kill_9_and_ends_cleanly_on_ctrl_c(desk: Path) -> None:
    killed = _scheduler(desk)
    _wait(desk, 5)
    killed.kill()
    killed.communicate()
    before = _answers(desk)
    assert 5 <= before < 40
    started = _scheduler(desk)
    _wait(desk, 40)
    deadline = time.monotonic() + 30
    while _state(desk) != "finished":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(0.5)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert started.returncode == 0, err
    assert "Traceback" not in err
    assert f"问到 {40 - before} 个回答，本来就有 {before} 个" in err
    assert "的基准定在 2026-03-01" in out
    with Workspace.open(desk / "mingan.db") as workspace:
        assert len(workspace.store.runs()) == 1
        assert len({answer.key for answer in workspace.store.answers()}) == 40


def _state(desk: Path) -> str:
    with Workspace.open(desk / "mingan.db", create=False) as workspace:
        return workspace.store.runs()[0].state
