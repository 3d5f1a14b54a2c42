"""Every fault is found, with its row and column, a plain sentence and what to do."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.bank import Fault, check, load
from mingan.errors import BankError


def faults_of(path: Path, content: str | bytes) -> list[Fault]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return check(path)


def places(faults: list[Fault]) -> list[tuple[str, int | None, str]]:
    return [(fault.code, fault.row, fault.column) for fault in faults]


def test_all_faults_of_a_file_are_found_at_once(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path / "b.csv",
        "编号,题目,参考答案,难读,判法参数\n"
        "a,一,1,,\n"
        "a,二,2,,\n"
        "b,,3,,\n"
        "c,四,,,\n"
        "d,一,#REF!,,乱写\n"
        "e,六,6,,,多了\n",
    )
    assert places(faults) == [
        ("unknown-heading", 1, "D"),
        ("duplicate-id", 3, "编号"),
        ("missing-prompt", 4, "题目"),
        ("missing-reference", 5, "参考答案"),
        ("cell-error", 6, "参考答案"),
        ("bad-params", 6, "判法参数"),
        ("duplicate-prompt", 6, "题目"),
        ("extra-cells", 7, ""),
    ]
    assert all(fault.say("zh") and fault.say("en") for fault in faults)
    with pytest.raises(BankError) as caught:
        load(tmp_path / "b.csv")
    assert "第 1 行" in caught.value.say("zh")
    assert "另有 5 处错误" in caught.value.say("zh")
    assert f"mingan bank check {tmp_path / 'b.csv'}" in caught.value.say("en")


@pytest.mark.parametrize(
    ("heading", "hint"), [("promt", "prompt"), ("参考答按", "参考答案"), ("我的答案", "答案")]
)
def test_an_unknown_heading_comes_with_the_nearest_known(
    tmp_path: Path, heading: str, hint: str
) -> None:
    (fault,) = [
        f
        for f in faults_of(tmp_path / "b.csv", f"id,题目,{heading}\n1,x,y\n")
        if f.code == "unknown-heading"
    ]
    assert (fault.row, fault.column) == (1, "C")
    assert f"“{hint}”" in fault.fix.zh


def test_two_columns_for_one_field_and_a_column_without_a_heading(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "b.csv", "题目,问题,答案,\n一,二,3,四\n")
    assert places(faults) == [("heading-twice", 1, "问题"), ("no-heading", 1, "D")]


def test_no_heading_row_at_all(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path / "b.csv", "法国的首都？,巴黎\n")
    assert fault.code == "no-prompt-heading"
    assert "编号,题目,参考答案" in fault.fix.zh


@pytest.mark.parametrize("content", ["", " \n\n", "\ufeff", "题目,答案\n", "题目,答案\n,\n", "[]"])
def test_an_empty_file(tmp_path: Path, content: str) -> None:
    assert [f.code for f in faults_of(tmp_path / "b.csv", content)] == ["empty"]


@pytest.mark.parametrize(
    "content",
    [
        "题目,答案\nété à la crème brûlée,é\n".encode("latin-1", "replace"),
        "題目,答案\n臺灣的首府是哪裡？請說明,臺北\n".encode("big5"),
        "题目,答案\n日本の首都はどこですか,東京\n".encode() + b"x,\xff\xfe\n",
        "题目,答案\n一,二\n".encode("utf-8-sig") + b"\xd2\xff,1\n",
    ],
)
def test_a_wrong_encoding(tmp_path: Path, content: bytes) -> None:
    faults = faults_of(tmp_path / "b.csv", content)
    assert faults[0].code == "encoding"
    assert "UTF-8" in faults[0].fix.en


def test_broken_quotes_name_their_row_and_the_rest_is_still_read(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "b.csv", 'id,题目,答案\n1,"甲"乙,1\n2,,2\n')
    assert places(faults) == [("quotes", 2, ""), ("missing-prompt", 3, "题目")]


def test_broken_json_names_its_lines(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path / "b.jsonl",
        '{"prompt": "a", "answer": "1"}\n{"prompt": }\n[1]\n{"prompt": ["x"], "answr": 1}\n',
    )
    assert [(f.code, f.row) for f in faults] == [
        ("json", 2),
        ("json-object", 3),
        ("unknown-heading", 4),
        ("not-text", 4),
        ("missing-prompt", 4),
    ]


def test_control_characters_and_rubbish(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "b.csv", "题目,答案\n一\0二,1\n锟斤拷,2\n")
    assert places(faults) == [("control", 2, "题目"), ("mojibake", 3, "题目")]
    faults = faults_of(tmp_path / "b.jsonl", '{"prompt": "\\ud800", "answer": "1"}')
    assert [f.code for f in faults] == ["control"]


def test_too_long_and_cut_cells(tmp_path: Path) -> None:
    many = "长" * 2_000_001
    faults = faults_of(tmp_path / "b.csv", f"题目,答案,层级\n{many},1,{'级' * 201}\n")
    assert [f.code for f in faults] == ["too-long", "too-long"]
    faults = faults_of(tmp_path / "b.csv", f"题目,答案\n{'长' * 32_767},1\n")
    assert [(f.code, f.severity) for f in faults] == [("cut", "warning")]


@pytest.mark.parametrize(
    ("answer", "bad"),
    [("C", True), ("ＡＤ", True), ("(d)", True), ("B", False), ("a、b", False), ("乙", False)],
)
def test_a_letter_outside_the_options(tmp_path: Path, answer: str, bad: bool) -> None:
    faults = faults_of(tmp_path / "b.csv", f"题目,答案,选项\nx,{answer},甲|乙\n")
    assert [f.code for f in faults] == (["letter-outside"] if bad else [])


def test_a_gap_in_the_options(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "b.csv", "题目,答案,A,B,C\nx,A,甲,,丙\n")
    assert places(faults) == [("option-gap", 2, "B")]


def test_formulas_that_failed_or_were_never_computed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["id", "题目", "答案"])
    page.append([1, "一", "#REF!"])
    page["C2"].data_type = "e"
    page.append([2, "二", "=1+1"])
    page.append([3, "三", 12345678901234567890])
    book.save(tmp_path / "b.xlsx")
    faults = [f for f in check(tmp_path / "b.xlsx") if f.code != "missing-reference"]
    assert places(faults) == [
        ("cell-error", 2, "答案"),
        ("cell-uncalculated", 3, "答案"),
        ("cell-digits", 4, "答案"),
    ]


def test_damaged_locked_and_swollen_workbooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["题目", "答案"])
    book.active.append(["一", "1"])
    book.save(tmp_path / "b.xlsx")
    whole = (tmp_path / "b.xlsx").read_bytes()
    for damaged in (
        whole[: len(whole) // 2],
        b"PK\x03\x04rubbish",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    ):
        assert [f.code for f in faults_of(tmp_path / "c.xlsx", damaged)] == ["workbook"]
    hollow = io.BytesIO()
    with zipfile.ZipFile(hollow, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert [f.code for f in faults_of(tmp_path / "c.xlsx", hollow.getvalue())] == ["workbook"]
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    )
    assert [f.code for f in faults_of(tmp_path / "c.xlsx", locked)] == ["password"]
    monkeypatch.setattr("mingan.bank.workbook.LARGEST", 100)
    assert [f.code for f in check(tmp_path / "b.xlsx")] == ["too-large"]


def test_files_that_cannot_be_opened_say_so(tmp_path: Path) -> None:
    (tmp_path / "~$b.xlsx").write_bytes(b"x")
    for path, words in (
        (tmp_path / "none.csv", "no file"),
        (tmp_path, "directory"),
        (tmp_path / "~$b.xlsx", "lock file"),
    ):
        for use in (check, load):
            with pytest.raises(BankError) as caught:
                use(path)
            assert words in caught.value.say("en")
            assert str(path) in caught.value.say("zh")


def test_warnings_become_notes_one_for_each_kind(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("题目,答案\n一,\n\n二,\n三,\n", encoding="utf-8")
    notes = [note.zh for note in load(tmp_path / "b.csv").notes]
    assert len(notes) == 2
    assert "空行" in notes[0]
    assert "同类的还有 2 处" in notes[1]


def test_a_stray_cell_in_the_last_corner_does_not_fill_the_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["题目", "答案"])
    page["XFD1048576"] = " "
    book.save(tmp_path / "b.xlsx")
    (fault,) = check(tmp_path / "b.xlsx")
    assert fault.code == "stray-cell"
    assert "XFD1048576" in fault.problem.zh


def test_a_missing_column_of_references_is_told_once(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "b.csv", "编号,题目\na,一\nb,二\n")
    assert places(faults) == [("missing-reference", 1, "")]


def test_parameters_that_cannot_be_stored(tmp_path: Path) -> None:
    for value in ("NaN", '"\\ud800"'):
        row = f'{{"prompt": "a", "answer": "1", "params": {{"x": {value}}}}}'
        assert [f.code for f in faults_of(tmp_path / "b.jsonl", row)] == ["bad-params"]


def test_an_id_that_is_left_out_among_others(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "b.csv", "编号,题目,答案\na,一,1\n,二,2\n")
    assert places(faults) == [("missing-id", 3, "编号")]
    assert load(tmp_path / "b.csv").questions[1].id == "q002"


def workbook_bytes() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["id", "题目", "答案"])
    book.active.append([1, "一", 0.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WHOLE = {
    "b.xlsx": workbook_bytes(),
    "b.csv": '编号,题目,答案\n1,一,"二"\n2,三,四\n'.encode(),
    "b.jsonl": b'{"id": 1, "prompt": "a", "choices": {"A": 1}, "params": "a=1"}\n[1]\n',
}


@settings(max_examples=80, deadline=None)
@given(
    name=st.sampled_from(sorted(WHOLE)),
    slips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=8),
    length=st.floats(0, 1),
)
def test_no_damage_ever_ends_in_a_traceback(
    name: str, slips: list[tuple[float, int]], length: float
) -> None:
    data = bytearray(WHOLE[name])
    for place, byte in slips:
        data[int(place * len(data))] = byte
    if length < 0.3:
        data = data[: int(len(data) * length / 0.3)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        faults = check(path)
        if any(fault.severity == "error" for fault in faults):
            with pytest.raises(BankError):
                load(path)
        else:
            assert load(path).questions
