"""What models write, made harmless as Markdown."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.web.answers import LONGEST, rich

HOSTILE = [
    "<script>alert(1)</script>",
    "[点我](javascript:alert(1))",
    "![图](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    '<a href="https://evil.example">x</a>',
    "<style>body{display:none}</style>",
    '<form action="/zh/grade"><button>对</button></form>',
    "https://evil.example <https://evil.example>",
    "[a]: javascript:alert(1)\n\n[a]",
    '<svg onload="alert(1)"><image href="https://evil.example"/></svg>',
    "```html\n<script>alert(1)</script>\n```",
    "<iframe src=//evil.example></iframe>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_can_do_nothing(text: str) -> None:
    html = str(rich(text, "zh"))
    for danger in ("<script", "<img", "<a", "<style", "<form", "<svg", "<iframe", "<button"):
        assert danger not in html


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_markdown_leaves_only_elements_without_attributes(text: str) -> None:
    import re

    for tag in re.findall(r"<[^>]*>", str(rich(text, "zh"))):
        assert re.fullmatch(r"</?(p|br|hr|em|strong|s|code|pre|blockquote|ul|ol|li|h[456]|table|"
                            r"thead|tbody|tr|th|td)>", tag), tag  # fmt: skip


def test_markdown_shows_what_it_is_for() -> None:
    html = str(
        rich("# 标题\n\n**粗** 和 `码`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- 一\n- 二", "zh")
    )
    for part in ("<h4>标题</h4>", "<strong>粗</strong>", "<code>码</code>", "<td>1</td>", "<li>一"):
        assert part in html


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000, "*a " * 50_000, ">" * 50_000, "> " * 5_000 + "x", "`" * 99_999,
        "- " * 20_000, "*_" * 30_000, "\n".join(" " * (2 * i) + "- x" for i in range(3_000)),
        "![" * 20_000 + "](" * 20_000, "| a " * 20_000,
    ],
)  # fmt: skip
def test_a_bomb_takes_no_time(text: str) -> None:
    started = time.process_time()
    rich(text, "zh")
    assert time.process_time() - started < 2


def test_a_long_text_is_cut_in_the_middle_and_says_so() -> None:
    text = "头" + "x" * 5_000_000 + "尾"
    shown = str(rich(text, "zh"))
    assert len(shown) < LONGEST + 200
    assert shown.startswith("<p>头")
    assert shown.rstrip().endswith("尾</p>")
    assert "略去" in shown


def test_marks_that_turn_the_reading_direction_are_made_visible() -> None:
    assert "⟦U+202E⟧" in str(rich("错\u202e对", "zh"))
