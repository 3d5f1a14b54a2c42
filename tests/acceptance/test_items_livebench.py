"""LiveBench, 84 models on 416 questions: the figures of item analysis that are on record."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pytest

from mingan.statistics import Outcome, ResponseMatrix
from mingan.statistics.items import Item, ItemTable, item_table


@pytest.fixture
def livebench(test_data: Path) -> ResponseMatrix:
    file = test_data / "statistics" / "livebench_binary_matrix.csv.gz"
    heading, *rows = csv.reader(io.StringIO(gzip.decompress(file.read_bytes()).decode()))
    cells = np.asarray([[float(value) for value in row[1:]] for row in rows]).astype(np.int8)
    return ResponseMatrix(
        models=tuple(row[0] for row in rows), questions=tuple(heading[1:]), cells=cells[:, :, None]
    )


def correlations(table: ItemTable) -> np.ndarray:
    return np.asarray([item.item_rest for item in table.items])


def test_the_figures_on_record_come_out_again(livebench: ResponseMatrix) -> None:
    table = item_table(livebench)
    r = correlations(table)
    assert (len(livebench.models), r.size) == (84, 416)
    assert r.mean() == pytest.approx(0.390, abs=5e-4)
    assert (r < 0).mean() == pytest.approx(0.041, abs=5e-4)
    assert (r < 0.2).mean() == pytest.approx(0.195, abs=5e-4)
    assert table.kr20 == pytest.approx(0.988, abs=5e-4)


def test_most_negative_correlations_are_noise_and_are_not_called_suspect(
    livebench: ResponseMatrix,
) -> None:
    table = item_table(livebench)
    assert (correlations(table) < 0).sum() == 17
    suspect = [item for item in table.items if item.suspicions]
    assert len(suspect) <= 3
    assert all(item.item_rest < -0.2 for item in suspect)


def test_keys_turned_round_are_found(livebench: ResponseMatrix) -> None:
    table = item_table(livebench)
    good = [j for j, item in enumerate(table.items) if item.item_rest > 0.4][::10]
    assert len(good) >= 15
    cells = livebench.cells.copy()
    cells[:, good] = 1 - cells[:, good]
    turned = item_table(ResponseMatrix(
        models=livebench.models, questions=livebench.questions, cells=cells
    ))  # fmt: skip
    assert all("negative" in turned.items[j].suspicions for j in good)


def test_a_tenth_of_the_answers_missing_changes_little(livebench: ResponseMatrix) -> None:
    cells = livebench.cells.copy()
    cells[np.random.default_rng(1).random(cells.shape) < 0.1] = Outcome.FAILED
    found = item_table(ResponseMatrix(
        models=livebench.models, questions=livebench.questions, cells=cells
    ))  # fmt: skip
    whole: tuple[Item, ...] = item_table(livebench).items
    assert found.kr20 == pytest.approx(0.988, abs=0.003)
    assert correlations(found).mean() == pytest.approx(0.390, abs=0.01)
    apart = [abs(a.difficulty - b.difficulty) for a, b in zip(whole, found.items, strict=True)]
    assert max(apart) < 0.1
