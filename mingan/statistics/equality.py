"""Do two sources of texts write alike? A two-sample test on the raw outputs.

Model equality testing (Gao, Liang and Guestrin, arXiv 2410.20247): for every prompt the two
samples are compared by the maximum mean discrepancy with the Hamming kernel, the share of the
first L characters that are the same place by place. Labels are then permuted within each prompt:
if both sources are one model, whose texts are whose is as if drawn from a hat, so the p-value is
valid whatever the prompts are. It needs texts that vary; the module must not know who wrote them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mingan.statistics.paired import SEED
from mingan.statistics.special import Floats

LENGTH = 50
PERMUTATIONS = 999
_END = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsAlike:
    """Two sources of texts beside each other.

    Attributes:
        distance: mean over prompts of the unbiased squared discrepancy; 0 on the average where
            both are one, at most about 2.
        low, high: 2.5 % and 97.5 % of it over permutations: where it lies if both are one.
        p: share of permutations at least as far apart, (1 + so many) / (1 + permutations).
        prompts: how many were used (both sources wrote at least 2 texts).
    """

    distance: float
    low: float
    high: float
    p: float
    prompts: int
    permutations: int


def texts_alike(
    first: Sequence[Sequence[str]], second: Sequence[Sequence[str]], *, length: int = LENGTH,
    permutations: int = PERMUTATIONS, seed: int = SEED,
) -> TextsAlike:  # fmt: skip
    """Whether two sources write alike.

    Args:
        first, second: the texts of each, one list a prompt, prompts in the same order.
        length: characters of each text that are looked at.

    Raises:
        ValueError: not the same number of prompts.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} prompts are not the same prompts")
    rng = np.random.default_rng(seed)
    observed, permuted, used = 0.0, np.zeros(permutations), 0
    for a, b in zip(first, second, strict=True):
        if len(a) < 2 or len(b) < 2:
            continue
        kernel = _kernel([*a, *b], length)
        mine = np.zeros((permutations + 1, len(a) + len(b)))
        mine[0, : len(a)] = 1
        order = rng.permuted(np.tile(np.arange(mine.shape[1]), (permutations, 1)), axis=1)
        mine[1:] = order < len(a)
        found = _discrepancies(kernel, mine)
        observed, permuted, used = observed + float(found[0]), permuted + found[1:], used + 1
    if not used:
        return TextsAlike(
            distance=float("nan"), low=float("nan"), high=float("nan"), p=1.0, prompts=0,
            permutations=permutations,
        )  # fmt: skip
    observed, permuted = observed / used, permuted / used
    above = int((permuted >= observed - 1e-12).sum())
    low, high = np.quantile(permuted, [0.025, 0.975]).tolist()
    return TextsAlike(
        distance=observed, low=low, high=high, p=(1 + above) / (1 + permutations), prompts=used,
        permutations=permutations,
    )  # fmt: skip


def _kernel(texts: Sequence[str], length: int) -> Floats:
    """Share of places in which two texts have the same character, or have both ended."""
    codes = np.full((len(texts), length), _END, dtype=np.int64)
    for row, text in enumerate(texts):
        shown = [ord(character) for character in text[:length]]
        codes[row, : len(shown)] = shown
    return np.asarray((codes[:, None, :] == codes[None, :, :]).mean(axis=2))


def _discrepancies(kernel: Floats, mine: Floats) -> Floats:
    """Unbiased squared discrepancy for every row of labels (1: of the first source)."""
    apart = kernel - np.diag(np.diag(kernel))
    other = 1 - mine
    n, m = mine.sum(axis=1), other.sum(axis=1)
    ours, theirs = mine @ apart, other @ apart
    within = (ours * mine).sum(axis=1) / (n * (n - 1)) + (theirs * other).sum(axis=1) / (
        m * (m - 1)
    )
    return np.asarray(within - 2 * (ours * other).sum(axis=1) / (n * m))
