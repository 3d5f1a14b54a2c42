"""The scale model: causal, the same where sparse is dense, balanced, and alike at every width."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402
from tunnel_help import alive  # noqa: E402

from mingan.errors import InputError  # noqa: E402
from mingan.tunnel import attention  # noqa: E402
from mingan.tunnel.attention import chosen  # noqa: E402
from mingan.tunnel.decoder import Block, Decoder  # noqa: E402
from mingan.tunnel.experts import Mixture  # noqa: E402
from mingan.tunnel.shapes import Shape  # noqa: E402
from mingan.tunnel.widths import groups  # noqa: E402

KINDS = {
    "dense": Shape(width=32),
    "moe": Shape(width=32, mix="moe"),
    "sparse": Shape(width=32, attend="sparse"),
    "grouped": Shape(width=64, kv_heads=2),
    "tied": Shape(width=32, tied=True),
    "bare": Shape(width=32, conv=0, qk_norm=False),
}


def tokens(rows: int = 2, length: int = 128, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, (rows, length), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_before_a_token_depends_on_it(kind: str) -> None:
    model, seen = alive(KINDS[kind]), tokens()
    other = seen.clone()
    other[:, 77] = (other[:, 77] + 1) % 256
    with torch.no_grad():
        a, b = model(seen), model(other)
    assert torch.equal(a[:, :77], b[:, :77])
    assert not torch.equal(a[:, 77:], b[:, 77:])


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_are_counted_as_they_are(kind: str) -> None:
    shape = KINDS[kind]
    model = Decoder(shape)
    blocks = sum(
        weight.numel()
        for name, weight in model.blocks.named_parameters()
        if weight.ndim == 2 and not name.endswith(("taps", "router.weight"))
    )
    assert blocks == shape.parameters
    assert shape.active <= shape.parameters


def test_sparse_is_full_where_it_may_see_everything() -> None:
    seen = tokens(length=128)
    full = alive(Shape(width=32))
    for sparse in (
        Shape(width=32, attend="sparse", dense_below=128),
        Shape(width=32, attend="sparse", dense_below=0, block=16, best=8),
    ):
        model = alive(sparse)
        with torch.no_grad():
            assert torch.allclose(model(seen), full(seen), atol=1e-5)
    short = alive(Shape(width=32, attend="sparse", dense_below=64))
    with torch.no_grad():
        assert torch.allclose(short(seen[:, :64]), full(seen[:, :64]), atol=1e-5)
        assert not torch.allclose(short(seen), full(seen), atol=1e-3)


def masked(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, *, block: int, best: int,
    docs: torch.Tensor | None = None,
) -> torch.Tensor:  # fmt: skip
    """Sparse attention the plain way: everything is multiplied, and most of it hidden."""
    length = q.shape[2]
    places, there = chosen(q, k, block=block, best=best, docs=docs)
    own = torch.arange(length) // block
    blocks = torch.arange(-(-length // block))
    near = (blocks == own[:, None]) | (blocks == own[:, None] - 1)
    far = torch.zeros(*q.shape[:3], blocks.numel(), dtype=torch.bool)
    for j in range(places.shape[-1]):
        far |= (blocks == places[..., j : j + 1]) & there[..., j : j + 1]
    seen = (near | far).repeat_interleave(block, dim=-1)[..., :length]
    seen = seen & torch.ones(length, length, dtype=torch.bool).tril()
    if docs is not None:
        seen = seen & (docs[:, None, :, None] == docs[:, None, None, :])
    return F.scaled_dot_product_attention(q, k, v, attn_mask=seen, scale=0.25)


@pytest.mark.parametrize("length", [160, 150, 33])
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_gathered_is_what_a_mask_would_leave(length: int, packed: bool) -> None:
    draw = torch.Generator().manual_seed(3)
    q, k, v = (torch.randn(2, 3, length, 16, generator=draw) for _ in range(3))
    docs = torch.randint(0, 30, (2, length), generator=draw).sort(dim=1).values if packed else None
    for each in (q, k, v):
        each.requires_grad_(True)
    ours = attention.gathered(q, k, v, 0.25, block=16, best=2, docs=docs)
    plain = masked(q, k, v, block=16, best=2, docs=docs)
    assert torch.allclose(ours, plain, atol=1e-5)
    weight = torch.randn(ours.shape, generator=draw)
    grads = [torch.autograd.grad((x * weight).sum(), (q, k, v)) for x in (ours, plain)]
    for a, b in zip(*grads, strict=True):
        assert torch.allclose(a, b, atol=1e-4)


def test_gathered_from_everywhere_it_is_full_attention() -> None:
    draw = torch.Generator().manual_seed(4)
    q, k, v = (torch.randn(2, 2, 120, 16, generator=draw) for _ in range(3))
    ours = attention.gathered(q, k, v, 0.25, block=16, best=8)
    assert torch.allclose(ours, attention.full(q, k, v, 0.25), atol=1e-5)


def test_a_query_sees_the_best_of_the_blocks_that_are_over() -> None:
    draw = torch.Generator().manual_seed(3)
    q, k = torch.randn(1, 1, 160, 16, generator=draw), torch.randn(1, 1, 160, 16, generator=draw)
    places, there = chosen(q, k, block=16, best=2)
    for t in (5, 40, 100, 159):
        own = t // 16
        assert int(there[0, 0, t].sum()) == min(2, max(0, own - 1))
        assert (places[0, 0, t][there[0, 0, t]] < own - 1).all()
        if own > 3:
            means = k[0, 0].view(10, 16, 16).mean(dim=1)[: own - 1] @ q[0, 0, t]
            assert set(places[0, 0, t].tolist()) == set(means.topk(2).indices.tolist())


# --- packing ------------------------------------------------------------------------------------

PACKED = {
    "full": Shape(width=32, border=(10, 10)),
    "sparse": Shape(width=32, attend="sparse", dense_below=16, block=8, border=(10, 10)),
    "moe": Shape(width=32, mix="moe", border=(10, 10)),
}


def words(length: int, seed: int) -> torch.Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.randint(97, 123, (1, length), generator=draw)


@pytest.mark.parametrize("kind", PACKED)
def test_documents_of_one_sequence_do_not_see_each_other(kind: str) -> None:
    model = alive(PACKED[kind])
    end = torch.tensor([[10, 10]])
    second, third = words(70, 5), words(10, 6)
    with torch.no_grad():
        one = model(torch.cat([words(30, 1), end, second, end, third], dim=1))
        other = model(torch.cat([words(30, 2), end, second, end, third], dim=1))
    assert torch.equal(one[:, 32:], other[:, 32:])
    assert not torch.equal(one[:, :32], other[:, :32])
    # Positions count from one another alone: packed or by itself, a document reads the same. By
    # blocks it does not: where a block begins depends on what is packed before.
    if kind != "sparse":
        with torch.no_grad():
            assert torch.allclose(model(second), one[:, 32:102], atol=1e-4)


def test_without_a_border_documents_do_see_each_other() -> None:
    model = alive(Shape(width=32))
    with torch.no_grad():
        one, other = (
            model(torch.cat([words(30, k), torch.tensor([[10, 10]]), words(70, 5)], dim=1))
            for k in (1, 2)
        )
    assert not torch.allclose(one[:, 40:], other[:, 40:], atol=1e-3)


def test_a_border_belongs_to_the_document_that_it_ends() -> None:
    row = torch.tensor([[1, 10, 10, 2, 10, 3, 10, 10, 10]])
    found = attention.documents(row, (10, 10))
    assert found is not None
    assert found.tolist() == [[0, 0, 0, 1, 1, 1, 1, 1, 2]]
    assert attention.documents(row, ()) is None
    assert Shape(width=32, border=[10, 10]).border == (10, 10)  # type: ignore[arg-type]


def test_gradients_reach_everything_that_is_trained() -> None:
    for shape in KINDS.values():
        model = alive(shape).train()
        model.losses(tokens(4)).mean().backward()
        silent = [n for n, w in model.named_parameters() if w.grad is None]
        assert not silent


def test_experts_come_into_balance() -> None:
    torch.manual_seed(0)
    layer = Mixture(16, 32, experts=4, top=2)
    with torch.no_grad():
        layer.router.weight[0] += 1.0  # one expert that everybody likes
    x = torch.randn(64, 8, 16) + 0.5
    layer.train()
    layer(x)
    before = float(layer.load.max())
    for _ in range(600):
        layer(x)
        layer.balance()
    assert before > 0.35
    assert float(layer.load.max()) < 0.30
    assert float(layer.load.min()) > 0.20


def test_a_mixture_of_one_is_a_plain_mlp() -> None:
    torch.manual_seed(0)
    layer = Mixture(16, 32, experts=1, top=1)
    x = torch.randn(2, 5, 16)
    assert torch.allclose(layer(x), layer.experts[0](x), atol=1e-6)


def test_activations_do_not_move_with_width() -> None:
    """The coordinate test: four widths, at the start and after some steps at one rate."""
    sizes: dict[int, list[float]] = {}
    for width in (32, 64, 128, 256):
        model = Decoder(Shape(width=width), seed=0)
        optimiser = torch.optim.AdamW(groups(model, 0.016), betas=(0.9, 0.95))
        found = []
        for step in range(9):
            batch = tokens(4, seed=step)
            if step % 4 == 0:
                found.append(_stream(model, batch))
            optimiser.zero_grad()
            model.losses(batch).mean().backward()
            optimiser.step()
        sizes[width] = found
    for step in range(3):
        at = [found[step] for found in sizes.values()]
        assert max(at) / min(at) < 1.35, (step, sizes)


def _stream(model: Decoder, batch: torch.Tensor) -> float:
    """Root mean square of the residual stream after the last block."""
    kept: list[float] = []
    last = model.blocks[-1]
    assert isinstance(last, Block)
    hook = last.register_forward_hook(
        lambda _m, _i, out: kept.append(float(out.pow(2).mean().sqrt()))
    )
    with torch.no_grad():
        model(batch)
    hook.remove()
    return kept[0]


def test_a_shape_that_makes_no_model_is_refused() -> None:
    for wrong in ({"width": 30}, {"width": 32, "head": 15}, {"width": 64, "kv_heads": 3},
                  {"width": 32, "top": 5}, {"width": 32, "border": (256,)},
                  {"width": 32, "block": 0}):  # fmt: skip
        with pytest.raises(InputError):
            Shape(**wrong)  # type: ignore[arg-type]
