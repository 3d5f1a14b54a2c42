"""Tables with a known truth, for the gateway's tests."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from mingan.gateway.gains import Table

KINDS = {
    "sum": ("add", "plus", "total", "number", "minus"),
    "poem": ("poem", "verse", "rhyme", "moon", "river"),
    "法律": ("合同", "法院", "条款", "赔偿", "诉讼"),
}
FILLER = ("the", "of", "and", "to", "in", "that", "it", "was", "for", "on")

GOOD = {
    "sum": {"small": 0.95, "big": 0.9},
    "poem": {"small": 0.5, "big": 0.9},
    "法律": {"small": 0.3, "big": 0.85},
}
"""Who is right how often on what, where there is something to gain."""

FLAT = {kind: {"small": 0.6, "big": 0.85} for kind in KINDS}
"""The same, where no text tells anything."""


def table(
    truth: dict[str, dict[str, float]] | None = None, *, questions: int = 500, seed: int = 0
) -> Table:
    """Questions of three kinds, and two models at prices 1 and 10."""
    rng = np.random.default_rng(seed)
    truth = truth or GOOD
    models = tuple(next(iter(truth.values())))
    tags, texts, scores = [], [], []
    for _ in range(questions):
        kind = str(rng.choice(list(KINDS)))
        words = [str(rng.choice(KINDS[kind] if rng.random() < 0.5 else FILLER)) for _ in range(15)]
        tags.append(kind)
        texts.append(" ".join(words) + "?")
        scores.append([float(rng.random() < truth[kind][model]) for model in models])
    return Table(
        texts=tuple(texts), models=models, scores=np.array(scores), tags=tuple(tags),
        costs=np.tile([1.0, 10.0, 20.0, 40.0][: len(models)], (questions, 1)),
    )  # fmt: skip


def write(path: Path, made: Table) -> Path:
    """The same as a wide CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(
            ["prompt", "ability", *(f"{m}_correct" for m in made.models),
             *(f"{m}_cost" for m in made.models)]
        )  # fmt: skip
        for i, text in enumerate(made.texts):
            out.writerow([text, made.tags[i], *made.scores[i], *made.costs[i]])
    return path
