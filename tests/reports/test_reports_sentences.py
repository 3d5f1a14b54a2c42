"""The sentences never say more than the numbers: checked over made-up comparisons of every kind."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports_fake import comparison, score

from mingan.reports import sentences
from mingan.reports.sentences import points
from mingan.reports.standing import between, claim, flipped, standing
from mingan.statistics.results import Comparison

NUMBER = re.compile(r"−?\d+(?:\.\d+)?")
SIDE = st.sampled_from(["a", "b", "cannot tell"])
GAP = st.floats(-1, 1, allow_nan=False)
CHANCE = st.floats(0, 1, allow_nan=False)

comparisons = st.builds(
    Comparison,
    a=st.just("alpha"),
    b=st.just("beta"),
    difference=GAP,
    low=GAP,
    high=GAP,
    p=CHANCE,
    p_adjusted=st.one_of(CHANCE, st.just(0.001)),
    verdict=SIDE,
    wins=st.integers(0, 500),
    losses=st.integers(0, 500),
    ties=st.integers(0, 500),
    questions=st.integers(0, 2000),
    questions_needed=st.one_of(st.none(), st.integers(0, 10**9)),
    detectable=st.floats(0, 1),
    unsure_matters=st.booleans(),
    method=st.sampled_from(["mcnemar", "sign-flip"]),
)


def numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


def test_a_clear_difference_is_said_with_its_interval_and_tally() -> None:
    said = sentences.compare_sentence(comparison("gpt4", "moss", 60, 5, 100))
    assert said.zh.startswith("gpt4 确定高于 moss：gpt4 高 33 分（95% 区间 ")
    assert "165 道题上 60 胜 5 负、100 题相同" in said.zh
    assert said.en.startswith("gpt4 is better than moss for certain: gpt4 is 33 points ahead")


def test_the_leader_is_named_first_whichever_way_round_the_pair_is_kept() -> None:
    kept = comparison("moss", "gpt4", 5, 60, 100)
    assert sentences.compare_sentence(kept) == sentences.compare_sentence(flipped(kept))


def test_cannot_tell_yet_says_how_many_questions_more() -> None:
    pair = replace(comparison("gpt4", "gpt3.5", 16, 9, 52), questions_needed=297)
    said = sentences.compare_sentence(pair)
    assert "还分不出高下" in said.zh
    assert "大约还要 220 道题" in said.zh
    assert "about 220 more questions" in said.en


def test_the_tally_adds_up_to_the_questions() -> None:
    said = sentences.compare_sentence(replace(comparison("x", "y", 27, 9, 121), questions=232))
    assert "232 道题上 27 胜 9 负、121 题相同、75 题没有定论" in said.zh
    assert "27 won, 9 lost and 121 drawn (75 undecided) on the same 232 questions" in said.en


def test_no_difference_seen_is_never_called_equal() -> None:
    said = sentences.compare_sentence(comparison("a1", "b1", 10, 10, 60))
    assert "不等于两者一样好" in said.zh
    assert "does not mean that there is none" in said.en


def test_a_verdict_that_unknowns_could_overturn_is_not_certain() -> None:
    pair = replace(comparison("gpt4", "moss", 60, 5, 100), unsure_matters=True)
    said = sentences.compare_sentence(pair)
    assert "确定" not in said.zh
    assert "这个结论就不成立" in said.zh
    assert "for certain" not in said.en
    assert "would not stand" in said.en


def test_significant_alone_but_not_among_all_pairs_is_not_better() -> None:
    pair = replace(comparison("gpt4", "moss", 16, 4, 57), verdict="a", p_adjusted=0.4)
    said = sentences.compare_sentence(pair)
    assert "gpt4 和 moss 分不出高下" in said.zh
    assert "better" not in said.en


def test_few_questions_are_called_few() -> None:
    said = sentences.compare_sentence(comparison("gpt4", "moss", 6, 0, 0))
    assert "只有 6 道题" in said.zh
    assert "only 6 questions" in said.en
    assert "只有 3 道题" in sentences.score_sentence(score("gpt4", 2, 1)).zh


@given(comparisons)
@settings(max_examples=400, deadline=None)
def test_never_better_without_a_verdict_nor_certain_without_holm(pair: Comparison) -> None:
    said = sentences.compare_sentence(pair)
    better = "高于" in said.zh
    assert better == ("is better than" in said.en)
    if better:
        assert pair.verdict != "cannot tell"
        assert pair.p_adjusted <= 0.05 + 1e-9
        first, second = ("alpha", "beta") if pair.verdict == "a" else ("beta", "alpha")
        assert re.match(rf"{first} (确定)?高于 {second}：", said.zh)
        assert said.en.startswith(f"{first} is better than {second}")
    if "确定高于" in said.zh or "for certain" in said.en:
        assert claim(pair) == "certain"
        assert not pair.unsure_matters
    for word in ("一样好", "相当", "equal", "the same as", "as good as"):
        assert word not in said.zh.replace("不等于两者一样好", "")
        assert word not in said.en


@given(comparisons)
@settings(max_examples=300, deadline=None)
def test_numbers_are_those_of_the_comparison_in_both_languages(pair: Comparison) -> None:
    said = sentences.compare_sentence(pair)
    assert numbers(said.zh) == numbers(said.en)
    if pair.questions == 0:
        return
    lead = pair if pair.difference >= 0 else flipped(pair)
    expected = [points(lead.difference), "95", points(lead.low), points(lead.high)]
    expected += [str(n) for n in (lead.questions, lead.wins, lead.losses, lead.ties)]
    assert not Counter(expected) - numbers(said.zh)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 9), st.integers(0, 9))
def test_score_sentences_agree_in_both_languages(
    right: int, wrong: int, unsure: int, failed: int
) -> None:
    made = score("gpt-x", right, wrong, unsure, failed=failed)
    for sentence in (sentences.score_sentence, sentences.unknown_sentence, sentences.tie_group):
        said = sentence(made)
        assert numbers(said.zh) == numbers(said.en)
        assert "nan" not in said.zh + said.en


@given(GAP)
def test_points_are_whole_and_never_hide_a_small_difference(value: float) -> None:
    said = points(value)
    shown = float(said.replace("−", "-"))
    assert abs(shown - 100 * value) <= 0.5 + 1e-9
    if abs(value) >= 0.0005:
        assert shown != 0
    assert said != "−0"


def test_points_of_nothing_known() -> None:
    assert points(math.nan) == "?"


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("gpt-4.1", "gpt-4.1", "gpt-4.1"),
        ("商量", "「商量」", "“商量”"),
        ("A is better than B", "「A is better than B」", "“A is better than B”"),
        ("x」，确定高于「y", "「x›，确定高于‹y」", "“x」，确定高于「y”"),
        ("a\u202eb\nc\x00", "「a⟦U+202E⟧b c␀」", "“a⟦U+202E⟧b c␀”"),
        ("", "「?」", "“?”"),
    ],
)
def test_names_are_quoted_so_that_they_cannot_be_misread(name: str, zh: str, en: str) -> None:
    assert sentences.named(name) == (zh, en)


def _ladder(verdicts: dict[str, Comparison]) -> dict[tuple[str, str], Comparison]:
    return {("m0", other): replace(pair, a="m0", b=other) for other, pair in verdicts.items()}


def _scores(count: int) -> list[sentences.Score]:
    return [score(f"m{i}", 90 - 5 * i, 10 + 5 * i) for i in range(count)]


CLEAR = comparison("x", "y", 60, 5, 35)
BLUR = comparison("x", "y", 12, 10, 78)


def test_headline_counts_the_models_at_the_end_and_names_the_open_one() -> None:
    pairs = _ladder({f"m{i}": BLUR if i == 1 else CLEAR for i in range(1, 6)})
    said = sentences.headline(_scores(6), pairs)
    assert said.zh == "m0 确定高于后 4 个模型，但和 m1 分不出高下。"
    assert said.en == (
        "m0 is better than the last 4 models for certain, but cannot be told apart from m1."
    )


def test_headline_of_an_undecided_field() -> None:
    said = sentences.headline(_scores(5), _ladder({f"m{i}": BLUR for i in range(1, 5)}))
    assert said.zh == "m0 得分最高，但和其余 4 个模型分不出高下。"
    assert "better" not in said.en


def test_headline_of_two_models() -> None:
    won = sentences.headline(_scores(2), _ladder({"m1": CLEAR}))
    assert won.zh == "m0 确定高于 m1。"
    assert won.en == "m0 is better than m1 for certain."


def test_headline_says_which_verdicts_hang_on_the_unknown() -> None:
    shaky = replace(CLEAR, unsure_matters=True)
    said = sentences.headline(_scores(3), _ladder({"m1": shaky, "m2": CLEAR}))
    assert said.zh == "m0 确定高于 m2，按目前判出的回答也高于 m1。"
    assert "for certain, going by the answers decided so far also better than m1" in said.en
    only = sentences.headline(_scores(2), _ladder({"m1": shaky}))
    assert only.zh == "按目前判出的回答，m0 高于 m1。"
    assert only.en == "Going by the answers decided so far, m0 is better than m1."


def test_headline_says_when_pairs_disagree_with_the_order_of_scores() -> None:
    worse = flipped(replace(CLEAR, a="m1", b="m0"))
    said = sentences.headline(_scores(2), {("m0", "m1"): worse})
    assert "m1 反而更好" in said.zh
    assert "高于" not in said.zh


def test_headline_ranks_no_model_with_few_questions_and_compares_nothing_untested() -> None:
    tiny = score("tiny", 5, 0)
    said = sentences.headline([tiny, *_scores(2)], {})
    assert "tiny" not in said.zh
    assert "没有成对比较" in said.zh
    assert "高于" not in said.zh


def test_headline_without_scores() -> None:
    assert "还没有" in sentences.headline([], {}).zh
    assert "还没有" in sentences.headline([score("m", 0, 0, 4)], {}).zh


def test_headline_about_the_rest_counts_neighbours() -> None:
    scores = _scores(5)
    pairs = {
        (a.model, b.model): replace(
            CLEAR if (i == 0 or (i, j) == (1, 2)) else BLUR, a=a.model, b=b.model
        )
        for i, a in enumerate(scores)
        for j, b in enumerate(scores)
        if i < j
    }
    said = sentences.headline(scores, pairs)
    assert "其余 4 个模型里，相邻的 3 对有 2 对分不出高下。" in said.zh
    assert "Among the other 4, 2 of the 3 neighbouring pairs" in said.en
    assert numbers(said.zh.replace("m0", "")) == numbers(said.en.replace("m0", "")) + Counter()


@given(comparisons)
def test_looking_from_the_other_side_changes_nothing_but_the_side(pair: Comparison) -> None:
    assert claim(flipped(pair)) == claim(pair)
    kept = {("alpha", "beta"): pair}
    assert between(kept, "alpha", "beta") == pair
    seen = between(kept, "beta", "alpha")
    assert seen is not None
    assert (seen.a, seen.wins) == ("beta", pair.losses)
    ours, theirs = standing("alpha", ["beta"], kept), standing("beta", ["alpha"], kept)
    assert bool(ours.above) == bool(theirs.below)
    assert bool(ours.above_if) == bool(theirs.below_if)
    assert bool(ours.open) == bool(theirs.open)


def test_rank_is_a_range_and_absent_where_questions_are_few() -> None:
    made = replace(score("m", 40, 20), rank_low=1, rank_high=3)
    assert sentences.rank_range(made) == "1–3"
    assert sentences.rank_range(replace(made, rank_high=1)) == "1"
    assert sentences.rank_range(replace(made, questions=9)) == ""
    assert sentences.rank_range(score("m", 40, 20)) == ""
