"""Four endings: whose is whose, and that a model that knows the text finds it."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mingan.tunnel.decoder import Decoder  # noqa: E402
from mingan.tunnel.endings import WAYS, endings, share_right  # noqa: E402
from mingan.tunnel.shapes import Shape  # noqa: E402

LINE = "春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。"
RNG = np.random.default_rng(0)
TEXT = np.frombuffer(
    "".join("".join(RNG.permutation(list(LINE))) for _ in range(600)).encode(), dtype=np.uint8
)


def test_items_are_the_same_every_time_and_every_way_is_another() -> None:
    one, again = (endings(TEXT, 128, whole=True) for _ in range(2))
    assert one is not None
    assert again is not None
    assert np.array_equal(one.rows, again.rows)
    assert one.rows.shape[1:] == (WAYS, 96)
    begins = one.begins
    for item in one.rows:
        assert all(np.array_equal(item[0, :begins], way[:begins]) for way in item)
        assert len({way[begins:].tobytes() for way in item}) == WAYS
    whole = one.rows[:, 0].astype(np.uint8)
    assert all(row.tobytes() in TEXT.tobytes() for row in whole)


def test_no_ending_begins_within_a_character() -> None:
    found = endings(TEXT, 128, whole=True)
    assert found is not None
    assert ((found.rows[:, :, found.begins] & 0xC0) != 0x80).all()
    plain = endings(TEXT, 128, whole=False)
    assert plain is not None
    assert ((plain.rows[:, :, plain.begins] & 0xC0) == 0x80).any()


def test_too_short_a_text_has_no_items() -> None:
    assert endings(TEXT[:3000], 128, whole=True) is None


def test_a_model_that_cannot_tell_is_never_right_and_one_that_guesses_a_quarter() -> None:
    found = endings(TEXT, 128, whole=True)
    assert found is not None
    silent = Decoder(Shape(width=32))  # its head is at 0: all endings are equally likely
    assert share_right(silent, found) == 0
    torch.nn.init.normal_(silent.head.weight, std=0.1, generator=torch.Generator().manual_seed(0))
    assert 0.1 < share_right(silent, found) < 0.4
    assert silent.training
