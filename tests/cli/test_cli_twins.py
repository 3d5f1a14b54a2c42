"""Hidden twins from the command line: made, asked, burned, sealed, and never shown unasked."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path

import pytest

from mingan.cli.app import run

ROW = {
    "id": "eggs", "tier": "基础", "prompt": "{who}买 {n} 个蛋，每个 {p} 元，共多少元？",
    "answer": "{n * p}", "grader": "number",
    "slots": {"who": "pick(NAMES)", "n": "draw(3, 99)", "p": "draw(2, 99)"},
    "check": ["number(answer) == sum(p for _ in range(n))"],
}  # fmt: skip
PAIRS = """编号,题目,参考答案,对子
1,法国的首都是哪座城市？,巴黎,首都
2,日本的首都是哪座城市？,东京,首都
"""
MODELS = '[[model]]\nname = "甲"\nkind = "scripted"\ndefault = "答案是 7。"\n'


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("MINGAN_WORKSPACE", "MINGAN_MODELS", "MINGAN_SEAL_KEY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "eggs.jsonl").write_text(json.dumps(ROW), "utf-8")
    (tmp_path / "pairs.csv").write_text(PAIRS, "utf-8")
    (tmp_path / "models.toml").write_text(MODELS, "utf-8")
    return tmp_path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert run([*arguments, "--json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_twins_are_asked_under_their_own_name(desk: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["run", "--bank", "eggs.jsonl", "--model", "甲"]) == 0
    assert run(["run", "--bank", "eggs.jsonl", "--twins", "--model", "甲"]) == 0
    capsys.readouterr()
    banks = answer(capsys, "bank", "list")["rows"]
    assert {"eggs", "eggs~twins-1"} <= {row["name"] for row in banks}  # type: ignore[attr-defined,index]
    assert answer(capsys, "scores")["bank"] == "eggs~twins-1"


def test_a_hidden_question_lies_veiled_in_the_workspace(desk: Path):
    assert run(["run", "--bank", "eggs.jsonl", "--twins", "--model", "甲"]) == 0
    with sqlite3.connect(desk / "mingan.db") as store:
        (body,) = store.execute("select body from question").fetchone()
    assert body.startswith("sealed:")
    assert run(["grade"]) == 0


def test_reports_and_exports_show_no_word_of_a_hidden_question(
    desk: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["run", "--bank", "eggs.jsonl", "--twins", "--model", "甲"]) == 0
    assert run(["report", "--output", "r.html"]) == 0
    for what in ("answers", "grades"):
        assert run(["export", what, "--output", f"{what}.csv"]) == 0
    for name in ("r.html", "answers.csv", "grades.csv"):
        written = (desk / name).read_text("utf-8-sig")
        assert "个蛋" not in written
        assert "答案是 7" not in written
        assert "eggs" in written
    assert run(["report", "--output", "open.html", "--show-hidden"]) == 0
    assert "个蛋" in (desk / "open.html").read_text("utf-8")
    capsys.readouterr()


def test_a_bank_of_hidden_questions_is_not_exported_unasked(
    desk: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["run", "--bank", "eggs.jsonl", "--twins", "--model", "甲"]) == 0
    assert run(["bank", "export", "eggs~twins-1"]) == 2
    assert "--show-hidden" in capsys.readouterr().err
    assert run(["bank", "export", "eggs~twins-1", "--show-hidden", "--output", "t.jsonl"]) == 0
    assert "个蛋" in (desk / "t.jsonl").read_text("utf-8")


def test_rotating_burns_the_set(desk: Path, capsys: pytest.CaptureFixture[str]):
    first = answer(capsys, "bank", "twins", "eggs.jsonl")
    assert (first["set"], first["private"], first["burned"]) == (1, 1, [])
    second = answer(capsys, "bank", "twins", "eggs.jsonl", "--rotate")
    assert (second["set"], second["name"]) == (2, "eggs~twins-2")
    assert [burned["set"] for burned in second["burned"]] == [1]  # type: ignore[attr-defined,index]


def test_a_set_that_cannot_be_made_burns_nothing(desk: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["bank", "twins", "pairs.csv", "--rotate"]) == 2
    capsys.readouterr()
    assert answer(capsys, "bank", "twins", "eggs.jsonl")["set"] == 1


def test_sealing_keeps_one_half_back(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MINGAN_SEAL_KEY", "long enough a word")
    assert run(["bank", "seal", "pairs.csv"]) == 0
    public = (desk / "pairs-public.jsonl").read_text("utf-8")
    sealed = (desk / "pairs-public.sealed").read_text("utf-8")
    assert ("巴黎" in public) != ("东京" in public)
    assert "巴黎" not in sealed
    assert "东京" not in sealed
    assert "long enough" not in capsys.readouterr().out + sealed
    assert run(["run", "--bank", "pairs-public.jsonl", "--twins", "--model", "甲"]) == 0
    monkeypatch.setenv("MINGAN_SEAL_KEY", "another word")
    assert run(["bank", "twins", "pairs-public.jsonl"]) == 2


def test_the_coin_is_flipped_once(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MINGAN_SEAL_KEY", "long enough a word")
    assert run(["bank", "seal", "pairs.csv"]) == 0
    before = (desk / "pairs-public.sealed").read_bytes()
    assert run(["bank", "seal", "pairs.csv"]) == 2
    assert "已经在了" in capsys.readouterr().err
    assert (desk / "pairs-public.sealed").read_bytes() == before


@pytest.mark.parametrize("key", ["", "short"])
def test_sealing_wants_a_passphrase(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str
):
    monkeypatch.setenv("MINGAN_SEAL_KEY", key)
    assert run(["bank", "seal", "pairs.csv"]) == 2
    assert "MINGAN_SEAL_KEY" in capsys.readouterr().err
    assert not (desk / "pairs-public.jsonl").exists()


def test_a_bank_without_pairs_is_not_sealed(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MINGAN_SEAL_KEY", "long enough a word")
    assert run(["bank", "seal", "eggs.jsonl"]) == 2
    assert "对子" in capsys.readouterr().err


def written(monkeypatch: pytest.MonkeyPatch, *lines: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    return run(["bank", "new", "new.csv"])


PAIR = ("", "2", "地理", "法国的首都是哪座城市？", "巴黎", "", "众所周知", "", "首都是巴黎。", "",
        "1", "日本的首都是哪座城市？", "东京", "众所周知", "")  # fmt: skip
TEMPLATE = ("", "1", "算术", "3 个蛋每个 2 元，共多少元？", "6", "", "3×2", "", "", "2",
            "{n} 个蛋每个 {p} 元，共多少元？", "{n * p}", "n = draw(3, 99)", "p = draw(2, 99)",
            "", "n != p", "", "number(answer) == sum(p for _ in range(n))", "", "{n}×{p}",
            "1")  # fmt: skip


def test_new_writes_a_pair_and_then_a_template(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert written(monkeypatch, *PAIR) == 0
    assert "对：" in capsys.readouterr().err
    assert written(monkeypatch, *TEMPLATE) == 0
    assert run(["bank", "check", "new.csv"]) == 0
    capsys.readouterr()
    rows = (desk / "new.csv").read_text("utf-8-sig")
    assert rows.count("q001") == 4
    assert "draw(3, 99)" in rows
    monkeypatch.setenv("MINGAN_SEAL_KEY", "long enough a word")
    assert run(["bank", "seal", "new.csv"]) == 0
    capsys.readouterr()
    assert answer(capsys, "bank", "twins", "new-public.jsonl")["without"] == 0


def test_new_left_halfway_writes_nothing(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert written(monkeypatch, *PAIR[:7]) == 1
    assert not (desk / "new.csv").exists()


def test_new_spares_a_file_that_it_would_not_keep_whole(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    text = "题目,参考答案,_我的批注\n一加一？,2,别删\n"
    (desk / "new.csv").write_text(text, "utf-8")
    assert written(monkeypatch, *PAIR) == 2
    assert (desk / "new.csv").read_text("utf-8") == text


def test_no_word_of_a_hidden_question_lies_open_in_the_workspace(desk: Path) -> None:
    """Neither in the question nor in the answer to it, nor in what a grade quotes."""
    assert run(["run", "--bank", "eggs.jsonl", "--twins", "--model", "甲"]) == 0
    with sqlite3.connect(desk / "mingan.db") as store:
        tables = ("question", "answer", "grade")
        bodies = [row[0] for t in tables for row in store.execute(f"select body from {t}")]
    assert len(bodies) == 3
    assert all(body.startswith("sealed:") for body in bodies)


def test_our_own_halves_open_whatever_the_users_passphrase(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINGAN_SEAL_KEY", "a word for a bank of mine")
    assert answer(capsys, "bank", "twins", "builtin")["without"] == 0


def test_the_coin_does_not_fall_for_a_file_that_cannot_be_written(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINGAN_SEAL_KEY", "long enough a word")
    assert run(["bank", "seal", "pairs.csv", "--output", "pub.xlsx"]) == 2
    assert run(["bank", "seal", "pairs.csv", "--output", "nowhere/pub.csv"]) != 0
    assert not list(desk.glob("**/*.sealed"))
    assert run(["bank", "seal", "pairs.csv", "--output", "pub.csv"]) == 0


def test_a_damaged_sealed_file_gets_one_sentence(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINGAN_SEAL_KEY", "long enough a word")
    assert run(["bank", "seal", "pairs.csv"]) == 0
    (desk / "pairs-public.sealed").write_bytes(b"\xff\xfe junk")
    assert run(["bank", "twins", "pairs-public.jsonl"]) == 2
    assert "pairs-public.sealed" in capsys.readouterr().err


def test_new_adds_to_a_file_in_gb18030(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert written(monkeypatch, *PAIR) == 0
    file = desk / "new.csv"
    file.write_bytes(file.read_text("utf-8-sig").encode("gb18030"))
    assert written(monkeypatch, *TEMPLATE) == 0
    assert "法国的首都是哪座城市？" in file.read_text("utf-8-sig")
    assert "draw(3, 99)" in file.read_text("utf-8-sig")


def test_new_spares_a_file_in_gb18030_that_it_would_not_keep_whole(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    text = "题目,参考答案,_我的批注\n一加一等于几？,2,别删\n".encode("gb18030")
    (desk / "new.csv").write_bytes(text)
    assert written(monkeypatch, *PAIR) == 2
    assert "会丢" in capsys.readouterr().err
    assert (desk / "new.csv").read_bytes() == text


def test_new_reads_slots_as_banks_do_and_says_which_lines_it_cannot_read(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    lines = list(TEMPLATE)
    at = lines.index("n = draw(3, 99)")
    lines[at : at + 2] = ["n＝draw(3, 99)", "p draw(2, 99)", "n == 3", "p：draw(2, 99)"]
    assert written(monkeypatch, *lines) == 0
    said = capsys.readouterr().err
    assert "p draw(2, 99)" in said
    assert "n == 3" in said
    kept = (desk / "new.csv").read_text("utf-8-sig")
    assert "n = draw(3, 99)" in kept
    assert "p = draw(2, 99)" in kept
    assert run(["bank", "check", "new.csv"]) == 0


@pytest.mark.parametrize("slip", ["upper(3)", "(1 / 0 for i in range(3))", "len", "nobody"])
def test_new_keeps_what_was_written_when_a_template_fails(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], slip: str
):
    start = TEMPLATE[: TEMPLATE.index("n = draw(3, 99)")]
    first = (f"n = {slip}", "p = draw(2, 99)", "", "p != 50", "", "number(answer) == n * p", "", "")
    again = ("", "", "n = draw(3, 99)", "p = draw(2, 99)", "", "", "", "", "1")
    assert written(monkeypatch, *start, *first, *again) == 0
    said = capsys.readouterr().err
    assert "[n = " in said
    kept = (desk / "new.csv").read_text("utf-8-sig")
    assert "{n} 个蛋每个 {p} 元" in kept
    assert "p != 50" in kept
    assert "number(answer) == n * p" in kept
    assert slip not in kept
