"""Published numbers: the statistics must give them again, or they are not what they say."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from mingan.statistics import (
    bayes,
    clt,
    clustered_error,
    coverage,
    coverage_at,
    detectable,
    difference_variance,
    questions_needed,
    standard_error,
    wilson,
)

COVERAGE = {
    3: (0.4957, 0.9560, 0.9946, 0.9500, 0.9626),
    10: (0.7693, 0.9541, 0.9838, 0.9500, 0.9531),
    30: (0.8749, 0.9524, 0.9734, 0.9500, 0.9505),
    63: (0.9092, 0.9515, 0.9676, 0.9500, 0.9500),
    100: (0.9223, 0.9511, 0.9646, 0.9500, 0.9499),
    300: (0.9391, 0.9505, 0.9591, 0.9500, 0.9499),
}
METHODS = ("clt", "wilson", "clopper-pearson", "bayes", "jeffreys")


def recorded(name: str) -> list[dict[str, str]]:
    folder = os.environ.get("MINGAN_TEST_DATA")
    if not folder:
        pytest.skip("MINGAN_TEST_DATA is not set")
    with (Path(folder) / "statistics" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("n", sorted(COVERAGE))
@pytest.mark.parametrize("column", range(5), ids=METHODS)
def test_average_coverage_over_all_proportions(n: int, column: int) -> None:
    assert coverage(METHODS[column], n) == pytest.approx(COVERAGE[n][column], abs=1e-4)


def test_coverage_at_a_high_proportion() -> None:
    clt_found = [coverage_at("clt", n, 0.95) for n in (39, 63, 100, 300)]
    wilson_found = [coverage_at("wilson", n, 0.95) for n in (63, 100, 300)]
    assert clt_found == pytest.approx([0.862, 0.826, 0.877, 0.926], abs=5e-4)
    assert wilson_found == pytest.approx([0.963, 0.966, 0.955], abs=5e-4)


def test_questions_needed_for_three_points() -> None:
    assert questions_needed(difference=0.03, variance=1 / 9) == 969


@pytest.mark.parametrize(
    ("n", "points"),
    [
        (300, (10.78, 7.62, 6.15)),
        (63, (23.53, 16.64, 13.41)),
        (209, (12.92, 9.14, 7.37)),
        (39, (29.91, 21.15, 17.05)),
        (198, (13.27, 9.39, 7.57)),
    ],
)
def test_smallest_difference_that_shows(n: int, points: tuple[float, ...]) -> None:
    for repeats, wanted in zip((1, 3, 10), points, strict=True):
        variance = difference_variance(
            questions=1 / 9, repeats_a=1 / 6, repeats_b=1 / 6, k_a=repeats, k_b=repeats
        )
        assert 100 * detectable(questions=n, variance=variance) == pytest.approx(wanted, abs=0.006)


def test_twenty_of_twenty_and_one_of_twenty() -> None:
    rows = recorded("langchain_tool_use_n20.csv")
    claude = sum(float(row["claude-2.1"]) for row in rows)
    mistral = sum(float(row["mistral-7b-instruct"]) for row in rows)
    assert (len(rows), claude, mistral) == (20, 20, 1)

    assert clt(claude, 20) == (1, 1)
    assert bayes(claude, 20) == pytest.approx((0.8389, 0.9988), abs=5e-5)
    assert clt(mistral, 20).low < 0
    assert bayes(mistral, 20) == pytest.approx((0.0117, 0.2382), abs=5e-5)
    assert wilson(claude, 20).low < 1


@pytest.mark.parametrize(
    ("model", "plain", "clustered"),
    [("o3-mini (high)", 0.0325, 0.0370), ("DeepSeek-R1", 0.0564, 0.0816)],
)
def test_repeats_of_one_question_are_a_cluster(model: str, plain: float, clustered: float) -> None:
    rows = recorded("matharena_aime2025_ii.csv")
    values = np.array([float(row[model]) for row in rows])
    question = [row["Question"].split(".")[0] for row in rows]
    assert standard_error(values) == pytest.approx(plain, abs=5e-5)
    assert clustered_error(values, question) == pytest.approx(clustered, abs=5e-5)
