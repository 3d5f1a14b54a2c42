"""Reading the one kind of PNG that the renderer writes: RGBA, 8 bits, not interlaced.

A library for pictures would weigh more than the whole rest of a core without one. This module
knows the format and nothing of drawings.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST = 4_096
"""Pixels a side that are read."""


def pixels(png: bytes) -> NDArray[np.uint8]:
    """The pixels as an array (height, width, 4).

    Raises:
        ValueError: it is no PNG of that kind, or a damaged one.
    """
    if not png.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    header, packed = b"", b""
    at = len(_SIGNATURE)
    while at + 12 <= len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        body = png[at + 8 : at + 8 + size]
        header = body if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    if len(header) != 13:
        raise ValueError("a PNG without a header")
    width, height, *form = struct.unpack(">IIBBBBB", header)
    if form != [8, 6, 0, 0, 0] or not (0 < width <= LARGEST and 0 < height <= LARGEST):
        raise ValueError("a PNG of another kind")
    try:
        raw = zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError(f"a damaged PNG: {error}") from None
    if len(raw) != height * (1 + 4 * width):
        raise ValueError("a PNG of the wrong length")
    return _unfiltered(raw, width, height)


def _unfiltered(raw: bytes, width: int, height: int) -> NDArray[np.uint8]:
    stride = 4 * width
    lines = np.frombuffer(raw, np.uint8).reshape(height, 1 + stride)
    above: NDArray[np.uint8] = np.zeros(stride, np.uint8)
    out = np.empty((height, stride), np.uint8)
    for row in range(height):
        above = out[row] = _line(int(lines[row, 0]), lines[row, 1:], above)
    return out.reshape(height, width, 4)


def _line(kind: int, line: NDArray[np.uint8], above: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One line as it was before it was filtered (see the PNG specification, section 9)."""
    if kind == 0:
        return line
    if kind == 1:
        summed = np.cumsum(line.reshape(-1, 4), axis=0, dtype=np.uint64)
        return (summed & 0xFF).astype(np.uint8).reshape(-1)
    if kind == 2:
        return line + above  # wraps around at 256, as it should
    if kind in (3, 4):
        return _one_by_one(kind, line.tolist(), above.tolist())
    raise ValueError("a PNG with an unknown filter")


def _one_by_one(kind: int, line: list[int], above: list[int]) -> NDArray[np.uint8]:
    """The two filters in which every byte hangs on the one before it."""
    done = [0] * 4  # the pixel left of the first is nothing, and so is the one above that
    corner = [0] * 4 + above
    for i, value in enumerate(line):
        left, up = done[i], above[i]
        if kind == 3:
            guess = (left + up) // 2
        else:
            diagonal = corner[i]
            by_left, by_up = abs(up - diagonal), abs(left - diagonal)
            by_both = abs(left + up - 2 * diagonal)
            guess = diagonal
            if by_left <= by_up and by_left <= by_both:
                guess = left
            elif by_up <= by_both:
                guess = up
        done.append((value + guess) & 0xFF)
    return np.array(done[4:], np.uint8)
