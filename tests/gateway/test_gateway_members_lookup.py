"""A table of a user's own questions: found where it is the same question, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingan.errors import InputError
from mingan.gateway.members.lookup import Lookup
from mingan.gateway.policy import Ask, Member


def _ask(*said: str) -> Ask:
    return Ask(messages=tuple({"role": "user", "content": each} for each in said))


def _file(folder: Path, text: str) -> Path:
    path = folder / "faq.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_looked_up(tmp_path: Path) -> None:
    table = Lookup.read(_file(
        tmp_path,
        "\ufeffQuestion,answer,aliases\n怎么退款？,七天内可退。,如何退款|退款\n\n"
        '"Opening hours, please?","9 to 5\nevery day",\nWhat is 5!,120\n',
    ))  # fmt: skip
    for text in ("怎么退款", " 怎么退款?? ", "如何 退款。", "退款"):
        assert table.answer(_ask(text)) == "七天内可退。"
    assert table.answer(_ask("ＯＰＥＮＩＮＧ  hours, PLEASE")) == "9 to 5\nevery day"
    for text in ("怎么退款，要多久", "What is 5?", "", "?", "退"):
        assert table.answer(_ask(text)) is None
    assert table.answer(_ask("买错了", "退款")) is None
    assert isinstance(table, Member)
    assert len(table) == 5


@pytest.mark.parametrize(("one", "other"), [("2¹⁰", "210"), ("1½", "11/2"), ("x²", "x2")])
def test_what_would_flatten_into_another_question_is_another(one: str, other: str) -> None:
    assert Lookup({one: "a"}).answer(_ask(other)) is None


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("", 1),
        ("prompt,answer\na,b\n", 1),
        ("question\na\n", 1),
        ("question,answer\n", 2),
        ("question,answer\na,b\n,c\n", 3),
        ("question,answer\na,b\nc\n", 3),
        ("question,answer\na,b,c\n", 2),
        ("question,answer\na,b\nA?,c\n", 3),
        ('question,answer\na,"b"c\n', 2),
        ('question,answer\na,b\nd,"e\n', 3),
    ],
)
def test_a_bad_table_names_file_and_row(tmp_path: Path, text: str, row: int) -> None:
    with pytest.raises(InputError) as caught:
        Lookup.read(_file(tmp_path, text))
    assert "faq.csv" in caught.value.say("zh")
    assert f"第 {row} 行" in caught.value.say("zh")
    assert f"row {row}" in caught.value.say("en").casefold()


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    for content in (None, "question,answer\n退款,可以\n".encode("gb18030")):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError, match=r"faq\.csv"):
            Lookup.read(path)
