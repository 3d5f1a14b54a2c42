from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from reports_fake import NAMES, comparison, report, score
from rich.cells import cell_len

from mingan.records import Stamp
from mingan.reports import table
from mingan.reports.sentences import compare_sentence

STAMP = Stamp(questions="aaaaaaaa", graders="bbbbbbbb", parameters="cccccccc")
PROMISED = (
    "model", "score", "low", "high", "best_case", "worst_case", "rank_low", "rank_high",
    "right", "wrong", "unsure", "ungraded", "failed",
)  # fmt: skip


def test_scores_json_has_the_promised_keys_first_and_is_json() -> None:
    scores = [replace(score("gpt4", 60, 17), rank_low=1, rank_high=2), score("x", 0, 0, 4)]
    document = table.scores_document(scores, STAMP)
    first, second = json.loads(json.dumps(document, allow_nan=False))["rows"]
    assert tuple(first)[: len(PROMISED)] == PROMISED
    assert first["score"] == pytest.approx(60 / 77)
    assert (first["rank_low"], first["rank_high"]) == (1, 2)
    assert second["score"] is None
    assert second["rank_low"] is None
    assert document["stamp"]["short"] == str(STAMP)


def test_compare_json_has_the_promised_keys_and_the_sentences() -> None:
    pair = comparison("gpt4", "gpt3.5", 16, 9, 52)
    row = json.loads(json.dumps(table.comparison_row(pair), allow_nan=False))
    for key in ("a", "b", "difference", "low", "high", "p", "verdict", "questions_needed"):
        assert row[key] == getattr(pair, key)
    assert (row["sentence_zh"], row["sentence_en"]) == compare_sentence(pair)


def test_compare_json_of_what_could_not_be_compared() -> None:
    pair = replace(comparison("a", "b", 1, 1, 1), questions=0, difference=math.nan, p=math.nan)
    row = table.comparison_row(pair)
    assert row["difference"] is None
    assert row["p"] is None
    assert "无法比较" in row["sentence_zh"]


def test_text_bar_draws_the_interval_to_scale() -> None:
    assert table.text_bar(0.0, 0.5, 1.0, 11) == "├────●────┤"
    assert table.text_bar(0.2, 0.5, 0.8, 11) == "  ├──●──┤  "
    assert table.text_bar(0.5, 0.5, 0.5, 11) == "     ●     "
    assert table.text_bar(math.nan, 0.5, 0.8, 11) == " " * 11


def test_terminal_table_aligns_chinese_names() -> None:
    data = report(questions=40, models=14)
    lines = table.plain(table.scores_table(data.scores, lang="zh"), columns=110).splitlines()
    bars = [line for line in lines if "●" in line]
    assert len(bars) == len(NAMES)
    ends = {cell_len(line) for line in bars}
    assert len(ends) == 1
    assert "名次" in lines[0]


def test_terminal_table_of_hostile_and_small() -> None:
    scores = [score("[red]x[/red]\x1b[31m\u202e", 5, 1), score("none", 0, 0, 2, failed=3)]
    drawn = table.plain(table.scores_table(scores, lang="en"), columns=120)
    assert "[red]x[/red]␛[31m⟦U+202E⟧" in drawn
    assert "\x1b" not in drawn
    assert "nan" not in drawn
    assert "no answer" in drawn
