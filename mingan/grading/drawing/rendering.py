"""From an SVG's tree to pixels: rendered in a process of its own, on white, at a fixed size.

A small SVG can keep a renderer busy for hours (a use within a use within a use, a marker on every
point of a long path), and a renderer cannot be interrupted. So it runs in a child with a limit on
its time and memory; starting one takes some 20 ms. Fonts differ from machine to machine, so
letters are left out of what is graded and drawn only in what a person gets to see. This module
knows no checks and no verdicts.
"""

from __future__ import annotations

import importlib.util
import math
import re
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

import numpy as np

from mingan.errors import MinganError
from mingan.grading.drawing.colours import Mask, Rgb, Shades, distance, near
from mingan.grading.drawing.png import pixels
from mingan.grading.drawing.safety import Unfit

SIDE = 256
"""Pixels of the longer side of a picture that is graded."""

CPU_SECONDS = 5
"""Time of the processor after which a drawing counts as one that cannot be drawn."""

PATIENCE = 4.0
"""A drawing gets this many times its seconds of the processor on the clock; after that the machine,
not the drawing, is taken to be at fault."""

REMEMBERED = 4
"""Drawings that are kept: a reference is looked at as a reference, and then often as an answer."""

THINNEST = 1 / 16
"""The shorter side as a share of the longer one, at least; a thinner picture is refused."""

_BACKGROUND_SHARE = 0.6  # of the frame that has one colour, from which that is the background
_ALIKE = 8.0  # L*a*b* distance up to which two pixels are of the background's colour

_CHILD = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds} + 1))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
except (ImportError, OSError, ValueError):
    pass
sys.path.insert(0, sys.argv[1])
import resvg_py
svg = sys.stdin.buffer.read().decode()
try:
    white = dict(background="#ffffff") if sys.argv[2] == "seen" else dict(skip_system_fonts=True)
    sys.stdout.buffer.write(resvg_py.svg_to_bytes(svg_string=svg, **white))
except ValueError as error:
    sys.stderr.write(str(error))
    sys.exit(3)
"""
_REFUSED_BY_RENDERER = 3
_OUT_OF_TIME = -24  # ended by SIGXCPU, which has this number on Linux and on macOS

_LENGTH = re.compile(r"\s*\+?(\d{0,9}\.?\d{0,9}(?:[eE][+-]?\d{1,2})?)\s*([a-z]*|%)\s*")
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54,
          "in": 96.0, "em": 16.0, "rem": 16.0, "ex": 8.0}  # fmt: skip
_UNSIZED = (300.0, 150.0)  # what browsers give an svg that says no size at all


class RenderError(MinganError):
    """The renderer failed, and the drawing may not be at fault."""


@dataclass(frozen=True)
class Picture:
    """A rendered drawing: its colours on white, and what was painted at all.

    Attributes:
        rgb: (height, width, 3).
        painted: where something was drawn, if only in white.
    """

    rgb: Rgb
    painted: Mask
    _masks: dict[str, Mask] = field(default_factory=dict, repr=False)

    @cached_property
    def _shades(self) -> Shades:
        return Shades(self.rgb)

    @cached_property
    def foreground(self) -> Mask:
        """What is not background.

        The background is the colour of most of the frame (such as a sky behind everything), or
        where the frame has no such colour or the picture has no other, what was not painted.
        """
        frame = np.concatenate([self.rgb[0], self.rgb[-1], self.rgb[:, 0], self.rgb[:, -1]])
        alike = distance(frame[:, None, :], frame[None, ::8, :]) <= _ALIKE
        best = int(alike.sum(axis=0).argmax())
        apart = np.asarray(distance(self.rgb, frame[::8][best]) > _ALIKE)
        if alike[:, best].mean() < _BACKGROUND_SHARE or not apart.any():
            return self.painted
        return apart

    def near(self, colour: str) -> Mask:
        """Which pixels have a colour; "any" for all that is not background."""
        if colour == "any":
            return self.foreground
        if colour not in self._masks:
            self._masks[colour] = near(self._shades, colour)
        return self._masks[colour]


def draw(root: Element) -> Picture:
    """The picture of an SVG's tree.

    Raises:
        Unfit: the SVG cannot be drawn (no size, too thin, endless, or refused by the renderer).
        RenderError: the renderer failed otherwise.
    """
    return _drawn(_sized(root, SIDE))


@lru_cache(maxsize=REMEMBERED)
def _drawn(svg: bytes) -> Picture:
    png = _render(svg, "graded", CPU_SECONDS)
    try:
        rgba = pixels(png)
    except ValueError as error:
        raise _failed(str(error)) from None
    alpha = rgba[..., 3:] / 255.0
    rgb = np.rint(rgba[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return Picture(rgb=rgb, painted=rgba[..., 3] >= 128)


def png_for_people(root: Element, side: int, seconds: int) -> bytes:
    """A PNG on white, its longer side of `side` pixels, with letters in this machine's fonts.

    `seconds` are whole ones of the processor's time.

    Raises:
        Unfit, RenderError: see `draw`.
    """
    return _render(_sized(root, side), "seen", seconds)


def _sized(root: Element, side: int) -> bytes:
    """The SVG written anew from its tree, with its longer side of `side` pixels."""
    width, height = _size(root)
    scale = side / max(width, height)
    if min(width, height) < THINNEST * max(width, height):
        raise Unfit(
            f"画面太狭长（{width:g} × {height:g}）。",
            f"The picture is too thin ({width:g} × {height:g}).",
        )
    copy = Element("svg", dict(root.attrib))
    copy.text = root.text
    copy.extend(root)
    copy.attrib.pop("preserveAspectRatio", None)
    if "viewBox" not in copy.attrib:
        copy.set("viewBox", f"0 0 {width:g} {height:g}")
    copy.set("width", str(max(1, round(width * scale))))
    copy.set("height", str(max(1, round(height * scale))))
    copy.set("xmlns", "http://www.w3.org/2000/svg")
    return bytes(tostring(copy, encoding="utf-8"))


def _size(root: Element) -> tuple[float, float]:
    """The sides of what is drawn: those of the viewBox, or else width and height in CSS pixels.

    Where an SVG has a viewBox, its width and height only say how large a page shows it. They may
    be of another shape, and then a page leaves room beside the drawing; that is not looked at.
    """
    width, height = _length(root.get("width")), _length(root.get("height"))
    numbers = re.split(r"[\s,]+", root.get("viewBox", "").strip()) if root.get("viewBox") else []
    if numbers:
        try:
            *_, wide, high = (float(n) for n in numbers)
        except ValueError:
            wide = high = math.nan
        if len(numbers) != 4 or not (0 < wide < 1e9 and 0 < high < 1e9):
            raise Unfit("SVG 的 viewBox 无效。", "The viewBox of the SVG is not valid.")
        return wide, high
    return width or _UNSIZED[0], height or _UNSIZED[1]


def _length(written: str | None) -> float | None:
    """A length in CSS pixels; None for one that is missing or relative."""
    match = _LENGTH.fullmatch(written.lower()) if written else None
    if match is None or match[2] not in _UNITS or not re.search(r"\d", match[1]):
        return None
    length = float(match[1]) * _UNITS[match[2]]
    if not 0 < length < 1e9:
        raise Unfit("SVG 的宽或高无效。", "The width or the height of the SVG is not valid.")
    return length


def _render(svg: bytes, purpose: str, seconds: int) -> bytes:
    found = importlib.util.find_spec("resvg_py")
    if found is None or found.origin is None:
        raise _failed("resvg-py is not installed")
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _CHILD.format(seconds=seconds),
             str(Path(found.origin).parent.parent), purpose],
            input=svg, capture_output=True, timeout=PATIENCE * seconds, check=False,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError) as error:
        raise _failed(type(error).__name__) from None
    if child.returncode == _REFUSED_BY_RENDERER:
        detail = " ".join(child.stderr.decode("utf-8", "replace").split())[:100]
        raise Unfit(f"SVG 画不出来：{detail}。", f"The SVG cannot be drawn: {detail}.")
    if child.returncode == _OUT_OF_TIME:
        raise Unfit(
            f"SVG 画了 {seconds} 秒还没有画完，像是在无穷展开。",
            f"The SVG was not drawn within {seconds} seconds; it may unfold without end.",
        )
    if child.returncode:
        raise _failed(f"exit status {child.returncode}")
    return child.stdout


def _failed(detail: str) -> RenderError:
    return RenderError(
        f"画图程序出错，无法判断这幅画：{detail}。", f"The renderer failed: {detail}."
    )
