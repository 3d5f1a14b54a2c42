from __future__ import annotations

import re

import numpy as np
import pytest

from mingan.reports.twin_sentences import twin_sentence, twin_verdict, twin_words
from mingan.statistics.twins import Shares, TwinTest, references_needed, twin_test


def pairs(wins: int, losses: int, ties: int, *, coin: bool = True) -> TwinTest:
    public = [1] * wins + [0] * losses + [1] * ties
    hidden = [0] * wins + [1] * losses + [1] * ties
    return twin_test(public, hidden, coin=coin)


def with_references(count: int, *, leaked: bool) -> TwinTest:
    rng = np.random.default_rng(8)

    def one() -> tuple[Shares, Shares]:
        public = (rng.random(200) < 0.6).astype(float)
        return public, np.where(rng.random(200) < 0.2, 1 - public, public) * 0.9

    public, hidden = one()
    references = [one() for _ in range(count)]
    return twin_test(np.ones(200) if leaked else public, hidden, coin=False, references=references)


def test_no_sign_says_what_could_have_been_seen() -> None:
    found = pairs(30, 28, 240)
    assert twin_verdict(found) == "no sign"
    said = twin_sentence("甲", found)
    assert "没有看到它见过这些题的迹象" in said.zh
    gap = re.search(r"若真差 (\d+) 分以上", said.zh)
    assert gap is not None
    assert int(gap[1]) == round(found.detectable * 100)
    assert "could" not in said.zh
    assert "no sign" in said.en


def test_a_gap_beyond_chance_is_suspicious_and_one_far_beyond_contaminated() -> None:
    assert twin_verdict(pairs(20, 9, 100)) == "suspicious"
    found = pairs(40, 8, 200)
    assert twin_verdict(found) == "contaminated"
    said = twin_sentence("甲", found)
    assert "受了污染" in said.zh
    assert "p < 0.0001" in said.zh
    assert "contaminated" in said.en


def test_among_many_models_an_accusation_needs_the_corrected_p() -> None:
    found = pairs(20, 9, 100)
    assert twin_verdict(found, p=0.2) != "suspicious"
    assert twin_verdict(pairs(40, 8, 200), p=0.02) == "suspicious"


def test_too_few_pairs_cannot_tell() -> None:
    for found in (pairs(4, 0, 0), pairs(5, 3, 10)):
        assert twin_verdict(found) == "cannot tell"
        assert "题太少" in twin_sentence("甲", found).zh


def test_without_a_coin_it_is_refused_whatever_the_gap() -> None:
    found = pairs(100, 0, 0, coin=False)
    assert twin_verdict(found) == "cannot tell"
    said = twin_sentence("甲", found)
    assert "没有用抛硬币" in said.zh
    assert "19 个" in said.zh
    assert "at least 19 reference models" in said.en
    assert "相差 100 分" in said.zh


def test_too_few_references_cannot_tell_and_say_how_many_it_takes() -> None:
    found = with_references(10, leaked=True)
    assert twin_verdict(found) == "cannot tell"
    said = twin_sentence("甲", found)
    assert "参照模型只有 10 个，至少要 19 个" in said.zh
    assert "only 10 reference models" in said.en


def test_enough_references_can_make_a_model_suspicious() -> None:
    found = with_references(25, leaked=True)
    assert twin_verdict(found) == "suspicious"
    assert "25 个参照模型" in twin_sentence("甲", found).zh
    assert twin_verdict(with_references(25, leaked=False)) == "no sign"


def test_nothing_to_compare_is_said_so() -> None:
    empty = twin_test([None], [1], coin=True)
    assert "没有一对题两边都有定论" in twin_sentence("甲", empty).zh
    apart = twin_test([1, None], [0, 1], coin=False, references=[([None, 1], [None, 1])])
    assert "无从比较" in twin_sentence("甲", apart).zh


@pytest.mark.parametrize("left_out", [0, 2])
def test_pairs_left_out_are_counted(left_out: int) -> None:
    found = twin_test([1] * 40 + [None] * left_out, [1] * 40 + [0] * left_out, coin=True)
    said = twin_sentence("some model", found)
    assert (f"另有 {left_out} 对没有定论" in said.zh) is bool(left_out)
    assert (f"{left_out} more without a verdict" in said.en) is bool(left_out)
    assert said.zh.startswith("「some model」")


def test_every_verdict_has_a_word() -> None:
    for verdict in ("no sign", "suspicious", "contaminated", "cannot tell"):
        words = twin_words(verdict)  # type: ignore[arg-type]
        assert words.zh
        assert words.en


def test_as_many_references_as_are_asked_for_can_convict() -> None:
    found = with_references(references_needed(), leaked=True)
    assert found.p == found.least_p == pytest.approx(0.05)
    assert twin_verdict(found) == "suspicious"
