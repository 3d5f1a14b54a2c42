"""Features, the ridge, neighbours and their blend; what is not there must not be found."""

from __future__ import annotations

import time

import gateway_tables as made
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.errors import InputError
from mingan.gateway.features import Features, shape
from mingan.gateway.gains import Fitted, Gains, fit, not_negative
from mingan.gateway.near import neighbour_means
from mingan.gateway.packing import pack, unpack
from mingan.gateway.sparse import Rows, krylov, stacked


def rows_of(dense: np.ndarray) -> Rows:
    return stacked(
        [(row[row != 0].astype(np.float32), np.flatnonzero(row).astype(np.int32)) for row in dense],
        dense.shape[1],
    )


@given(st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_sparse_rows_do_what_dense_ones_do(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.standard_normal((12, 9)) * (rng.random((12, 9)) < 0.4)
    rows = rows_of(dense)
    v, u = rng.standard_normal(9), rng.standard_normal(12)
    assert rows.times(v) == pytest.approx(dense @ v, abs=1e-5)
    assert rows.transposed_times(u) == pytest.approx(dense.T @ u, abs=1e-5)
    some = rng.integers(0, 12, 7)
    assert rows.select(some).times(v) == pytest.approx(dense[some] @ v, abs=1e-5)


def test_krylov_is_the_ridge_regression_of_the_textbook() -> None:
    rng = np.random.default_rng(3)
    dense = rng.standard_normal((80, 12))
    y = dense @ rng.standard_normal(12) + rng.standard_normal(80) + 5
    centred = dense - dense.mean(axis=0)
    for penalty in (1.0, 30.0):
        wanted = np.linalg.solve(
            centred.T @ centred + penalty * np.eye(12), centred.T @ (y - y.mean())
        )
        weights, intercept = krylov(rows_of(dense), y).weights(penalty)
        assert weights == pytest.approx(wanted, abs=1e-3)
        assert intercept == pytest.approx(y.mean() - dense.mean(axis=0) @ wanted, abs=1e-3)
    flat, base = krylov(rows_of(dense), np.full(80, 0.25)).weights(1.0)
    assert not flat.any()
    assert base == 0.25


@given(st.lists(st.text(max_size=80), min_size=1, max_size=8))
@settings(max_examples=10, deadline=None)
def test_any_text_has_features_of_bounded_length(texts: list[str]) -> None:
    features = Features.fit(texts)
    rows = features.of([*texts, "", "\ud800", "生僻字" * 5000])
    assert len(rows) == len(texts) + 3
    assert np.isfinite(rows.values).all()
    assert (np.abs(rows.times(np.ones(rows.width))) < 1e3).all()
    assert len(shape("")) == len(shape(texts[0]))


def test_chinese_and_options_are_seen() -> None:
    features = Features.fit(
        ["合同是否有效？", "合同何时有效？", "月亮在哪里？", "moon\nA. one\nB. two"]
    )
    contract, moon = features.of(["合同"]), features.of(["月亮"])
    assert len(contract.values) > 18
    assert set(contract.columns.tolist()) != set(moon.columns.tolist())
    assert shape("问题\nA. 甲\nB. 乙")[3] > shape("问题 甲 乙")[3]


def test_few_neighbours_are_drawn_to_the_prior() -> None:
    known = np.eye(3, dtype=np.float32)
    scores = np.array([[1.0, np.nan], [1.0, 0.0], [1.0, 0.0]])
    said = neighbour_means(known[:1], known, scores, np.array([0.5, 0.5]), k=2, kappa=10)
    assert said[0, 0] == pytest.approx((2 + 5) / 12)
    assert 0.4 < said[0, 1] < 0.5


def test_weights_are_not_negative_and_noise_has_none() -> None:
    rng = np.random.default_rng(0)
    good, noise = rng.standard_normal((400, 1)), rng.standard_normal((400, 2))
    target = 0.7 * good[:, 0] + 0.3 * rng.standard_normal(400)
    found = not_negative(np.concatenate([good, noise, -good], axis=1), target)
    assert found[0] == pytest.approx(0.7, abs=0.05)
    assert found[3] == 0
    assert (found[1:3] < 0.05).all()
    twins = not_negative(np.concatenate([good, good + 0.1 * noise], axis=1), target)
    assert max(twins) - min(t for t in twins if t) < 0.1
    assert not not_negative(noise, target).any()


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(made.table())


def test_what_a_text_tells_is_found(fitted: Fitted) -> None:
    fresh = made.table(seed=9)
    quality = fitted.gains.quality(fresh.texts)
    assert ((quality >= 0) & (quality <= 1)).all()
    gain = quality[:, 1] - quality[:, 0]
    by_kind = {k: gain[[t == k for t in fresh.tags]].mean() for k in made.KINDS}
    assert by_kind["法律"] > by_kind["poem"] > by_kind["sum"]
    assert by_kind["法律"] > 0.3
    told = np.mean([a == b for a, b in zip(fitted.gains.ability(fresh.texts), fresh.tags,
                                           strict=True)])  # fmt: skip
    assert told > 0.95


def test_where_no_text_tells_anything_the_mean_is_all(fitted: Fitted) -> None:
    flat = fit(made.table(made.FLAT, questions=400, seed=4)).gains
    assert not flat.gain_weights.any()
    spread = np.ptp(flat.quality(made.table(seed=5).texts), axis=0)
    assert spread.max() < 0.15
    assert fitted.gains.gain_weights.any()


def test_gains_are_the_same_after_a_file(fitted: Fitted) -> None:
    texts = made.table(seed=7, questions=30).texts
    again = Gains.read(fitted.gains.document())
    assert again.quality(texts) == pytest.approx(fitted.gains.quality(texts), abs=5e-3)
    assert again.costs(texts) == pytest.approx(fitted.gains.costs(texts))


def test_a_newcomer_enters_from_a_short_test(fitted: Fitted) -> None:
    # It knows law and nothing else, which none of the others is like.
    short, fresh = made.table(seed=11, questions=60), made.table(seed=12, questions=200)
    scores = [float(tag == "法律") for tag in short.tags]
    more = fitted.gains.with_newcomer("lawyer", short.texts, scores, price=2.0)
    assert more.models == ("small", "big", "lawyer")
    quality = more.quality(fresh.texts)
    assert quality.shape == (200, 3)
    assert quality[:, :2] == pytest.approx(fitted.gains.quality(fresh.texts), abs=0.05)
    law = np.array([tag == "法律" for tag in fresh.tags])
    assert quality[law, 2].mean() > quality[~law, 2].mean() + 0.15
    assert more.costs(["x"])[0, 2] == 2.0
    assert Gains.read(more.document()).models == more.models


def test_routing_is_quick(fitted: Fitted) -> None:
    text = "合同法院 verse and total? " * 40
    fitted.gains.quality([text])
    started = time.process_time()
    for _ in range(50):
        fitted.gains.quality([text])
    assert (time.process_time() - started) / 50 < 0.006  # 1 ms on an idle core


def test_arrays_survive_json_and_damage_is_told() -> None:
    values = np.array([[0.5, -2.0], [3.0, np.nan]])
    assert unpack(pack(values, "f8")) == pytest.approx(values, nan_ok=True)
    with pytest.raises(InputError):
        unpack({**pack(values), "data": "????"})
    with pytest.raises(InputError):
        unpack({**pack(values), "shape": [7]})
    with pytest.raises(InputError):
        unpack("no array")
