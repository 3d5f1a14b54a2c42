"""A scale model of Sora: a transformer over patches of space and time that makes clips of noise.

    model = VideoModel(VideoShape())
    clean = model(packed)                  what it takes each patch to be, (tokens, pixels)

A clip is cut into patches of one frame and 8 by 8 pixels. Every patch carries where and when it is,
so that clips of any size, length and shape stand in one sequence, each seeing only itself: packing
changes nothing (a test holds it to 1e-5). Frames that are given are clean, the others noisy;
each patch is told how noisy it is. A caption stands before its clip as words.

Rectified flow: x_t = t x + (1 - t) noise, t from 0 (noise) to 1 (clean). The model says what x is
(Peebles & Xie, arXiv 2212.09748, for the transformer; Liu et al., arXiv 2209.03003, for the flow).
The module must not know worlds, training or files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

PATCH = 8
SCALE = 2.0
"""Pixels from 0 to 1 are multiplied by this: blobs are as strong as noise."""

_WORDS = 509
"""Rows of the table of words; a word's row is a hash of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoShape:
    """How large a model is.

    Attributes:
        width: of a token; `layers`, `heads`; `mlp` times the width inside a block.
        patch: pixels of a side of a patch; a side of a clip is a multiple of it.
    """

    width: int = 96
    layers: int = 3
    heads: int = 4
    mlp: int = 4
    patch: int = PATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Clips as one sequence, or as a batch of sequences that are alike.

    Attributes:
        patches: (B, L, patch pixels) as they stand, clean or noisy.
        places: (B, L, 3) frame, and y and x of a patch's middle in patches.
        times: (B, R) times that occur; `row` (B, L) which of them a patch has.
        noisy: (B, L) whether a patch is to be made.
        words: (B, W) rows of the table of words, -1 where there is none; they stand before.
        clips, word_clips: (B, L) and (B, W) which clip a patch or word belongs to; None where
            every sequence is one clip, so that everybody sees everybody.
    """

    patches: Tensor
    places: Tensor
    times: Tensor
    row: Tensor
    noisy: Tensor
    words: Tensor
    clips: Tensor | None = None
    word_clips: Tensor | None = None


class VideoModel(nn.Module):
    """Says of every patch what it is without noise."""

    def __init__(self, shape: VideoShape) -> None:
        super().__init__()
        self.shape = shape
        width, pixels = shape.width, shape.patch**2
        self.read = nn.Linear(pixels, width)
        self.place = nn.Linear(3 * _WAVES, width)
        self.time = nn.Sequential(nn.Linear(_WAVES, width), nn.SiLU(), nn.Linear(width, width))
        self.state = nn.Embedding(2, width)
        self.word = nn.Embedding(_WORDS, width)
        self.blocks = nn.ModuleList(_Block(shape) for _ in range(shape.layers))
        self.last = nn.LayerNorm(width, elementwise_affine=False)
        self.tune = nn.Linear(width, 2 * width)
        self.write = nn.Linear(width, pixels)
        self.apply(_begin)
        for block in self.blocks:
            assert isinstance(block, _Block)
            block.begin()
        nn.init.zeros_(self.tune.weight)
        nn.init.zeros_(self.write.weight)

    def forward(self, packed: Packed) -> Tensor:
        """(B, L, patch pixels), what every patch is taken to be, times `SCALE`."""
        x = (
            self.read(packed.patches)
            + self.place(_waves(packed.places))
            + self.state(packed.noisy.long())
        )
        words = self.word(packed.words.clamp(min=0))
        count = words.shape[1]
        told = torch.cat([words, x], dim=1)
        # The time is worked out once for each that occurs, then looked up: it is the dear part.
        known = self.time(_waves(packed.times[..., None] * _TIMES))
        # Words are clean: they have the time of what is given, row 0 of their clip.
        rows = torch.cat([_word_rows(packed), packed.row], dim=1)
        mask = _mask(packed)
        for block in self.blocks:
            told = block(told, known, rows, mask)
        shift, scale = _looked_up(self.tune(functional.silu(known)), rows).chunk(2, dim=-1)
        told = self.last(told) * (1 + scale) + shift
        written: Tensor = self.write(told[:, count:])
        return written


class _Block(nn.Module):
    """Attention and a feed-forward net, both tuned by the time (adaLN) with gates that begin at 1.

    Gates that begin at 0 (adaLN-Zero) learn too slowly in so few steps.
    """

    def __init__(self, shape: VideoShape) -> None:
        super().__init__()
        width = shape.width
        self.heads, self.layers = shape.heads, shape.layers
        self.one = nn.LayerNorm(width, elementwise_affine=False)
        self.two = nn.LayerNorm(width, elementwise_affine=False)
        self.ask = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.up = nn.Linear(width, shape.mlp * width)
        self.down = nn.Linear(shape.mlp * width, width)
        self.tune = nn.Linear(width, 6 * width)

    def begin(self) -> None:
        """The weights that it begins with."""
        for layer in (self.join, self.down):
            nn.init.normal_(layer.weight, std=0.02)
        nn.init.zeros_(self.tune.weight)
        with torch.no_grad():
            self.tune.bias.zero_()
            parts = self.tune.bias.view(6, -1)
            parts[2].fill_(1.0)
            parts[5].fill_(1.0)

    def forward(self, x: Tensor, known: Tensor, rows: Tensor, mask: Tensor | None) -> Tensor:
        tuned = _looked_up(self.tune(functional.silu(known)), rows)
        shift, scale, gate, shift2, scale2, gate2 = tuned.chunk(6, dim=-1)
        x = x + gate * self._attend(self.one(x) * (1 + scale) + shift, mask)
        inner = functional.gelu(self.up(self.two(x) * (1 + scale2) + shift2))
        return x + gate2 * self.down(inner)

    def _attend(self, x: Tensor, mask: Tensor | None) -> Tensor:
        batch, length, width = x.shape
        parts = self.ask(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        joined: Tensor = self.join(seen.transpose(1, 2).reshape(batch, length, width))
        return joined


# --- patches ------------------------------------------------------------------------------------


def to_patches(frames: Tensor, patch: int = PATCH) -> Tensor:
    """(N, T, H, W) to (N, L, patch pixels), frame by frame, row by row."""
    count, time, height, width = frames.shape
    cut = frames.view(count, time, height // patch, patch, width // patch, patch)
    return cut.permute(0, 1, 2, 4, 3, 5).reshape(count, -1, patch * patch)


def to_frames(patches: Tensor, size: tuple[int, int, int], patch: int = PATCH) -> Tensor:
    """(N, L, patch pixels) back to (N, T, H, W); `size` is T, H, W."""
    time, height, width = size
    cut = patches.view(-1, time, height // patch, width // patch, patch, patch)
    return cut.permute(0, 1, 2, 4, 3, 5).reshape(-1, time, height, width)


def places_of(size: tuple[int, int, int], patch: int = PATCH) -> Tensor:
    """(L, 3) frame, y, x of patches' middles, in frames and patches."""
    time, height, width = size
    axes = (
        torch.arange(time, dtype=torch.float32),
        torch.arange(height // patch, dtype=torch.float32) + 0.5,
        torch.arange(width // patch, dtype=torch.float32) + 0.5,
    )
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).view(-1, 3)


def words_of(captions: Sequence[str]) -> Tensor:
    """(N, W) rows of the table of words, -1 where a caption has no more."""
    rows = [[_row(word) for word in caption.split()] for caption in captions]
    most = max(map(len, rows), default=0)
    return torch.tensor(
        [row + [-1] * (most - len(row)) for row in rows], dtype=torch.long
    ).view(len(rows), most)  # fmt: skip


def _row(word: str) -> int:
    # FNV-1a: the same on every machine and in every process, unlike hash().
    found = 2166136261
    for byte in word.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found % _WORDS


def alike(noisy: Tensor, size: tuple[int, int, int], given: int, times: Tensor,
          words: Tensor | None = None, patch: int = PATCH) -> Packed:  # fmt: skip
    """Clips of one size as a batch, a sequence each.

    Args:
        noisy: (N, T, H, W), the first `given` frames clean, all times `SCALE`.
        times: (N,) of the noisy frames.
    """
    patches = to_patches(noisy, patch)
    count, length = patches.shape[:2]
    mark = places_of(size, patch)[:, 0] >= given
    mark = mark.to(patches.device).expand(count, length)
    both = torch.stack([torch.ones_like(times), times], dim=1)
    empty = torch.zeros((count, 0), dtype=torch.long, device=patches.device)
    return Packed(
        patches=patches, places=places_of(size, patch).to(patches.device).expand(count, -1, -1),
        times=both, row=mark.long(), noisy=mark, words=empty if words is None else words,
    )  # fmt: skip


def pack(parts: Sequence[Packed]) -> Packed:
    """Clips of any sizes as one sequence, in which each sees only itself.

    Args:
        parts: of one clip each (B = 1).
    """

    def joined(name: str) -> Tensor:
        return torch.cat([getattr(part, name) for part in parts], dim=1)

    row = torch.cat([part.row + 2 * k for k, part in enumerate(parts)], dim=1)
    clips = torch.cat([torch.full_like(part.row, k) for k, part in enumerate(parts)], dim=1)
    word_clips = torch.cat([torch.full_like(part.words, k) for k, part in enumerate(parts)], dim=1)
    return Packed(
        patches=joined("patches"),
        places=joined("places"),
        times=joined("times"),
        row=row,
        noisy=joined("noisy"),
        words=joined("words"),
        clips=clips,
        word_clips=word_clips,
    )


# --- small parts --------------------------------------------------------------------------------

_WAVES = 32
"""Numbers that say a place or a time: sines and cosines."""

_TIMES = 20.0
"""A time from 0 to 1 as a place, so that its waves tell near times apart."""


def _waves(at: Tensor) -> Tensor:
    """(…, k) places to (…, k * _WAVES) sines and cosines."""
    half = _WAVES // 2
    rates = torch.exp(-math.log(100.0) * torch.arange(half, device=at.device) / half)
    angle = at[..., None] * rates
    return torch.cat([angle.sin(), angle.cos()], dim=-1).flatten(-2)


def _looked_up(known: Tensor, rows: Tensor) -> Tensor:
    """(B, R, D) to (B, L, D) by row."""
    return torch.gather(known, 1, rows[..., None].expand(-1, -1, known.shape[-1]))


def _word_rows(packed: Packed) -> Tensor:
    if packed.word_clips is None:
        return torch.zeros_like(packed.words)
    return 2 * packed.word_clips


def _mask(packed: Packed) -> Tensor | None:
    """(B, 1, L, L) who sees whom; None where everybody sees everybody."""
    blank = packed.words < 0
    if packed.clips is None or packed.word_clips is None:
        if not bool(blank.any()):
            return None
        there = torch.cat([~blank, torch.ones_like(packed.noisy)], dim=1)
        return there[:, None, None, :]
    of = torch.cat([packed.word_clips, packed.clips], dim=1)
    there = torch.cat([~blank, torch.ones_like(packed.noisy)], dim=1)
    same = of[:, :, None] == of[:, None, :]
    return (same & there[:, None, :])[:, None]


def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features**-0.5)
        nn.init.zeros_(module.bias)
    if isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
