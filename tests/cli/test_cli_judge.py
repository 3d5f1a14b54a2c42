"""`mingan grade --judge` and `mingan scores --grader` as a person or a program uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingan import Grade, Workspace
from mingan.cli.app import run
from mingan.records import Vote, now

TABLE = "编号,题目,参考答案,层级,甲,乙\n" + "".join(
    f"q{i},用一句话说说 {i}。,,{'基础' if i % 2 else '进阶'},甲说 {i} 好,乙说 {i} 不好\n"
    for i in range(1, 13)
) + "".join(f"n{i},{i} 加 {i} 等于几？,{2 * i},基础,{2 * i},0\n" for i in range(1, 7))  # fmt: skip
MODELS = """
[[model]]
name = "宽"
kind = "scripted"
price_in = 100.0
price_out = 100.0
default = '{"理由": "都好", "得分": {"1": 2, "2": 2, "3": 2}, "判定": "对"}'

[[model]]
name = "严"
kind = "scripted"
default = '{"理由": "都不好", "得分": {"1": 0, "2": 0, "3": 0}, "判定": "错"}'

[[model]]
name = "偏"
kind = "scripted"
default = "更好：甲"

[[model]]
name = "糊涂"
kind = "scripted"
default = "[[90]]"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which somebody brought in answers and described four judges."""
    monkeypatch.chdir(tmp_path)
    for name in ("MINGAN_WORKSPACE", "MINGAN_MODELS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "答.csv").write_text(TABLE, "utf-8")
    (tmp_path / "models.toml").write_text(MODELS, "utf-8")
    assert run(["import", "答.csv", "--name", "谈"]) == 0
    assert run(["grade"]) == 0
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def people(verdicts: dict[tuple[str, str], str]) -> None:
    with Workspace.open("mingan.db") as workspace:
        gathered = workspace.gather()
        by_id = {question.id: question.hash for question in gathered.questions}
        workspace.store.add_grades(
            [
                Grade(
                    answer=gathered.answers[model, question, 0].content,
                    question_hash=by_id[question], verdict=verdict,  # type: ignore[arg-type]
                    grader="person", version="1", authority="person", by="小周", at=now(),
                )
                for (model, question), verdict in verdicts.items()
            ]
        )  # fmt: skip


def test_a_judge_judges_what_rules_leave_open(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys)
    assert run(["grade", "--judge", "宽"]) == 0
    out, err = said(capsys)
    assert out.startswith("裁判 宽 看了题库 谈 的 24 个回答：对 24，错 0")
    assert "没有人判过裁判「宽」判过的回答，所以不知道它有多准" in out
    assert "花费" in err
    assert run(["grade", "--judge", "宽", "--json"]) == 0
    document = json.loads(said(capsys)[0])
    assert document["verdicts"] == {"right": 24}
    assert (document["asked"], document["already"]) == (0, 24)


def test_what_is_known_about_the_judge_stands_beside_its_verdicts(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people({("甲", f"q{i}"): "right" for i in range(1, 13)})
    people({("乙", f"q{i}"): "wrong" for i in range(1, 13)})
    said(capsys)
    assert run(["grade", "--judge", "宽", "--which", "all"]) == 0
    out, _ = said(capsys)
    assert "同样的 24 个回答，人和裁判「宽」有 12 个判得不一样（50%）" in out
    assert "「乙」的得分就高" in out
    assert "规则和裁判「宽」" in out


def test_two_judges_limit_budget_and_questions(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys)
    judged = ["grade", "--judge", "宽", "--judge", "严"]
    assert run([*judged, "--limit", "6"]) == 0
    assert "说不准 6" in said(capsys)[0]
    assert run([*judged, "--limit", "6", "--combine", "mean"]) == 0
    assert "说不准 6" in said(capsys)[0]
    assert run([*judged, "--which", "q1，q2", "--least", "2"]) == 0
    assert "4 个回答" in said(capsys)[0]
    assert run(["grade", "--judge", "严", "--budget", "3questions", "--repeats", "2"]) == 1
    assert "再运行一次" in said(capsys)[1]


def test_pairs(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys)
    assert run(["grade", "--judge", "偏", "--kind", "pair"]) == 0
    out, _ = said(capsys)
    assert "比较了 12 对" in out
    assert "12 对换了先后就换了说法（100%）" in out
    assert "裁判「偏」投了 12 票，100% 换了先后就改口；还没有人核对过它的票。" in out
    assert run(["export", "votes"]) == 0
    assert said(capsys)[0].count("tie") == 12


def test_a_judge_that_nobody_can_read(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys)
    assert run(["grade", "--judge", "糊涂", "--limit", "2"]) == 1
    out, err = said(capsys)
    assert "没判成 2" in out
    assert "没有判定" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["grade", "--judge", "谁"], "不认识模型"),
        (["grade", "--judge", "宽", "--kind", "vibes"], "没有 'vibes' 这种评判"),
        (["grade", "--judge", "宽", "--combine", "max"], "没有 'max' 这种合并办法"),
        (["grade", "--judge", "宽", "--which", "q99"], "没有问过"),
        (["grade", "--judge", "宽", "--least", "9"], "至少要有 9 个"),
        (["grade", "--judge", "宽", "--kind", "pair", "-m", "甲"], "至少要有两个模型"),
        (["grade", "--kind", "pair"], "请加上 --judge"),
        (["scores", "--grader", "rule"], "要写两次"),
        (["scores", "--grader", "rule", "--grader", "rule"], "两次写的都是"),
        (["scores", "--grader", "rule", "--grader", "person"], "person 没有判过"),
        (["scores", "--grader", "rule", "--grader", "rule:x"], "rule:x 没有判过"),
        (["scores", "--grader", "rule", "--grader", "rules"], "不认识的判分者"),
    ],
)
def test_bad_wishes_get_one_sentence(
    desk: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    said(capsys)
    assert run(words) != 0
    err = said(capsys)[1]
    assert sentence in err
    assert "Traceback" not in err


def test_what_the_grader_alone_changes(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "--judge", "宽", "--which", "all"]) == 0
    assert run(["grade", "--judge", "严", "--which", "all"]) == 0
    said(capsys)
    graders = ["--grader", "judge:宽", "--grader", "judge:严"]
    assert run(["scores", *graders]) == 0
    out, err = said(capsys)
    assert "同样的 36 个回答，裁判「宽」和裁判「严」有 36 个判得不一样（100%）" in out
    assert "低 100 分" in out
    assert "没有算进来" not in err
    assert run(["scores", "--grader", "rule", "--grader", "judge:宽", "--json"]) == 0
    document = json.loads(said(capsys)[0])
    rows = {row["model"]: row for row in document["rows"]}
    assert (rows["甲"]["changed"], rows["甲"]["answers"]) == (0, 6)
    assert rows["乙"]["verdicts"] == {"wrong>right": 6}
    assert rows["乙"]["difference"] == pytest.approx(1.0)
    assert document["left_out"] == 24
    assert run(["scores", *graders, "--lang", "en"]) == 0


def test_how_many_of_the_rules_verdicts_a_judge_overruled_is_said(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys)
    assert run(["grade", "--judge", "宽", "--which", "n1,n2,n3"]) == 0
    said(capsys)
    assert run(["scores"]) == 0
    assert "裁判「宽」推翻了规则的 3 个判定；这里算裁判的。" in said(capsys)[0]  # all of 乙's
    assert run(["scores", "--json"]) == 0
    assert any("推翻了规则的 3 个" in one for one in json.loads(said(capsys)[0])["judges"])


def test_a_judge_that_cannot_decide_leaves_the_rules_scores_alone(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys)
    assert run(["scores", "--json"]) == 0
    before = json.loads(said(capsys)[0])
    # The two disagree on everything, so that their verdict is `unsure`.
    assert run(["grade", "--judge", "宽", "--judge", "严", "--which", "n1,n2,n3"]) == 0
    assert "说不准 6" in said(capsys)[0]
    assert run(["scores", "--json"]) == 0
    assert json.loads(said(capsys)[0]) == before


def test_a_ranking_by_votes_says_what_is_known_of_the_judges_votes_and_not_of_its_grades(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["grade", "--judge", "偏", "--kind", "pair"]) == 0
    with Workspace.open("mingan.db") as workspace:
        given = list(workspace.store.votes())
        workspace.store.add_votes(
            Vote(
                question_hash=one.question_hash, answer_a=one.answer_a, answer_b=one.answer_b,
                choice="tie" if i else "a", by="小林", at=now(),
            )
            for i, one in enumerate(given[:4])
        )  # fmt: skip
    said(capsys)
    known = "人也投过的 4 对里，它和人一样的有 3 对"
    for by in ("all", "judge:偏"):
        assert run(["votes", "--by", by]) == 0
        out = said(capsys)[0]
        assert known in out
        assert "还没有在这里判过" not in out
    assert run(["votes", "--json"]) == 0
    assert known in "".join(json.loads(said(capsys)[0])["known"])
    assert run(["grade", "--judge", "偏", "--kind", "pair", "--json"]) == 0
    assert known in "".join(json.loads(said(capsys)[0])["known"])


def test_what_the_grader_changes_is_not_shown_without_the_judges_record(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people({("甲", f"q{i}"): "right" for i in range(1, 13)})
    assert run(["grade", "--judge", "宽", "--which", "all"]) == 0
    said(capsys)
    for judge in ("judge", "judge:宽"):
        change = ["scores", "--grader", "rule", "--grader", judge]
        assert run(change) == 0
        assert "裁判「宽」和人都判过的 12 个回答里" in said(capsys)[0]
        assert run([*change, "--json"]) == 0
        assert "和人都判过的 12 个" in json.loads(said(capsys)[0])["judges"][0]
    assert run(["scores", "--grader", "rule", "--grader", "person"]) == 2


def test_a_report_says_what_is_known_of_its_judges(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report"]) == 0
    assert "裁判模型给的" not in Path("report.html").read_text("utf-8")
    people({("甲", f"q{i}"): "right" for i in range(1, 7)})
    assert run(["grade", "--judge", "宽", "--which", "all"]) == 0
    assert run(["report"]) == 0
    page = Path("report.html").read_text("utf-8")
    assert "这里有 30 个判定是裁判模型给的，没有人看过这些回答。" in page
    assert "裁判「宽」和人都判过的 6 个回答里，6 个判得一样" in page
    assert "裁判「宽」推翻了规则的 6 个判定" in page
    with Workspace.open("mingan.db") as workspace:
        workspace.report("bare.html")
    assert "这里没有写裁判有多准" in Path("bare.html").read_text("utf-8")
