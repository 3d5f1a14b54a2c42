"""The ladder's fit on curves that others published: OLMo's small rungs foretell its larger ones."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from mingan.scaling.ladder_law import fit_ladder

LOSS = "eval/c4_en-validation/CrossEntropyLoss"
PARAMETERS = {"190M": 190_354_176, "370M": 371_262_464, "760M": 758_220_288, "1B": 1_279_395_840}
"""Non-embedding, as the curves' makers count them."""

MULTIPLES = ("0.5", "1", "2", "5", "10")


def final(folder: Path, size: str, multiple: str) -> tuple[int, float]:
    """Steps and the mean of the last five losses of a run."""
    with (folder / f"{size}-{multiple}xC.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row.get(LOSS)]
    last = [float(row[LOSS]) for row in rows[-5:]]
    return int(float(rows[-1]["_step"])), float(np.mean(last))


def test_olmo_to_760m_foretells_the_four_runs_of_1b(test_data: Path) -> None:
    folder = test_data / "scaling" / "olmo_ladder" / "ladder-runs"
    n, d, loss = [], [], []
    for size in ("190M", "370M", "760M"):
        for multiple in MULTIPLES[1:]:
            n.append(PARAMETERS[size])
            d.append(20 * PARAMETERS[size] * float(multiple))
            loss.append(final(folder, size, multiple)[1])
    law = fit_ladder(n, d, loss)
    assert law.points == 12
    errors = []
    for multiple in MULTIPLES[1:]:
        truth = final(folder, "1B", multiple)[1]
        said = law.predict(PARAMETERS["1B"], 20 * PARAMETERS["1B"] * float(multiple))
        errors.append(said.loss / truth - 1)
        print(f"1B-{multiple}xC: {said.loss:.4f} [{said.low:.4f}, {said.high:.4f}] {truth:.4f}")
    assert max(map(abs, errors)) < 0.01, errors


def test_13b_of_another_recipe_is_missed_and_called_far(test_data: Path) -> None:
    folder = test_data / "scaling" / "olmo_ladder" / "ladder-runs"
    n, d, loss = [], [], []
    for size in PARAMETERS:
        for multiple in MULTIPLES[1:]:
            n.append(PARAMETERS[size])
            d.append(20 * PARAMETERS[size] * float(multiple))
            loss.append(final(folder, size, multiple)[1])
    law = fit_ladder(n, d, loss)
    with (folder / "peteish13_eval_final.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row.get(LOSS)]
    if not rows:
        pytest.skip("the curve of 13B has no loss on C4")
    truth = float(rows[-1][LOSS])
    said = law.predict(13.7e9, 5e12)
    print(
        f"13B-5T: {said.loss:.4f} [{said.low:.4f}, {said.high:.4f}] {truth:.4f} x{said.compute:.0f}"
    )
    assert said.compute > 100  # reported as far outside, with another recipe
    assert abs(said.loss / truth - 1) < 0.06
