"""Colours as people name them, patches, and the reading of PNG."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.grading.drawing.colours import Shades, distance, named, near, rgb_of
from mingan.grading.drawing.patches import boxes_agree, patches, without_specks
from mingan.grading.drawing.png import pixels

NAMED = {
    "red": "ff0000 dc143c b22222 e74c3c ff6347",
    "green": "00ff00 008000 2ecc71 9acd32 2e8b57",
    "blue": "0000ff 000080 87ceeb 4682b4 3498db",
    "yellow": "ffff00 ffd700 f1c40f f0e68c",
    "orange": "ffa500 ff8c00 e67e22 ff7f50",
    "purple": "800080 9b59b6 8a2be2 ee82ee",
    "black": "000000 333333 1a1a1a",
    "white": "ffffff f5f5f5 fffafa",
    "gray": "808080 d3d3d3 708090 555555",
    "brown": "a52a2a 8b4513 d2691e 5d4037",
    "pink": "ffc0cb ff69b4 ff1493 f8bbd0",
    "cyan": "00ffff 40e0d0 008b8b",
}
APART = [("ff0000", "blue"), ("0000ff", "purple"), ("ffff00", "green"), ("808080", "black"),
         ("ffffff", "gray"), ("ffa500", "red"),
         ("00ff00", "cyan"), ("add8e6", "white")]  # fmt: skip


def of(hexadecimal: str) -> Shades:
    return Shades(np.array([[rgb_of(hexadecimal)]], np.uint8))


@pytest.mark.parametrize(("name", "shades"), NAMED.items())
def test_shades_have_the_name_that_people_give_them(name: str, shades: str) -> None:
    for shade in shades.split():
        assert near(of(shade), name).all(), shade


@pytest.mark.parametrize(("shade", "name"), APART)
def test_other_colours_have_other_names(shade: str, name: str) -> None:
    assert not near(of(shade), name).any()


def test_names_come_in_both_languages() -> None:
    assert [named(n) for n in ("红", "红色", "RED", "grey", "#0AF", "any", "reddish")] == [
        "red", "red", "red", "gray", "#0af", None, None,
    ]  # fmt: skip


def test_a_hex_colour_means_itself_and_its_neighbours() -> None:
    assert near(of("ff0808"), "#ff0000").all()
    assert not near(of("ff6347"), "#ff0000").any()


def test_distances_are_those_of_cielab() -> None:
    black, white = np.zeros((1, 3), np.uint8), np.full((1, 3), 255, np.uint8)
    assert distance(black, white)[0] == pytest.approx(100, abs=0.1)


def encoded(rows: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], filters: list[int]) -> bytes:
    """A PNG whose lines are filtered as told, by the textbook and byte by byte."""
    height, width, _ = rows.shape
    raw = b""
    for y in range(height):
        line = rows[y].reshape(-1).tolist()
        above = rows[y - 1].reshape(-1).tolist() if y else [0] * len(line)
        raw += bytes([filters[y]])
        for x, value in enumerate(line):
            a = line[x - 4] if x >= 4 else 0
            b, c = above[x], above[x - 4] if x >= 4 else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            raw += bytes([(value - [0, a, b, (a + b) // 2, paeth][filters[y]]) % 256])
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
             (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]  # fmt: skip
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


@settings(max_examples=40, deadline=None)
@given(data=st.data(), width=st.integers(1, 5), filters=st.lists(st.integers(0, 4), min_size=1))
def test_every_filter_of_png_is_undone(data: st.DataObject, width: int, filters: list[int]) -> None:
    filters = filters[:6]
    size = len(filters) * width * 4
    flat = data.draw(st.binary(min_size=size, max_size=size))
    rows = np.frombuffer(flat, np.uint8).reshape(len(filters), width, 4)
    assert np.array_equal(pixels(encoded(rows, filters)), rows)


@pytest.mark.parametrize("bad", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\x89PNG\r\n\x1a\n" * 9])
def test_what_is_no_png_is_a_value_error(bad: bytes) -> None:
    with pytest.raises(ValueError, match="PNG"):
        pixels(bad)


def test_specks_and_rims_are_no_patches() -> None:
    mask = np.zeros((100, 100), np.bool_)
    mask[10:20, 10:20] = True
    mask[19:30, 20:30] = True  # touches the first by a corner
    mask[50:60, 50:60] = True
    mask[80, :] = True  # a line of one pixel
    mask[3, 3] = True
    found = patches(mask)
    assert sorted(patch.area for patch in found) == [100, 210]
    assert without_specks(mask).sum() == 310


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40))
def test_patches_never_grow(places: list[tuple[int, int]]) -> None:
    mask = np.zeros((12, 12), np.bool_)
    for place in places:
        mask[place] = True
    assert not (without_specks(mask) & ~mask).any()


def test_boxes_agree_by_intersection_over_union() -> None:
    assert boxes_agree([0, 0, 1, 1], [0, 0, 1, 1]) == 1
    assert boxes_agree([0, 0, 0.5, 1], [0.5, 0, 1, 1]) == 0
    assert boxes_agree([0, 0, 1, 1], [0, 0, 0.5, 1]) == pytest.approx(0.5)
