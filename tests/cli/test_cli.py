"""The command line as a person or a program uses it: output, exit statuses, one clear sentence."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mingan.cli.app import run, take_language
from mingan.cli.ask import parse_budget
from mingan.errors import UsageError

BANK = "题目,参考答案,层级\n" + "".join(
    f"{i} 加 {i} 等于几？,{2 * i},{'基础' if i % 2 else '进阶'}\n" for i in range(1, 31)
)
MODELS = """
[[model]]
name = "强"
kind = "scripted"
script = "strong.jsonl"
default = "2"

[[model]]
name = "弱"
kind = "scripted"
script = "weak.jsonl"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bank, a models.toml and two scripts, as a newcomer would have it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGAN_WORKSPACE", raising=False)
    monkeypatch.delenv("MINGAN_MODELS", raising=False)
    (tmp_path / "题目.csv").write_text(BANK, "utf-8")
    (tmp_path / "models.toml").write_text(MODELS, "utf-8")
    for name, right in (("strong", 30), ("weak", 12)):
        lines = (
            json.dumps({"question": f"q{i:03d}", "text": f"答案是 {2 * i if i <= right else 0}。"})
            for i in range(1, 31)
        )
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def asked(desk: Path) -> None:
    assert run(["run", "--bank", "题目.csv", "--model", "强", "--model", "弱"]) == 0


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_run_says_the_finding_and_the_table(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(desk)
    out, err = said(capsys)
    assert "强" in out.splitlines()[0]
    assert "60 个回答" in err
    assert run(["run", "--bank", "题目.csv", "--model", "强", "--model", "弱", "--json"]) == 0
    out, err = said(capsys)
    assert [row["model"] for row in json.loads(out)["rows"]] == ["强", "弱"]
    assert "本来就有 60 个" in err


def test_scores_and_compare_as_one_json_document(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(desk)
    said(capsys)
    assert run(["scores", "--json"]) == 0
    document = json.loads(said(capsys)[0])
    assert set(document) >= {"stamp", "rows"}
    assert set(document["rows"][0]) >= {
        "model", "score", "low", "high", "best_case", "worst_case", "rank_low", "rank_high",
        "right", "wrong", "unsure", "ungraded", "failed",
    }  # fmt: skip
    assert document["rows"][0]["score"] == 1.0
    assert run(["compare", "强", "弱", "--json"]) == 0
    document = json.loads(said(capsys)[0])
    assert set(document) >= {
        "a", "b", "difference", "low", "high", "p", "verdict", "questions_needed", "sentence_zh",
        "sentence_en",
    }  # fmt: skip
    assert document["verdict"] == "a"


def test_export_grades_has_the_promised_columns(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(desk)
    said(capsys)
    assert run(["export", "grades", "--output", "g.csv"]) == 0
    with open("g.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert list(rows[0])[:8] == [
        "bank", "question", "model", "repeat", "state", "verdict", "grader", "reason",
    ]  # fmt: skip


def test_export_without_a_file_goes_to_stdout(desk: Path) -> None:
    asked(desk)
    out = subprocess.run(
        [sys.executable, "-m", "mingan", "export", "scores", "--workspace", "mingan.db"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(out.decode("utf-8"))))
    assert [row["model"] for row in rows] == ["强", "弱"]


def test_report_bank_models_and_doctor(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(desk)
    assert run(["report", "--output", "r.html"]) == 0
    assert Path("r.html").stat().st_size > 10_000
    said(capsys)
    assert run(["bank", "list", "--json"]) == 0
    names = {row["name"] for row in json.loads(said(capsys)[0])["rows"]}
    assert names >= {"builtin", "题目"}
    assert run(["bank", "export", "builtin", "--format", "jsonl"]) == 0
    lines = said(capsys)[0].splitlines()
    assert len(lines) >= 40
    assert {"id", "tier", "tags", "prompt", "answer", "grader"} <= set(json.loads(lines[0]))
    assert run(["models", "list", "--json"]) == 0
    assert {"强", "弱"} <= {row["name"] for row in json.loads(said(capsys)[0])["rows"]}
    assert run(["models", "test", "强", "--json"]) == 0
    assert json.loads(said(capsys)[0])["rows"][0]["ok"] is True
    status = run(["doctor", "--json"])
    document = json.loads(said(capsys)[0])
    assert status == (1 if document["bad"] else 0)
    assert {"workspace", "sqlite", "disk"} <= {row["name"] for row in document["rows"]}


def test_every_fault_of_a_bank_is_told_by_row_and_column(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("坏.csv").write_text("编号,题目,参考答案\n1,一加一,2\n1,,3\n", "utf-8")
    assert run(["bank", "check", "坏.csv"]) == 2
    out, _ = said(capsys)
    assert "第 3 行" in out
    assert run(["bank", "check", "题目.csv", "--json"]) == 0
    assert json.loads(said(capsys)[0])["errors"] == 0
    assert run(["run", "--bank", "坏.csv", "--model", "强"]) == 2
    assert not Path("mingan.db").exists() or run(["scores"]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--bank", "没有.csv", "--model", "强"],
        ["run", "--bank", "题目.csv", "--model", "谁"],
        ["run", "--bank", "题目.csv", "--model", "强", "--budget", "一点点"],
        ["run", "--bank", "题目.csv", "--model", "强", "--repeats", "0"],
        ["run", "--bank", "题目.csv", "--model", "强", "--limit", "0"],
        ["run", "--bank", "题目.csv"],
        ["run", "--bank", "题目.csv", "--model", "强", "--models", "nowhere.toml"],
        ["scores"],
        ["compare", "强", "弱"],
        ["import", "没有.csv"],
        ["import", "magic", "题目.csv"],
        ["import", "a", "b", "c"],
        ["export", "everything"],
        ["grade"],
        ["report"],
        ["bank", "check", "没有.csv"],
        ["bank", "export", "没有"],
        ["models", "fetch", "gpt-17"],
        ["models", "test", "谁"],
        ["frobnicate"],
        ["scores", "--frobnicate"],
        ["scores", "--workspace", "mysql://x/y"],
        ["scores", "--lang", "fr"],
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_input_is_one_sentence_and_status_2(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], lang: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("MINGAN_LANG", lang)
    assert run(arguments) == 2
    out, err = said(capsys)
    assert "Traceback" not in out + err
    assert len((out + err).strip().splitlines()) == 1
    assert any("\u4e00" <= c <= "\u9fff" for c in err + out) or lang == "en"


def test_a_fault_of_our_own_is_one_sentence_with_the_details_in_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("mingan.cli.app._command", lambda _: 1 / 0)
    assert run(["scores"]) == 1
    _, err = said(capsys)
    assert "ZeroDivisionError" in err
    assert "Traceback" not in err
    (kept,) = tmp_path.glob("mingan-fault-*.txt")
    assert "Traceback" in kept.read_text("utf-8")


def test_language_by_option_and_by_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    assert take_language(["scores", "--lang", "en", "--json"]) == ["scores", "--json"]
    assert os.environ["MINGAN_LANG"] == "en"
    assert take_language(["--lang=zh", "x", "--", "--lang", "q"]) == ["x", "--", "--lang", "q"]
    assert os.environ["MINGAN_LANG"] == "zh"


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert said(capsys)[0].startswith("mingan ")
    assert run(["--help"]) == 0
    assert "scores" in said(capsys)[0]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("10CNY", "money", 10.0), ("2.5$", "currency", "USD"), ("200_000tokens", "tokens", 200000),
        ("30min", "seconds", 1800.0), ("5题", "questions", 5), ("1小时，3元", "seconds", 3600.0),
    ],
)  # fmt: skip
def test_budgets(text: str, field: str, value: object) -> None:
    assert getattr(parse_budget(text), field) == value


@pytest.mark.parametrize("text", ["", ",", "x", "10", "-3CNY", "1 fortnight", "..CNY", "1CNY,2USD"])
def test_budgets_that_cannot_be_read(text: str) -> None:
    with pytest.raises(UsageError):
        parse_budget(text)


def test_ctrl_c_stops_cleanly_and_can_be_resumed(desk: Path) -> None:
    slow = MODELS.replace('default = "2"', "delay = 0.2")
    Path("models.toml").write_text(slow, "utf-8")
    command = [sys.executable, "-m", "mingan", "run", "--bank", "题目.csv", "--model", "强",
               "--concurrency", "1"]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not (Path("mingan.db").exists() and _answers() > 0):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "接着问" in err
    assert "Traceback" not in err
    assert run(["run", "--bank", "题目.csv", "--model", "强"]) == 0


def _answers() -> int:
    from mingan.errors import StoreError
    from mingan.store import Store

    try:
        with Store.open("mingan.db", create=False) as store:
            return len(list(store.answers()))
    except StoreError:
        return 0


def _mingan(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mingan", *arguments]
    return subprocess.run(
        command, capture_output=True, env={**os.environ, **environment}, check=False
    )


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
def test_no_terminal_is_too_poor_for_a_result(desk: Path, encoding: str) -> None:
    asked(desk)
    told = _mingan("scores", PYTHONIOENCODING=encoding, MINGAN_LANG="")
    assert told.returncode == 0
    assert (b"tell" in told.stdout or b"better" in told.stdout) == (encoding == "ascii")
    document = json.loads(_mingan("scores", "--json", PYTHONIOENCODING=encoding).stdout)
    assert [row["model"] for row in document["rows"]] == ["强", "弱"]
    bank = _mingan("bank", "export", "builtin", PYTHONIOENCODING=encoding).stdout.decode()
    assert json.loads(bank.splitlines()[0])["tier"] == "基础"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_result_that_finds_no_room_is_one_sentence(desk: Path) -> None:
    asked(desk)
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "mingan", "scores"]
        told = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert told.returncode == 1
    assert "磁盘写不下了" in told.stderr
    assert "Exception" not in told.stderr


def test_a_run_that_got_nothing_still_gives_one_document_and_says_why(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("models.toml").write_text(
        '[[model]]\nname = "坏"\nkind = "scripted"\ndefault = "2"\nfaults = {"400" = 1.0}\n',
        "utf-8",
    )
    status = run(["run", "-b", "题目.csv", "-m", "坏", "--limit", "3", "--json"])
    out, err = said(capsys)
    document = json.loads(out)
    assert (status, document["rows"], document["run"]["states"]["failed"]) == (1, [], 3)
    assert "3 个没有要到：" in err


def test_the_account_of_a_run_is_in_its_document(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "-b", "题目.csv", "-m", "强", "--json"]) == 0
    document = json.loads(said(capsys)[0])
    assert (document["run"]["asked"], document["run"]["left"]) == (30, 0)
    assert len(document["rows"]) == 1


def test_what_comes_next_names_the_bank_that_came_in(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(desk)
    Path("录.csv").write_text("题号,题目,参考答案,类型,甲\na,1+1=?,2,算,2\n", "utf-8")
    assert run(["import", "wide", "录.csv"]) == 0
    assert "mingan grade --bank 录" in said(capsys)[1]
    assert run(["grade", "--json"]) == 0
    assert json.loads(said(capsys)[0])["bank"] == "录"


def test_a_misspelt_file_leaves_no_workspace_behind(desk: Path) -> None:
    assert run(["import", "没有.csv"]) == 2
    assert not Path("mingan.db").exists()


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_a_time_that_no_answer_can_keep_is_refused(desk: Path, seconds: str) -> None:
    assert run(["run", "-b", "题目.csv", "-m", "强", "--timeout", seconds]) == 2
