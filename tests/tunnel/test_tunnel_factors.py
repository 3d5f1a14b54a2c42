"""Factors: what they change and what they leave, and how they are said."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from mingan.errors import NothingYet, UsageError
from mingan.reports.factor_words import factor_row, factor_sentence
from mingan.scaling.factor import Factor, Worth
from mingan.tunnel.factors import KINDS, Studied, shuffled_lines, study
from mingan.tunnel.plans import plan
from mingan.tunnel.shapes import Shape


def worth(axis: str, ratio: float, low: float, high: float, chi: float = 1.0) -> Worth:
    return Worth(axis=axis, ratio=ratio, low=low, high=high, each=np.array([ratio]), chi=chi)  # type: ignore[arg-type]


NONE = worth("compute", math.nan, math.nan, math.nan, chi=math.inf)


def studied(parameters: Worth, tokens: Worth, compute: Worth | None = None) -> Studied:
    return Studied(
        name="shuffled", said=KINDS["shuffled"].said, points=((1, 2, 1.0, 0),),
        found=Factor(parameters=parameters, tokens=tokens, compute=compute or NONE),
    )  # fmt: skip


def test_a_third_of_the_lines_is_in_disorder_and_nothing_is_lost() -> None:
    lines = [f"第{k}行：春眠不觉晓，处处闻啼鸟。" for k in range(400)]
    text = np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)
    found = shuffled_lines(text).tobytes().decode().split("\n")
    changed = sum(a != b for a, b in zip(lines, found, strict=True))
    assert 0.22 < changed / len(lines) < 0.38
    assert all(sorted(a) == sorted(b) for a, b in zip(lines, found, strict=True))


def test_a_factor_changes_one_thing_only() -> None:
    base = Shape(width=64)
    for name, kind in KINDS.items():
        changes = [kind.shape is not None, kind.text is not None, bool(kind.job), bool(kind.seed),
                   kind.other]  # fmt: skip
        assert sum(changes) == 1, name
        if kind.shape is not None:
            assert kind.shape(base) != base
    moe = KINDS["moe"].shape
    assert moe is not None
    assert moe(base).active == pytest.approx(base.active, rel=0.05)


def test_the_axis_that_fits_is_spoken_of_or_none() -> None:
    harm = studied(worth("parameters", 0.4, 0.3, 0.5, chi=5), worth("tokens", 0.48, 0.43, 0.53))
    assert "抵 0.48 倍词元" in factor_sentence(harm).zh
    assert "有害" in factor_sentence(harm).zh
    none = studied(worth("parameters", 0.4, 0.3, 0.5, chi=5), worth("tokens", 0.5, 0.4, 0.6, chi=3))
    assert "没有一个比值" in factor_sentence(none).zh
    same = studied(worth("parameters", 1.02, 0.95, 1.1), worth("tokens", 1.0, 0.9, 1.1, chi=2))
    assert "看不出差别" in factor_sentence(same).zh
    good = studied(worth("parameters", 1.4, 1.2, 1.7), worth("tokens", 1.3, 1.1, 1.5, chi=3))
    assert "worth 1.4 times the parameters (90 % interval 1.2–1.7): it helps" in (
        factor_sentence(good).en
    )
    lost = studied(worth("parameters", math.nan, math.nan, math.nan, chi=math.inf),
                   worth("tokens", math.nan, math.nan, math.nan, chi=math.inf))  # fmt: skip
    json.dumps(factor_row(lost), allow_nan=False)


def test_factors_need_a_ladder_and_a_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nonsense"):
        study(tmp_path, ["nonsense"])
    speed = dict.fromkeys((32, 48, 64), 0.01)
    made = plan("1m", corpus="c", tokens_there=10**8, speed=speed, cores=2)
    (tmp_path / "plan.json").write_text(made.to_json())
    with pytest.raises(NothingYet, match="先把阶梯跑完"):
        study(tmp_path, ["seed"])
