"""The data pyramid: what each stage drops, and that the ledger adds up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("datasketch")

from mingan.errors import InputError
from mingan.tunnel import pyramid
from mingan.tunnel.factors import raw_pool, selected_pool
from mingan.tunnel.pyramid import Ledger

SEASONS = ("春天的风吹过田野", "夏天的雨落在屋顶", "秋天的月照着江水", "冬天的雪盖住山路")


def passage(k: int) -> str:
    rng = np.random.default_rng(k)
    words = [f"{SEASONS[rng.integers(4)]}，第{rng.integers(10_000)}个人走来。" for _ in range(12)]
    return "\n".join(words)


def test_every_rule_drops_what_it_is_for_and_the_ledger_adds_up() -> None:
    good = [passage(k) for k in range(40)]
    bad = ["太短", "\n".join(["点击这里阅读全文，更多精彩内容"] * 12), "<>/=&;:%#{}" * 30]
    nearly = good[3].replace("第", "第第", 1)
    ledger = Ledger()
    kept = pyramid.filtered([*good, *bad, good[5], nearly], ledger)
    assert kept == good
    told = {line.rule: line.dropped for line in ledger.lines}
    assert told == {"short": 1, "repeats": 1, "symbols": 1, "equal": 1, "near": 1}
    assert sum(told.values()) == 45 - len(kept)
    assert all(line.said.zh and line.said.en for line in ledger.lines)
    (near,) = [line for line in ledger.lines if line.rule == "near"]
    assert near.examples[0] == nearly[:80]


def test_nearly_equal_is_nearly_equal() -> None:
    texts = [passage(1), passage(2), passage(1) + "末了。", passage(3)]
    assert pyramid.near_duplicates(texts) == {2}


def test_selection_keeps_what_is_like_the_wanted() -> None:
    english = [f"The wind of spring went over field number {k} and nobody was there." * 4
               for k in range(30)]  # fmt: skip
    chinese = [passage(k) for k in range(30)]
    ledger = Ledger()
    kept = pyramid.selected([*english, *chinese], [passage(100), passage(101)], ledger, keep=0.5)
    assert kept == chinese
    assert ledger.lines[0].dropped == 30
    with pytest.raises(InputError):
        pyramid.selected(english, [], ledger)
    with pytest.raises(InputError):
        pyramid.selected(english, chinese, ledger, keep=0)


def test_rewriting_loses_nothing_when_the_model_fails() -> None:
    texts = [passage(k) for k in range(4)]
    ledger = Ledger()
    found = pyramid.rewritten(texts, lambda p: "" if p == texts[1] else p.upper() + "。", ledger)
    assert found[1] == texts[1]
    assert found[0] != texts[0]
    assert ledger.lines[0].dropped == 1


def test_a_crawl_is_half_spoilt_and_selection_mends_most_of_it() -> None:
    clean = [passage(k) for k in range(400)]
    text = np.frombuffer("\n\n".join(clean).encode(), dtype=np.uint8)
    crawl = raw_pool(text).tobytes().decode().split("\n\n")
    still = sum(each in set(clean) for each in crawl)
    assert 0.4 < still / len(clean) < 0.6
    kept = selected_pool(text).tobytes().decode().split("\n\n")
    assert sum(each in set(clean) for each in kept) / len(kept) > 0.9
    assert len(kept) < 0.6 * len(crawl)


def test_a_candidate_that_helps_is_kept_and_one_that_harms_is_not(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    import torch

    from mingan.tunnel.shapes import Shape
    from mingan.tunnel.training import Recipe, train
    from mingan.tunnel.verifying import verify

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    good = np.frombuffer("\n\n".join(passage(k) for k in range(500)).encode(), dtype=np.uint8)
    held = np.frombuffer("\n\n".join(passage(k) for k in range(900, 940)).encode(), np.uint8)
    noise = rng.integers(0, 256, good.size).astype(np.uint8)
    half = rng.permutation(good.size // 64)[: good.size // 128]
    poor = good.copy()
    for k in half:  # half of it is noise, so that the rest helps
        poor[64 * k : 64 * k + 64] = rng.integers(0, 256, 64)
    recipe = Recipe(shape=Shape(width=32, context=64), ends=(150,), guard=False)
    train(recipe, poor, held, tmp_path)
    before = (tmp_path / "fork.pt").read_bytes()
    helps = verify(tmp_path, recipe, poor, good, held)
    harms = verify(tmp_path, recipe, poor, noise, held)
    assert helps.helps
    assert "留下" in helps.said.zh
    assert not harms.helps
    assert harms.gain < helps.gain
    assert (tmp_path / "fork.pt").read_bytes() == before
