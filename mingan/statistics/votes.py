"""Votes between two models' answers to one prompt, as arrays; and how two answers' styles differ.

The shape that `bradley_terry.py`, `flips.py` and `judge_bias.py` work on. It must not know who
voted, nor what a ranking is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.special import Floats
from mingan.statistics.unknowns import Flags, Indices


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """V votes.

    Attributes:
        models: names, sorted; `first` and `second` (V) are indices into them.
        won: (V) 1 the first was better, 0 the second, 1/2 a tie.
        weight: (V) how much a vote counts, above 0.
        prompt: (V) index of the prompt; votes on one prompt hang together.
        styles: names of S covariates; `style` (V, S) holds the first's lead in each, NaN where it
            is not known.
    """

    models: tuple[str, ...]
    first: Indices
    second: Indices
    won: Floats
    weight: Floats
    prompt: Indices
    styles: tuple[str, ...]
    style: Floats

    def __len__(self) -> int:
        return self.won.size

    def with_style(self) -> Votes:
        """Those whose style is known in full."""
        return self.only(np.asarray(~np.isnan(self.style).any(axis=1)))

    def only(self, keep: Flags) -> Votes:
        """Some of the votes, on all the same models."""
        return replace(
            self, first=self.first[keep], second=self.second[keep], won=self.won[keep],
            weight=self.weight[keep], prompt=self.prompt[keep], style=self.style[keep],
        )  # fmt: skip


def votes_of(
    first: Sequence[str],
    second: Sequence[str],
    won: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    prompts: Sequence[str] | None = None,
    styles: Mapping[str, ArrayLike] | None = None,
) -> Votes:
    """Puts votes together; those without an outcome (NaN) are left out.

    Args:
        first, second: the two models of each vote, never the same.
        won: 1, 0 or 1/2 from the first's side; any share between is allowed.
        weights: all 1 where left out.
        prompts: which prompt each vote is on; each its own where left out.
        styles: by name the first's lead in length, markdown and so on, see `share_lead`.
    """
    outcome = np.asarray(won, dtype=np.float64)
    size = outcome.size
    weight = np.ones(size) if weights is None else np.asarray(weights, dtype=np.float64)
    leads = [np.asarray(lead, dtype=np.float64) for lead in (styles or {}).values()]
    lengths = {len(first), len(second), weight.size, *(lead.size for lead in leads)}
    if prompts is not None:
        lengths.add(len(prompts))
    if outcome.ndim != 1 or lengths != {size}:
        raise ValueError(f"needs lists of one length, not of {sorted({*lengths, size})}")
    keep = ~np.isnan(outcome)
    if keep.any() and not (outcome[keep].min() >= 0 and outcome[keep].max() <= 1):
        raise ValueError("a vote's outcome must be in [0, 1]")
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise ValueError("a vote's weight must be above 0")
    models = tuple(sorted({*first, *second}))
    place = {model: i for i, model in enumerate(models)}
    a, b = (np.array([place[name] for name in side], dtype=np.intp) for side in (first, second))
    if (a == b).any():
        raise ValueError(f"a model cannot be compared with itself: {models[a[a == b][0]]}")
    if prompts is None:
        prompt = np.arange(size)
    else:
        prompt = np.unique(np.asarray(prompts), return_inverse=True)[1].reshape(-1)
    style = np.stack(leads, axis=1) if leads else np.zeros((size, 0))
    whole = Votes(models, a, b, outcome, weight, prompt.astype(np.intp), tuple(styles or ()), style)
    return whole.only(keep)


def share_lead(first: ArrayLike, second: ArrayLike) -> Floats:
    """(a - b) / (a + b + 1), within -1 and 1: the lead in a length or a count, from 0.

    The 1 keeps an empty answer from counting in full against one of a few characters; 0 where
    both are empty. NaN stays NaN: the lead is not known.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    return np.asarray((a - b) / (a + b + 1))


def log_lead(first: ArrayLike, second: ArrayLike) -> Floats:
    """log((1 + a) / (1 + b)): the lead in doublings and the like, without a bound."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    return np.asarray(np.log1p(a) - np.log1p(b))
