from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from mingan.bank.importers import detect
from mingan.errors import UsageError
from mingan.language import Text
from mingan.web import uploads
from mingan.web.uploads import Layout, Upload, laid_out, safe_name

CSV = "id,prompt,answer\na,一加一？,2\n".encode()


def upload(name: str, data: bytes = CSV) -> Upload:
    return Upload(name, io.BytesIO(data))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("题库.csv", "题库.csv"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("..\\..\\windows\\x.csv", "x.csv"),
        ("/etc/cron.d/x.csv", "x.csv"),
        ("C:\\桌面\\题 库.xlsx", "题 库.xlsx"),
        ("..", "file"),
        ("", "file"),
        (".csv", "csv"),
        ("a\x00b\n\x1b[31m.csv", "ab[31m.csv"),
        ("a\u202evsc.exe.csv", "avsc.exe.csv"),
        ("~$题.xlsx", "题.xlsx"),
        ('<b>"|?*:.csv', "b.csv"),
        ("长" * 300 + ".jsonl", "长" * 80 + ".jsonl"),
        ("x." + "y" * 99, "x." + "y" * 10),
        ("a.csv/", "file"),
        ("\ud800.csv", "csv"),
    ],
)
def test_names_become_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("character", ["😀", "𠀀", "长", "a", "é"])
@pytest.mark.parametrize("ending", ["", ".csv", ".😀😀😀😀😀😀😀😀😀😀"])
def test_a_name_is_no_longer_than_systems_take(tmp_path: Path, character: str, ending: str) -> None:
    name = safe_name(character * 300 + ending)
    (tmp_path / name).write_bytes(CSV)
    assert name.startswith(character * 30)


def test_a_file_with_a_name_of_many_bytes_is_taken() -> None:
    with laid_out([upload("😀" * 80 + ".csv")]) as layout:
        assert [source.read_bytes() for source in layout.sources] == [CSV]


def test_the_folder_is_gone_afterwards() -> None:
    with laid_out([upload("../a.csv"), upload("a.csv")]) as layout:
        assert [source.read_bytes() for source in layout.sources] == [CSV, CSV]
        assert all(source.resolve().is_relative_to(layout.folder) for source in layout.sources)
        folder = layout.folder
    assert not folder.exists()


def test_the_folder_is_gone_after_a_fault() -> None:
    folders = []
    with pytest.raises(RuntimeError):
        _fail_within(folders)
    assert not folders[0].exists()


def _fail_within(folders: list[Path]) -> None:
    with laid_out([upload("a.csv")]) as layout:
        folders.append(layout.folder)
        raise RuntimeError


def refused(*given: Upload) -> str:
    with pytest.raises(UsageError) as caught, laid_out(given):
        pass
    said = caught.value.message
    assert said.zh != said.en
    return said.zh


def test_too_many_too_large_wrong_or_none() -> None:
    assert "最多带来 20 个" in refused(*(upload(f"{i}.csv") for i in range(21)))
    assert "x.exe 不是认识的种类" in refused(upload("a.csv"), upload("x.exe"))
    assert "没有收到文件" in refused()
    assert "没有收到文件" in refused(upload(""))


def test_too_large_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 2 * len(CSV) - 1)
    assert "太大了" in refused(upload("a.csv"), upload("b.csv"))


def workbook() -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["id", "prompt", "answer"])  # type: ignore[union-attr]
    book.active.append(["a", "一加一？", "2"])  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def archive(size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/sharedStrings.xml", bytes(size))
    return file.getvalue()


def test_a_workbook_passes() -> None:
    with laid_out([upload("题.xlsx", workbook())]) as layout:
        assert detect(layout.sources[0]) == "bank"


def test_a_bomb_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UNPACKED", 1_000_000)
    data = archive(2_000_000)
    assert len(data) < 5_000
    assert "解压后有 2 MB" in refused(upload("题.xlsx", data))
    half = archive(600_000)  # two of them are as bad as one
    assert "太大了" in refused(upload("a.xlsx", half), upload("b.eval", half))


def test_a_bomb_that_lies_about_its_size_is_not_opened() -> None:
    data = archive(2_000_000)
    real, lie = struct.pack("<L", 2_000_000), struct.pack("<L", 10)
    assert data.count(real) == 2
    assert "打不开" in refused(upload("题.xlsx", data.replace(real, lie)))


def test_a_half_saved_archive_is_left_to_its_importer() -> None:
    with laid_out([upload("题.xlsx", workbook()[:-60])]) as layout:
        assert layout.sources[0].exists()


def test_what_belongs_together_comes_into_one_folder() -> None:
    three = [f"{stem}.samples.csv" for stem in ("common", "emergent", "specialized")]
    names = ["b.csv", "Common.samples (1).csv", *three[1:], "samples_t.jsonl", "results_x.json"]
    with laid_out([upload(name) for name in names]) as layout:
        there = [str(source.relative_to(layout.folder)) for source in layout.sources]
        assert there == ["0/b.csv", "zbench", "lm-eval"]
        assert sorted(p.name for p in (layout.folder / "zbench").iterdir()) == three
        assert detect(layout.sources[1]) == "zbench"
        assert layout.notes == ()


def test_part_of_zbench_is_told() -> None:
    with laid_out([upload("common.samples.csv"), upload("emergent.samples.csv")]) as layout:
        assert len(layout.sources) == 2
        assert "三个文件一起拖进来" in layout.notes[0].zh


def test_several_logs_are_one_source() -> None:
    with laid_out([upload("a.eval"), upload("b.eval"), upload("b.eval")]) as layout:
        there = [str(source.relative_to(layout.folder)) for source in layout.sources]
    assert there == ["inspect", "2/b.eval"]


def test_no_sentence_names_a_path() -> None:
    layout = Layout(Path("/tmp/mingan-x1"), ())
    said = layout.said(Text("/tmp/mingan-x1/0/题.csv 第 3 行：错", "/tmp/mingan-x1/zbench is not"))
    assert said == Text("题.csv 第 3 行：错", "these files is not")
