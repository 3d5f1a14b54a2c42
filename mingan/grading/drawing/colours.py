"""Which pixels people would call red, blue or brown, and how near one colour is to another.

A name covers a band of shades, by hue, saturation and value (HSV): crimson and tomato are red,
navy and sky blue are blue. Bands overlap where people differ (gold is yellow to some and orange
to others; teal is green or cyan), so a pixel may have two names, and few have none. A colour
written as #rrggbb means that colour and what is hard to tell from it: a distance of at most
`NEAR` in CIE L*a*b*. This module knows pixels, not drawings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mingan.language import Text

Mask = NDArray[np.bool_]
Rgb = NDArray[np.uint8]

NEAR = 20.0
"""L*a*b* distance up to which a pixel is of a given colour; 2.3 is just noticeable, and tomato
is 45 away from pure red."""

_CHINESE = {
    "红": "red", "赤": "red", "绿": "green", "蓝": "blue", "黄": "yellow", "橙": "orange",
    "橘": "orange", "紫": "purple", "黑": "black", "白": "white", "灰": "gray", "棕": "brown",
    "褐": "brown", "咖啡": "brown", "粉": "pink", "粉红": "pink", "青": "cyan",
}  # fmt: skip
_ENGLISH = {"grey": "gray", "violet": "purple", "magenta": "purple"}
_WORDS = {
    "red": "红色", "green": "绿色", "blue": "蓝色", "yellow": "黄色", "orange": "橙色",
    "purple": "紫色", "black": "黑色", "white": "白色", "gray": "灰色", "brown": "棕色",
    "pink": "粉色", "cyan": "青色",
}  # fmt: skip
_VALUES = {
    "red": "#ff0000", "blue": "#0000ff", "black": "#000000", "white": "#ffffff",
    "yellow": "#ffff00", "green": "#008000",
}  # fmt: skip
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def named(colour: str) -> str | None:
    """The English name of a colour named in Chinese or English, "#rrggbb" as it is, else None."""
    plain = colour.strip().lower()
    if _HEX.fullmatch(plain):
        return plain
    for name in (plain, plain.removesuffix("色"), plain.removesuffix(" colour")):
        name = _CHINESE.get(name, _ENGLISH.get(name, name))
        if name in _WORDS:
            return name
    return None


def said(colour: str) -> Text:
    """How a sentence names a colour that `named` knows, or "any"."""
    if colour == "any":
        return Text("图形", "what is drawn")
    name = named(colour) or colour
    return Text(_WORDS.get(name, name), name)


def value_of(written: str) -> tuple[int, int, int] | None:
    """What an attribute of an SVG means by "#rgb", "#rrggbb" or a plain name; None for the rest."""
    written = _VALUES.get(written, written)
    return rgb_of(written) if _HEX.fullmatch(written) else None


def rgb_of(hexadecimal: str) -> tuple[int, int, int]:
    """Red, green and blue of "#rgb" or "#rrggbb", from 0 to 255."""
    digits = hexadecimal.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * d for d in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


@dataclass(frozen=True)
class Shades:
    """Hue (0 to 360), saturation, value, chroma and lightness (0 to 1) of every pixel."""

    rgb: Rgb

    @cached_property
    def value(self) -> NDArray[np.float64]:
        """The strongest of the three channels."""
        return np.asarray(self.rgb.max(axis=-1) / 255.0)

    @cached_property
    def chroma(self) -> NDArray[np.float64]:
        """How far the strongest and the weakest channel are apart."""
        return np.asarray(self.value - self.rgb.min(axis=-1) / 255.0)

    @cached_property
    def saturation(self) -> NDArray[np.float64]:
        """Chroma as a share of value; 0 for black."""
        return np.asarray(self.chroma / np.maximum(self.value, 1e-9))

    @cached_property
    def lightness(self) -> NDArray[np.float64]:
        """The middle between the strongest and the weakest channel."""
        return self.value - self.chroma / 2

    @cached_property
    def hue(self) -> NDArray[np.float64]:
        """The angle on the colour circle; 0 (red) where there is no colour."""
        red, green, blue = (self.rgb[..., i] / 255.0 for i in range(3))
        chroma = np.maximum(self.chroma, 1e-9)
        sixths = np.select(
            [self.chroma < 1e-9, self.value == red, self.value == green],
            [0.0, (green - blue) / chroma % 6, (blue - red) / chroma + 2],
            (red - green) / chroma + 4,
        )
        return np.asarray(60.0 * sixths)

    def between(self, low: float, high: float) -> Mask:
        """Where the hue is from `low` to `high`, which may go round past 360."""
        if low <= high:
            return np.asarray((self.hue >= low) & (self.hue <= high))
        return np.asarray((self.hue >= low) | (self.hue <= high))

    def strong(self, saturation: float, value: float) -> Mask:
        """Where saturation and value are at least this."""
        return np.asarray((self.saturation >= saturation) & (self.value >= value))


def _pink(s: Shades) -> Mask:
    light = s.between(295, 20) & (s.lightness >= 0.65)
    return np.asarray((light | s.between(310, 345) & (s.lightness >= 0.5)) & s.strong(0.12, 0.75))


def _brown(s: Shades) -> Mask:
    wooden = s.between(8, 48) & s.strong(0.3, 0.15) & (s.value <= 0.83)
    pale = s.between(20, 48) & s.strong(0.3, 0.8) & (s.value <= 0.88) & (s.saturation <= 0.5)
    reddish = s.between(350, 8) & s.strong(0.5, 0.15) & (s.value <= 0.66)
    return np.asarray(wooden | pale | reddish)


_BANDS: dict[str, Callable[[Shades], Mask]] = {
    "red": lambda s: s.between(342, 18) & s.strong(0.5, 0.3),
    "orange": lambda s: s.between(14, 46) & s.strong(0.5, 0.65),
    "yellow": lambda s: s.between(42, 70) & s.strong(0.3, 0.6),
    "green": lambda s: s.between(66, 175) & s.strong(0.2, 0.15),
    "cyan": lambda s: s.between(165, 200) & s.strong(0.25, 0.35),
    "blue": lambda s: s.between(186, 262) & s.strong(0.22, 0.2),
    "purple": lambda s: s.between(248, 325) & s.strong(0.2, 0.2),
    "pink": _pink,
    "brown": _brown,
    "black": lambda s: np.asarray((s.value <= 0.24) & (s.chroma <= 0.14)),
    "gray": lambda s: np.asarray((s.value >= 0.18) & (s.value <= 0.89) & (s.chroma <= 0.14)),
    "white": lambda s: np.asarray((s.value >= 0.9) & (s.saturation <= 0.08)),
}


def near(shades: Shades, colour: str) -> Mask:
    """Which pixels have the colour: a name or "#rrggbb" that `named` knows."""
    name = named(colour) or colour
    if name.startswith("#"):
        wanted = np.array(rgb_of(name), np.uint8)
        return np.asarray(distance(shades.rgb, wanted) <= NEAR)
    return np.asarray(_BANDS[name](shades))


def distance(one: Rgb, other: Rgb) -> NDArray[np.float64]:
    """How far apart colours look: the L*a*b* distance (CIE 1976), pixel by pixel."""
    return np.asarray(np.linalg.norm(_lab(one) - _lab(other), axis=-1))


def _lab(rgb: Rgb) -> NDArray[np.float64]:
    scaled = rgb / 255.0
    linear = np.where(scaled <= 0.04045, scaled / 12.92, ((scaled + 0.055) / 1.055) ** 2.4)
    # From linear sRGB to CIE XYZ, each divided by the white point D65 (IEC 61966-2-1).
    matrix = np.array(
        [
            [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
            [0.2126, 0.7152, 0.0722],
            [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
        ]
    )
    xyz = linear @ matrix.T
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
