"""A model whose head says something, for tests that look at what comes out."""

from __future__ import annotations

import torch

from mingan.tunnel.decoder import Decoder
from mingan.tunnel.shapes import Shape


def alive(shape: Shape) -> Decoder:
    """A fresh model is silent: its head begins at 0."""
    model = Decoder(shape, seed=1)
    if not shape.tied:
        torch.nn.init.normal_(
            model.head.weight, std=0.1, generator=torch.Generator().manual_seed(2)
        )
    return model.eval()
