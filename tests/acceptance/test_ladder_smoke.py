"""A whole ladder in two minutes, and one on text in which there is nothing to learn.

Run by CI alone (MINGAN_TEST_DEMO): both train for minutes.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from mingan.models.weights import cache_dir
from mingan.tunnel import ladder
from mingan.tunnel.texts import PACKAGES, Corpus, packaged

pytestmark = pytest.mark.skipif(
    not os.environ.get("MINGAN_TEST_DEMO"), reason="MINGAN_TEST_DEMO is not set: it takes minutes"
)


@pytest.fixture(scope="module")
def chinese() -> Corpus:
    folder = cache_dir() / "corpora"
    if not all((folder / package.file).is_file() for package in PACKAGES["zh"]):
        pytest.skip("the corpus zh is not in the cache: mingan ladder corpus --corpus zh")
    return packaged("zh", folder=folder)


def test_a_two_minute_ladder_foretells_its_held_out_rung(chinese: Corpus, tmp_path: Path) -> None:
    ladder.prepare(tmp_path, "2m", chinese)
    found = ladder.run(tmp_path)
    assert found.registered is not None
    assert found.error is not None
    assert found.truth is not None
    assert found.began > found.registered.at
    print(f"{found.registered.loss:.4f} {found.truth:.4f} {100 * found.error:+.2f} %")
    assert abs(found.error) < 0.02
    assert found.registered.half_width < 0.03
    assert not found.halted


def test_where_there_is_nothing_to_learn_no_size_helps(chinese: Corpus, tmp_path: Path) -> None:
    """The bytes of the same text in disorder: every rung ends at their entropy, and so is said."""
    rng = np.random.default_rng(0)
    text = rng.permutation(chinese.train[:3_000_000])
    control = Corpus(name="disorder", train=text, validation=rng.permutation(chinese.validation),
                     passages=1, dropped=0)  # fmt: skip
    ladder.prepare(tmp_path, "1m", control)
    found = ladder.run(tmp_path)
    counts = np.bincount(text, minlength=256)
    shares = counts[counts > 0] / text.size
    entropy = float(-(shares * np.log(shares)).sum())
    losses = [loss for _, _, loss, _ in found.points] + [found.truth or 0.0]
    print(entropy, losses)
    assert all(abs(loss / entropy - 1) < 0.02 for loss in losses)
    assert found.error is not None
    assert abs(found.error) < 0.02
