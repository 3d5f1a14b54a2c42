"""Acceptance: Z-Bench's 14 recorded models at invented prices, and what may be shipped of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingan import Workspace
from mingan.gateway.policies import Best
from mingan.gateway.policy import Ask
from mingan.gateway.tables import Found, of_workspace
from mingan.gateway.training import train

PRICES = {
    "gpt4": 30, "gpt3.5": 2, "商量": 3, "文心": 4, "文心0427": 4, "讯飞": 3, "通义千问": 3,
    "minimax": 2, "天工": 2, "sensechat": 3, "moss": 0.5, "面壁": 1, "智谱": 1, "新版智谱": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    if not os.environ.get("MINGAN_TEST_DATA"):
        pytest.skip("MINGAN_TEST_DATA is not set: no Z-Bench here")
    folder = Path(os.environ["MINGAN_TEST_DATA"]) / "zbench"
    with Workspace.open(tmp_path_factory.mktemp("routing") / "z.db") as opened:
        opened.import_(folder, kind="zbench")
        opened.grade()
        yield of_workspace(opened.scores().gathered, prices=PRICES)


def test_nothing_beats_the_best_single_model_surely_and_it_is_refused(found: Found) -> None:
    assert len(found.table.models) == 14
    trained = train(found)
    report = trained.report
    assert report.best == "best:gpt4"
    assert report.verdict.low <= 0 <= report.verdict.high
    assert not report.accepted
    assert isinstance(trained.policy, Best)
    ask = Ask(messages=({"role": "user", "content": "谁是蝙蝠侠"},))
    assert trained.policy.choose(ask).models[0] == "gpt4"
    oracle = next(curve for curve in report.curves if curve.name == "oracle")
    assert oracle.lead_ends[0] > 0.1
