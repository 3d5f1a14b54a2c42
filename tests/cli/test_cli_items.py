"""`mingan items` as a person or a program uses it, on a bank with one wrong key and with twins."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from mingan import ModelCard, Question, Workspace
from mingan.bank import Bank
from mingan.cli.app import run
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import Hidden

MODELS = 12
LAST = MODELS + 1


def question(i: int, *, plus: int = 0, hidden: Hidden = "") -> Question:
    """The i-th sum; the key of q05 is wrong, nobody knows q13, and all know q01 and q14."""
    key = 999 if i == 5 else 2 * i + plus
    return Question(
        id=f"q{i:02d}", prompt=f"{i} 加 {i + plus} 等于几？", answer=str(key), hidden=hidden
    )


PUBLIC = tuple(question(i) for i in range(1, LAST + 2))
TWINS = tuple(question(i, plus=1, hidden="private") for i in range(1, 4))


def says(model: int) -> ScriptedModel:
    """Model 1 is the best: model n gets the first 13 - n sums right, but half of the twins."""

    def answer(request: Request) -> str:
        a, b = (int(n) for n in request.messages[-1]["content"].split(" 等")[0].split(" 加 "))
        right = a == LAST + 1 or (a <= MODELS + 1 - model and a < LAST)
        if b != a:
            right = right and model % 2 == 0
        return f"答案是 {a + b if right else a + b + model}。"

    return ScriptedModel(ModelCard(name=f"模型{model}", kind="scripted"), answer)


def ask(bank: str, questions: tuple[Question, ...], models: int = MODELS) -> None:
    made = {f"模型{n}": says(n) for n in range(1, models + 1)}
    with Workspace.open("mingan.db") as workspace:
        workspace.run(
            bank=Bank(name=bank, questions=questions), models=[m.card for m in made.values()],
            made=made,
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGAN_WORKSPACE", raising=False)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_the_wrong_key_comes_first_and_is_said_in_words(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("数", PUBLIC)
    said(capsys)
    assert run(["items"]) == 0
    out, err = said(capsys)
    lines = out.splitlines()
    assert "14 道题里，有 1 道的参考答案可疑" in lines[0]
    assert "无人答对的 2 道，人人答对的 2 道" in lines[0]
    rows = [line for line in lines if line.startswith("q")]
    assert rows[0].startswith("q05")
    assert "强模型一致反对" in rows[0]
    assert rows[1].startswith("q13")
    assert "无人答对" in rows[1]
    assert {row[:3] for row in rows[12:14]} == {"q01", "q14"}
    assert all("人人答对" in row for row in rows[12:14])
    assert lines[-1].startswith("q05：有定论的模型里最好的 4 个，都答「10」，参考答案却是「999」")
    assert "可疑不等于错" in err
    assert "明−暗" not in out
    assert "靠不住" not in err


def test_one_json_document_with_every_question(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("数", PUBLIC)
    said(capsys)
    assert run(["items", "--json"]) == 0
    document = json.loads(said(capsys)[0])
    assert set(document) >= {"rows", "kr20", "stamp", "bank", "models", "suspect"}
    assert (document["suspect"], document["models"], document["questions"]) == (1, 12, 14)
    assert 0.8 < document["kr20"] < 1
    rows = {row["question"]: row for row in document["rows"]}
    assert set(rows["q01"]) >= {
        "question", "models", "answers", "difficulty", "discrimination", "item_rest", "flags",
        "twin_gap",
    }  # fmt: skip
    assert rows["q05"]["flags"] == ["agree-against", "floor"]
    assert rows["q05"]["agreed"] == "10"
    assert "参考答案" in rows["q05"]["sentence_zh"]
    assert "999" in rows["q05"]["sentence_en"]
    assert rows["q05"]["item_rest"] is None
    assert rows["q06"]["flags"] == []
    assert "sentence_zh" not in rows["q06"]
    assert rows["q06"]["item_rest"] > 0.7
    assert rows["q06"]["difficulty"] == pytest.approx(7 / 12)
    assert rows["q06"]["twin_gap"] is None
    assert [row["question"] for row in document["rows"]][:2] == ["q05", "q13"]


def test_the_gap_to_the_twins_is_shown_once_they_are_answered(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("数", PUBLIC)
    ask("数~twins-1", TWINS)
    ask("数~twins-x", TWINS)  # the name of another bank altogether
    said(capsys)
    assert run(["items", "--bank", "数", "--json"]) == 0
    rows = {row["question"]: row for row in json.loads(said(capsys)[0])["rows"]}
    assert rows["q01"]["twin_gap"] == pytest.approx(1 - 6 / 12)
    assert rows["q01"]["twin_models"] == 12
    assert rows["q03"]["twin_gap"] == pytest.approx(10 / 12 - 5 / 12)
    assert rows["q04"]["twin_gap"] is None
    assert run(["items", "--bank", "数"]) == 0
    out, _ = said(capsys)
    assert "明−暗" in out
    assert next(line for line in out.splitlines() if line.startswith("q02")).split()[-1] == "50"


def test_public_questions_in_a_bank_of_twins_are_no_twins(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("数", PUBLIC)
    ask("数~twins-2", tuple(question(i, plus=1) for i in range(1, 4)))
    said(capsys)
    assert run(["items", "--bank", "数", "--json"]) == 0
    assert all(row["twin_gap"] is None for row in json.loads(said(capsys)[0])["rows"])


def test_key_and_answer_of_a_hidden_question_are_not_shown(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = Question(id="秘", prompt="5 加 5 等于几？", answer="31337", hidden="private")
    ask("暗", (*(question(i) for i in (1, 2, 11, 12)), secret), models=6)
    said(capsys)
    assert run(["items", "--bank", "暗", "--json"]) == 0
    out, _ = said(capsys)
    (row,) = [row for row in json.loads(out)["rows"] if row["question"] == "秘"]
    assert row["flags"][0] == "agree-against"
    assert "31337" not in out
    assert row["agreed"] == ""


def test_few_models_are_told_that_this_is_a_lead_only(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("数", PUBLIC, models=3)
    said(capsys)
    assert run(["items"]) == 0
    _, err = said(capsys)
    assert "只有 3 个模型答过，区分度靠不住" in err


def test_the_list_is_cut_and_says_so(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask("数", PUBLIC)
    said(capsys)
    assert run(["items", "--limit", "3"]) == 0
    out, err = said(capsys)
    assert sum(line.startswith("q") and "：" not in line for line in out.splitlines()) == 3
    assert "还有 11 道题没有列出" in err
    assert run(["items", "--limit", "0", "--model", "模型1", "--model", "模型2"]) == 0
    out, err = said(capsys)
    assert sum(line.startswith("q") and "：" not in line for line in out.splitlines()) == 14
    assert "没有列出" not in err


def test_an_empty_workspace_is_one_clear_sentence(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Workspace.open("mingan.db").close()
    assert run(["items"]) == 2
    assert "还是空的" in said(capsys)[1]


def test_answers_without_grades_are_sent_to_mingan_grade(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open("a.csv", "w", encoding="utf-8", newline="") as file:
        rows = [["id", "prompt", "reference", "model", "response"]]
        rows += [[f"q{i}", f"{i} + {i} = ?", str(2 * i), "m", str(2 * i)] for i in range(1, 12)]
        csv.writer(file).writerows(rows)
    assert run(["import", "a.csv"]) == 0
    said(capsys)
    assert run(["items"]) == 2
    assert "mingan grade" in said(capsys)[1]
    assert run(["scores"]) == 2  # the same sentence
    assert "mingan grade" in said(capsys)[1]
