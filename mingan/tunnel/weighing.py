"""How unexpected texts are to trained rungs: bits a byte and perplexity, by language.

Bits a byte compare across tokenizers; perplexity is per token of the model's own. A text is of the
language whose script prevails in it (`normal.script`). The module must not know how texts were come
by, nor import torch when it is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mingan.errors import NothingYet, UsageError
from mingan.normal import script
from mingan.tunnel.asked import load_scale, surprises
from mingan.tunnel.jobs import place_of, result
from mingan.tunnel.ladder import read_plan
from mingan.tunnel.plans import Rung

MOST = 40_000
"""Bytes of each language that are read: enough for two digits, and seconds instead of minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One rung on the texts of one language.

    Attributes:
        language: "zh", "en", or "" for neither script.
        bits_per_byte: of -log2 of the chance of every token after a text's first.
        perplexity: exp of the mean of -ln of those chances, per token.
        size: bytes that were foretold.
    """

    rung: str
    language: str
    bits_per_byte: float
    perplexity: float
    size: int


def weigh(
    folder: Path, passages: Iterable[str], *, rungs: Sequence[str] = (), most: int = MOST
) -> tuple[Weighed, ...]:
    """Weigh texts by the trained rungs of a ladder.

    Args:
        rungs: names; none for all that are trained.
        most: bytes of each language that are read.

    Raises:
        UsageError: there is no such rung.
        NothingYet: no rung is trained, or no text is long enough.
    """
    chosen = _trained(folder, rungs)
    texts = _by_language(passages, most)
    if not texts:
        raise NothingYet("没有够长的文字可量。", "There is no text long enough to be weighed.")
    return tuple(
        _weighed(folder, rung, language, parts)
        for rung in chosen for language, parts in sorted(texts.items())
    )  # fmt: skip


def _trained(folder: Path, names: Sequence[str]) -> list[Rung]:
    made = read_plan(folder)
    every = {rung.name: rung for rung in (*made.rungs, made.top)}
    for name in names:
        if name not in every:
            raise UsageError(
                f"没有 {name} 这一级；有的是：{'、'.join(every)}。",
                f"There is no rung {name}; there are {', '.join(every)}.",
            )
    found = [rung for name, rung in every.items() if (not names or name in names)
             and result(folder, rung) is not None]  # fmt: skip
    if not found:
        raise NothingYet("还没有训练好的一级。", "No rung is trained yet.")
    return found


def _by_language(passages: Iterable[str], most: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    sizes: dict[str, int] = {}
    for text in passages:
        language = script(text)
        if len(text) > 1 and sizes.get(language, 0) < most:
            found.setdefault(language, []).append(text)
            sizes[language] = sizes.get(language, 0) + len(text.encode("utf-8", "replace"))
    return found


def _weighed(folder: Path, rung: Rung, language: str, texts: Sequence[str]) -> Weighed:
    model, cut = load_scale(place_of(folder, rung) / "model.pt")
    nats, tokens, size = 0.0, 0, 0
    for text in texts:
        row = cut.encode(text)
        if len(row) < 2:
            continue
        found = surprises(model, row)
        nats, tokens, size = nats + sum(found), tokens + len(found), size + sum(cut.sizes(row)[1:])
    return Weighed(
        rung=rung.name, language=language, bits_per_byte=nats / math.log(2) / max(size, 1),
        perplexity=math.exp(nats / max(tokens, 1)), size=size,
    )  # fmt: skip
