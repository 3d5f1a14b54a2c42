"""Bytes and learned pieces: nothing is lost, every byte is counted, documents have their ends."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.errors import InputError, UsageError
from mingan.tunnel.texts import as_bytes
from mingan.tunnel.tokens import BYTES, Tokeniser, learned

pytest.importorskip("tokenizers")

TEXT = as_bytes(
    [f"第 {k} 段：春眠不觉晓，处处闻啼鸟。The quick brown fox. {k}" for k in range(200)]
)
LEARNED = learned(TEXT, 400)


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_a_text_comes_back_and_its_bytes_are_counted(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    for way in (BYTES, LEARNED):
        tokens = way.encode(text)
        assert way.decode(tokens) == clean
        assert sum(way.sizes(tokens)) == len(clean.encode())
        assert all(0 <= token < way.vocab for token in tokens)
        assert way is BYTES or 0 not in tokens


def test_pieces_are_longer_than_bytes_and_documents_have_ends() -> None:
    cut = LEARNED.cut(TEXT)
    assert LEARNED.vocab <= 400
    assert cut.dtype == np.uint16
    assert cut.size < TEXT.size / 2
    assert int((cut == 0).sum()) == 200
    assert LEARNED.border == (0,)
    first = cut[: int(np.flatnonzero(cut == 0)[0])]
    assert LEARNED.decode(first.tolist()).startswith("第 0 段：")
    assert BYTES.cut(TEXT) is TEXT
    assert BYTES.border == (10, 10)


def test_nobody_writes_an_end_of_document_into_a_text() -> None:
    assert 0 not in LEARNED.encode("<|end|> 你好 <|end|>")
    assert 0 not in LEARNED.cut(as_bytes(["a <|end|> b"]))[:-1]


def test_a_tokeniser_travels_as_text(tmp_path: Path) -> None:
    again = Tokeniser(json.loads(json.dumps(LEARNED.written)))
    assert again == LEARNED
    assert again.encode("春眠不觉晓") == LEARNED.encode("春眠不觉晓")
    with pytest.raises(InputError, match="坏了"):
        Tokeniser('{"no": "tokenizer"}').encode("a")


def test_too_few_or_too_many_are_refused() -> None:
    for wrong in (10, 70_000):
        with pytest.raises(UsageError, match="65,536"):
            learned(TEXT, wrong)
