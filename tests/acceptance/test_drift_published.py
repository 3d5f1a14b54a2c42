"""Drift as published: GPT-4 in March and June 2023 (Chen, Zaharia and Zou, arXiv 2307.09009)."""

from __future__ import annotations

import csv
import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from mingan.statistics.drift import paired_change
from mingan.statistics.eprocess import pair_evidence
from mingan.statistics.watch import watch

BEFORE, AFTER = "openaichat/gpt-4-0314", "openaichat/gpt-4-0613"


def table(test_data: Path, name: str) -> list[dict[str, str]]:
    path = test_data / "statistics" / f"llmdrift_{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def shares(rows: list[dict[str, str]], model: str, right: str) -> dict[str, float]:
    return {row["id"]: float(row[right]) for row in rows if row["model"] == model}


@pytest.fixture
def prime(test_data: Path) -> tuple[list[float], list[float], list[str]]:
    rows = table(test_data, "prime")
    before, after = shares(rows, BEFORE, "c_last"), shares(rows, AFTER, "c_last")
    kind = {r["id"]: "prime" if r["ref_answer"].lower() == "yes" else "composite" for r in rows}
    ids = [id_ for id_ in before if id_ in after]
    return [before[i] for i in ids], [after[i] for i in ids], [kind[i] for i in ids]


def test_gpt4_on_primes(prime: tuple[list[float], list[float], list[str]]) -> None:
    before, after, classes = prime
    found = paired_change(before, after, classes=classes)
    assert (round(100 * found.before, 1), round(100 * found.after, 1)) == (84.0, 51.1)
    assert (found.worse, found.better) == (476, 147)
    assert math.floor(math.log10(found.p)) == -41
    assert found.p == pytest.approx(2.1e-41, rel=0.05)
    assert found.high < -0.25
    # Much of it is another default answer, and the table by class shows that.
    by = {each.name: each for each in found.by_class}
    assert (by["prime"].before, by["composite"].before) == pytest.approx((0.976, 0.704))
    assert (by["prime"].after, by["composite"].after) == pytest.approx((0.024, 0.998))
    assert found.flipped


def test_gpt4_on_happy_numbers(test_data: Path) -> None:
    rows = table(test_data, "happynumber")
    before, after = shares(rows, BEFORE, "c"), shares(rows, AFTER, "c")
    ids = [id_ for id_ in before if id_ in after]
    found = paired_change([before[i] for i in ids], [after[i] for i in ids])
    assert (round(100 * found.before, 1), round(100 * found.after, 1)) == (83.6, 35.2)
    assert found.p < 1e-20
    assert not found.flipped


def test_a_stream_of_pairs_is_enough_after_a_hundred(
    prime: tuple[list[float], list[float], list[str]],
) -> None:
    before, after, _ = (np.array(each) for each in prime)
    rng = np.random.default_rng(1)
    rejected = 0
    for _ in range(500):
        order = rng.permutation(before.size)[:100]
        worse = np.cumsum((before[order] == 1) & (after[order] == 0))
        better = np.cumsum((before[order] == 0) & (after[order] == 1))
        rejected += bool((pair_evidence(worse, better) >= 20).any())
    assert rejected / 500 >= 0.85


def test_a_watch_sees_it_on_the_day_with_sixty_questions(
    prime: tuple[list[float], list[float], list[str]],
) -> None:
    """Eight quiet days with the answers of March, then June's: the alarm comes on the ninth."""
    before, after, classes = prime
    rng = np.random.default_rng(2)
    caught = 0
    for _ in range(20):
        ids = rng.permutation(len(before))[:60]
        march = {str(i): [before[i] == 1] for i in ids}
        june = {str(i): [after[i] == 1] for i in ids}
        found = watch([march] * 9 + [june], classes={str(i): classes[i] for i in ids})
        caught += (found.alarm, found.since) == (8, 8)
    assert caught == 20
