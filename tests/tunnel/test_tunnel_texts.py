"""Corpora: what is read, what is dropped, what is held back, what is refused."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from mingan.errors import DownloadError, InputError, UsageError
from mingan.tunnel import texts
from mingan.tunnel.texts import Package, corpus_of, fetched, from_files, packaged


def paragraphs(count: int = 1200) -> list[str]:
    return [f"第 {k} 段。" + "这里有一些字，够长的一段话。" * 20 for k in range(count)]


def test_a_corpus_is_told_by_its_seed_and_holds_text_back() -> None:
    one, again, other = (corpus_of("t", paragraphs(), seed=s) for s in (1, 1, 2))
    assert one.hash == again.hash != other.hash
    assert one.validation.size >= texts.VALIDATION
    held = one.validation.tobytes().decode().split("\n\n")[0]
    assert held.encode() not in one.train.tobytes()


def test_equal_passages_are_kept_once() -> None:
    found = corpus_of("t", paragraphs() * 2)
    assert found.dropped == found.passages


def test_too_little_text_is_refused() -> None:
    with pytest.raises(InputError, match="至少要"):
        corpus_of("t", ["短"])


def test_ways_to_read() -> None:
    assert texts.tagged("迈向/v  充满/v  希望/n 。/w") == ["迈向充满希望。"]
    assert texts.verses('{"text": "a"}\n{"text": "b"}\n') == ["a", "b"]
    assert texts.blank_lines("a\nb\n\n\nc") == ["a\nb", "c"]


def test_files_of_one_s_own(tmp_path: Path) -> None:
    file = tmp_path / "我的.txt"
    file.write_text("\n\n".join(paragraphs()), encoding="utf-8")
    assert from_files([file]).name == "我的.txt"
    with pytest.raises(InputError, match="读不了"):
        from_files([tmp_path / "none.txt"])
    with pytest.raises(UsageError, match="klingon"):
        packaged("klingon", folder=tmp_path)


def archive(folder: Path, body: str) -> Package:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, content in (("p/texts/b.txt", body), ("p/setup.py", "raise SystemExit(1)")):
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            tar.addfile(info, io.BytesIO(content.encode()))
    (folder / "p-1.tar.gz").write_bytes(data.getvalue())
    return Package(
        name="p", version="1", licence="MIT", members=r"/texts/.*\.txt$", read=texts.lines,
        sha256=hashlib.sha256(data.getvalue()).hexdigest(),
    )  # fmt: skip


def test_an_archive_is_read_and_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = archive(tmp_path, "\n".join(paragraphs()))
    monkeypatch.setitem(texts.PACKAGES, "own", (package,))
    assert packaged("own", folder=tmp_path).passages > 100


def test_what_is_not_the_pinned_archive_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = archive(tmp_path, "x")
    (tmp_path / "p-1.tar.gz").unlink()
    monkeypatch.setattr(
        texts, "_get", lambda address: b'<a href="p-1.tar.gz#x">' if address.endswith("/") else b"?"
    )
    with pytest.raises(DownloadError, match="SHA-256"):
        fetched(package, tmp_path)
    assert not (tmp_path / "p-1.tar.gz").exists()
    monkeypatch.setattr(texts, "_get", lambda _: b"nothing here")
    with pytest.raises(DownloadError, match="取不到"):
        fetched(package, tmp_path)
