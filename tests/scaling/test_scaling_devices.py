"""When a model fits: against the closed form, walls, and growth with a known rate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.scaling.devices import Growth, Machine, Need, Use, fits, growth


def steady(value: float, doublings: float, year: float = 2025.0) -> Growth:
    return Growth(value=value, year=year, slow=0.0, middle=doublings, fast=2 * doublings)


def machine(memory: float = 16e9, bandwidth: float = 1e15, operations: float = 1e20) -> Machine:
    return Machine(
        memory=steady(memory, 0.5), bandwidth=steady(bandwidth, 0.5),
        operations=steady(operations, 0.5),
    )  # fmt: skip


@given(
    total=st.floats(1e9, 1e12), halving=st.floats(2, 60), memory=st.floats(1e9, 1e11)
)  # fmt: skip
def test_the_date_is_the_closed_form_while_above_the_floor(
    total: float, halving: float, memory: float
) -> None:
    use = Use(bits=4, usable=0.5)
    need = Need(total=total, active=total, year=2025.0, halving=halving)
    found = fits(machine(memory), need, use)
    room = memory * 0.5 * 8 / 4
    doublings = max(0.0, math.log2(total / room))
    assert found.year == pytest.approx(2025 + doublings / (12 / halving + 0.5), abs=1e-9)


def test_at_the_date_it_just_fits() -> None:
    use, need = Use(), Need(total=400e9, active=20e9, year=2025.0, halving=9)
    for kind in ("memory", "bandwidth", "compute"):
        tight = {"memory": 4e9, "bandwidth": 1e9, "compute": 1e9}[kind]
        sizes = {"memory": 1e14, "bandwidth": 1e15, "compute": 1e20} | {kind: tight}
        one = machine(sizes["memory"], sizes["bandwidth"], sizes["compute"])
        found = fits(one, need, use)
        assert found.bound == kind
        room = use.parameters(one, found.year, "middle")[kind]  # type: ignore[index]
        wants = need.total if kind == "memory" else need.active
        assert wants * 2 ** (-(found.year - 2025) * 12 / 9) == pytest.approx(room)


def test_below_the_floor_only_the_device_moves() -> None:
    need = Need(total=100e9, active=100e9, year=2025.0, halving=3.0, floor=64e9)
    found = fits(machine(8e9), need, Use(bits=4, usable=0.5))
    assert found.year == pytest.approx(2025 + math.log2(64e9 / 8e9) / 0.5)
    stuck = Machine(memory=steady(8e9, 0.0), bandwidth=steady(1e15, 0), operations=steady(1e20, 0))
    assert math.isinf(fits(stuck, need, Use(bits=4, usable=0.5)).year)


def test_what_fits_fits_at_once_and_a_faster_pace_is_never_later() -> None:
    need = Need(total=1e9, active=1e9, year=2025.5)
    assert fits(machine(), need, Use()).year == 2025.5
    need = Need(total=500e9, active=500e9, year=2025.0, halving=8)
    years = [fits(machine(), need, Use(), pace=pace).year for pace in ("fast", "middle", "slow")]  # type: ignore[arg-type]
    assert years == sorted(years)


@given(scale=st.floats(0.1, 10))
def test_sixteen_bits_want_four_times_the_memory_of_four(scale: float) -> None:
    one = machine(16e9 * scale)
    four = Use(bits=4).parameters(one, 2025.0, "middle")["memory"]
    assert Use(bits=16).parameters(one, 2025.0, "middle")["memory"] == pytest.approx(four / 4)


def test_growth_is_one_slope_and_a_height_for_each_class() -> None:
    rng = np.random.default_rng(1)
    years = [2018.0, 2020.0, 2022.0, 2024.0, 2026.0]
    classes = {
        name: (years, [height * 2 ** (0.4 * (y - 2018) + rng.normal(0, 0.1)) for y in years])
        for name, height in (("a", 4.0), ("b", 64.0), ("c", 16.0), ("d", 8.0))
    }
    found = growth(classes)
    assert found["a"].slow < 0.4 < found["a"].fast
    assert found["a"].middle == pytest.approx(0.4, abs=0.05)
    assert found["b"].value / found["a"].value == pytest.approx(16, rel=0.3)
    assert found["a"].at(2028.0) == pytest.approx(found["a"].value * 2 ** (2 * found["a"].middle))


def test_a_class_of_one_device_and_values_of_nothing() -> None:
    assert growth({"a": ([2020.0], [4.0])}) == {}
    alone = growth({"a": ([2020.0, 2022.0], [4.0, 8.0])})["a"]
    assert alone.slow == alone.middle == alone.fast == pytest.approx(0.5)
    with pytest.raises(ValueError, match="above 0"):
        growth({"a": ([2020.0, 2021.0], [4.0, 0.0])})


def test_the_interval_of_growth_holds_the_truth() -> None:
    """Six classes of five devices whose own growth differs: 90 % is meant."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(300):
        classes = {}
        for k in range(6):
            years = np.sort(rng.uniform(2015, 2026, 5))
            own = 0.35 + rng.normal(0, 0.08)
            values = 2 ** (3 + k + own * (years - 2020) + rng.normal(0, 0.3, 5))
            classes[str(k)] = (years.tolist(), values.tolist())
        one = growth(classes)["0"]
        held += one.slow <= 0.35 <= one.fast
    assert 0.85 <= held / 300 <= 0.96
