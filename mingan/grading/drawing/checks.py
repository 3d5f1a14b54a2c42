"""What a drawing can be checked for: its elements, its colours, where they lie, what they form.

Each kind of check is one function from the check and the drawing to None (passed) or the sentence
that says how it failed. Looking is tolerant where eyes are: shades of a colour count as the
colour, specks and blended rims do not count at all, and a shape is compared within its own
neighbourhood. The module renders nothing and decides no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

import numpy as np

from mingan.grading.drawing.colours import distance, named, said, value_of
from mingan.grading.drawing.patches import (
    bounds,
    boxes_agree,
    cut,
    filled,
    grown,
    masks_agree,
    patches,
    without_specks,
)
from mingan.grading.drawing.rendering import Picture
from mingan.grading.drawing.safety import local
from mingan.grading.rules.checklist import Check, Kind, limits, wanted
from mingan.grading.rules.values import BOX, COUNT, SHARE, TEXT, Form, one_of
from mingan.language import Text
from mingan.normal import fold, packed, shorten

_ALIKE = 25.0  # L*a*b* distance up to which two pixels mirror each other
_AROUND = 0.25  # of a shape's box, on each side, within which its pixels are compared
_HOLES = [n / 20 for n in range(5, 20)]  # the hole of a ring is as wide as fits it best


@dataclass(frozen=True)
class Drawing:
    """An SVG as a tree and as a picture."""

    root: Element
    picture: Picture


Run = Callable[[Check, Drawing], Text | None]


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share < 0.1 else f"{100 * share:.0f}%"


def _shares(check: Check) -> Text:
    if "min" not in check:
        most = _percent(check["max"])
        return Text(f"{most} 以下", f"at most {most}")
    least = _percent(check["min"])
    if "max" not in check:
        return Text(f"{least} 以上", f"at least {least}")
    both = f"{least}–{_percent(check['max'])}"
    return Text(both, both)


def _box(check: Check) -> str:
    return _edges(check["box"])


def _edges(box: Sequence[float]) -> str:
    return "[" + ", ".join(f"{edge:.2f}" for edge in box) + "]"


def _element(check: Check, drawing: Drawing) -> Text | None:
    tag = check["tag"]
    count = sum(local(e.tag).lower() == tag.lower() for e in drawing.root.iter())
    if limits(check, count, "count"):
        return None
    want = wanted(check, "element", exact="count")
    return Text(
        f"<{tag}> 应有{want.zh} 个，实际 {count} 个。",
        f"The drawing should have {want.en} <{tag}>; it has {count}.",
    )


def _attribute(check: Check, drawing: Drawing) -> Text | None:
    tag, name = check["tag"], check["name"]
    elements = [e for e in drawing.root.iter() if local(e.tag).lower() == tag.lower()]
    values = [value for e in elements if (value := _value(e, name)) is not None]
    if any(_same(value, check["value"]) for value in values):
        return None
    actual = shorten(" / ".join(dict.fromkeys(values)), 60)
    return Text(
        f"<{tag}> 的 {name} 应是 {check['value']}，实际是 {actual or '没有写'}。",
        f"The attribute {name} of <{tag}> should be {check['value']}; it is "
        f"{actual or 'not given'}.",
    )


def _value(element: Element, name: str) -> str | None:
    """An attribute, or the property of that name in the element's own style."""
    for declared in element.get("style", "")[:2_000].split(";"):
        key, _, value = declared.partition(":")
        key = key.rpartition("*/")[2].strip()  # after a remark, if there is one
        if key.lower() == name.lower() and value.strip():
            return value.strip()
    for key, value in element.attrib.items():
        if local(key).lower() == name.lower():
            return str(value)
    return None


def _same(one: str, other: str) -> bool:
    """Whether two values mean the same: numbers as numbers, colours as colours."""
    return _canonical(one) == _canonical(other)


def _canonical(value: str) -> tuple[object, ...]:
    words = re.split(r"[\s,]+", fold(value[:2_000]).strip().lower())
    return tuple(_plain(word) for word in words)


def _plain(word: str) -> object:
    colour = value_of(word)
    if colour is not None:
        return colour
    try:
        return float(word.removesuffix("px"))
    except ValueError:
        return word


def _color(check: Check, drawing: Drawing) -> Text | None:
    share = float(drawing.picture.near(check["color"]).mean())
    if limits(check, share):
        return None
    colour, want = said(check["color"]), _shares(check)
    return Text(
        f"{colour.zh}应占画面 {want.zh}，实际 {_percent(share)}。",
        f"{_first(colour)} should cover {want.en} of the picture; it covers {_percent(share)}.",
    )


def _region(check: Check, drawing: Drawing) -> Text | None:
    share = float(cut(drawing.picture.near(check["color"]), check["box"]).mean())
    if limits(check, share):
        return None
    colour, want, box = said(check["color"]), _shares(check), _box(check)
    return Text(
        f"{colour.zh}应占区域 {box} 的 {want.zh}，实际 {_percent(share)}。",
        f"{_first(colour)} should cover {want.en} of the region {box}; it covers "
        f"{_percent(share)}.",
    )


def _bounds(check: Check, drawing: Drawing) -> Text | None:
    colour, box = said(check["color"]), _box(check)
    found = bounds(without_specks(drawing.picture.near(check["color"])))
    if found is None:
        return _absent(check["color"])
    agreement = boxes_agree(found, check["box"])
    if agreement >= check["min_iou"]:
        return None
    actual = _edges(found)
    return Text(
        f"{colour.zh}的范围应在 {box} 上下，实际是 {actual}（重合 {_percent(agreement)}）。",
        f"{_first(colour)} should extend over {box}; it extends over {actual} "
        f"(overlap {_percent(agreement)}).",
    )


def _first(colour: Text) -> str:
    """A colour's English name at the beginning of a sentence."""
    return colour.en[:1].upper() + colour.en[1:]


def _absent(color: str) -> Text:
    colour = said(color)
    return Text(f"画面里没有{colour.zh}。", f"There is no {colour.en} in the picture.")


_SHAPES = {"circle": "圆形", "rect": "矩形", "triangle": "三角形", "ring": "圆环"}


def _shape(check: Check, drawing: Drawing) -> Text | None:
    shape, box = check["shape"], check["box"]
    mask = drawing.picture.near(check["color"])
    around = grown(box, _AROUND)
    holes = _HOLES if shape == "ring" else [0.0]
    size = (mask.shape[0], mask.shape[1])
    if shape == "ring" and cut(mask, grown(box, -0.4)).mean() > 0.5:
        return Text(
            f"区域 {_box(check)} 里的圆环中间应当是空的。",
            f"The ring in the region {_box(check)} should be open in the middle.",
        )
    agreement = max(
        masks_agree(cut(mask, around), cut(filled(shape, box, size, hole), around))
        for hole in holes
    )
    if agreement >= check["min_iou"]:
        return None
    colour, least = said(check["color"]), _percent(check["min_iou"])
    return Text(
        f"区域 {_box(check)} 里的{colour.zh}应是{_SHAPES[shape]}（重合 {least} 以上），"
        f"实际重合 {_percent(agreement)}。",
        f"{_first(colour)} in the region {_box(check)} should form a {shape} (overlap at least "
        f"{least}); the overlap is {_percent(agreement)}.",
    )


def _symmetry(check: Check, drawing: Drawing) -> Text | None:
    upright = check["axis"] == "vertical"
    likeness = max(_mirrored(drawing.picture, upright, shift) for shift in (-1, 0, 1))
    if likeness >= check["min"]:
        return None
    halves = Text("左右", "left and right") if upright else Text("上下", "top and bottom")
    least = _percent(check["min"])
    return Text(
        f"{halves.zh}应当对称（{least} 以上），实际 {_percent(likeness)}。",
        f"The halves {halves.en} should mirror each other (at least {least}); "
        f"{_percent(likeness)} does.",
    )


def _mirrored(picture: Picture, upright: bool, shift: int) -> float:
    """Share of the drawn pixels whose mirror image is alike, with the axis moved by half `shift`.

    An empty picture mirrors nothing.
    """
    axis = 1 if upright else 0
    drawn = picture.foreground
    turned = np.roll(np.flip(drawn, axis), shift, axis)
    colours = np.roll(np.flip(picture.rgb, axis), shift, axis)
    either = drawn | turned
    if not either.any():
        return 0.0
    alike = drawn & turned
    alike[alike] = distance(picture.rgb[alike], colours[alike]) <= _ALIKE
    return float(alike.sum() / either.sum())


def _parts(check: Check, drawing: Drawing) -> Text | None:
    count = len(patches(drawing.picture.near(check["color"])))
    if limits(check, count, "count"):
        return None
    colour, want = said(check["color"]), wanted(check, "separate part", exact="count")
    return Text(
        f"{colour.zh}应有{want.zh} 块，实际 {count} 块。",
        f"{_first(colour)} should come in {want.en}; it comes in {count}.",
    )


def _text(check: Check, drawing: Drawing) -> Text | None:
    texts = ["".join(e.itertext()) for e in _outermost(drawing.root, "text")]
    value = packed(check["value"])
    if any(value in packed(text) for text in texts):
        return None
    actual = shorten(" / ".join(texts), 60)
    return Text(
        f"没有写着“{check['value']}”的 <text>，写着的是：{actual or '无'}。",
        f'No <text> says "{check["value"]}"; they say: {actual or "nothing"}.',
    )


def _outermost(element: Element, tag: str) -> Iterator[Element]:
    """The elements of that name that stand in no other of the name."""
    if local(element.tag) == tag:
        yield element
        return
    for child in element:
        yield from _outermost(child, tag)


def _order(check: Check, drawing: Drawing) -> Text | None:
    sideways = check["axis"] == "x"
    centres = []
    for colour in check["colors"]:
        places = np.argwhere(without_specks(drawing.picture.near(colour)))
        if not len(places):
            return _absent(colour)
        centres.append((float(places[:, 1 if sideways else 0].mean()), colour))
    if all(one[0] < other[0] for one, other in pairwise(centres)):
        return None
    way = (
        Text("从左到右", "From left to right")
        if sideways
        else Text("从上到下", "From the top down")
    )
    right, actual = check["colors"], [colour for _, colour in sorted(centres)]
    return Text(
        f"{way.zh}应是{_listed(right).zh}，实际是{_listed(actual).zh}。",
        f"{way.en} there should be {_listed(right).en}; there are {_listed(actual).en}.",
    )


def _listed(colours: list[str]) -> Text:
    names = [said(colour) for colour in colours]
    return Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))


_KNOWN = Text("颜色名（红、green……）或 #rrggbb", 'the name of a colour (red, 绿, …) or "#rrggbb"')
_COLOUR = Form(_KNOWN, lambda v: isinstance(v, str) and named(v) is not None)
_COLOUR_OR_ANY = Form(
    Text(f"{_KNOWN.zh}，或 any", f'{_KNOWN.en}, or "any"'),
    lambda v: v == "any" or _COLOUR.fits(v),
)
_COLOURS = Form(
    Text("至少两个颜色的列表", "a list of at least two colours"),
    lambda v: isinstance(v, list | tuple) and len(v) > 1 and all(map(_COLOUR.fits, v)),
)
_COUNTS: Mapping[str, Form] = {"count": COUNT, "min": COUNT, "max": COUNT}
_SOME = ("count", "min", "max")
_BETWEEN: Mapping[str, Form] = {"min": SHARE, "max": SHARE}

KINDS: dict[str, Kind] = {
    "element": Kind({"tag": TEXT}, _COUNTS, _SOME),
    "attribute": Kind({"tag": TEXT, "name": TEXT, "value": TEXT}),
    "color": Kind({"color": _COLOUR_OR_ANY}, _BETWEEN, ("min", "max")),
    "region": Kind({"box": BOX, "color": _COLOUR_OR_ANY}, _BETWEEN, ("min", "max")),
    "bounds": Kind({"color": _COLOUR_OR_ANY, "box": BOX, "min_iou": SHARE}),
    "shape": Kind(
        {"shape": one_of(*_SHAPES), "box": BOX, "color": _COLOUR_OR_ANY, "min_iou": SHARE}
    ),
    "symmetry": Kind({"axis": one_of("vertical", "horizontal"), "min": SHARE}),
    "parts": Kind({"color": _COLOUR_OR_ANY}, _COUNTS, _SOME),
    "text": Kind({"value": TEXT}),
    "order": Kind({"colors": _COLOURS, "axis": one_of("x", "y")}),
}
"""Every kind of check and its keys."""

_RUN: dict[str, Run] = {
    "element": _element, "attribute": _attribute, "color": _color, "region": _region,
    "bounds": _bounds, "shape": _shape, "symmetry": _symmetry, "parts": _parts, "text": _text,
    "order": _order,
}  # fmt: skip


def failure(check: Check, drawing: Drawing) -> Text | None:
    """None when the drawing passes the check, else the sentence that says how it fails."""
    return _RUN[check["kind"]](check, drawing)
