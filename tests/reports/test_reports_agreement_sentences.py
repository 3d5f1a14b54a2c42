"""What is said of people's agreement, and that it never says more than the interval bears."""

from __future__ import annotations

import pytest

from mingan.reports.agreement_sentences import agreement_detail, agreement_sentence
from mingan.statistics.agreement import Agreement, agreement

TWO, THREE = ["小林", "阿明"], ["小林", "阿明", "老王"]


def of(same: int, other: int) -> Agreement:
    """Two people who agree on `same` things, half of each kind, and not on `other`."""
    return agreement([[0, 1] * same + [0, 1] * other, [0, 1] * same + [1, 0] * other])


@pytest.mark.parametrize(
    ("found", "zh", "en"),
    [
        (of(95, 5), "判得很一致，判定靠得住", "can be relied on"),
        (of(90, 10), "判得够一致，可以先下结论", "first conclusions"),
        (of(30, 40), "判得不够一致", "do not agree enough"),
        (of(9, 1), "还说不准", "cannot be said yet"),
    ],
)
def test_only_the_whole_interval_counts(found: Agreement, zh: str, en: str) -> None:
    said = agreement_sentence(found, TWO)
    assert zh in said.zh
    assert en in said.en
    assert "小林 和 阿明" in said.zh
    assert f"{found.things} 条里有 {found.same} 条判得一样" in said.zh
    detail = agreement_detail(found)
    assert f"{found.value:.2f}".replace("-", "−") in detail.zh
    assert "95% interval" in detail.en


def test_perfect_agreement_is_no_proof() -> None:
    found = agreement([[0, 1] * 10] * 2)
    assert agreement_sentence(found, TWO).zh == "小林 和 阿明 判过的 20 条全都一样。"
    assert "84% 到 100%" in agreement_detail(found).zh
    alike = agreement([[0] * 10] * 3)
    assert "分不清" in agreement_sentence(alike, THREE).zh
    assert "luck" in agreement_sentence(alike, THREE).en


def test_nothing_shared_and_many_people() -> None:
    assert "说不了" in agreement_sentence(None, TWO).zh
    nan = float("nan")
    assert "No item" in agreement_sentence(agreement([[0, nan], [nan, 1]]), TWO).en
    said = agreement_sentence(agreement([[0, 1, 0, 1]] * 5), ["a", "b", "c", "d", "e"])
    assert said.zh.startswith("5 个人")
    assert said.en == "5 people agree on all 4 items."
