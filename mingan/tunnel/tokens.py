"""What a text is cut into: its bytes, or pieces learned from the corpus (byte-level BPE).

    tokens = learned(corpus.train, 1024)      by the library `tokenizers`; tokens = BYTES for bytes
    row = tokens.encode("从前有座山")

Pieces are learned from the training text alone. A tokenizer travels as text (`written`) inside the
plan's folder and inside every trained model, so that a model can be asked by its file alone. The
module must not know a model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mingan.errors import InputError, MissingExtraError, UsageError
from mingan.tunnel.batches import Bytes, Tokens

END = "<|end|>"
"""Ends a document among learned pieces; number 0. Among bytes a blank line does."""

LEAST, MOST = 300, 65_536
"""Pieces that can be learned: more than the bytes, and no more than two bytes can number."""

_SAMPLE = 4_000_000
"""Bytes of the corpus that pieces are learned from; more changes few of them."""


@dataclass(frozen=True)
class Tokeniser:
    """A way to cut text.

    Attributes:
        written: the library's own JSON; empty for bytes.
    """

    written: str = ""

    @property
    def vocab(self) -> int:
        """Kinds of tokens."""
        return int(self._library.get_vocab_size()) if self.written else 256

    @property
    def border(self) -> tuple[int, ...]:
        """The tokens that end a document."""
        return border_of(self.vocab)

    def encode(self, text: str) -> list[int]:
        """A text's tokens; what is no Unicode becomes "?"."""
        raw = text.encode("utf-8", "replace")
        if not self.written:
            return list(raw)
        return list(self._library.encode(raw.decode(), add_special_tokens=False).ids)

    def decode(self, tokens: Sequence[int]) -> str:
        """Tokens as text; what is no UTF-8 becomes a replacement character."""
        if not self.written:
            return bytes(tokens).decode("utf-8", "replace")
        return str(self._library.decode(list(tokens), skip_special_tokens=True))

    def sizes(self, tokens: Sequence[int]) -> list[int]:
        """Bytes of each token; none for the end of a document."""
        if not self.written:
            return [1] * len(tokens)
        # Byte-level pieces are written with one sign for a byte.
        return [len(self._library.id_to_token(token)) if token else 0 for token in tokens]

    def cut(self, text: Bytes) -> Tokens:
        """A corpus as tokens, every document with its end."""
        if not self.written:
            return text
        parts = [part for part in text.tobytes().decode("utf-8", "replace").split("\n\n") if part]
        found: list[int] = []
        for each in self._library.encode_batch(parts, add_special_tokens=False):
            found += each.ids
            found.append(0)
        return np.asarray(found, dtype=np.uint16)

    @cached_property
    def _library(self) -> Any:
        try:
            found = _tokenizers().Tokenizer.from_str(self.written)
            found.encode_special_tokens = True  # "<|end|>" in a text is text
            return found
        except MissingExtraError:
            raise
        except Exception as fault:  # the library raises nothing narrower
            raise InputError(
                "分词器的文件坏了；换一个文件夹重来。",
                "The tokenizer's file is broken; begin in another folder.",
            ) from fault


BYTES = Tokeniser()


def border_of(vocab: int) -> tuple[int, ...]:
    """What ends a document among so many kinds of tokens: for bytes (256) a blank line, else 0."""
    return (10, 10) if vocab == 256 else (0,)


def learned(text: Bytes, vocab: int) -> Tokeniser:
    """Pieces of a training text; `vocab` of them, the end of a document and all bytes included.

    Raises:
        UsageError: too few or too many are asked for.
        MissingExtraError: the library is not installed.
    """
    if not LEAST <= vocab <= MOST:
        raise UsageError(
            f"词表要 {LEAST} 到 {MOST:,} 个词元；用字节就不写。",
            f"A vocabulary takes {LEAST} to {MOST:,} tokens; leave it out for bytes.",
        )
    library = _tokenizers()
    found = library.Tokenizer(library.models.BPE())
    found.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = library.decoders.ByteLevel()
    trainer = library.trainers.BpeTrainer(
        vocab_size=vocab, special_tokens=[END], show_progress=False,
        initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    sample = text[:_SAMPLE].tobytes().decode("utf-8", "ignore").split("\n\n")
    found.train_from_iterator(sample, trainer)
    return Tokeniser(json.dumps(json.loads(found.to_str()), ensure_ascii=False))


def _tokenizers() -> Any:
    try:
        import tokenizers
    except ImportError:
        raise MissingExtraError(
            "学词表要分词器的库，请先安装：pip install 'mingan[tunnel]'",
            "To learn a vocabulary, install: pip install 'mingan[tunnel]'",
        ) from None
    return tokenizers
