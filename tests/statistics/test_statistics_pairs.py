import numpy as np
import pytest

from mingan.statistics import UnsureRate
from mingan.statistics.pairs import pair_table, worst_stands
from mingan.statistics.unknowns import gather


def test_blocks_of_pairs_change_nothing(make, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    evidence = gather(make(models=5, undecided=0.1, missing=0.1, strata=2, repeats=2))
    pairs = np.array([(i, j) for i in range(5) for j in range(i)])
    whole = pair_table(evidence, pairs, level=0.95, unsure_rate=UnsureRate())
    monkeypatch.setattr("mingan.statistics.pairs._BLOCK_CELLS", 120)
    parts = pair_table(evidence, pairs, level=0.95, unsure_rate=UnsureRate())
    for name in ("difference", "low", "high", "p", "wins", "questions", "worst_centre"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-12)


def test_without_undecided_answers_every_verdict_stands(make) -> None:  # type: ignore[no-untyped-def]
    evidence = gather(make(models=4))
    pairs = np.array([(0, 1), (0, 2), (0, 3)])
    table = pair_table(evidence, pairs, level=0.95, unsure_rate=UnsureRate())
    assert not table.undecided.any()
    assert worst_stands(table, alpha=0.05, factors=np.ones(3)).all()
    assert table.exact.all()
