"""A cascade over recorded answers: quality and CPU seconds against each model alone.

    mingan run --bank builtin --model smollm2-135m --model qwen2.5-coder-0.5b --repeats 3 -w c.db
    python benchmarks/cascade.py c.db [BANK]

Answers come from a workspace in which every model was asked two or more times. Half the questions
calibrate (by how often a model agrees with itself), the other half measures. Cost is the recorded
seconds of one answer; on a machine with one thread a model these are CPU seconds.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from mingan.gateway import training
from mingan.gateway.cascades import best_plan, follow
from mingan.gateway.tables import of_workspace
from mingan.workspace import Workspace


def main() -> None:
    with Workspace.open(sys.argv[1], create=False) as opened:
        found = of_workspace(opened.scores(bank=(sys.argv[2:] or ["builtin"])[0]).gathered)
    if found.confidence is None:
        sys.exit("every model must have been asked at least twice: --repeats 3")
    table = replace(found.table, costs=found.table.seconds)
    test = training.held_out(table, seed=0, share=0.5)
    learn, check = np.flatnonzero(~test), np.flatnonzero(test)
    sure, scores, costs = found.confidence, table.scores, table.costs
    print(f"{len(learn)} questions calibrate, {len(check)} measure; {found.samples} samples")
    for m, name in enumerate(table.models):
        print(f"  {name:24} {100 * scores[check, m].mean():5.1f} points "
              f"{costs[check, m].mean():7.2f} s")  # fmt: skip
    for wanted in (0.1, 0.2, 0.3, 0.5, 0.7):
        plan = best_plan(
            sure[learn], scores[learn], costs[learn], wanted=wanted, asks=found.samples
        )
        if plan is None:
            print(f"  wanted {100 * wanted:.0f}: no cascade is sure enough")
            continue
        got, paid = follow(plan, sure[check], scores[check], costs[check], asks=found.samples)
        order = " -> ".join(table.models[m] for m in plan.order)
        print(f"  wanted {100 * wanted:.0f}: {order} at {[round(a, 2) for a in plan.accept]}: "
              f"{100 * got.mean():.1f} points {paid.mean():.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
