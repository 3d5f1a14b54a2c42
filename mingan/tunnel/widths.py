"""What carries over from one width to the next, so that a learning rate need be found once.

The maximal-update parametrisation for Adam (arXiv 2203.03466), base width `shapes.BASE_WIDTH`:

    matrices within blocks   standard deviation 1 / sqrt(fan in); learning rate * base / fan in
    embeddings               standard deviation 1; learning rate as it is
    head                     begins at 0; learning rate * base / width
    gains and convolutions   learning rate * 0.3

With it the size of activations does not move with width, and the best learning rate stays (the
coordinate test in tests/tunnel). Matrices that write into the residual stream begin at half. The
module must not know data.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from mingan.tunnel.shapes import BASE_WIDTH

SMALL = 0.3
"""Learning rate of gains and convolutions over that of embeddings."""

_WRITERS = ("out.weight", "down.weight")


@torch.no_grad()
def begin(model: nn.Module, seed: int) -> None:
    """Draw all parameters anew."""
    draw = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        if name == "head.weight":
            weight.zero_()
        elif name == "embed.weight":
            weight.copy_(torch.randn(weight.shape, generator=draw))
        elif weight.ndim == 2:
            spread = 1 / math.sqrt(weight.shape[1])
            spread *= 0.5 if name.endswith(_WRITERS) else 1.0
            weight.copy_(spread * torch.randn(weight.shape, generator=draw))
        elif name.endswith("taps"):
            weight.zero_()
            weight[:, -1] = 1.0  # the token itself
        else:
            weight.fill_(1.0)


def groups(model: nn.Module, rate: float, decay: float = 0.1) -> list[dict[str, Any]]:
    """Parameter groups of AdamW: learning rate by role and width; weight decay on matrices only.

    `lr` moves with the schedule as `share * rate`.
    """
    found: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, weight in model.named_parameters():
        share, pull = 1.0, 0.0
        if name == "head.weight":
            share = BASE_WIDTH / weight.shape[1]
        elif name == "embed.weight":
            pass
        elif weight.ndim == 2 and not name.endswith("taps"):
            share, pull = BASE_WIDTH / weight.shape[1], decay
        else:
            share = SMALL
        found.setdefault((share, pull), []).append(weight)
    return [
        {"params": weights, "lr": share * rate, "share": share, "weight_decay": pull}
        for (share, pull), weights in found.items()
    ]
