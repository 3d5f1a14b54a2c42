"""The scale model: causal, the same where sparse is dense, balanced, and alike at every width."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from mingan.errors import InputError  # noqa: E402
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


def alive(shape: Shape) -> Decoder:
    """A model whose head says something."""
    model = Decoder(shape, seed=1)
    if not shape.tied:
        torch.nn.init.normal_(
            model.head.weight, std=0.1, generator=torch.Generator().manual_seed(2)
        )
    return model.eval()


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


def test_a_query_sees_its_own_block_the_last_and_the_best() -> None:
    draw = torch.Generator().manual_seed(3)
    q, k = torch.randn(1, 1, 160, 16, generator=draw), torch.randn(1, 1, 160, 16, generator=draw)
    seen = chosen(q, k, block=16, best=2)[0, 0]
    counts = seen.sum(dim=1)
    assert counts.max() == 4
    for t in (5, 40, 100, 159):
        own = t // 16
        assert seen[t, own]
        assert own == 0 or seen[t, own - 1]
        assert not seen[t, own + 1 :].any()


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
                  {"width": 32, "top": 5}):  # fmt: skip
        with pytest.raises(InputError):
            Shape(**wrong)  # type: ignore[arg-type]
