"""Recorded answers in wide and long tables: who said what to which question, and when."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from mingan.bank import Bank, detect, load
from mingan.bank.importers import long, wide, zbench
from mingan.errors import BankError
from mingan.plugins import registry


def put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return load(put(tmp_path / "two.csv", "id,prompt,answer\na,一加一？,2\nb,二加二？,4\n"))


def test_wide_with_questions_of_its_own(tmp_path: Path) -> None:
    text = (
        "编号,题目,参考答案,标签,甲模型,乙模型 ,#内部,记录人,时间,版本\n"
        "1,一加一？,2,算术,2,二,x,小李,2026-01-02 10:00,App 5.1\n"
        "2,二加二？,4,算术,,四,x,,,\n"
    )
    path = put(tmp_path / "w.csv", text)
    got = wide.read(path)
    assert got.bank == "w"
    assert [(q.id, q.answer, q.tags) for q in got.questions] == [
        ("1", "2", ("算术",)),
        ("2", "4", ("算术",)),
    ]
    assert [(a.question, a.model, a.text) for a in got.answers] == [
        ("1", "甲模型", "2"),
        ("1", "乙模型", "二"),
        ("2", "乙模型", "四"),
    ]
    first = got.answers[0]
    assert first.meta == {"who": "小李", "when": "2026-01-02 10:00", "app_version": "App 5.1"}
    assert first.at == "2026-01-02T10:00:00"
    assert first.asked == got.questions[0].asked
    assert first.model_hash == got.cards[0].hash
    assert got.cards[0].kind == "recorded"
    assert got.cards[0].options == {"from": "w"}
    said = [note.en for note in got.notes]
    assert said[0] == "These columns were taken for models: 甲模型、乙模型."
    assert said[1].startswith("1 empty cells")
    assert detect(path) == "wide"


def test_wide_refers_to_a_known_bank_by_id_or_prompt(tmp_path: Path, bank: Bank) -> None:
    by_id = wide.read(put(tmp_path / "w.csv", "id,m\nb,四\na,二\n"), bank=bank)
    assert by_id.bank == "two"
    assert [(a.question, a.text) for a in by_id.answers] == [("b", "四"), ("a", "二")]
    assert {q.hash for q in by_id.questions} == {q.hash for q in bank.questions}
    by_prompt = wide.read(put(tmp_path / "p.csv", "题目,m\n二加二？,四\n"), bank=bank)
    assert [a.question for a in by_prompt.answers] == ["b"]


def test_wide_faults_name_the_row(tmp_path: Path, bank: Bank) -> None:
    with pytest.raises(BankError) as caught:
        wide.read(put(tmp_path / "w.csv", "id,m\na,1\nbb,2\nc,3\n"), bank=bank)
    assert "第 3 行" in caught.value.say("zh")
    assert "另有 1 处" in caught.value.say("zh")
    for text, words in (
        ("id,m\na,1\n", "no prompts and no bank"),
        ("id,prompt,answer\na,1,2\n", "No column holds"),
        ("甲,乙\na,1\n", "no column for the id"),
        ("id,prompt,m\na,一,1\na,二,2\n", "has two prompts"),
    ):
        with pytest.raises(BankError) as caught:
            wide.read(put(tmp_path / "x.csv", text))
        assert words in caught.value.say("en")


def test_letters_are_options_beside_models_and_models_by_themselves(tmp_path: Path) -> None:
    with_options = wide.read(put(tmp_path / "o.csv", "题目,答案,A,B,某模型\n选？,A,甲,乙,选A\n"))
    assert with_options.questions[0].choices == ("甲", "乙")
    assert [a.model for a in with_options.answers] == ["某模型"]
    blind = wide.read(put(tmp_path / "b.csv", "题目,答案,A,B\n问？,1,一,二\n"))
    assert [a.model for a in blind.answers] == ["A", "B"]
    assert blind.questions[0].choices == ()


def test_wide_workbooks_and_huge_hostile_answers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["题目", "答案", "甲"])
    book.active.append(["一加一？", 2, 2.0])
    book.save(tmp_path / "w.xlsx")
    assert [a.text for a in wide.read(tmp_path / "w.xlsx").answers] == ["2"]
    huge = "=cmd()\0" + "字" * 3_000_000
    got = wide.read(put(tmp_path / "w.csv", f'题目,答案,甲\n一？,1,"{huge}"\n'))
    assert got.answers[0].text == huge.replace("\0", "�")
    assert "�" in got.notes[-1].zh


def test_long_with_repeats_states_and_provenance(tmp_path: Path) -> None:
    text = (
        "question,model,answer,repeat,state,who,at,app_version,参考答案\n"
        "一加一？,m,2,1,,小王,2026/01/02,5.1,2\n"
        "一加一？,m,二,2,,,,,2\n"
        "一加一？,n,,1,拒答,,,,2\n"
        "一加一？,n,,2,,,,,2\n"
    )
    path = put(tmp_path / "l.csv", text)
    got = long.read(path, name="mine")
    assert detect(path) == "long"
    assert [(q.id, q.bank, q.answer) for q in got.questions] == [("q001", "mine", "2")]
    assert [(a.model, a.repeat, a.state, a.text) for a in got.answers] == [
        ("m", 0, "ok", "2"),
        ("m", 1, "ok", "二"),
        ("n", 0, "refused", ""),
    ]
    assert got.answers[0].meta == {"who": "小王", "when": "2026/01/02", "app_version": "5.1"}
    assert got.answers[0].at == "2026-01-02T00:00:00"
    assert len({a.key for a in got.answers}) == 3


def test_long_counts_repeats_itself_and_knows_a_bank(tmp_path: Path, bank: Bank) -> None:
    path = put(tmp_path / "l.csv", "题目,模型,回答\na,m,2\n二加二？,m,4\na,m,二\n")
    got = long.read(path, bank=bank)
    assert [(a.question, a.repeat) for a in got.answers] == [("a", 0), ("b", 0), ("a", 1)]


def test_long_in_json_lines(tmp_path: Path) -> None:
    path = put(tmp_path / "l.jsonl", '{"id": 1, "prompt": "p", "model": "m", "response": 3.0}\n')
    got = long.read(path)
    assert [(a.question, a.model, a.text) for a in got.answers] == [("1", "m", "3")]
    assert detect(path) == "long"


def test_long_faults(tmp_path: Path, bank: Bank) -> None:
    for text, words in (
        ("题目,模型,回答,次\na,m,1,1\na,m,2,1\n", "第 3 行.*前面已有一个回答"),
        ("题目,模型,回答,次\na,m,1,首次\n", "第 2 行.*不是整数"),
        ("题目,模型,回答\na,,1\n", "第 2 行.*哪个模型"),
        ("题目,回答\na,1\n", "题目（或编号）、模型和回答"),
    ):
        with pytest.raises(BankError) as caught:
            long.read(put(tmp_path / "l.csv", text), bank=bank)
        assert re.search(words, caught.value.say("zh"))


def test_a_bank_is_recognised_as_one(tmp_path: Path) -> None:
    assert detect(put(tmp_path / "b.csv", "id,prompt,answer\n1,a,b\n")) == "bank"
    assert detect(put(tmp_path / "c.csv", "id,promt,answr\n1,a,b\n")) == "bank"
    assert detect(put(tmp_path / "b.jsonl", '{"prompt": "a"}\n')) == "bank"
    assert detect(put(tmp_path / "e.csv", "")) == "bank"
    with pytest.raises(BankError, match=re.escape(str(tmp_path))):
        detect(tmp_path)


def test_zbench_folders_that_are_not(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"common\.samples\.csv"):
        zbench.read(tmp_path)
    put(tmp_path / "common.samples.csv", "题,类,答\n")
    with pytest.raises(BankError, match="Prompt,任务类型,参考回答"):
        zbench.read(tmp_path)


def test_zbench_headings_are_unified(tmp_path: Path) -> None:
    for stem, model in (("common", "GPT4"), ("emergent", " gpt4 "), ("specialized", "Gpt4")):
        text = f"Prompt,任务类型,参考回答,{model}\n题{stem},`甲` `乙`,,答\n"
        put(tmp_path / f"{stem}.samples.csv", text)
    got = zbench.read(tmp_path, name="z")
    assert [card.name for card in got.cards] == ["gpt4"]
    assert [q.id for q in got.questions] == ["common-001", "emergent-001", "specialized-001"]
    assert [q.tier for q in got.questions] == ["基础", "进阶", "垂直"]
    assert got.questions[0].tags == ("甲", "乙")


def test_importers_come_in_by_the_door() -> None:
    assert {"zbench", "wide", "long", "inspect", "lm-eval"} <= set(registry.names("importers"))
    assert registry.get("importers", "wide") is wide.read
