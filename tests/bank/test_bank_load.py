"""Reading banks: headings, encodings, delimiters, cells, and what a spreadsheet does to them."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from mingan.bank import Bank, builtin, builtin_names, check, find, load
from mingan.errors import BankError
from mingan.language import Text

ZH = """编号,题目,参考答案,标签,层级
1,法国的首都是哪里？,巴黎,地理、常识,基础
2,二加三等于几？,5,算术,基础
"""


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def sheet(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_the_least_bank(tmp_path: Path) -> None:
    bank = load(put(tmp_path / "least.csv", "id,prompt,answer\na,1+1?,2\n"))
    assert bank.name == "least"
    (question,) = bank.questions
    assert (question.id, question.prompt, question.answer) == ("a", "1+1?", "2")
    assert question.bank == "least"
    assert bank.notes == ()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding_gives_the_same_bank(tmp_path: Path, encoding: str) -> None:
    bank = load(put(tmp_path / "bank.csv", ZH.encode(encoding)))
    assert [q.answer for q in bank.questions] == ["巴黎", "5"]
    assert bank.questions[0].tags == ("地理", "常识")
    assert bank.hash == load(put(tmp_path / "plain.csv", ZH)).hash


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_the_line_that_excel_puts_above(tmp_path: Path, delimiter: str) -> None:
    text = ZH.replace(",", delimiter)
    assert len(load(put(tmp_path / "a.csv", text))) == 2
    assert len(load(put(tmp_path / "b.csv", f"sep={delimiter}\n" + text))) == 2


def test_a_workbook_gives_what_the_person_meant(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "b.xlsx",
        ["题库 2026"],
        [],
        ["编号", "题目", "参考答案"],
        [1, "二加三？", 5.0],
        [2, "圆周率两位？", 3.14],
        [3, "建国日？", datetime.date(1949, 10, 1)],
        [4, "对吗？", True],
    )
    bank = load(path)
    assert [q.id for q in bank.questions] == ["1", "2", "3", "4"]
    assert [q.answer for q in bank.questions] == ["5", "3.14", "1949-10-01", "TRUE"]
    assert [fault.code for fault in check(path)] == ["cell-date"]


def test_a_workbook_under_the_name_of_a_csv(tmp_path: Path) -> None:
    sheet(tmp_path / "b.xlsx", ["id", "prompt", "answer"], ["a", "1+1?", 2])
    renamed = (tmp_path / "b.xlsx").rename(tmp_path / "b.csv")
    assert load(renamed).questions[0].answer == "2"


def test_all_sheets_with_questions_are_one_bank_and_hidden_ones_are_not(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "甲"
    for name in ("乙", "说明", "草稿"):
        book.create_sheet(name)
    for name in ("甲", "乙", "草稿"):
        book[name].append(["题目", "答案"])
        book[name].append([f"{name}的题", "x"])
    book["说明"].append(["怎样填这张表"])
    book["草稿"].sheet_state = "hidden"
    book.save(tmp_path / "b.xlsx")
    bank = load(tmp_path / "b.xlsx")
    assert [(q.id, q.prompt) for q in bank.questions] == [("q001", "甲的题"), ("q002", "乙的题")]
    assert "说明" in bank.notes[0].zh


def test_merged_cells_of_a_group_hold_for_all_its_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    rows = (["层级", "题目", "答案"], ["基础", "一", "1"], ["", "二", "2"], ["进阶", "三", "3"])
    for row in rows:
        page.append(row)
    page.merge_cells("A2:A3")
    book.save(tmp_path / "b.xlsx")
    assert [q.tier for q in load(tmp_path / "b.xlsx").questions] == ["基础", "基础", "进阶"]
    page.merge_cells("B3:C3")
    book.save(tmp_path / "b.xlsx")
    assert [f.code for f in check(tmp_path / "b.xlsx") if f.severity == "error"] == ["merged"]


def test_every_field_by_its_chinese_heading(tmp_path: Path) -> None:
    text = (
        "编号*,题目（必填）,参考答案,别名,类型,难度,判法,判法参数,A,B,C,系统提示,追问,组,理由,备注,#内部\n"
        "x1,选哪个？,B,乙 | 第二个,`逻辑` `数学`,进阶,选择题,tolerance=0.01; unit=m,"
        "甲,乙,丙,简短,再想想；确定吗？|为什么？,g1,因为,常错,不读这列\n"
    )
    (question,) = load(put(tmp_path / "b.csv", text)).questions
    assert question.aliases == ("乙", "第二个")
    assert question.tags == ("逻辑", "数学")
    assert question.tier == "进阶"
    assert question.grader == "choice"
    assert question.params == {"tolerance": 0.01, "unit": "m"}
    assert question.choices == ("甲", "乙", "丙")
    assert question.system == "简短"
    assert question.turns == ("再想想；确定吗？", "为什么？")
    assert (question.cluster, question.why, question.note) == ("g1", "因为", "常错")


def test_ids_are_made_from_the_place_in_the_bank(tmp_path: Path) -> None:
    bank = load(put(tmp_path / "b.csv", "题目,答案\n一,1\n,\n二,2\n"))
    assert [q.id for q in bank.questions] == ["q001", "q002"]


def test_json_lines_and_json_lists(tmp_path: Path) -> None:
    rows = '{"id": 7, "prompt": "p", "answer": 3.0, "aliases": ["三", 3], "choices": {"A": "x"}}'
    (question,) = load(put(tmp_path / "b.jsonl", rows + "\n\n")).questions
    assert (question.id, question.answer) == ("7", "3")
    assert question.aliases == ("三", "3")
    assert question.choices == ("x",)
    assert load(put(tmp_path / "b.json", f"[{rows}]")).questions[0].hash == question.hash


def test_an_apostrophe_guards_a_formula_in_a_csv_but_not_in_json(tmp_path: Path) -> None:
    csv_bank = load(put(tmp_path / "b.csv", "题目,答案\n'=1+1 是什么？,'-x\n'甲'是谁,-3\n"))
    assert [q.prompt for q in csv_bank.questions] == ["=1+1 是什么？", "'甲'是谁"]
    assert [q.answer for q in csv_bank.questions] == ["-x", "-3"]
    json_bank = load(put(tmp_path / "b.jsonl", '{"prompt": "\'=1", "answer": "#REF!"}'))
    assert json_bank.questions[0].prompt == "'=1"


def test_huge_cells_are_read_and_the_limit_of_others_is_left_alone(tmp_path: Path) -> None:
    import csv

    before = csv.field_size_limit()
    long = "长" * 500_000
    assert load(put(tmp_path / "b.csv", f"题目,答案\n{long},1\n")).questions[0].prompt == long
    assert csv.field_size_limit() == before


def test_the_hash_names_the_content_and_not_the_order_or_the_name(tmp_path: Path) -> None:
    one = load(put(tmp_path / "a.csv", "id,prompt,answer\na,1,1\nb,2,2\n"))
    two = load(put(tmp_path / "b.csv", "id,prompt,answer\nb,2,2\na,1,1\n"))
    other = load(put(tmp_path / "c.csv", "id,prompt,answer\na,1,1\nb,2,3\n"))
    assert one.hash == two.hash != other.hash
    assert one.by_id["b"].prompt == "2"


def test_known_graders_and_their_faults_come_from_above(tmp_path: Path) -> None:
    path = put(tmp_path / "b.csv", "id,prompt,answer,grader\na,1,1,numbr\nb,2,x,number\n")
    faults = check(
        path,
        known_graders={"number", "text"},
        grader_faults=lambda q: [Text("不是数。", "no number.")] if q.answer == "x" else [],
    )
    assert [(f.code, f.row) for f in faults] == [("unknown-grader", 2), ("grader", 3)]
    assert "number" in faults[0].fix.en.split("Available")[0]
    assert "不是数。改正" in faults[1].say("zh")
    with pytest.raises(BankError, match="numbr"):
        load(path, known_graders={"number"})
    assert len(load(path)) == 2


def test_builtin_banks_are_found_by_name_and_have_no_faults() -> None:
    assert "builtin" in builtin_names()
    bank = find("builtin")
    assert isinstance(bank, Bank)
    assert bank.hash == builtin("builtin").hash
    assert len(bank) >= 40
    assert check(bank.path) == []


def test_a_bank_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="builtin"):
        find("startr")
    with pytest.raises(BankError, match=r"nowhere\.csv"):
        find(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("line", ["[" * 100_000, '{"id": ' + "9" * 5_000 + "}"])
def test_a_line_that_is_too_much_for_a_reader_of_json_is_said_in_words(
    tmp_path: Path, line: str
) -> None:
    first = '{"id": "a", "prompt": "1+1?", "answer": "2"}'
    with pytest.raises(BankError) as caught:
        load(put(tmp_path / "b.jsonl", f"{first}\n{line}\n"))
    assert "（嵌套太深，或数字太长）" in caught.value.message.zh
    assert "（）" not in caught.value.message.zh
    assert "()" not in caught.value.message.en
