"""The data pyramid: from raw text to text that was shown to help, with a ledger of what went why.

    L0 raw        passages as they came
    L1 filtered   too short, one line over and over, hardly any letters, equal, nearly equal
    L2 selected   the share most like a seed text that is wanted, by short pieces of bytes
    L3 rewritten  put into better words by a model that somebody names
    L4 verified   kept only if a nearly finished scale model gains by it (see `verifying`)

Every stage takes passages and gives passages and the ledger's lines. Near-duplicates are found by
MinHash (datasketch). The module must not train a model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from mingan.errors import InputError, MissingExtraError
from mingan.language import Text
from mingan.statistics.special import Floats

Stage = Literal["L0", "L1", "L2", "L3", "L4"]

SHORT = 100
"""Characters below which a passage is no passage."""

LETTERS = 0.6
REPEATED = 0.3
NEAR = 0.8
"""Jaccard similarity of pieces of five characters from which on two passages are the same."""

_PERMUTATIONS = 64
_PIECE = 4
_BUCKETS = 1 << 18
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger: what a rule dropped, how much, and a few of them."""

    stage: Stage
    rule: str
    said: Text
    dropped: int
    characters: int
    examples: tuple[str, ...] = ()


@dataclass(slots=True)
class Ledger:
    """What was dropped, stage by stage."""

    lines: list[Line] = field(default_factory=list)

    def add(self, stage: Stage, rule: str, said: Text, dropped: Sequence[str]) -> None:
        """One more line; a rule that dropped nothing is on record too."""
        self.lines.append(
            Line(stage=stage, rule=rule, said=said, dropped=len(dropped),
                 characters=sum(map(len, dropped)),
                 examples=tuple(each[:80] for each in dropped[:_SHOWN]))
        )  # fmt: skip


Rule = Callable[[str], bool]


def _short(passage: str) -> bool:
    return len(passage) < SHORT


def _repeats(passage: str) -> bool:
    lines = [line.strip() for line in passage.splitlines() if line.strip()]
    if len(lines) < 4:
        return False
    most = Counter(lines).most_common(1)[0][1]
    return most >= 3 and most / len(lines) > REPEATED


def _few_letters(passage: str) -> bool:
    bare = re.sub(r"\s", "", passage)
    return sum(c.isalpha() for c in bare) < LETTERS * len(bare)


RULES: tuple[tuple[str, Text, Rule], ...] = (
    ("short", Text("太短", "too short"), _short),
    ("repeats", Text("同一行翻来覆去", "one line over and over"), _repeats),
    ("symbols", Text("几乎没有文字", "hardly any letters"), _few_letters),
)


def filtered(passages: Iterable[str], ledger: Ledger) -> list[str]:
    """L1: the rules one after another, then equals, then near-equals."""
    kept = list(passages)
    for name, said, rule in RULES:
        gone = [each for each in kept if rule(each)]
        kept = [each for each in kept if not rule(each)]
        ledger.add("L1", name, said, gone)
    unique = list(dict.fromkeys(kept))
    seen = Counter(kept)
    again = [each for each, count in seen.items() for _ in range(count - 1)]
    ledger.add("L1", "equal", Text("和别的一样", "equal to another"), again)
    near = near_duplicates(unique)
    ledger.add("L1", "near", Text("和别的差不多", "nearly equal to another"),
               [unique[k] for k in sorted(near)])  # fmt: skip
    return [each for k, each in enumerate(unique) if k not in near]


def near_duplicates(passages: Sequence[str], *, near: float = NEAR) -> set[int]:
    """Places of passages that are nearly equal to an earlier one.

    Raises:
        MissingExtraError: datasketch is not installed.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ModuleNotFoundError as fault:
        raise MissingExtraError(
            "找差不多的段落要 datasketch：pip install 'mingan[tunnel]'",
            "Near-duplicates take datasketch: pip install 'mingan[tunnel]'",
        ) from fault
    index = MinHashLSH(threshold=near, num_perm=_PERMUTATIONS)
    found = set()
    for place, passage in enumerate(passages):
        mark = MinHash(num_perm=_PERMUTATIONS, seed=1)
        mark.update_batch([piece.encode() for piece in _pieces(passage)])
        if index.query(mark):
            found.add(place)
        else:
            index.insert(str(place), mark)
    return found


def _pieces(passage: str) -> set[str]:
    bare = re.sub(r"\s+", "", passage)
    return {bare[k : k + 5] for k in range(max(len(bare) - 4, 1))}


def selected(
    passages: Sequence[str], wanted: Sequence[str], ledger: Ledger, *, keep: float = 0.5
) -> list[str]:
    """L2: the share of the passages that is most like those wanted.

    A passage scores by how much likelier its pieces of four bytes are in the wanted text than in
    all of them.

    Raises:
        InputError: nothing is wanted, or the share is not between 0 and 1.
    """
    if not wanted or not 0 < keep <= 1:
        raise InputError(
            "要有一些想要的文本，份额在 0 到 1 之间。",
            "Some text must be wanted, and the share lie between 0 and 1.",
        )
    scores = likeness(passages, wanted)
    order = np.argsort(-scores, kind="stable")
    chosen = set(order[: max(1, round(keep * len(passages)))].tolist())
    ledger.add(
        "L2",
        "unlike",
        Text("不像想要的", "unlike what is wanted"),
        [passages[k] for k in order[::-1][: len(passages) - len(chosen)].tolist()],
    )
    return [each for k, each in enumerate(passages) if k in chosen]


def likeness(passages: Sequence[str], wanted: Sequence[str]) -> Floats:
    """(n,) the mean of ln p(piece | wanted) - ln p(piece | all) over a passage's pieces."""
    good, every = _counts(wanted), _counts(passages)
    ratio = np.log(good + 0.5) - np.log(every + 0.5)
    ratio -= np.log((good.sum() + 0.5 * _BUCKETS) / (every.sum() + 0.5 * _BUCKETS))
    return np.array([float(ratio[_hashed(each)].mean()) if each else -np.inf for each in passages])


def _counts(passages: Sequence[str]) -> Floats:
    found = np.zeros(_BUCKETS)
    for passage in passages:
        np.add.at(found, _hashed(passage), 1.0)
    return found


def _hashed(passage: str) -> np.ndarray:
    raw = np.frombuffer(passage.encode("utf-8", "replace"), dtype=np.uint8).astype(np.uint64)
    size = max(raw.size - _PIECE + 1, 1)
    code = np.zeros(size, dtype=np.uint64)
    for k in range(min(_PIECE, raw.size)):
        code = code * np.uint64(257) + raw[k : k + size]
    return (code * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(46)).astype(np.int64) % _BUCKETS


def rewritten(passages: Sequence[str], write: Callable[[str], str], ledger: Ledger) -> list[str]:
    """L3: every passage in the words of a model; one that comes back empty or cut is kept as is.

    Args:
        write: asks the model; what it says is text and is never followed.
    """
    kept, failed = [], []
    for passage in passages:
        said = write(passage).strip()
        if len(said) < len(passage) / 4:
            failed.append(passage)
            said = passage
        kept.append(said)
    ledger.add("L3", "kept", Text("没有改写成，原样留下", "not rewritten, kept as it was"), failed)
    return kept
