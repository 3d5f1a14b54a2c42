"""Acceptance: who of GPT-4 and Mixtral is to answer an MMLU question, on questions not seen.

One of the splits of which `benchmarks/routing.py` does five; docs/en/gateway.md has its figures.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from mingan.gateway import training
from mingan.gateway.evaluation import Curve, curves_of
from mingan.gateway.gains import fit
from mingan.gateway.tables import read_table

PRICES = {"gpt4": 24.7, "mixtral": 0.24}


@pytest.fixture(scope="module", params=[0])
def curves(request: pytest.FixtureRequest) -> dict[str, Curve]:
    if not os.environ.get("MINGAN_TEST_DATA"):
        pytest.skip("MINGAN_TEST_DATA is not set: no routing data here")
    folder = Path(os.environ["MINGAN_TEST_DATA"]) / "routing"
    table = read_table(folder / "routellm_mmlu.csv.gz", prices=PRICES).table
    assert (len(table), table.models) == (14042, ("gpt4", "mixtral"))
    assert table.scores.mean(axis=0) == pytest.approx([0.8058, 0.6808], abs=5e-4)
    test = training.held_out(table, request.param)
    learn, check = table.select(np.flatnonzero(~test)), table.select(np.flatnonzero(test))
    return {c.name: c for c in curves_of(check, fit(learn, seed=request.param).gains, learn)}


def apgr(curve: Curve) -> float:
    assert curve.gap is not None
    return curve.gap.apgr


def test_the_text_tells_as_much_as_the_subject_would(curves: dict[str, Curve]) -> None:
    predicted = apgr(curves["predicted"])
    assert apgr(curves["random"]) == pytest.approx(0.5)
    assert predicted > 0.66
    assert predicted > apgr(curves["ability"]) - 0.01
    assert predicted > apgr(curves["told"])
    assert apgr(curves["oracle"]) > 1.2


def test_it_is_above_no_router_surely(curves: dict[str, Curve]) -> None:
    assert curves["predicted"].lead_ends[0] > 0
    assert curves["zero"].lead == pytest.approx(0)
    assert curves["predicted"].aiq < curves["oracle"].aiq
