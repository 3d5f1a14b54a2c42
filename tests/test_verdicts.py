"""People's verdicts brought in from a table: all of them or none, and the same file only once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from mingan import Workspace
from mingan.bank.importers import detect
from mingan.bank.importers.verdicts import WORDS
from mingan.errors import InputError, MinganError, UsageError
from mingan.verdicts import bring_verdicts

ANSWERS = """编号,题目,参考答案,甲,GPT-4,gpt-4
q1,一加一？,2,2,3,2
q2,一加二？,3,3,3,
q3,一加一？,2,2,2,2
"""


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    (tmp_path / "a.csv").write_text(ANSWERS, "utf-8")
    workspace = Workspace.open(tmp_path / "w.db")
    workspace.import_(tmp_path / "a.csv", name="加")
    return workspace


def write(folder: Path, text: str, name: str = "小周.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def people(workspace: Workspace) -> list[tuple[str, str, str]]:
    grades = [g for g in workspace.store.all_grades() if g.authority == "person"]
    return [(g.by, g.verdict, g.reason.zh) for g in grades]


def test_each_row_becomes_a_persons_grade(here: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "question,model,verdict,by,reason\nq1,甲,right,,\n"
                           "q1,GPT-4,错,老李,是 2\nq2,甲,存疑,,\n一加二？,GPT-4,,,\n")  # fmt: skip
    assert detect(path) == "verdicts"
    found = bring_verdicts(here.store, path, bank="加")
    assert (found.rows, found.new, found.known, found.blank) == (3, 3, 0, 1)
    assert found.people == ("小周", "老李")
    assert people(here) == [
        ("小周", "right", ""),
        ("老李", "wrong", "是 2"),
        ("小周", "unsure", ""),
    ]
    gathered = here.gather()
    assert gathered.grades["GPT-4", "q1", 0].verdict == "wrong"
    assert here.store.verify() == []


def test_the_same_file_twice_is_the_same_verdicts_once(here: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "question,model,verdict\nq1,甲,对\nq2,甲,对\n")
    assert bring_verdicts(here.store, path).new == 2
    assert bring_verdicts(here.store, path).known == 2
    write(tmp_path, "question,model,verdict\nq1,甲,错\nq2,甲,撤回\n")
    assert bring_verdicts(here.store, path).new == 2
    grades = here.gather().grades
    assert grades["甲", "q1", 0].verdict == "wrong"
    assert ("甲", "q2", 0) not in grades


def test_a_workbook_with_a_bank_and_a_repeat(here: Workspace, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (["题目", "模型", "判定", "第几次", "题库"], ["q1", "甲", "√", 1, "加"]):
        sheet.append(row)
    book.save(tmp_path / "v.xlsx")
    assert bring_verdicts(here.store, tmp_path / "v.xlsx").banks == ("加",)
    assert people(here) == [("v", "right", "")]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("q9,甲,right", "第 3 行：题库 加 里没有问过这道题：q9"),
        ("q1,丙,right", "第 3 行：没有这个模型的回答：丙"),
        ("q1,gpT-4,right", "第 3 行：gpT-4 可能是几个模型：GPT-4、gpt-4"),
        ("q1,甲,很好", "第 3 行 “verdict”列：不认识的判定：很好"),
        ("一加一？,甲,right", "第 3 行：这句话是好几道题：q1、q3"),
        ("q2,gpt-4,right", "gpt-4 对 q2 没有这个回答"),
        ("q2,甲,wrong", "小周 对同一个回答前面已经判了别的"),
        (",甲,wrong", "这一格空着"),
    ],
)
def test_a_fault_is_one_sentence_and_nothing_is_stored(
    here: Workspace, tmp_path: Path, rows: str, sentence: str
) -> None:
    path = write(tmp_path, f"question,model,verdict\nq2,甲,right\n{rows}\n")
    with pytest.raises(InputError) as fault:
        bring_verdicts(here.store, path, bank="加")
    assert sentence in fault.value.say("zh")
    assert "小周.csv" in fault.value.say("en")
    assert "一条也没有存" in fault.value.say("zh")
    assert people(here) == []


def test_which_of_several_repeats_must_be_said(tmp_path: Path) -> None:
    write(tmp_path, "题目,模型,回答,第几次\n一加一？,甲,2,1\n一加一？,甲,3,2\n", "r.csv")
    workspace = Workspace.open(tmp_path / "w.db")
    workspace.import_(tmp_path / "r.csv", name="加")
    with pytest.raises(InputError, match="有 2 次回答"):
        bring_verdicts(workspace.store, write(tmp_path, "题目,模型,判定\n一加一？,甲,对\n"))
    bring_verdicts(workspace.store, write(tmp_path, "题目,模型,判定,第几次\n一加一？,甲,错,2\n"
                                                    "一加一？,甲,对,1\n"))  # fmt: skip
    grades = workspace.gather().grades
    assert [grade.verdict for _, grade in sorted(grades.items())] == ["right", "wrong"]


def test_bad_files_and_banks(here: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="要有题目"):
        bring_verdicts(here.store, write(tmp_path, "question,model\nq1,甲\n"), bank="加")
    with pytest.raises(UsageError, match="没有题库"):
        bring_verdicts(here.store, write(tmp_path, "题目,模型,判定\nq1,甲,对\n"), bank="减")
    with pytest.raises(InputError, match="第几次不是整数"):
        bring_verdicts(here.store, write(tmp_path, "题目,模型,判定,次\nq1,甲,对,两\n"))
    with pytest.raises(UsageError, match="mingan import verdicts"):
        here.import_(write(tmp_path, "题目,模型,判定\nq1,甲,对\n"))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["q1", "q2", "q7", ""]),
            st.sampled_from(["甲", "乙"]),
            st.sampled_from([*WORDS, "好", "=1", "�"]),
            st.text(max_size=5),
        ),
        max_size=6,
    )
)
def test_any_table_comes_in_whole_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("v")
    write(folder, ANSWERS, "a.csv")
    with Workspace.open(folder / "w.db") as workspace:
        workspace.import_(folder / "a.csv", name="加")
        lines = ["\t".join(" ".join(cell.split()) for cell in row) for row in rows]
        path = write(folder, "\n".join(["题目\t模型\t判定\t理由", *lines]))
        try:
            found = bring_verdicts(workspace.store, path)
        except MinganError:
            assert people(workspace) == []
        else:
            assert len(people(workspace)) == found.new
            assert found.rows + found.blank <= len(rows)
        assert workspace.store.verify() == []
