"""Agreement against published numbers, and where it must say that it does not know."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from mingan.statistics.agreement import (
    agreement,
    agreement_by_group,
    cohen_kappa,
    fleiss_kappa,
    krippendorff,
    raw_agreement,
)

_ = math.nan
# Four coders, twelve units, with gaps: the worked example of Krippendorff (2011).
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
]
# 100 diagnoses by two raters: Fleiss, Levin and Paik, Statistical Methods, table 18.1.
DIAGNOSES = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]


def spread(counts: list[list[int]]) -> tuple[list[int], list[int]]:
    cells = [(i, j) for i, row in enumerate(counts) for j, n in enumerate(row) for _ in range(n)]
    return [i for i, _ in cells], [j for _, j in cells]


@pytest.mark.parametrize(("scale", "value"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_krippendorffs_own_example(scale: str, value: float) -> None:
    alpha, interval = krippendorff(KRIPPENDORFF, scale=scale)
    assert alpha == pytest.approx(value, abs=5e-4)
    assert interval.low < alpha < interval.high <= 1
    assert krippendorff(KRIPPENDORFF, scale=scale)[1] == interval


def test_a_textbook_kappa_with_its_error() -> None:
    kappa, error = cohen_kappa(*spread(DIAGNOSES))
    assert kappa == pytest.approx(0.68, abs=5e-3)
    assert error == pytest.approx(0.087, abs=1e-3)


def test_the_error_of_kappa_is_what_drawing_again_gives() -> None:
    a, b = (np.asarray(side) for side in spread(DIAGNOSES))
    rng = np.random.default_rng(1)
    drawn = [
        cohen_kappa(a[pick], b[pick])[0]
        for pick in (rng.integers(0, 100, 100) for _ in range(2000))
    ]
    assert np.std(drawn) == pytest.approx(cohen_kappa(a, b)[1], rel=0.07)


def test_three_people_on_pandalm(test_data: Path) -> None:
    path = test_data / "statistics" / "pandalm_human_vs_judge.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    people = [c for c in rows[0] if c.startswith(("annotator", "human"))][:3]
    names = {value: i for i, value in enumerate(sorted({r[p] for r in rows for p in people}))}
    table = np.asarray([[names[r[p]] for r in rows] for p in people], dtype=float)
    kappas = [cohen_kappa(table[i], table[j])[0] for i, j in ((0, 1), (0, 2), (1, 2))]
    assert sorted(kappas) == pytest.approx([0.852, 0.862, 0.879], abs=1e-3)
    found = agreement(table)
    assert (found.kind, found.things, found.raters) == ("krippendorff", 999, 3)
    assert found.value == pytest.approx(0.8642, abs=1e-3)
    assert found.low < found.value < found.high


def test_of_two_people_alpha_is_kappa_but_for_the_size() -> None:
    a, b = spread(DIAGNOSES)
    alpha, _interval = krippendorff([a, b])
    assert alpha == pytest.approx(cohen_kappa(a, b)[0], abs=0.01)


def test_agreement_of_two_is_cohens() -> None:
    found = agreement(spread(DIAGNOSES))
    assert (found.kind, found.same, found.things, found.raters) == ("cohen", 89, 100, 2)
    assert found.raw == pytest.approx(0.89)
    assert found.low == pytest.approx(0.676 - 1.96 * 0.0877, abs=0.01)
    assert found.raw_low < 0.89 < found.raw_high


def test_perfect_agreement_has_no_interval_but_raw_has() -> None:
    found = agreement([[0, 1, 0, 1], [0, 1, 0, 1]])
    assert found.value == 1
    assert math.isnan(found.low)
    assert found.raw_low == pytest.approx(0.51, abs=0.01)
    three = agreement([[0, 1, 0, 1]] * 3)
    assert three.value == 1
    assert math.isnan(three.high)


def test_one_category_or_nothing_shared_says_nothing() -> None:
    assert math.isnan(agreement([[1, 1, 1], [1, 1, 1]]).value)
    assert math.isnan(agreement([[1, 1, 1]] * 3).value)
    for table in ([[1, _], [_, 1]], [[_, _], [_, _]], [[1, _, _], [_, 1, _], [_, _, 0]]):
        found = agreement(table)
        assert math.isnan(found.value)
        assert (found.same, found.things) == (0, 0)


def test_raw_agreement_counts_pairs() -> None:
    assert raw_agreement([[0, 0, 1], [0, 1, 1], [0, 1, _]]) == pytest.approx((1 + 1 / 3 + 1) / 3)


def test_a_flat_list_is_refused() -> None:
    with pytest.raises(ValueError, match="people x things"):
        agreement([1, 2, 3])


# Fleiss (1971) as in textbooks: ten things, fourteen people, five categories.
FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_fleiss_by_the_textbook() -> None:
    things = [[k for k, n in enumerate(row) for _ in range(n)] for row in FLEISS]
    kappa, interval = fleiss_kappa(np.array(things).T)
    assert kappa == pytest.approx(0.210, abs=5e-4)
    assert interval.low < kappa < interval.high
    alpha, _interval = krippendorff(np.array(things).T)
    assert alpha == pytest.approx(kappa, abs=0.01)


def test_fleiss_where_it_says_nothing() -> None:
    assert math.isnan(fleiss_kappa([[1, _], [_, 1]])[0])
    assert math.isnan(fleiss_kappa([[1, 1], [1, 1]])[0])
    value, interval = fleiss_kappa([[0, 1, 0], [0, 1, 0]])
    assert value == 1
    assert math.isnan(interval.low)


def test_agreement_within_abilities() -> None:
    found = agreement_by_group([[0, 1, 0, 1], [0, 1, 1, 1]], ["logic", "logic", "art", "art"])
    assert list(found) == ["art", "logic"]
    assert (found["art"].same, found["logic"].same) == (1, 2)
    with pytest.raises(ValueError, match="1 groups for 2"):
        agreement_by_group([[0, 1], [0, 1]], ["logic"])


def test_things_that_hang_together_are_counted_by_unit() -> None:
    """Each thing thrice says no more than each thing once."""
    rng = np.random.default_rng(3)
    a = rng.integers(0, 2, 60).astype(float)
    b = np.where(rng.random(60) < 0.8, a, 1 - a)
    thrice = [np.repeat(a, 3), np.repeat(b, 3)]
    units = [f"q{i // 3}" for i in range(180)]
    once, careless = agreement([a, b]), agreement(thrice)
    held = agreement(thrice, units=units)
    assert (held.value, held.raw, held.things) == (careless.value, careless.raw, 180)
    assert held.raw_high - held.raw_low == pytest.approx(once.raw_high - once.raw_low, rel=0.03)
    assert held.high - held.low == pytest.approx(once.high - once.low, rel=0.03)
    assert careless.high - careless.low < 0.7 * (held.high - held.low)
    alone = agreement([a, b], units=[str(i) for i in range(60)])
    assert alone == once
    three = [*thrice, thrice[0]]
    loose, tight = (krippendorff(three, units=u)[1] for u in (units, None))
    assert loose.high - loose.low > 1.4 * (tight.high - tight.low)
    with pytest.raises(ValueError, match="units"):
        agreement([a, b], units=["q"])


def test_where_all_agree_units_are_taken_to_hang_together_wholly() -> None:
    same = np.ones((2, 12))
    held = agreement(same, units=[f"q{i // 3}" for i in range(12)])
    assert held.raw_low < agreement(same[:, :4]).raw_low
    one = agreement(same, units=["q"] * 12)
    assert (one.raw_low, one.raw_high) == (0, 1)
