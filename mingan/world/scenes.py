"""What a scene is: law, split, seed, size. One frozen record, and how its numbers are drawn.

    scene = Scene(law="parabola", number=3, seed=seed_of(key, "parabola", "within", 3))

A scene determines every pixel. Seeds of a user's own test come from the workspace's key, so that
nobody who does not have the key can make the same clips and train on them. The module knows no
engine and no picture.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from mingan.errors import UsageError

Split = Literal["within", "beyond", "combined", "gravity", "told"]
"""Within the usual range of speeds and sizes; beyond it; laws put together that are not met
together within; gravity upwards or weaker, which a clip's first seconds show; and a law that
changes at the cut, which nothing shows and a sentence tells."""

SPLITS: tuple[Split, ...] = get_args(Split)

FPS = 16
GIVEN, AHEAD = 32, 48
"""Frames that a model is shown, and frames that it is to add."""

FORKS = 3
"""Ways in which a scene goes on from the cut: the target, another for the spread, the ceiling."""

SIZES: tuple[tuple[int, int], ...] = ((128, 128), (192, 108), (108, 192), (256, 256))
"""Width and height in pixels, square, wide and tall."""

TALL = 100.0
"""Height of every scene in the units of its world; the width follows from the picture's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One scene.

    Attributes:
        law: what it obeys, one of `laws.LAWS`.
        number: its place among those of the law and split.
        seed: of everything that is drawn.
        size: width and height in pixels.
    """

    law: str
    number: int
    split: Split = "within"
    seed: int = 0
    size: tuple[int, int] = (128, 128)

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.law}-{self.split}-{self.number:03d}"

    @property
    def wide(self) -> float:
        """Width in the units of the world."""
        return TALL * self.size[0] / self.size[1]

    def draw(self, fork: int | None = None) -> np.random.Generator:
        """Numbers of the scene, or of what is hidden in a fork."""
        return np.random.default_rng([self.seed, 0 if fork is None else fork + 1])


def seed_of(key: bytes, law: str, split: str, number: int) -> int:
    """A private seed: whoever lacks the key cannot make the scene."""
    told = f"world:{law}:{split}:{number}".encode()
    return int.from_bytes(hmac.new(key, told, hashlib.sha256).digest()[:8], "big") >> 1


def size_of(text: str) -> tuple[int, int]:
    """A size as written: "192x108".

    Raises:
        UsageError: it is none, or too small or large to be drawn.
    """
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        width = height = 0
    if not drawable((width, height)):
        raise UsageError(
            f"画面大小要写成 192x108 这样，两边都是 64 到 1280 的偶数，"
            f"长边不超过短边的两倍，不是 {text!r}。",
            "A size is written like 192x108, both even, from 64 to 1280, and one at most twice the "
            f"other, not {text!r}.",
        )
    return width, height


def drawable(size: tuple[int, int]) -> bool:
    """Whether scenes can be played and drawn at a size: things must find room in it."""
    width, height = size
    sides = all(64 <= side <= 1280 and side % 2 == 0 for side in size)
    return sides and max(width, height) <= 2 * min(width, height)


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number drawn evenly."""
    return float(low + (high - low) * rng.random())


def spread(
    rng: np.random.Generator, split: Split, within: tuple[float, float],
    beyond: tuple[tuple[float, float], ...],
) -> float:  # fmt: skip
    """A quantity: in its usual range, or in one of the ranges beyond where the split says so."""
    if split != "beyond":
        return between(rng, *within)
    return between(rng, *beyond[int(rng.integers(len(beyond)))])
