"""Tell small models apart by their raw outputs, and a model from itself at another temperature.

    python benchmarks/same_model.py [--prompts 25] [--samples 10] [--pool 14] [--tokens 32]
                                    [--workspace FILE] [--json FILE]

Each source answers the same prompts of the built-in bank `--pool` times; what it has said stays in
the workspace, so the same command goes on where it stopped. Then pairs of sources are compared
many times, each time by `--samples` outputs drawn from the pool: the share of comparisons with
p <= .05 is the power, and of a source against itself, its pool cut in two halves, the size.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mingan import Workspace, asking, shelf
from mingan.asking.conversation import SHORT_TURNS
from mingan.drift import same
from mingan.models.protocol import Model
from mingan.records import ModelCard, Question
from mingan.statistics.equality import texts_alike

DAY = "2026-01-01"
DRAWS = 200
SEED = 0
_ALPHA = 0.05


def sources(small: ModelCard, large: ModelCard, *, tokens: int) -> dict[str, ModelCard]:
    """The three sources: a model, the same at another temperature, and a larger one.

    Each has seeds of its own: with the same luck, two would seem more alike than they are.
    """
    return {
        "small": _at(small, "small", 1.0, tokens, seed=0),
        "small at 0.7": _at(small, "small at 0.7", 0.7, tokens, seed=2_000),
        "large": _at(large, "large", 1.0, tokens, seed=1_000),
    }


def _at(card: ModelCard, name: str, temperature: float, tokens: int, *, seed: int) -> ModelCard:
    generation = msgspec.structs.replace(
        card.generation, temperature=temperature, max_tokens=tokens, seed=seed
    )
    return msgspec.structs.replace(card, name=name, generation=generation)


def measure(
    workspace: Path, cards: Mapping[str, ModelCard], *, prompts: int, samples: int, pool: int,
    draws: int = DRAWS, made: Mapping[str, Model] | None = None, bank: str = "builtin",
) -> list[dict[str, Any]]:  # fmt: skip
    """A row for every pair: share of draws that tell them apart, and the comparison of all."""
    names = list(cards)
    with Workspace.open(workspace) as opened:
        for other in names[1:]:
            asyncio.run(
                same.compare(opened, a=cards[names[0]], b=cards[other], day=DAY, bank=bank,
                             prompts=prompts, samples=pool, made=made)
            )  # fmt: skip
        questions = _questions(opened, bank, prompts)
        said = {name: same.outputs(opened.store, card, questions, pool, DAY)
                for name, card in cards.items()}  # fmt: skip
    ids = [
        q.id for q in questions if all(len(side.get(q.id, ())) == pool for side in said.values())
    ]
    rng = np.random.default_rng(SEED)
    rows = [_pair(said[names[0]], said[names[0]], ids, pool // 2, draws, rng, half=True)]
    rows += [_pair(said[names[0]], said[other], ids, samples, draws, rng) for other in names[1:]]
    pairs = [(names[0], names[0]), *((names[0], other) for other in names[1:])]
    return [{"a": a, "b": b} | row for (a, b), row in zip(pairs, rows, strict=True)]


def _questions(workspace: Workspace, bank: str, prompts: int) -> list[Question]:
    """The same as `drift.same.compare` puts."""
    source = workspace.bank(bank)
    short = asking.short(source.questions, SHORT_TURNS, workspace.registry)
    plain = [q for q in short if not q.turns and not q.kind] or list(source.questions)
    return asking.subset(plain, prompts)


def _pair(
    first: Mapping[str, Sequence[str]], second: Mapping[str, Sequence[str]], ids: Sequence[str],
    samples: int, draws: int, rng: np.random.Generator, *, half: bool = False,
) -> dict[str, Any]:  # fmt: skip
    found = []
    for _ in range(draws):
        a, b = [], []
        for name in ids:
            mine = [first[name][i] for i in rng.permutation(len(first[name]))]
            other = mine if half else [second[name][i] for i in rng.permutation(len(second[name]))]
            a.append(mine[:samples])
            b.append(other[samples : 2 * samples] if half else other[:samples])
        found.append(texts_alike(a, b))
    return {
        "prompts": len(ids), "samples": samples, "draws": draws,
        "told_apart": float(np.mean([one.p <= _ALPHA for one in found])),
        "distance": float(np.mean([one.distance for one in found])),
    }  # fmt: skip


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--small", default="qwen2.5-coder-0.5b")
    parser.add_argument("--large", default="qwen2.5-coder-1.5b")
    for name, value in (("prompts", 25), ("samples", 10), ("pool", 14), ("tokens", 32)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    small, large = shelf.cards([asked.small, asked.large])
    place = asked.workspace or Path(tempfile.mkdtemp()) / "same.db"
    rows = measure(
        place, sources(small, large, tokens=asked.tokens), prompts=asked.prompts,
        samples=asked.samples, pool=asked.pool,
    )  # fmt: skip
    for row in rows:
        print(
            f"{row['a']} against {row['b']}: told apart in {row['told_apart']:.1%} of "
            f"{row['draws']} draws of {row['samples']} outputs to {row['prompts']} prompts; "
            f"distance {row['distance']:.4f}"
        )
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1), "utf-8")


if __name__ == "__main__":
    main()
