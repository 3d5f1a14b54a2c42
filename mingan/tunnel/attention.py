"""Causal attention: full, or sparse by blocks, trainable, and the same where it is dense.

Sparse: the sequence is cut into blocks; a query sees its own block and the one before, and of the
earlier blocks the `best` by the score of its query against the mean key of the block. Which blocks
those are is no matter of gradients, but what is read in them is. Up to `dense_below` tokens, or
where `best` covers every block, it is full attention exactly (tests/tunnel). The module must not
know where queries come from.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def rotary(positions: Tensor, head: int, base: float = 10_000.0) -> tuple[Tensor, Tensor]:
    """Cosines and sines of rotary positions: (T, head / 2) each (arXiv 2104.09864)."""
    steps = torch.arange(0, head, 2, device=positions.device, dtype=torch.float32) / head
    angles = positions.float()[:, None] / base**steps
    return angles.cos(), angles.sin()


def turn(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Queries or keys (B, H, T, head) turned by their positions."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def full(q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
    """Every query sees all before it: (B, H, T, head)."""
    return F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale)


def sparse(
    q: Tensor, k: Tensor, v: Tensor, scale: float, *, block: int, best: int, dense_below: int
) -> Tensor:
    """Every query sees its own block, the last one, and the best of the others."""
    length = q.shape[2]
    blocks = -(-length // block)
    if length <= dense_below or blocks <= best + 2:
        return full(q, k, v, scale)
    seen = chosen(q, k, block=block, best=best)
    wide = seen.repeat_interleave(block, dim=-1)[..., :length]
    causal = torch.ones(length, length, dtype=torch.bool, device=q.device).tril()
    return F.scaled_dot_product_attention(q, k, v, attn_mask=wide & causal, scale=scale)


def chosen(q: Tensor, k: Tensor, *, block: int, best: int) -> Tensor:
    """Which blocks each query sees: (B, H, T, blocks), true or false.

    A block counts by the mean of its keys, and only if it is over before the query's own begins.
    """
    batch, heads, length, head = k.shape
    blocks = -(-length // block)
    padded = F.pad(k, (0, 0, 0, blocks * block - length))
    means = padded.view(batch, heads, blocks, block, head).mean(dim=3)
    own = torch.arange(length, device=q.device) // block
    scores = torch.einsum("bhtd,bhnd->bhtn", q.detach(), means.detach())
    places = torch.arange(blocks, device=q.device)
    earlier = places[None, :] < own[:, None] - 1
    scores = scores.masked_fill(~earlier, float("-inf"))
    top = scores.topk(min(best, blocks), dim=-1).indices
    seen = torch.zeros_like(scores, dtype=torch.bool).scatter(-1, top, True) & earlier
    near = (places[None, :] == own[:, None]) | (places[None, :] == own[:, None] - 1)
    return seen | near
