"""What a router sees of a question: its words, its letters, and its shape. NumPy only.

    features = Features.fit(texts)
    rows = features.of(["37 x 41 = ?"])

Four blocks, each of unit length before it is weighted: runs of 1 to 3 characters (which is all
that Chinese needs); words and pairs of neighbours, those of options apart from those of the
question; all hashed and weighted by rarity (TF-IDF); and the shape: length, lines, options, digits,
formulas. What is rare in the training texts, and what nearly all of them have,
is dropped. No answer, no reference and no model is known here.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingan.gateway.packing import pack, unpack
from mingan.gateway.sparse import Floats, Places, Rows, Singles, stacked

Hashes = NDArray[np.int64]

BITS = 18
"""Each text block is hashed into 2^18 buckets."""

HEAD, TAIL = 6000, 2000
"""Of a longer text so many characters from either end are looked at: routing must stay quick."""

WEIGHTS = (0.7, 0.5, 0.5, 0.3)
"""Of characters, words of the question, words of its options, shape."""

BLOCKS = 3
"""Those that are hashed."""

FEWEST, MOST, SHARE = 3, 60_000, 0.3
"""A bucket counts if so many training texts have it, but not more than this share of them; at most
so many buckets a block. What nearly every text has tells nothing and costs time."""

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]", re.IGNORECASE)
_OPTION = re.compile(r"^\s*[(（]?([A-Ja-j])[)）.．、:：]\s*(.+)$", re.MULTILINE)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_STEP = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Fitted features.

    Attributes:
        buckets: hashes that count, sorted; those of each block 2^18 above those of the one before.
        rarity: weight of each.
        centre, spread: of every feature of shape.
    """

    buckets: Hashes
    rarity: Singles
    centre: Floats
    spread: Floats

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Features:
        """Learn from training texts which buckets count, and how much."""
        seen: NDArray[np.int64] = np.zeros(BLOCKS << BITS, np.int64)
        for text in texts:
            seen[np.unique(_hashes(_clip(text)))] += 1
        fewest = FEWEST if len(texts) >= 300 else 1 + (len(texts) >= 60)
        most = max(SHARE * len(texts), 12)
        kept = []
        for block in range(BLOCKS):
            part = seen[block << BITS : (block + 1) << BITS]
            enough = np.flatnonzero((part >= fewest) & (part <= most))
            if len(enough) > MOST:
                enough = np.sort(enough[np.argsort(-part[enough], kind="stable")[:MOST]])
            kept.append(enough + (block << BITS))
        buckets = np.concatenate(kept)
        rarity = np.log((1 + len(texts)) / (1 + seen[buckets])) + 1
        shapes = np.array([shape(text) for text in texts]).reshape(len(texts), SHAPES)
        spread = shapes.std(axis=0)
        return cls(
            buckets=buckets, rarity=rarity.astype(np.float32), centre=shapes.mean(axis=0),
            spread=np.where(spread > 1e-9, spread, 1.0),
        )  # fmt: skip

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.buckets) + SHAPES

    def of(self, texts: Sequence[str]) -> Rows:
        """The features of texts, a row each."""
        return stacked([self._row(text) for text in texts], self.width)

    def document(self) -> dict[str, Any]:
        """The features as JSON."""
        return {
            "buckets": pack(self.buckets, "i4"), "rarity": pack(self.rarity, "f2"),
            "centre": pack(self.centre, "f8"), "spread": pack(self.spread, "f8"),
        }  # fmt: skip

    @classmethod
    def read(cls, found: dict[str, Any]) -> Features:
        """The features back from `document`."""
        return cls(
            buckets=unpack(found["buckets"]).astype(np.int64), rarity=unpack(found["rarity"]),
            centre=unpack(found["centre"]), spread=unpack(found["spread"]),
        )  # fmt: skip

    def _row(self, text: str) -> tuple[Singles, Places]:
        hashes, counts = np.unique(_hashes(_clip(text)), return_counts=True)
        places = np.searchsorted(self.buckets, hashes)
        places[places == len(self.buckets)] = 0
        known = self.buckets[places] == hashes if len(self.buckets) else np.zeros(0, bool)
        columns = places[known]
        values = (1 + np.log(counts[known])) * self.rarity[columns]
        owner = self.buckets[columns] >> BITS
        for block in range(BLOCKS):
            mine = owner == block
            length = float(np.linalg.norm(values[mine]))
            if length > 0:
                values[mine] *= WEIGHTS[block] / length
        form = (np.array(shape(text)) - self.centre) / self.spread
        # Clipped: one text of absurd shape must not outweigh all that its words say.
        form = np.clip(form, -4, 4) * (WEIGHTS[BLOCKS] / math.sqrt(SHAPES))
        every = np.arange(len(self.buckets), self.width)
        return (
            np.concatenate([values, form]).astype(np.float32),
            np.concatenate([columns, every]).astype(np.int32),
        )


def _clip(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else text[:HEAD] + "\n" + text[-TAIL:]


def _hashes(text: str) -> Hashes:
    """Hashes of all runs of characters and all words, with repetitions; the block is on top."""
    lowered = text.lower()
    letters = np.frombuffer(lowered.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    found = []
    run = np.zeros(len(letters), np.uint64)
    for length in (1, 2, 3):
        if len(letters) < length:
            break
        run = run[: len(letters) - length + 1] * _STEP + letters[length - 1 :] + np.uint64(1)
        mixed = run * _MIX + np.uint64(length)
        mixed = (mixed ^ (mixed >> np.uint64(32))) * _MIX
        found.append((mixed >> np.uint64(64 - BITS)).astype(np.int64))
    mask = (1 << BITS) - 1
    option = _OPTION.search(lowered)
    cut = option.start() if option else len(lowered)
    for block, part in ((1, lowered[:cut]), (2, lowered[cut:])):
        words = _WORD.findall(part)
        said = (*words, *(f"{a} {b}" for a, b in pairwise(words)))
        codes = [zlib.crc32(word.encode("utf-8", "replace")) & mask for word in said]
        found.append(np.array(codes, np.int64) | (block << BITS))
    return np.concatenate(found)


SHAPES = 18
"""How many features of shape there are."""


def shape(text: str) -> list[float]:
    """Features that no single word tells: how long, how laid out, how much of it is what.

    They hold for any language; options are lines that begin with a letter and a mark.
    """
    text = _clip(text)
    size = max(len(text), 1)
    lines = text.count("\n") + 1
    options = [found[1].strip() for found in _OPTION.findall(text)]
    stem = text[: found.start()] if (found := _OPTION.search(text)) else text
    lengths = [len(option) for option in options] or [0]
    words = _WORD.findall(text)
    numeric = [o for o in options if any(c.isdigit() for c in o)]
    lowered = text.lower()

    def share(letters: str) -> float:
        return math.sqrt(sum(map(text.count, letters)) / size)

    return [
        math.log1p(size),
        math.log1p(len(stem)),
        math.log1p(lines),
        math.log1p(len(options)),
        math.log1p(sum(lengths) / len(lengths)),
        math.log1p(max(lengths) - min(lengths)),
        len(numeric) / max(len(options), 1),
        float(len(set(options)) < len(options)),
        share("0123456789"),
        share("=+^*/\\<>$%"),
        share("{}[];_"),
        math.sqrt(sum("\u3400" <= c <= "\u9fff" for c in text) / size),
        math.sqrt(sum(map(str.isupper, text)) / size),
        sum(map(len, words)) / max(len(words), 1),
        float(stem.rstrip().endswith(("?", "？"))),
        float("___" in text or "……" in text),
        float(any(w in lowered for w in (" not ", " except", "不", "没有", "除了"))),
        float(any(w in lowered for w in ("of the above", "of these", "以上"))),
    ]
