"""A decoder that writes: token by token, with keys and values of what it has seen kept.

    writer = Writer(model)
    for token in prompt: logits = writer.read(token)

The logits are those that the model gives to the whole sequence at once (tests/tunnel). Where
attention is sparse, a token is held against its window and its best blocks alone, so that it costs
much the same at the end of a long output as at its beginning. When the model's context is full its
later half is read anew and the earlier one forgotten; at the end of a document everything is, where
documents do not see each other. The module must not know where tokens come from.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mingan.tunnel import attention
from mingan.tunnel.decoder import Attention, Block, Decoder
from mingan.tunnel.shapes import Shape


class Writer:
    """What a model keeps of the tokens that it has read."""

    def __init__(self, model: Decoder) -> None:
        self.model = model
        self.tokens: list[int] = []
        self._layers: list[_Layer] = []
        self._forget()

    @torch.no_grad()
    def read(self, token: int) -> Tensor:
        """One more token; logits (vocab,) of the one after it."""
        shape, model = self.model.shape, self.model
        if len(self.tokens) == shape.context:
            later = self.tokens[-(shape.context // 2) :]
            self._forget()
            for each in later:
                self.read(each)
        place = len(self.tokens)
        self.tokens.append(token)
        x = model.embed(torch.tensor([token], device=model.embed.weight.device))
        cos, sin = model.cos[place : place + 1], model.sin[place : place + 1]
        for layer in self._layers:
            x = layer.read(x, cos, sin)
        x = model.norm(x)
        if shape.tied:
            x = x * shape.width**-0.5
        out: Tensor = model.head(x)[0].float()
        if shape.border and tuple(self.tokens[-len(shape.border) :]) == shape.border:
            self._forget()
        return out

    def _forget(self) -> None:
        self.tokens = []
        self._layers = [
            _Layer(block, self.model.shape)
            for block in self.model.blocks if isinstance(block, Block)
        ]  # fmt: skip


class _Layer:
    """A block with what it keeps."""

    def __init__(self, block: Block, shape: Shape) -> None:
        self.block, self.shape = block, shape
        like = next(block.parameters())
        self.keys = like.new_zeros(shape.shared, shape.context, shape.head)
        self.values = torch.zeros_like(self.keys)
        blocks = -(-shape.context // shape.block)
        self.sums = like.new_zeros(shape.shared, blocks, shape.head)
        self.before = like.new_zeros(max(shape.conv - 1, 0), shape.width)
        self.length = 0
        self.sparse = (
            shape.attend == "sparse" and shape.context > shape.dense_below
            and blocks > shape.best + 2
        )  # fmt: skip

    def read(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """(1, width) to (1, width)."""
        block = self.block
        if block.conv is not None:
            window = torch.cat([self.before, x])
            x = (window * block.conv.taps.t()).sum(dim=0, keepdim=True)
            self.before = window[1:]
        x = x + self._attend(block.attention, block.norm_a(x), cos, sin)
        out: Tensor = x + block.mlp(block.norm_m(x)[None])[0]
        return out

    def _attend(self, part: Attention, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        shape, place = self.shape, self.length
        q = part.query(x).view(1, shape.heads, 1, shape.head)
        k = part.key(x).view(1, shape.shared, 1, shape.head)
        if shape.qk_norm:
            q, k = F.rms_norm(q, (shape.head,)), F.rms_norm(k, (shape.head,))
        q, k = attention.turn(q, cos, sin)[0], attention.turn(k, cos, sin)[0, :, 0]
        self.keys[:, place] = k
        self.values[:, place] = part.value(x).view(shape.shared, shape.head)
        self.sums[:, place // shape.block] += k
        self.length += 1
        seen = self._seen(q)
        rows = torch.arange(shape.heads, device=x.device) // (shape.heads // shape.shared)
        weights = (q @ self.keys[rows[:, None], seen].transpose(1, 2)) * shape.head**-0.5
        mixed = weights.softmax(dim=-1) @ self.values[rows[:, None], seen]
        out: Tensor = part.out(mixed.reshape(1, shape.width))
        return out

    def _seen(self, q: Tensor) -> Tensor:
        """Places that each head's query is held against: (heads, n)."""
        shape, here = self.shape, self.length - 1
        own = here // shape.block
        near = max(0, own - 1) * shape.block if self.sparse else 0
        places = torch.arange(near, here + 1, device=q.device).expand(shape.heads, -1)
        if not self.sparse or own < 2:
            return places
        rows = torch.arange(shape.heads, device=q.device) // (shape.heads // shape.shared)
        means = self.sums[rows, : own - 1] / shape.block
        best = (means @ q.transpose(1, 2))[..., 0].topk(min(shape.best, own - 1), dim=1).indices
        within = torch.arange(shape.block, device=q.device)
        far = (best[:, :, None] * shape.block + within).reshape(shape.heads, -1)
        return torch.cat([far, places], dim=1)
