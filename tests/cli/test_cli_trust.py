"""`mingan trust`, `mingan votes`, `mingan grade --people` and `mingan import verdicts`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingan import Workspace
from mingan.cli.app import run

TABLE = "编号,题目,参考答案,层级,甲,乙\n" + "".join(
    f"q{i},用一句话说说 {i}。,,{'基础' if i % 2 else '进阶'},甲说 {i} 好,乙说 {i} 不好\n"
    for i in range(1, 21)
) + "".join(f"n{i},{i} 加 {i} 等于几？,{2 * i},基础,{2 * i},0\n" for i in range(1, 5))  # fmt: skip
MODELS = """
[[model]]
name = "宽"
kind = "scripted"
default = '{"理由": "都好", "得分": {"1": 2, "2": 2, "3": 2}, "判定": "对"}'

[[model]]
name = "偏"
kind = "scripted"
default = "更好：甲"
"""
VERDICTS = "question,model,verdict\n" + "".join(
    f"q{i},甲,{'right' if i % 4 else 'wrong'}\nq{i},乙,{'wrong' if i % 3 else 'right'}\n"
    for i in range(1, 13)
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with answers that the rules have graded, a judge, and a file of verdicts."""
    monkeypatch.chdir(tmp_path)
    for name in ("MINGAN_WORKSPACE", "MINGAN_MODELS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "答.csv").write_text(TABLE, "utf-8")
    (tmp_path / "小周.csv").write_text(VERDICTS, "utf-8")
    (tmp_path / "models.toml").write_text(MODELS, "utf-8")
    assert run(["import", "答.csv", "--name", "谈"]) == 0
    assert run(["grade"]) == 0
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_verdicts_come_in(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys)
    assert run(["import", "verdicts", "小周.csv", "--bank", "谈"]) == 0
    assert said(capsys)[0].startswith("题库 谈：1 个人的 24 个判定，对 13，错 11，存疑 0")
    assert run(["import", "小周.csv", "--json"]) == 0
    assert json.loads(said(capsys)[0])["known"] == 24
    (desk / "坏.csv").write_text("question,model,verdict\nq1,丁,对\n", "utf-8")
    assert run(["import", "verdicts", "坏.csv"]) == 2
    assert "第 2 行：没有这个模型的回答：丁" in said(capsys)[1]
    assert run(["import", "verdicts", "没有.csv"]) == 2


def test_what_people_would_buy_is_said_without_asking_anybody(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys)
    assert run(["grade", "--judge", "宽", "--people", "20"]) == 0
    out, err = said(capsys)
    assert "人再判 20 个，得分的区间大约从" in out
    assert "没有人检查过这个裁判" in out
    assert "mingan trust --judge 宽 --queue 20" in err
    assert run(["grade", "--judge", "宽", "--people", "20", "--json"]) == 0
    document = json.loads(said(capsys)[0])
    assert document["likely"][0]["after"] < document["likely"][0]["before"]
    with Workspace.open("mingan.db") as workspace:
        assert all(grade.authority == "rule" for grade in workspace.store.all_grades())
    assert run(["grade", "--people", "20"]) == 2
    assert run(["grade", "--judge", "宽", "--people", "0"]) == 2


def test_a_judges_record_stands_before_its_scores(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["grade", "--judge", "宽"]) == 0
    said(capsys)
    assert run(["trust", "--judge", "宽"]) == 0
    out, _ = said(capsys)
    assert out.startswith("没有人判过裁判「宽」判过的回答")
    assert "校正不了" in out
    assert run(["import", "verdicts", "小周.csv"]) == 0
    said(capsys)
    assert run(["trust", "--judge", "宽"]) == 0
    out, err = said(capsys)
    assert out.startswith("裁判「宽」和人都判过的 24 个回答里，13 个判得一样（54%")
    assert "校正后" in out
    assert "不是挑出来的" in err
    assert run(["trust", "--judge", "宽", "--json", "--no-rules"]) == 0
    document = json.loads(said(capsys)[0])
    assert document["record"]["pairs"] == 24
    assert document["models"][0]["settled"] == 0
    assert run(["scores"]) == 0
    assert "裁判「宽」和人都判过的 24 个回答里" in said(capsys)[0]
    assert run(["scores", "--json"]) == 0
    assert len(json.loads(said(capsys)[0])["judges"]) == 1


def test_a_queue_of_the_most_useful(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "--judge", "宽"]) == 0
    said(capsys)
    assert run(["trust", "--judge", "宽", "--queue", "8"]) == 0
    assert "8 个回答，最该看的在前" in said(capsys)[0]
    assert run(["trust", "--judge", "宽", "--queue", "5", "--json"]) == 0
    made = json.loads(said(capsys)[0])
    with Workspace.open("mingan.db") as workspace:
        assert [len(status.queue.items) for status in workspace.store.queues()] == [5, 8]
        assert workspace.store.queue(made["queue"]).queue.draw.judge == "宽"
        assert workspace.store.verify() == []


def test_votes(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys)
    assert run(["votes"]) == 2
    assert "还没有投票" in said(capsys)[1]
    assert run(["grade", "--judge", "偏", "--kind", "pair"]) == 0
    said(capsys)
    assert run(["votes", "--by", "judge:偏"]) == 0
    out, err = said(capsys)
    assert out.startswith("20 票、20 道题（裁判「偏」）：谁排第一还说不准。")
    assert "还没有人核对过它的票" in out
    assert "20 票换了先后就改口" in err
    assert run(["votes", "--style"]) == 2
    assert run(["votes", "--json"]) == 0
    assert json.loads(said(capsys)[0])["ties"] == 1.0
    assert run(["votes", "--by", "people"]) == 2
