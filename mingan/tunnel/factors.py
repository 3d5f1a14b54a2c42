"""Pairs that differ in one factor, trained at three sizes, and what the factor is worth.

    found = study(folder, ["moe", "shuffled"])     folder: a ladder that was run

A factor changes the shape, the recipe or the text, and nothing else: sizes, lengths, seeds and the
validation text are the base's. Its runs lie in FOLDER/factors/NAME, and what is trained already is
not trained again. "seed" changes nothing but the seed, and must come out as 1; "corpus" trains on
another corpus, less what the validation text holds. The module must not import torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mingan.errors import NothingYet, UsageError
from mingan.language import Text
from mingan.scaling.factor import Factor, worth
from mingan.tunnel import pyramid
from mingan.tunnel.batches import Bytes, Tokens
from mingan.tunnel.jobs import Crew, Said, here, train_rungs, write
from mingan.tunnel.ladder import cores_here, lay, outcome, read_plan, tokeniser_of
from mingan.tunnel.plans import Plan, Rung
from mingan.tunnel.shapes import Shape
from mingan.tunnel.texts import SEED, as_bytes
from mingan.tunnel.tokens import border_of

SIZES = 3
"""Widths of the base at which a factor is tried, the smallest ones."""

LENGTHS = 2
"""Lengths of the base that a factor is trained for, the shortest ones."""

_SHUFFLED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a factor changes.

    Attributes:
        said: what it is.
        shape, text, job: change the shape, the training text, or the recipe; None leaves it.
        seed: added to the base's.
        other: whether it takes another corpus in the place of the base's.
    """

    said: Text
    other: bool = False
    shape: Callable[[Shape], Shape] | None = None
    text: Callable[[Bytes], Bytes] | None = None
    job: dict[str, Any] | None = None
    seed: int = 0


def shuffled_lines(text: Bytes, *, share: float = _SHUFFLED, seed: int = 0) -> Bytes:
    """The text with the characters of some of its lines in disorder."""
    rng = np.random.default_rng(seed)
    found = []
    for line in text.tobytes().decode("utf-8", "replace").split("\n"):
        if line and rng.random() < share:
            letters = list(line)
            rng.shuffle(letters)
            line = "".join(letters)
        found.append(line)
    return np.frombuffer("\n".join(found).encode(), dtype=np.uint8)


def raw_pool(text: Bytes, *, share: float = 0.5, seed: int = 0) -> Bytes:
    """A text as a crawl would bring it: half of the passages spoilt, in one of three ways.

    Some of the lines in disorder, one line over and over, or signs in the place of words.
    """
    rng = np.random.default_rng(seed)
    return _joined([
        _spoilt(passage, rng) if rng.random() < share else passage for passage in _split(text)
    ])  # fmt: skip


def _spoilt(passage: str, rng: np.random.Generator) -> str:
    way = rng.integers(0, 3)
    if way == 0:
        letters = list(passage)
        rng.shuffle(letters)
        return "".join(letters)
    if way == 1:
        line = passage[:60].replace("\n", " ")
        return "\n".join([line] * (len(passage) // max(len(line), 1) + 1))
    signs = np.array(list("<>/=&;:%#{}[]()*+-_|~0123456789"))
    return "".join(rng.choice(signs, len(passage)).tolist())


def filtered_pool(text: Bytes) -> Bytes:
    """The same crawl after L1 of the pyramid, the rules."""
    return _joined(pyramid.filtered(_split(raw_pool(text)), pyramid.Ledger()))


def selected_pool(text: Bytes) -> Bytes:
    """The same crawl after L1 and L2 of the pyramid; a little clean text says what is wanted."""
    passages = _split(text)
    wanted = passages[: max(1, len(passages) // 50)]
    kept = _split(filtered_pool(text))
    # What the rules left is still spoilt in part; as much is kept as should be clean.
    share = min(1.0, 0.48 * len(_split(raw_pool(text))) / max(len(kept), 1))
    return _joined(pyramid.selected(kept, wanted, pyramid.Ledger(), keep=share))


def _split(text: Bytes) -> list[str]:
    return text.tobytes().decode("utf-8", "replace").split("\n\n")


def _joined(passages: Sequence[str]) -> Bytes:
    return np.frombuffer("\n\n".join(passages).encode(), dtype=np.uint8)


KINDS: dict[str, Kind] = {
    "seed": Kind(said=Text("只换种子（什么也没变）", "another seed (nothing changed)"), seed=7),
    "moe": Kind(
        said=Text("混合专家（4 选 2，按激活参数算）", "a mixture of experts, 2 of 4, by active"),
        shape=lambda s: replace(s, mix="moe", mlp=s.mlp / 2),
    ),
    "sparse": Kind(
        said=Text("块稀疏注意力", "block-sparse attention"),
        shape=lambda s: replace(s, attend="sparse", dense_below=32),
    ),
    "no-qk-norm": Kind(
        said=Text("不归一化查询和键", "queries and keys not normalised"),
        shape=lambda s: replace(s, qk_norm=False),
    ),
    "no-conv": Kind(
        said=Text("去掉块输入处的卷积", "without the convolution at the input of blocks"),
        shape=lambda s: replace(s, conv=0),
    ),
    "apart": Kind(
        said=Text("同一序列里的文档互不相见（或反过来）",
                  "documents of a sequence do not see each other (or the other way round)"),
        shape=lambda s: replace(s, border=() if s.border else border_of(s.vocab)),
    ),
    "linear-decay": Kind(
        said=Text("学习率直线衰减", "a decay along a straight line"), job={"decay": "linear"}
    ),
    "shuffled": Kind(
        said=Text("三成的行打乱字符（有害）", "30 % of lines in disorder (harmful)"),
        text=shuffled_lines,
    ),
    "raw": Kind(
        said=Text("像网上抓来的：一半的段落坏了", "as from a crawl: half of the passages spoilt"),
        text=raw_pool,
    ),
    "filtered": Kind(
        said=Text("抓来的过滤以后", "the crawl after filtering"), text=filtered_pool
    ),
    "selected": Kind(
        said=Text("抓来的过滤、挑选以后", "the crawl after filtering and selecting"),
        text=selected_pool,
    ),
    "corpus": Kind(said=Text("换一份语料", "another corpus"), other=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """A factor with its runs.

    Attributes:
        points: (parameters, tokens, loss, seed), parameters as the base counts them.
    """

    name: str
    said: Text
    points: tuple[tuple[int, int, float, int], ...]
    found: Factor


def study(
    folder: Path, names: Sequence[str], *, cores: int | None = None, said: Said | None = None,
    other: Sequence[str] = (), crew: Crew | None = None,
) -> tuple[Studied, ...]:  # fmt: skip
    """Train what is missing of these factors, and read them off the base ladder.

    Args:
        other: passages of the other corpus, for the factor "corpus".
        cores: of this machine that are used; `crew` whoever trains instead.

    Raises:
        UsageError: no such factor, or "corpus" without another corpus.
        NothingYet: the folder's ladder is not finished.
    """
    for name in names:
        if name not in KINDS:
            raise UsageError(
                f"没有名叫 {name!r} 的因素；有的是：{'、'.join(KINDS)}。",
                f"There is no factor {name!r}; there are {', '.join(KINDS)}.",
            )
        if KINDS[name].other and not other:
            raise UsageError(
                f"因素 {name} 要另一份语料：加上 --other 语料。",
                f"The factor {name} takes another corpus: add --other CORPUS.",
            )
    base = outcome(folder)
    if base.law is None:
        raise NothingYet(
            "先把阶梯跑完（mingan ladder run），因素要和它比。",
            "Run the ladder first (mingan ladder run): factors are held against it.",
        )
    made, found = read_plan(folder), []
    crew = crew or here(cores or cores_here(), alone=made.device != "cpu")
    for name in names:
        points, cost = _run(folder, made, name, crew, said, other)
        n, d, loss = (np.array([row[k] for row in points], float) for k in range(3))
        found.append(
            Studied(name=name, said=KINDS[name].said, points=tuple(points),
                    found=worth(base.law, n, d, loss, cost=cost))
        )  # fmt: skip
    return tuple(found)


def _run(
    folder: Path, made: Plan, name: str, crew: Crew, said: Said | None, other: Sequence[str]
) -> tuple[list[tuple[int, int, float, int]], list[float]]:
    """Points, and what a token costs in each over what it costs in the base."""
    kind, place = KINDS[name], folder / "factors" / name
    place.mkdir(parents=True, exist_ok=True)
    _lay_texts(folder, place, kind, other)
    base = {rung.shape.width: rung for rung in reversed(made.rungs)}
    chosen = [
        replace(base[width], ends=base[width].ends[:LENGTHS]) for width in sorted(base)[:SIZES]
    ]
    pairs = [(rung, _changed(rung, kind)) for rung in chosen]
    train_rungs(place, made, [rung for _, rung in pairs], crew, said=said, extra=kind.job or {})
    points, cost = [], []
    for plain, rung in pairs:
        dear = rung.shape.flops_per_token / plain.shape.flops_per_token
        result = json.loads((place / "rungs" / rung.name / "result.json").read_text("utf-8"))
        points += [
            (plain.shape.parameters, p["tokens"], p["loss"], p["seed"]) for p in result["points"]
        ]
        cost += [dear] * len(result["points"])
    return points, cost


def _changed(rung: Rung, kind: Kind) -> Rung:
    shape = kind.shape(rung.shape) if kind.shape else rung.shape
    return replace(rung, shape=shape, seed=rung.seed + kind.seed)


def _lay_texts(folder: Path, place: Path, kind: Kind, other: Sequence[str]) -> None:
    """The texts of the factor's runs: the base's, or its training text changed or exchanged.

    Raises:
        UsageError: the factor was trained on yet another corpus before, or this one is too small.
    """
    texts, cut = np.load(folder / "texts.npz"), tokeniser_of(folder)
    mark = hashlib.sha256("\0".join(other).encode("utf-8", "replace")).hexdigest()[:16]
    file = place / "other.txt"
    if kind.other and file.is_file() and file.read_text("utf-8") != mark:
        raise UsageError(
            f"{place} 里已经有拿另一份语料训练的；删掉它，或者换一个阶梯。",
            f"{place} holds runs on yet another corpus; delete it, or take another ladder.",
        )
    if (place / "texts.npz").exists():
        return
    train = texts["train"]
    if kind.text is not None:
        train = cut.cut(kind.text(_plain(folder, train)))
    if kind.other:
        train = cut.cut(without(other, _plain(folder, texts["validation"])))
        longest = max(rung.ends[LENGTHS - 1] for rung in read_plan(folder).rungs)
        need = longest * read_plan(folder).tokens_per_step
        if train.size < need:
            raise UsageError(
                f"另一份语料只有 {train.size:,} 个词元，要 {need:,} 个，和阶梯一样长。",
                f"The other corpus has {train.size:,} tokens; it takes {need:,}, as many as the "
                "ladder's.",
            )
        write(file, mark)
    lay(place, train, texts["validation"], cut)


def without(passages: Sequence[str], held: Bytes) -> Bytes:
    """Passages as a text, less those of which a line is in the text that is held back.

    A corpus that shares text with the validation text would win by having seen it.
    """
    known = {line for line in held.tobytes().decode("utf-8", "replace").split("\n") if line.strip()}
    kept = [each for each in dict.fromkeys(passages) if known.isdisjoint(each.split("\n"))]
    order = np.random.default_rng(SEED).permutation(len(kept))
    return as_bytes(kept[place] for place in order)


def _plain(folder: Path, tokens: Tokens) -> Bytes:
    """A ladder's text as bytes again, a blank line after each document."""
    cut = tokeniser_of(folder)
    if not cut.written:
        return np.asarray(tokens, dtype=np.uint8)
    ends = np.flatnonzero(tokens == 0)
    return as_bytes(cut.decode(part.tolist()) for part in np.split(tokens, ends + 1) if part.size)
