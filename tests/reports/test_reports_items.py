from __future__ import annotations

import math
from typing import Any

import pytest

from mingan.records import Question, Stamp
from mingan.reports.item_sentences import (
    correlation,
    flag_words,
    item_notes,
    item_sentence,
    items_headline,
)
from mingan.reports.item_table import item_row, items_document, items_table
from mingan.reports.items import ItemReport, ItemRow, label
from mingan.reports.table import plain
from mingan.statistics.items import Item

STAMP = Stamp(questions="aaaaaaaa", graders="bbbbbbbb", parameters="cccccccc")


def row(id: str = "q1", **more: Any) -> ItemRow:
    names = {"strong", "agreeing", "agreed", "reference", "twin_gap", "twin_models"}
    fields: dict[str, Any] = {
        "question": id, "models": 12, "answers": 12, "difficulty": 0.5, "discrimination": 0.4,
        "item_rest": 0.4, "p": 1.0, "ceiling": False, "floor": False, "suspicions": (),
        "strong": (0, 1, 2),
    }  # fmt: skip
    item = Item(**(fields | {k: v for k, v in more.items() if k not in names}))
    own = {"strong": ("a", "b", "c"), "agreeing": 3} | {k: v for k, v in more.items() if k in names}
    return ItemRow(item=item, question=Question(id=id, prompt="?"), **own)


def report(*rows: ItemRow, **more: Any) -> ItemReport:
    fields: dict[str, Any] = {
        "bank": "数", "stamp": STAMP, "models": 12, "kr20": 0.9, "left_out": 0,
    }  # fmt: skip
    return ItemReport(rows=rows, **(fields | more))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("42", " ４２。", True),
        ("B", "b", True),
        ("1,234", "1234", True),
        ("绿色", "绿 色", True),
        ("2/7", "27", False),
        ("2.7", "27", False),
        ("-3", "3", False),
        ("50%", "50", False),
    ],
)
def test_the_same_answer_has_the_same_label(one: str, other: str, same: bool) -> None:
    assert (label(one) == label(other)) is same


def test_any_text_has_a_label() -> None:
    assert label("") == label("。。") == ""
    assert isinstance(label("\ud800\x00" * 20_000), str)


def test_each_flag_has_its_sentence() -> None:
    agreed = row(suspicions=("agree-against",), agreed="42", reference="43")
    assert item_sentence(agreed).zh == (
        "q1：有定论的模型里最好的 3 个（a、b、c），都答「42」，参考答案却是「43」，请核对参考答案。"
    )
    assert "“42”" in item_sentence(agreed).en
    most = row(strong=("a", "b", "c", "d"), suspicions=("agree-against",), agreed="42")
    assert "最好的 4 个，有 3 个答「42」" in item_sentence(most).zh
    assert "q1: 3 of the 4 best models with a verdict say “42”" in item_sentence(most).en
    opposite = row(suspicions=("agree-against",))
    assert "都和参考答案相反" in item_sentence(opposite).zh
    assert "较弱的模型却多半判对" in item_sentence(row(suspicions=("strong-wrong",))).zh
    negative = row(suspicions=("negative",), item_rest=-0.5, p=0.013)
    assert "相关 −0.50，纯属碰巧的机会约 1.3%" in item_sentence(negative).zh
    assert "没有一个答对" in item_sentence(row(floor=True)).zh
    assert "全都答对" in item_sentence(row(ceiling=True)).zh
    assert "没有一个回答有定论" in item_sentence(row(models=0, difficulty=math.nan)).zh
    assert item_sentence(row()) == ("", "")


def test_a_single_model_is_spoken_of_in_the_singular() -> None:
    assert "1 model with" in item_sentence(row(models=1, ceiling=True)).en
    assert "of 1 model with" in item_sentence(row(models=1, floor=True)).en
    every = row(models=3, suspicions=("agree-against",), agreed="1", reference="2", floor=True)
    assert "all 3 models with a verdict (a, b, c) say “1”" in item_sentence(every).en


def test_hostile_text_stays_on_one_line() -> None:
    nasty = row(
        "q\n1", suspicions=("agree-against",), agreed="4\u202e2\n", reference="\x1b[31m",
        strong=("x\ny", "b", "c"),
    )  # fmt: skip
    for said in item_sentence(nasty):
        assert "\n" not in said
        assert "\x1b" not in said
        assert "\u202e" not in said
    assert "\x1b" not in plain(items_table([nasty], lang="zh"))


def test_the_headline_counts() -> None:
    whole = report(
        row(suspicions=("negative",)), row("q2", floor=True), row("q3", ceiling=True), row("q4")
    )
    said = items_headline(whole)
    assert "4 道题里，有 1 道的参考答案可疑" in said.zh
    assert "无人答对的 1 道，人人答对的 1 道" in said.zh
    assert "1 has a suspect key: look at it first" in said.en
    assert "KR-20 0.90" in said.en
    calm = items_headline(report(row(), kr20=0.3))
    assert "没有看到可疑的参考答案" in calm.zh
    assert "还不够稳" in calm.zh
    assert "还算不出来" in items_headline(report(row(), kr20=math.nan)).zh


def test_few_models_and_questions_left_out_are_noted() -> None:
    few = item_notes(report(row(), models=4, left_out=3))
    assert "只有 4 个模型" in few[0].zh
    assert "3 道题没有规则能判" in few[1].zh
    assert len(item_notes(report(row()))) == 1


def test_rows_for_programs_hold_numbers_or_null() -> None:
    found = item_row(row(item_rest=math.nan, discrimination=math.nan, floor=True))
    assert found["item_rest"] is None
    assert found["discrimination"] is None
    assert found["flags"] == ["floor"]
    assert {"sentence_zh", "sentence_en"} <= set(found)
    assert "agreed" not in found
    document = items_document(report(row(), kr20=math.nan))
    assert document["kr20"] is None
    assert document["rows"][0]["flags"] == []


def test_the_table_shows_the_gap_to_twins_only_when_asked() -> None:
    rows = [row(twin_gap=0.25), row("q2")]
    assert "明−暗" not in plain(items_table(rows, lang="zh"))
    lines = plain(items_table(rows, twins=True, lang="zh")).splitlines()
    assert "明−暗" in lines[0]
    assert lines[2].split()[-1] == "25"
    assert lines[3].split()[-1] == "–"


def test_flags_and_correlations_in_words() -> None:
    both = row(suspicions=("strong-wrong", "negative"))
    assert flag_words(both).zh == "强模型错、弱模型对、区分度为负"
    assert flag_words(row()) == ("", "")
    assert correlation(-0.001) == "0.00"
    assert correlation(-0.25) == "−0.25"
    assert correlation(math.nan) == "–"
