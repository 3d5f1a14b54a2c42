import numpy as np
import pytest

from mingan.statistics.clusters import design_effect, quantiles
from mingan.statistics.unknowns import gather


def test_without_clusters_the_quantile_is_normal(make) -> None:  # type: ignore[no-untyped-def]
    assert quantiles(gather(make()), 0.95) == pytest.approx([1.95996] * 3, abs=1e-5)


def test_few_clusters_widen_the_quantile_and_one_says_nothing(make) -> None:  # type: ignore[no-untyped-def]
    five = quantiles(gather(make(questions=20, cluster_size=4)), 0.95)
    assert five == pytest.approx([2.77645] * 3, abs=1e-5)
    assert np.isinf(quantiles(gather(make(questions=4, cluster_size=4)), 0.95)).all()


def test_copies_cost_as_much_as_there_are_of_them(make) -> None:  # type: ignore[no-untyped-def]
    evidence = gather(make(models=1, questions=20, cluster_size=4))
    share = np.repeat(np.random.default_rng(0).normal(size=5), 4)[None, :]
    assert design_effect(evidence, share) == pytest.approx([4])
    opposed = np.tile([1.0, -1.0, 1.0, -1.0], 5)[None, :]
    assert design_effect(evidence, opposed) == pytest.approx([1])
    assert design_effect(evidence, np.zeros((1, 20))) == pytest.approx([1])
