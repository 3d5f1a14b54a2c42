"""Causal attention: full, or sparse by blocks, trainable, and the same where it is dense.

Sparse: the sequence is cut into blocks; a query sees its own block and the one before, and of the
earlier blocks the `best` by the score of its query against the mean key of the block. Which blocks
those are is no matter of gradients, but what is read in them is. Only what is seen is multiplied:
time and memory grow with the length and not with its square (but for a sixteenth of it, the choice
among blocks). On a CPU that pays in reading from some 8,000 tokens on, and in writing from 1,000
(`benchmarks/attention.py`). Up to `dense_below` tokens, or where every block would be seen, it is
full attention exactly (tests/tunnel). The module must not know where queries come from.
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


def documents(tokens: Tensor, border: tuple[int, ...]) -> Tensor | None:
    """Which document of its row a token belongs to: (B, T) of (B, T), from 0.

    Args:
        border: the tokens that end a document, and still belong to it; none: None comes back.
    """
    if not border:
        return None
    ends = torch.ones_like(tokens, dtype=torch.bool)
    for back, piece in enumerate(reversed(border)):
        ends &= F.pad(tokens, (back, 0), value=-1)[:, : tokens.shape[1]] == piece
    return ends.long().cumsum(dim=1) - ends.long()


def full(q: Tensor, k: Tensor, v: Tensor, scale: float, docs: Tensor | None = None) -> Tensor:
    """Every query sees all before it, in its own document: (B, H, T, head)."""
    if docs is None:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale)
    length = q.shape[2]
    causal = torch.ones(length, length, dtype=torch.bool, device=q.device).tril()
    seen = (docs[:, None, :, None] == docs[:, None, None, :]) & causal
    return F.scaled_dot_product_attention(q, k, v, attn_mask=seen, scale=scale)


def sparse(
    q: Tensor, k: Tensor, v: Tensor, scale: float, *, block: int, best: int, dense_below: int,
    docs: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Every query sees its own block, the last one, and the best of the others."""
    length = q.shape[2]
    if length <= dense_below or -(-length // block) <= best + 2:
        return full(q, k, v, scale, docs)
    return gathered(q, k, v, scale, block=block, best=best, docs=docs)


def gathered(
    q: Tensor, k: Tensor, v: Tensor, scale: float, *, block: int, best: int,
    docs: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Sparse attention whatever the length: near blocks by windows, far ones gathered."""
    batch, heads, length, head = q.shape
    places, there = chosen(q, k, block=block, best=best, docs=docs)
    q, k, v = (_blocks(x, block) for x in (q, k, v))
    count = q.shape[2]
    of = _blocks((torch.zeros(batch, length, device=q.device, dtype=torch.long)
                  if docs is None else docs)[:, None, :, None], block, fill=-1)  # fmt: skip
    places, there = _blocks(places, block), _blocks(there, block)

    # Near: (B, H, n, b, 2 b), the last block and the query's own.
    near = torch.einsum("bhnqd,bhnkd->bhnqk", q, _window(k))
    spot = torch.arange(block, device=q.device)
    back = torch.cat([spot - block, spot])
    seen = (back[None, :] <= spot[:, None]) & (of == _window(of, fill=-1).transpose(-1, -2))
    near = near.masked_fill(~seen, float("-inf"))

    # Far: for every query the keys of its best blocks, (B, H, n, b, best, b, head).
    picked = places.shape[-1]
    first = torch.arange(batch * heads, device=q.device).view(batch, heads, 1, 1, 1) * count
    spots = (places + first).flatten()

    def fetch(x: Tensor) -> Tensor:
        # As rows of a table: its gradient is summed up many times faster than an index's.
        whole = F.embedding(spots, x.reshape(batch * heads * count, block * head))
        return whole.view(-1, picked * block, head)

    alone = q.reshape(-1, head, 1)
    far = torch.bmm(fetch(k), alone).view(batch, heads, count, block, picked, block)
    unseen = ~there[..., None]
    if docs is not None:
        rows = torch.arange(batch, device=q.device)[:, None, None, None, None]
        unseen = unseen | (of[rows, 0, places, :, 0] != of[..., None])
    far = far.masked_fill(unseen, float("-inf")).flatten(-2)

    weights = (scale * torch.cat([near, far], dim=-1)).float().softmax(dim=-1).to(v.dtype)
    close, away = weights.split([2 * block, far.shape[-1]], dim=-1)
    out = torch.einsum("bhnqk,bhnkd->bhnqd", close, _window(v))
    mixed = torch.bmm(away.reshape(-1, 1, picked * block), fetch(v))
    out = out + mixed.view(batch, heads, count, block, head)
    return out.reshape(batch, heads, count * block, head)[:, :, :length]


@torch.no_grad()
def chosen(
    q: Tensor, k: Tensor, *, block: int, best: int, docs: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Which earlier blocks each query sees: (B, H, T, best) places, and whether they are there.

    A block counts by the mean of its keys, and only if it is over before the one before the
    query's own begins; early queries have fewer than `best` of those. Of a block in which a
    document ends, only what comes after counts: earlier documents have no say in the choice.
    """
    length = q.shape[2]
    keys = _blocks(k, block)
    count = keys.shape[2]
    own = torch.arange(length, device=q.device) // block
    earlier = torch.arange(count, device=q.device)[None, :] < own[:, None] - 1
    if docs is None:
        means = keys.mean(dim=3)
    else:
        of = _blocks(docs[:, None, :, None], block)
        last = of[:, :, :, -1:]
        part = (of == last).to(keys.dtype)
        means = (keys * part).sum(dim=3) / part.sum(dim=3)
        earlier = earlier & (last[:, :, :, 0, 0][:, :, None, :] == docs[:, None, :, None])
    scores = torch.einsum("bhtd,bhnd->bhtn", q, means)
    top = scores.masked_fill(~earlier, float("-inf")).topk(min(best, count), dim=-1)
    return top.indices, top.values > float("-inf")


def _blocks(x: Tensor, block: int, fill: int = 0) -> Tensor:
    """(B, H, T, d) as (B, H, n, b, d), the last block filled up."""
    missing = -x.shape[2] % block
    return F.pad(x, (0, 0, 0, missing), value=fill).unflatten(2, (-1, block))


def _window(x: Tensor, fill: int = 0) -> Tensor:
    """Blocks (B, H, n, b, d), each behind the one before: (B, H, n, 2 b, d)."""
    last = F.pad(x, (0, 0, 0, 0, 1, 0), value=fill)[:, :, :-1]
    return torch.cat([last, x], dim=3)
