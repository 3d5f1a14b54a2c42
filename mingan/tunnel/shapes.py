"""What a scale model looks like: one frozen record, and what follows from it in numbers.

The module knows no tensor.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from mingan.errors import InputError

Mix = Literal["dense", "moe"]
Attend = Literal["full", "sparse"]

BASE_WIDTH = 32
"""The width at which learning rates are stated; see `widths`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A decoder.

    Attributes:
        width, layers, head: of the residual stream; blocks; of one attention head.
        kv_heads: heads of keys and values that query heads share (grouped); 0 for as many.
        mlp: hidden width over width, of the gated MLP (three matrices).
        mix: dense, or a mixture of `experts` of which `top` take a token.
        attend: full, or sparse: a query sees its own block and the last, and the `best` other
            blocks of `block` tokens; full for inputs up to `dense_below` tokens.
        conv: taps of the causal convolution at the input of every block; 0 for none. Without it
            models of this size stay at bigrams for the first megabyte.
        qk_norm: whether queries and keys are normalised; `tied` head and embedding are one.
        vocab, context: kinds of tokens (256 for bytes), and tokens in a sequence.
        border: tokens that end a document. With it, documents that are packed into one sequence
            do not see each other; without it (empty) they do.
    """

    width: int
    layers: int = 2
    head: int = 16
    kv_heads: int = 0
    mlp: float = 8 / 3
    mix: Mix = "dense"
    experts: int = 4
    top: int = 2
    attend: Attend = "full"
    block: int = 16
    best: int = 2
    dense_below: int = 64
    conv: int = 4
    qk_norm: bool = True
    tied: bool = False
    vocab: int = 256
    context: int = 128
    border: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "border", tuple(self.border))  # JSON knows lists alone
        heads = self.width // self.head if self.head > 0 else 0
        shared = self.kv_heads or heads
        if self.width % self.head or self.head % 2 or not heads or heads % shared:
            raise InputError(
                f"宽度 {self.width} 要是注意力头 {self.head}（偶数）的倍数，"
                "头数要是 kv_heads 的倍数。",
                f"The width {self.width} must be a multiple of the head {self.head} (even), and "
                "the heads a multiple of kv_heads.",
            )
        if not 1 <= self.top <= self.experts or self.layers < 1 or self.context < 2:
            raise InputError(
                "top 要在 1 到 experts 之间，layers 至少 1，context 至少 2。",
                "top must be from 1 to experts, layers 1 or more, context 2 or more.",
            )
        if self.block < 1 or self.best < 1 or not all(0 <= b < self.vocab for b in self.border):
            raise InputError(
                "block 和 best 至少 1，border 要是词表里的词元。",
                "block and best must be 1 or more, border tokens of the vocabulary.",
            )

    @property
    def heads(self) -> int:
        """Query heads."""
        return self.width // self.head

    @property
    def shared(self) -> int:
        """Heads of keys and values."""
        return self.kv_heads or self.heads

    @property
    def hidden(self) -> int:
        """Hidden width of one MLP, a multiple of 8."""
        return max(8, round(self.mlp * self.width / 8) * 8)

    @property
    def parameters(self) -> int:
        """Matrices of all blocks: neither embeddings nor the head, as laws count them."""
        return self.layers * (self._attention + self._mlp * self._experts)

    @property
    def active(self) -> int:
        """Of those, what takes part in a token."""
        taken = self.top if self.mix == "moe" else 1
        return self.layers * (self._attention + self._mlp * taken)

    @property
    def flops_per_token(self) -> float:
        """Of training, forward and backward: 6 times what multiplies, attention included."""
        matrices = self.active + self.width * self.vocab
        return 6.0 * (matrices + self.layers * self.width * self.seen)

    @property
    def seen(self) -> float:
        """Tokens that a query is held against at full context, block means counted by half.

        A token that is seen takes two products, of its key and of its value; the mean of a block
        takes one. Half of what full attention multiplies lies ahead of its query and is wasted.
        """
        blocks = -(-self.context // self.block)
        if self.attend == "full" or self.context <= self.dense_below or blocks <= self.best + 2:
            return float(self.context)
        return (self.best + 2) * self.block + blocks / 2

    def to_json(self) -> str:
        """The record as text, keys in order."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def _attention(self) -> int:
        return 2 * self.width * self.width + 2 * self.width * self.shared * self.head

    @property
    def _mlp(self) -> int:
        return 3 * self.width * self.hidden

    @property
    def _experts(self) -> int:
        return self.experts if self.mix == "moe" else 1
