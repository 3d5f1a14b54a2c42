"""The scale model: a decoder to be read in one sitting.

    embed -> blocks -> norm -> head        a block: x + attention(norm(conv x)); x + mlp(norm x)

Tokens in (bytes, or pieces that a tokenizer learned), logits of the next one out. Variants come by
the keys of `Shape` alone. The module must not know how it is trained.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mingan.tunnel import attention
from mingan.tunnel.experts import Gated, Mixture
from mingan.tunnel.shapes import Shape
from mingan.tunnel.widths import begin


class Norm(nn.Module):
    """x over its root mean square, times a gain (arXiv 1910.07467)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """(…, width) to (…, width)."""
        return F.rms_norm(x, (x.shape[-1],)) * self.gain


class Taps(nn.Module):
    """A causal convolution, each channel by itself: a token and the few before it."""

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        self.taps = nn.Parameter(torch.zeros(width, taps))

    def forward(self, x: Tensor, docs: Tensor | None) -> Tensor:
        """(B, T, width) to (B, T, width); nothing comes in from another document."""
        size = self.taps.shape[1]
        padded = F.pad(x, (0, 0, size - 1, 0))
        length = x.shape[1]
        of = None if docs is None else F.pad(docs, (size - 1, 0), value=-1)
        # A sum of shifts: conv1d over so few channels is several times slower on a CPU.
        out: Tensor | None = None
        for k in range(size):
            part = padded[:, k : k + length] * self.taps[:, k]
            if docs is not None and of is not None:
                part = part * (of[:, k : k + length] == docs)[..., None]
            out = part if out is None else out + part
        assert out is not None
        return out


class Attention(nn.Module):
    """Heads of queries over shared heads of keys and values, turned by position."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        narrow = shape.shared * shape.head
        self.query = nn.Linear(shape.width, shape.width, bias=False)
        self.key = nn.Linear(shape.width, narrow, bias=False)
        self.value = nn.Linear(shape.width, narrow, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, docs: Tensor | None) -> Tensor:
        """(B, T, width) to (B, T, width)."""
        shape = self.shape
        batch, length, width = x.shape

        def split(y: Tensor, heads: int) -> Tensor:
            return y.view(batch, length, heads, shape.head).transpose(1, 2)

        q, k, v = (
            split(self.query(x), shape.heads), split(self.key(x), shape.shared),
            split(self.value(x), shape.shared),
        )  # fmt: skip
        if shape.qk_norm:
            q, k = F.rms_norm(q, (shape.head,)), F.rms_norm(k, (shape.head,))
        q, k = attention.turn(q, cos, sin), attention.turn(k, cos, sin)
        if shape.shared != shape.heads:
            each = shape.heads // shape.shared
            k, v = k.repeat_interleave(each, dim=1), v.repeat_interleave(each, dim=1)
        scale = shape.head**-0.5
        if shape.attend == "sparse":
            mixed = attention.sparse(q, k, v, scale, block=shape.block, best=shape.best,
                                     dense_below=shape.dense_below, docs=docs)  # fmt: skip
        else:
            mixed = attention.full(q, k, v, scale, docs)
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return out


class Block(nn.Module):
    """Attention and an MLP, each beside the residual stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv = Taps(shape.width, shape.conv) if shape.conv else None
        self.norm_a, self.norm_m = Norm(shape.width), Norm(shape.width)
        self.attention = Attention(shape)
        self.mlp: Gated | Mixture = (
            Mixture(shape.width, shape.hidden, shape.experts, shape.top)
            if shape.mix == "moe"
            else Gated(shape.width, shape.hidden)
        )

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, docs: Tensor | None) -> Tensor:
        """(B, T, width) to (B, T, width)."""
        if self.conv is not None:
            x = self.conv(x, docs)
        x = x + self.attention(self.norm_a(x), cos, sin, docs)
        out: Tensor = x + self.mlp(self.norm_m(x))
        return out


class Decoder(nn.Module):
    """A scale model of a shape, drawn from a seed."""

    cos: Tensor
    sin: Tensor

    def __init__(self, shape: Shape, seed: int = 0) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocab, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        self.head = nn.Linear(shape.width, shape.vocab, bias=False)
        begin(self, seed)
        if shape.tied:
            self.head.weight = self.embed.weight
        cos, sin = attention.rotary(torch.arange(shape.context), shape.head)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (B, T, vocab) of the token after each of (B, T), T at most `context`."""
        length = tokens.shape[1]
        x = self.embed(tokens)
        cos, sin = self.cos[:length], self.sin[:length]
        docs = attention.documents(tokens, self.shape.border)
        for block in self.blocks:
            x = block(x, cos, sin, docs)
        x = self.norm(x)
        if self.shape.tied:
            x = x * self.shape.width**-0.5
        out: Tensor = self.head(x)
        return out

    def losses(self, tokens: Tensor) -> Tensor:
        """Nats for each token after the first: (B, T - 1) of (B, T) with T <= context + 1."""
        logits = self(tokens[:, :-1])
        flat = F.cross_entropy(
            logits.reshape(-1, logits.shape[-1]).float(), tokens[:, 1:].reshape(-1),
            reduction="none",
        )  # fmt: skip
        return flat.view(tokens.shape[0], -1)

    def balance(self) -> None:
        """Keep experts busy; nothing where there are none."""
        for block in self.blocks:
            if isinstance(block, Block) and isinstance(block.mlp, Mixture):
                block.mlp.balance()
