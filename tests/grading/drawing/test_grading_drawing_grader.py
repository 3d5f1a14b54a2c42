"""Drawings: what each check calls right and wrong, and that no SVG can do harm."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.grading.drawing import SvgGrader, picture, rendering
from mingan.grading.drawing import grader as grader_module
from mingan.grading.drawing.checks import Drawing, failure
from mingan.grading.drawing.png import pixels
from mingan.grading.drawing.rendering import Picture, RenderError
from mingan.grading.drawing.safety import read, written_svg
from mingan.grading.protocol import Finding, Grader
from mingan.records import Question

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
XLINK = OPEN.replace("<svg", '<svg xmlns:xlink="http://www.w3.org/1999/xlink"')
DISC = f'{OPEN}<circle cx="50" cy="50" r="40" fill="crimson"/></svg>'
RING = f'{OPEN}<circle cx="50" cy="50" r="38" fill="none" stroke="#f00" stroke-width="4"/></svg>'
ROOF = f'{OPEN}<path d="M50 10 L90 90 H10 Z" fill="seagreen"/></svg>'
LIGHTS = (
    f'{OPEN}<rect width="100" height="100" fill="#333"/>'
    '<circle cx="50" cy="20" r="12" fill="#e74c3c"/><circle cx="50" cy="50" r="12" fill="#f1c40f"/>'
    '<circle cx="50" cy="80" r="12" fill="#2ecc71"/><text x="1" y="9">红绿灯</text></svg>'
)
WHOLE = [0.1, 0.1, 0.9, 0.9]


def asked(*checks: dict[str, Any], answer: str | None = None) -> Question:
    return Question(
        id="q", prompt="画", grader="svg", params={"checks": list(checks)}, answer=answer
    )


def judge(svg: str, *checks: dict[str, Any]) -> Finding:
    return SvgGrader().grade(asked(*checks), svg)


ANY_CHECK = {"kind": "color", "color": "any", "min": 0.01}

PASSED = [
    (DISC, {"kind": "color", "color": "红", "min": 0.4, "max": 0.6}),
    (DISC, {"kind": "color", "color": "#dc143c", "min": 0.4}),
    (DISC, {"kind": "element", "tag": "circle", "count": 1}),
    (DISC, {"kind": "element", "tag": "rect", "max": 0}),
    (DISC, {"kind": "attribute", "tag": "svg", "name": "viewBox", "value": "0, 0 100 100.0"}),
    (RING, {"kind": "attribute", "tag": "circle", "name": "stroke", "value": "red"}),
    (DISC, {"kind": "region", "box": [0.4, 0.4, 0.6, 0.6], "color": "any", "min": 0.99}),
    (DISC, {"kind": "region", "box": [0, 0, 0.1, 0.1], "color": "any", "max": 0}),
    (DISC, {"kind": "bounds", "color": "red", "box": WHOLE, "min_iou": 0.97}),
    (DISC, {"kind": "shape", "shape": "circle", "box": WHOLE, "color": "red", "min_iou": 0.97}),
    (RING, {"kind": "shape", "shape": "ring", "box": WHOLE, "color": "red", "min_iou": 0.85}),
    (ROOF, {"kind": "shape", "shape": "triangle", "box": WHOLE, "color": "绿", "min_iou": 0.95}),
    (ROOF, {"kind": "symmetry", "axis": "vertical", "min": 0.98}),
    (DISC, {"kind": "symmetry", "axis": "horizontal", "min": 0.98}),
    (LIGHTS, {"kind": "parts", "color": "any", "count": 3}),
    (LIGHTS, {"kind": "parts", "color": "yellow", "count": 1}),
    (LIGHTS, {"kind": "parts", "color": "orange", "count": 0}),
    (LIGHTS, {"kind": "order", "colors": ["red", "黄色", "green"], "axis": "y"}),
    (LIGHTS, {"kind": "text", "value": "紅綠燈"}),
]

FAILED = [
    (DISC, {"kind": "color", "color": "blue", "min": 0.05}, "蓝色应占画面 5% 以上，实际 0%"),
    (DISC, {"kind": "element", "tag": "circle", "min": 2, "max": 4}, "<circle> 应有 2 到 4 个"),
    (DISC, {"kind": "attribute", "tag": "circle", "name": "r", "value": "41"}, "实际是 40"),
    (DISC, {"kind": "region", "box": [0, 0, 0.2, 0.2], "color": "red", "min": 0.5}, "区域"),
    (DISC, {"kind": "bounds", "color": "red", "box": [0, 0, 0.5, 0.5], "min_iou": 0.6}, "范围"),
    (DISC, {"kind": "bounds", "color": "blue", "box": WHOLE, "min_iou": 0.6}, "没有蓝色"),
    (
        DISC,
        {"kind": "shape", "shape": "rect", "box": WHOLE, "color": "red", "min_iou": 0.9},
        "矩形",
    ),
    (
        DISC,
        {"kind": "shape", "shape": "ring", "box": WHOLE, "color": "red", "min_iou": 0.5},
        "空的",
    ),
    (ROOF, {"kind": "symmetry", "axis": "horizontal", "min": 0.9}, "上下应当对称"),
    (LIGHTS, {"kind": "parts", "color": "any", "count": 4}, "应有 4 块，实际 3 块"),
    (LIGHTS, {"kind": "order", "colors": ["green", "red"], "axis": "y"}, "实际是红色、绿色"),
    (DISC, {"kind": "text", "value": "明"}, "没有写着“明”"),
]


@pytest.mark.parametrize(("svg", "check"), PASSED)
def test_what_is_drawn_passes(svg: str, check: dict[str, Any]) -> None:
    finding = judge(svg, check)
    assert (finding.verdict, finding.score) == ("right", 1.0), finding.reason.zh


@pytest.mark.parametrize(("svg", "check", "reason"), FAILED)
def test_what_is_not_drawn_fails_with_a_reason(
    svg: str, check: dict[str, Any], reason: str
) -> None:
    finding = judge(svg, check)
    assert (finding.verdict, finding.score) == ("wrong", 0.0)
    assert reason in finding.reason.zh


@pytest.mark.parametrize("more", ["", ' preserveAspectRatio="xMinYMin slice"'])
@pytest.mark.parametrize("size", ["500 500", "400 300", "100% 100%"])
def test_boxes_are_shares_of_the_viewbox_whatever_the_width_and_the_height(
    size: str, more: str
) -> None:
    width, height = size.split()
    said = f'width="{width}" height="{height}"{more} viewBox="0 0 100 200"'
    check = {"kind": "bounds", "color": "red", "box": [0.1, 0.6, 0.9, 0.9], "min_iou": 0.95}
    for y, verdict in ((120, "right"), (20, "wrong")):
        rect = f'<rect x="10" y="{y}" width="80" height="60" fill="red"/>'
        assert judge(f"<svg {said}>{rect}</svg>", check).verdict == verdict


def test_sentences_in_english_begin_with_a_capital_and_one_is_singular() -> None:
    for svg, check, _ in FAILED:
        reason = judge(svg, check).reason.en
        assert reason[0].isupper() or reason[0] == "<", reason
    one = {"kind": "element", "tag": "rect", "count": 1}
    assert judge(DISC, one).reason.en == "The drawing should have 1 element <rect>; it has 0."
    part = {"kind": "parts", "color": "any", "count": 1}
    assert "in 1 separate part;" in judge(LIGHTS, part).reason.en


def test_the_score_is_the_share_of_checks_passed() -> None:
    checks = [check for _, check in PASSED[:3]] + [FAILED[0][1]]
    finding = judge(DISC, *checks)
    assert (finding.verdict, finding.score) == ("wrong", 0.75)
    assert "3/4" in finding.reason.zh


@pytest.mark.parametrize(
    ("inside", "word"),
    [
        ('<image href="a.png"/>', "image"),
        ("<script>alert(1)</script>", "script"),
        ("<foreignObject/>", "foreignObject"),
        ('<use href="http://a/b.svg#c"/>', "href"),
        ('<a href="data:text/html,x"/>', "href"),
        ('<rect fill="url(http://a/b#c)"/>', "url("),
        ('<rect style="fill:u\\72l(//a)"/>', "url("),
        ("<style>@import 'a.css'</style>", "@import"),
        ('<g onclick="alert(1)"/>', "onclick"),
        ('<a href="#x"><animate attributeName="href" to="javascript:x"/></a>', "animate"),
        ("<g>", "mismatched tag"),
        ("&nbsp;", "undefined entity"),
        ("\0", "invalid token"),
        ("<g/>" * 3_000, "元素太多"),
        ("<g>" * 60 + "</g>" * 60, "嵌套太深"),
        (" " * 300_000, "太大"),
    ],
)
def test_what_is_unsafe_or_invalid_is_wrong_and_says_why(inside: str, word: str) -> None:
    finding = judge(f"{OPEN}{inside}</svg>", ANY_CHECK)
    assert (finding.verdict, finding.score) == ("wrong", 0.0)
    assert word in finding.reason.zh


def test_entities_are_never_expanded() -> None:
    lolz = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    bomb = f'<!DOCTYPE svg [<!ENTITY l0 "ha">{lolz}]>{OPEN}<text>&l11;</text></svg>'
    started = time.perf_counter()
    assert judge(bomb, ANY_CHECK).verdict == "wrong"
    assert time.perf_counter() - started < 2


def use_bomb(levels: int) -> str:
    groups = "".join(
        f'<g id="a{i}">{f"""<use xlink:href="#a{i - 1}"/>""" * 10}</g>' for i in range(1, levels)
    )
    return f'{XLINK}<rect id="a0" width="1" height="1"/>{groups}<use href="#a{levels - 1}"/></svg>'


def pattern_bomb(levels: int) -> str:
    size = 'width="1" height="1"'
    patterns = "".join(
        f'<pattern id="p{i}" {size}>{f"""<rect {size} fill="url(#p{i - 1})"/>""" * 2}</pattern>'
        for i in range(1, levels)
    )
    return (
        f'{OPEN}<pattern id="p0" {size}><rect {size}/></pattern>{patterns}'
        f'<rect width="100" height="100" fill="url(#p{levels - 1})"/></svg>'
    )


@pytest.mark.parametrize("bomb", [use_bomb(14), pattern_bomb(40)])
def test_a_drawing_that_unfolds_without_end_is_wrong_in_bounded_time(
    bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingan.grading.drawing.rendering.CPU_SECONDS", 1)
    started = time.perf_counter()
    finding = judge(bomb, ANY_CHECK)
    assert finding.verdict == "wrong"
    assert "画不出来" in finding.reason.zh or "无穷展开" in finding.reason.zh
    assert time.perf_counter() - started < 15


def test_a_fault_of_the_renderer_is_not_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(root: object) -> None:
        raise RenderError("画图程序出错。", "The renderer failed.")

    monkeypatch.setattr(grader_module, "draw", broken)
    assert judge(DISC, ANY_CHECK).verdict == "ungraded"


@pytest.mark.parametrize(
    ("text", "svg"),
    [
        (f"好的：\n```svg\n{DISC}\n```\n其中 `<svg>` 是根元素，以 `</svg>` 结尾。", DISC),
        (f"先画 {RING}，改进后：{DISC}。", DISC),
        (f"用 <svg> 标签来画：{DISC}", DISC),
        (f"<think>{RING}</think>{DISC}", DISC),
        ('<svg viewBox="0 0 1 1"><svg/></svg>', '<svg viewBox="0 0 1 1"><svg/></svg>'),
        (DISC.removesuffix("</svg>"), None),
        ("没有图", None),
    ],
)
def test_the_last_complete_svg_counts(text: str, svg: str | None) -> None:
    assert written_svg(text) == svg


def declared(style: str, name: str, value: str) -> str:
    check = {"kind": "attribute", "tag": "rect", "name": name, "value": value}
    return judge(f'{OPEN}<rect width="9" height="9" style="{style}"/></svg>', check).verdict


@pytest.mark.parametrize(
    "style", ["fill:red", " FILL : #f00 ; stroke:blue", "stroke:a;fill:;fill: red", "/*x*/fill:red"]
)
def test_a_property_of_the_style_is_an_attribute(style: str) -> None:
    assert declared(style, "fill", "red") == "right"
    assert declared(style, "fill", "blue") == "wrong"
    assert declared(style, "ill", "red") == "wrong"


SLOW_TO_READ = {
    "long styles": f'<rect style="{"a" * 1_990}"/>' * 95,
    "texts in texts": "<text>" * 45 + "東" * 190_000 + "</text>" * 45,
}


@pytest.mark.parametrize("inside", SLOW_TO_READ.values(), ids=SLOW_TO_READ.keys())
def test_looking_at_a_big_drawing_takes_no_long(inside: str) -> None:
    drawing = Drawing(read(f"{OPEN}{inside}</svg>"), picture=Picture(*[np.zeros(0)] * 2))
    wanted = [
        {"kind": "attribute", "tag": "rect", "name": "fill", "value": "red"},
        {"kind": "text", "value": "明"},
    ]
    began = time.process_time()
    assert all(failure(check, drawing) for check in wanted)
    assert time.process_time() - began < 0.3  # 0.03 s on a quiet machine


def test_a_drawing_that_was_just_looked_at_is_not_rendered_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rendered: list[bytes] = []
    render = rendering._render

    def counted(svg: bytes, *how: Any) -> bytes:
        rendered.append(svg)
        return render(svg, *how)

    monkeypatch.setattr(rendering, "_render", counted)
    reference = DISC.replace("crimson", "tomato")
    question = asked(ANY_CHECK, answer=reference)
    assert not SvgGrader().faults(question)
    assert SvgGrader().grade(question, reference).verdict == "right"
    assert len(rendered) == 1


def test_no_svg_and_an_unfinished_one_are_told_apart() -> None:
    assert "没有找到 SVG" in judge("我不会画画。", ANY_CHECK).reason.zh
    assert "没有写完" in judge(DISC.removesuffix("</svg>"), ANY_CHECK).reason.zh


@pytest.mark.parametrize(
    "text",
    ["<svg " * 200_000, '<svg "' * 170_000, "`" * 1_000_000, "```\n" * 250_000, DISC * 8_000],
)
def test_a_megabyte_is_read_in_bounded_time(text: str) -> None:
    started = time.perf_counter()
    judge(text, ANY_CHECK)
    assert time.perf_counter() - started < 5


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="<>/ svg\"'=#&;[]!\x00\ud800红", max_size=80))
def test_no_text_raises(noise: str) -> None:
    for text in (noise, f"{OPEN}{noise}</svg>"):
        assert judge(text, ANY_CHECK).verdict in ("right", "wrong")


@pytest.mark.parametrize(
    ("checks", "word"),
    [
        ([], "至少一项"),
        (["x"], "kind"),
        ([{"kind": "colour"}], "colour"),
        ([{"kind": "color", "min": 0.1}], "缺少 color"),
        ([{"kind": "color", "color": "red"}], "min, max"),
        ([{"kind": "color", "color": "reddish", "min": 0.1}], "颜色名"),
        ([{"kind": "color", "color": "red", "min": 5}], "0 到 1"),
        ([{"kind": "region", "color": "red", "box": [1, 0, 0, 1], "min": 0.1}], "x0 < x1"),
        ([{"kind": "shape", "shape": "star", "box": WHOLE, "color": "red", "min_iou": 1}], "ring"),
        ([{"kind": "element", "tag": "g", "count": True}], "整数"),
        ([{**ANY_CHECK, "mim": 1}], "mim"),
    ],
)
def test_slips_of_the_author_are_named(checks: list[Any], word: str) -> None:
    question = asked(*checks)
    (fault,) = SvgGrader().faults(question)
    assert word in fault.zh
    assert SvgGrader().grade(question, DISC).verdict == "ungraded"


def test_a_reference_that_fails_its_own_checks_is_a_fault() -> None:
    check = {"kind": "color", "color": "blue", "min": 0.1}
    (fault,) = SvgGrader().faults(asked(check, answer=DISC))
    assert "参考答案自己没有通过检查" in fault.zh
    assert SvgGrader().faults(asked(PASSED[0][1], answer=DISC)) == []


def test_a_picture_is_a_png_of_the_size_asked_for() -> None:
    made = picture(asked(ANY_CHECK), f"请看：{DISC}", side=64)
    assert made is not None
    assert pixels(made).shape == (64, 64, 4)
    assert pixels(made)[0, 0].tolist() == [255, 255, 255, 255]
    assert picture(asked(ANY_CHECK), "没有") is None
    assert picture(asked(ANY_CHECK), f"{OPEN}<script/></svg>") is None
    assert picture(Question(id="q", prompt="", grader="text"), DISC) is None


@pytest.mark.parametrize(
    ("head", "shape"),
    [
        ('viewBox="0 0 200 100"', (128, 256)),
        ('width="100" height="200"', (256, 128)),
        ('width="100%" height="100%" viewBox="0 0 1 1"', (256, 256)),
        ('width="5cm" viewBox="0 0 1 2"', (256, 128)),
        ('width="500" height="500" viewBox="0 0 1 2"', (256, 128)),
        ('width="400" height="300"', (192, 256)),
        ("", (128, 256)),
    ],
)
def test_the_picture_has_the_shape_that_the_svg_declares(head: str, shape: Any) -> None:
    made = picture(asked(ANY_CHECK), f"<svg {head}><rect width='9' height='9'/></svg>")
    assert made is not None
    assert pixels(made).shape[:2] == shape


@pytest.mark.parametrize("head", ['width="0" height="0"', 'width="9" height="9999"', 'viewBox="x"'])
def test_a_picture_without_a_shape_is_wrong(head: str) -> None:
    assert judge(f"<svg {head}></svg>", ANY_CHECK).verdict == "wrong"


def test_it_is_a_grader() -> None:
    assert isinstance(SvgGrader(), Grader)
    assert (SvgGrader.name, SvgGrader.version) == ("svg", "3")
