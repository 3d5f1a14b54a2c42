"""How much of the gap between a weak and a strong model the router closes, split by split.

    MINGAN_TEST_DATA=… python benchmarks/routing.py [SPLITS] [--labels]

RouteLLM's table of 14,042 MMLU questions, GPT-4 and Mixtral; 70 % to learn from, 30 % to measure
on. Without --labels nothing knows the subject but the line "ability mean (label given)", which is
computed beside. Prints APGR and CPT of every router for each split, and their means.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from mingan.gateway import training
from mingan.gateway.evaluation import curves_of
from mingan.gateway.gains import fit
from mingan.gateway.tables import read_table

PRICES = {"gpt4": 24.7, "mixtral": 0.24}
"""Dollars for a million tokens, as RouteLLM had them; APGR does not depend on them."""


def main() -> None:
    splits = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5)
    source = Path(os.environ["MINGAN_TEST_DATA"]) / "routing" / "routellm_mmlu.csv.gz"
    table = read_table(source, prices=PRICES).table
    found: dict[str, list[tuple[float, ...]]] = {}
    for seed in range(splits):
        test = training.held_out(table, seed)
        learn, check = table.select(np.flatnonzero(~test)), table.select(np.flatnonzero(test))
        blind = learn if "--labels" in sys.argv else replace(learn, tags=())
        started = time.process_time()
        gains = fit(blind, seed=seed).gains
        fitted = time.process_time()
        for text in check.texts[:300]:
            gains.quality([text])
        asked = time.process_time()
        weights = np.round(gains.gain_weights, 2)
        print(f"split {seed}: fitted in {fitted - started:.1f} CPU-s, routing "
              f"{(asked - fitted) / 300 * 1000:.2f} CPU-ms an ask; weights {weights}")  # fmt: skip
        for curve in curves_of(check, gains, learn, seed=seed):
            if curve.gap is not None:
                gap = curve.gap
                found.setdefault(curve.name, []).append(
                    (gap.apgr, gap.cpt50, gap.cpt80, gap.cpt95, curve.aiq)
                )
                print(f"  {curve.name:10} APGR {gap.apgr:.3f} ({gap.ends[0]:.3f}-"
                      f"{gap.ends[1]:.3f}) CPT {gap.cpt50:.3f} {gap.cpt80:.3f} "
                      f"{gap.cpt95:.3f} AIQ {curve.aiq:.4f}", flush=True)  # fmt: skip
    print("mean")
    for name, rows in found.items():
        print(f"  {name:10}", np.round(np.mean(rows, axis=0), 3))


if __name__ == "__main__":
    main()
