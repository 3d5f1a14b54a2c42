"""How fast a scaling law is fitted: all starts and bootstrap draws at once, and one after another.

    python benchmarks/scaling.py [--points 240] [--draws 1000] [--json FILE]

The points are made from Chinchilla's law with a noise of 0.6 %. Ours fits the law from all of
Hoffmann's starts, then the draws. SciPy's L-BFGS is given the same objective and gradient; it
fits a sample of the starts and draws one after another, and its time is stretched to all of them.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy import optimize

from mingan.scaling.loss_laws import DELTA, GRID, LossLaw, fit_loss_law

LAW = LossLaw(A=478.0, B=2143.0, E=1.817, alpha=0.3473, beta=0.3672)
SAMPLE = 40


def points(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sizes, tokens and losses."""
    rng = np.random.default_rng(0)
    n, d = np.exp(rng.uniform(np.log(5e7), np.log(1.6e10), count)), np.exp(
        rng.uniform(np.log(5e9), np.log(5e11), count)
    )  # fmt: skip
    return n, d, LAW.loss(n, d) * np.exp(rng.normal(0, 0.006, count))


def measure(count: int, draws: int) -> dict[str, Any]:
    """Seconds of both, and how far apart they end."""
    n, d, loss = points(count)
    started = time.perf_counter()
    ours = fit_loss_law(n, d, loss, draws=draws)
    mine = time.perf_counter() - started
    picked = np.random.default_rng(1).choice(len(GRID), SAMPLE, replace=False)
    weights = np.random.default_rng(2).multinomial(count, np.full(count, 1 / count), size=SAMPLE)
    started = time.perf_counter()
    from_starts = [_bfgs(n, d, loss, np.ones(count), np.array(GRID[i], float)) for i in picked]
    per_start = (time.perf_counter() - started) / SAMPLE
    best = min(from_starts, key=lambda found: float(found.fun))
    started = time.perf_counter()
    for weight in weights:
        _bfgs(n, d, loss, weight, ours.fit.parameters)
    per_draw = (time.perf_counter() - started) / SAMPLE
    theirs = per_start * len(GRID) + per_draw * draws
    return {
        "points": count, "starts": len(GRID), "draws": draws, "seconds": mine,
        "one_by_one": theirs, "ratio": theirs / mine, "objective": ours.fit.objective,
        "objective_one_by_one": float(best.fun), "converged": ours.fit.converged,
    }  # fmt: skip


def _bfgs(
    n: np.ndarray, d: np.ndarray, loss: np.ndarray, weight: np.ndarray, start: np.ndarray
) -> Any:
    log_n, log_d, y = np.log(n), np.log(d), np.log(loss)

    def objective(p: np.ndarray) -> tuple[float, np.ndarray]:
        terms = np.stack([p[0] - p[3] * log_n, p[1] - p[4] * log_d, np.full_like(y, p[2])])
        top = terms.max(axis=0)
        parts = np.exp(terms - top)
        total = parts.sum(axis=0)
        apart = y - top - np.log(total)
        size = np.abs(apart)
        each = np.where(size <= DELTA, 0.5 * apart**2, DELTA * (size - 0.5 * DELTA))
        pull = weight * np.clip(apart, -DELTA, DELTA)
        share = parts / total
        turn = [share[0], share[1], share[2], -share[0] * log_n, -share[1] * log_d]
        return float((weight * each).sum()), np.array([-(pull * one).sum() for one in turn])

    return optimize.minimize(objective, start, jac=True, method="L-BFGS-B",
                             options={"maxiter": 2_000, "ftol": 1e-15, "gtol": 1e-10})  # fmt: skip


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=240)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = measure(asked.points, asked.draws)
    print(
        f"{found['points']} points, {found['starts']:,} starts, {found['draws']:,} draws: "
        f"{found['seconds']:.1f} s; SciPy's L-BFGS one by one {found['one_by_one']:.0f} s "
        f"({found['ratio']:.0f} times); objective {found['objective']:.6g} against "
        f"{found['objective_one_by_one']:.6g}"
    )
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()
