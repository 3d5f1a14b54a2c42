"""What is written token by token is what the whole sequence at once would give."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from tunnel_help import alive  # noqa: E402

from mingan.tunnel.shapes import Shape  # noqa: E402
from mingan.tunnel.writing import Writer  # noqa: E402

KINDS = {
    "dense": Shape(width=32),
    "grouped": Shape(width=64, kv_heads=2, tied=True),
    "moe": Shape(width=32, mix="moe", conv=0, qk_norm=False),
    "sparse": Shape(width=64, attend="sparse", dense_below=32, block=8, best=2, kv_heads=2),
    "apart": Shape(width=32, border=(10, 10)),
}


def row(length: int, seed: int = 0) -> list[int]:
    draw = torch.Generator().manual_seed(seed)
    found = torch.randint(97, 123, (length,), generator=draw).tolist()
    found[50:52] = [10, 10]
    return list(found)


@pytest.mark.parametrize("kind", KINDS)
def test_token_by_token_is_the_sequence_at_once(kind: str) -> None:
    model, tokens = alive(KINDS[kind]), row(128)
    with torch.no_grad():
        whole = model(torch.tensor([tokens]))[0]
    writer = Writer(model)
    each = torch.stack([writer.read(token) for token in tokens])
    assert torch.allclose(each, whole, atol=2e-4)


def test_a_full_context_is_halved_and_writing_goes_on() -> None:
    model, tokens = alive(Shape(width=32, context=64)), row(200)
    writer = Writer(model)
    for token in tokens:
        out = writer.read(token)
    assert len(writer.tokens) <= 64
    with torch.no_grad():
        again = model(torch.tensor([writer.tokens]))[0, -1]
    assert torch.allclose(out, again, atol=2e-4)
    assert writer.tokens == tokens[-len(writer.tokens) :]
