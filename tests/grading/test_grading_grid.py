"""Grids of characters: compared line by line, or checked."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.grading.rules.grid import GridGrader
from mingan.records import Question

TREE = "  *\n ***\n*****"


def judge(text: str, answer: str | None = TREE, **params: Any) -> Any:
    question = Question(id="q", prompt="?", grader="grid", answer=answer, params=params)
    return GridGrader().grade(question, text)


@pytest.mark.parametrize(
    "text",
    [
        TREE,
        f"好的：\n```\n{TREE}\n```\n共三行。",
        "```text\n\n    *  \n   *** \n  *****\n\n```",
        f"这是树：\n\n{TREE}\n\n希望你喜欢。",
        f"这是树：\n{TREE}\n完成。",
        f"```\n错的\n```\n再来：\n```\n{TREE}",
        "<think>```\n?\n```</think>\n" + TREE,
        f"```\n{TREE}\n```\n```\nprint()\n```",
        f"```\n{TREE}\n```\n每行的星号：\n```\n1 3 5\n```",
        f"```\n{TREE}\n```\n程序：\n```python\nfor i in range(3):\n    print(i)\n    print(i)\n```",
        f"> {TREE}".replace("\n", "\n> "),
        f"图：\n> ```\n> {TREE}\n> ```".replace(TREE, TREE.replace("\n", "\n> ")),
        f"`{TREE}`".replace("\n", "`\n`"),
        f"- `{TREE}`".replace("\n", "`\n- `"),
        "1: " + TREE.replace("\n ", "\n2:  ").replace("\n***", "\n3: ***"),
        "```\n1 |   *\n2 |  ***\n3 | *****\n```",
        "第1行：`  *`\n第2行：` ***`\n第3行：`*****`",
    ],
)
def test_the_wanted_grid_is_right_however_it_is_wrapped(text: str) -> None:
    assert judge(text).verdict == "right"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("```\n  *\n ***\n****\n```", "第 3 行应是“*****”，实际是“****”"),
        ("```\n *\n***\n```", "应有 3 行，实际 2 行"),
        (f"```\n*\n{TREE}\n```", "应有 3 行，实际 4 行"),
        (f"{TREE}\n*****", "应有 3 行，实际 4 行"),
        ("> " + TREE[:-1].replace("\n", "\n> "), "第 1 行应是"),
        (f"```\n{TREE}\n```\n改正：\n```\n  *\n*****\n*****\n```", "第 2 行应是“***”"),
        ("", "没有找到字符图"),
        ("我不会画画。", "应有 3 行"),
    ],
)
def test_other_grids_are_wrong_and_say_where(text: str, reason: str) -> None:
    finding = judge(text)
    assert finding.verdict == "wrong"
    assert reason in finding.reason.zh


def test_the_score_is_the_share_of_lines() -> None:
    assert judge("```\n  *\n ***\n****\n```").score == pytest.approx(2 / 3)


def test_blanks_within_lines_count_unless_told_otherwise() -> None:
    spread = "1 2\n3 4"
    assert judge(spread, "12\n34").verdict == "wrong"
    assert judge(spread, "12\n34", spaces="ignore").verdict == "right"
    assert judge("12\n34", spread, spaces="ignore").verdict == "right"


PLUS = ".#.\n###\n.#."
PASSED = [
    {"kind": "size", "rows": 3, "cols": 3},
    {"kind": "count", "char": "#", "count": 5},
    {"kind": "symmetry", "axis": "vertical"},
    {"kind": "symmetry", "axis": "horizontal"},
    {"kind": "alphabet", "chars": "#."},
    {"kind": "cell", "row": 1, "col": 2, "char": "#"},
]
FAILED = [
    ({"kind": "size", "rows": 3, "cols": 4}, "应是 3 行 4 列，实际是 3 行 3 列"),
    ({"kind": "count", "char": "#", "count": 4}, "应有 4 个，实际 5 个"),
    ({"kind": "alphabet", "chars": "#"}, "却出现了 ."),
    ({"kind": "cell", "row": 1, "col": 1, "char": "#"}, "第 1 行第 1 列应是“#”，实际是“.”"),
    ({"kind": "cell", "row": 9, "col": 1, "char": "#"}, "第 9 行"),
]


@pytest.mark.parametrize("text", [PLUS, f"图：\n```\n{PLUS}\n```", f"图如下：\n\n{PLUS}\n\n好。"])
def test_a_grid_that_passes_every_check_is_right(text: str) -> None:
    finding = judge(text, None, checks=PASSED)
    assert (finding.verdict, finding.score) == ("right", 1.0)


@pytest.mark.parametrize(("check", "reason"), FAILED)
def test_a_grid_that_fails_a_check_is_wrong(check: dict[str, Any], reason: str) -> None:
    finding = judge(f"```\n{PLUS}\n```", None, checks=[check])
    assert finding.verdict == "wrong"
    assert reason in finding.reason.zh


def test_symmetry_is_about_the_axis_it_names() -> None:
    one, other = (
        {"kind": "symmetry", "axis": "vertical"},
        {"kind": "symmetry", "axis": "horizontal"},
    )
    assert judge("##.\n##.", None, checks=[one]).verdict == "wrong"
    assert judge("##.\n##.", None, checks=[other]).verdict == "right"
    assert judge(TREE, None, checks=[one]).verdict == "right"


def test_a_ragged_grid_has_no_size_unless_blanks_belong_to_it() -> None:
    size = {"kind": "size", "rows": 2, "cols": 2}
    assert judge("```\n##\n#\n```", None, checks=[size]).verdict == "wrong"
    assert judge("```\n #\n#\n```", None, checks=[size]).verdict == "right"


@pytest.mark.parametrize(
    ("answer", "params", "word"),
    [
        (None, {}, "没有要比的图"),
        (" \n", {}, "没有要比的图"),
        (TREE, {"spaces": "keep"}, "spaces"),
        (None, {"checks": []}, "至少一项"),
        (None, {"checks": [{"kind": "count", "char": "##", "count": 1}]}, "一个字符"),
        (None, {"checks": [{"kind": "cell", "row": 0, "col": 1, "char": "#"}]}, "从 1 数起"),
        (PLUS, {"checks": [FAILED[0][0]]}, "参考答案自己没有通过检查"),
    ],
)
def test_slips_of_the_author_are_named(
    answer: str | None, params: dict[str, Any], word: str
) -> None:
    question = Question(id="q", prompt="?", grader="grid", answer=answer, params=params)
    (fault,) = GridGrader().faults(question)
    assert word in fault.zh
    assert GridGrader().grade(question, PLUS).verdict == "ungraded"


@pytest.mark.parametrize(
    "text", ["#" * 10**6, "#\n" * 500_000, "\n" * 10**6, "```\n" * 250_000, " " * 10**6, "\0\ud800"]
)
def test_a_megabyte_is_read_in_bounded_time(text: str) -> None:
    started = time.perf_counter()
    assert judge(text).verdict == "wrong"
    assert judge(text, None, checks=PASSED).verdict == "wrong"
    assert time.perf_counter() - started < 5


@given(st.text(alphabet="#. \n`~\t\x00\ud800", max_size=80))
def test_no_text_raises(text: str) -> None:
    assert judge(text).verdict in ("right", "wrong")
    assert judge(text, None, checks=PASSED).verdict in ("right", "wrong")


@given(st.lists(st.text(alphabet="#. ", min_size=1, max_size=9), min_size=1, max_size=6))
def test_a_grid_always_equals_itself(lines: list[str]) -> None:
    grid = "\n".join(lines)
    if grid.strip():
        assert judge(f"看：\n```\n{grid}\n```", grid).verdict == "right"
