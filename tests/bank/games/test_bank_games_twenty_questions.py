from __future__ import annotations

from itertools import pairwise
from math import ceil, log2
from typing import Any

import pytest
from games_players import Asker, Halver, Knower, depth, play
from hypothesis import given
from hypothesis import strategies as st

from mingan.bank.games.knowledge import table
from mingan.bank.games.twenty_questions import FREE, TwentyQuestions
from mingan.records import Question

GAME = TwentyQuestions()
NUMBERS = "numbers:1-64"


def asking(thing: str = "大象", aliases: tuple[str, ...] = (), **params: Any) -> Question:
    return Question(
        id="g", prompt="猜一样东西。", kind="twenty-questions", grader="game", aliases=aliases,
        params={"thing": thing, **params},
    )  # fmt: skip


def answer(text: str, **params: Any) -> str:
    move = GAME.next(asking(**params), [text])
    return move.text if move else "（完）"


@pytest.mark.parametrize("candidates", ["all", "兽", ["大象", "狗", "汽车"]])
def test_who_knows_it_at_once_scores_one(candidates: Any) -> None:
    question = asking(candidates=candidates)
    said = play(GAME, question, Knower("大象"))
    assert said == ["我猜：大象"]
    result = GAME.result(question, said)
    assert (result.verdict, result.score, result.extracted) == ("right", 1.0, "大象")


@pytest.mark.parametrize("number", range(1, 65))
def test_halving_64_numbers_takes_six_questions_and_scores_exactly_one(number: int) -> None:
    question = asking(str(number), candidates=NUMBERS, limit=6)
    said = play(GAME, question, Halver(1, 64))
    assert len(said) == 7
    result = GAME.result(question, said)
    assert (result.verdict, result.score) == ("right", 1.0)


def test_asking_64_numbers_one_by_one_scores_what_the_theory_says() -> None:
    question = asking("40", candidates=NUMBERS, limit=60)
    said = [f"是{n}吗？" for n in range(1, 41)]
    assert GAME.next(question, said) is None
    assert GAME.result(question, said).score == 6 / 39


@pytest.mark.parametrize("group", ["兽", "电器", "水果", "all"])
def test_the_best_asker_of_the_table_scores_as_its_tree_says(group: str) -> None:
    things = table().group(group)
    for thing in things[:: max(1, len(things) // 6)]:
        question = asking(thing, candidates=group)
        said = play(GAME, question, Asker(things))
        used = depth(things, thing)
        assert len(said) == used + 1
        result = GAME.result(question, said)
        assert result.verdict == "right"
        assert result.score == min(1.0, ceil(log2(len(things))) / used)


def test_not_finding_it_is_wrong_after_the_last_guess() -> None:
    question = asking(limit=3)
    said = play(GAME, question, lambda heard: "它是动物吗？")
    assert len(said) == 4
    result = GAME.result(question, said)
    assert (result.verdict, result.score) == ("wrong", 0.0)
    assert "大象" in result.reason.zh
    assert GAME.result(question, said[:2]).verdict == "unsure"


def test_the_last_turn_may_still_guess() -> None:
    question = asking(limit=2)
    said = ["它是动物吗？", "它会飞吗？", "答案是大象"]
    move = GAME.next(question, said[:2])
    assert move is not None
    assert "我猜" in move.text
    assert GAME.next(question, said) is None
    assert GAME.result(question, said).verdict == "right"


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("它是动物吗？", "是。"), ("它会飞吗？", "否。"), ("它能吃吗？", "不确定。"),
        ("它是红色的吗？", "否。"), ("它让人想家吗？", "听不懂"),
        ("好的。", "听不懂"),
        ("", "听不懂"), ("它不是动物吗？", "按“它是动物”来答：是。"),
        ("它没有翅膀吗？", "按“它有翅膀”来答：否。"), ("它是老虎吗？", "否，不是“老虎”。"),
        ("它是动物吗？它会飞吗？", "请一次只问一个"), ("我猜：老虎\n我猜：大象", "请一次只问一个"),
        ("<think>它是大象吗？</think>它有尾巴吗？", "是。"), ("我猜：老虎、大象、狗", "否，不是"),
        ("我猜是一只老虎。", "否，不是“老虎”。"), ("它是大象吗？", "（完）"),
        ("我猜：象！", "（完）"),
        ("**答案是：大象**", "（完）"), ("是不是大象？", "（完）"),
    ],
)  # fmt: skip
def test_what_is_answered(text: str, begins: str) -> None:
    assert answer(text).startswith(begins), answer(text)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("它大于 32 吗？", "是。"), ("它小于20吗", "否。"), ("这个数是偶数吗？", "否。"),
        ("它能被3整除吗？", "是。"), ("它在 30 到 40 之间吗？", "是。"), ("它比33大吗？", "否。"),
        ("它是33吗？", "（完）"), ("三十三", "（完）"), ("我猜：三十三", "（完）"),
        ("它不大于 32 吗？", "按“它大于32”来答：是。"), ("它是质数吗？", "否。"),
        ("是12吗？", "否，不是“12”"),
        ("它大于等于33吗？", "是。"), ("它是5的倍数吗？", "否。"), ("它除以 4 余 1 吗？", "是。"),
        ("它的个位数是3吗？", "是。"), ("它是两位数吗？", "是。"), ("它能被0整除吗？", "否。"),
    ],
)  # fmt: skip
def test_what_is_answered_about_a_number(text: str, begins: str) -> None:
    assert answer(text, thing="33", candidates=NUMBERS).startswith(begins)


def test_another_name_of_the_thing_finds_it() -> None:
    assert GAME.result(asking("番茄"), ["我猜：西红柿"]).verdict == "right"
    assert GAME.result(asking("番茄", ("洋柿子",)), ["我猜：洋柿子"]).verdict == "right"


def test_a_wrong_guess_and_an_unclear_question_count() -> None:
    question = asking("33", candidates=NUMBERS)
    said = ["嗯", "是1吗？"] + ["它大于 1 吗？"] * 6 + ["我猜：33"]
    assert GAME.result(question, said).score == 6 / 8


@pytest.mark.parametrize(
    "params",
    [
        {"thing": "飞碟"}, {"thing": "大象", "candidates": "电器"}, {"thing": "大象", "limit": 0},
        {"thing": "大象", "candidates": ["大象", "飞碟"]}, {"thing": "大象", "candidates": []},
        {"thing": "65", "candidates": NUMBERS}, {"thing": "x", "candidates": NUMBERS},
        {"thing": "大象", "limit": True}, {"thing": "大象", "candidates": "没有这一组"},
    ],
)  # fmt: skip
def test_what_keeps_a_question_from_being_played(params: dict[str, Any]) -> None:
    assert GAME.faults(asking(**params))


def test_a_sound_question_has_no_faults() -> None:
    assert GAME.faults(asking(candidates="all", limit=20)) == []
    assert GAME.faults(asking("64", candidates=NUMBERS)) == []


texts = st.one_of(
    st.text(max_size=60), st.sampled_from(["它是动物吗？", "我猜：", "答案是", "？" * 50])
)


@given(st.lists(texts, min_size=1, max_size=8), st.sampled_from(["大象", "33"]))
def test_no_text_whatever_breaks_it_and_it_ends(said: list[str], thing: str) -> None:
    question = asking(thing, candidates="all" if thing == "大象" else NUMBERS, limit=4)
    GAME.result(question, said)
    count = 1
    while count < len(said) and GAME.next(question, said[:count]) is not None:
        count += 1
    assert count <= GAME.most(question)
    assert GAME.next(question, ["嗯"] * GAME.most(question)) is None


def test_what_is_left_is_told() -> None:
    question = asking(limit=5)
    told = [GAME.next(question, ["它是动物吗？"] * n) for n in range(1, 5)]
    lefts = [int(move.text.split("还可以问 ")[1].split(" ")[0]) for move in told if move]
    assert all(a - b == 1 for a, b in pairwise(lefts))
    assert lefts[0] == 4


@pytest.mark.parametrize(
    ("thing", "texts"),
    [
        ("大象", ("大象", "大象。", "**大象**", "是大象。", "它是大象", "我猜它是大象。",
        "应该是大象",
                  "应该是大象吧？", "我猜是一头大象吧", "我猜是大象吗？", "答案应该是大象！",
                  "那就是大象了",
                  "大象（它鼻子很长）", "大象。因为它鼻子很长。", "好的，大象！", "第 3 问：大象")),
        ("33", ("33", "33！", "33吧", "三十三", "是33。", "我猜是33吧", "我猜 33", "我猜这个数是33",
        "应该是33")),
    ],
)  # fmt: skip
def test_a_turn_that_is_only_a_name_is_a_guess(thing: str, texts: tuple[str, ...]) -> None:
    question = asking(thing, candidates="all" if thing == "大象" else NUMBERS, limit=2)
    for text in texts:
        assert GAME.next(question, [text]) is None, text
        assert GAME.result(question, ["嗯", "嗯", text]).verdict == "right", text


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("飞碟", "unsure"), ("嗯……", "unsure"), ("", "unsure"), ("大象或老虎", "unsure"),
        ("我猜：老虎\n我猜：大象", "unsure"), ("它会飞吗？", "wrong"), ("它是红色的吗？它会飞吗？",
        "wrong"),
        ("老虎", "wrong"), ("我猜：飞碟", "wrong"), ("我猜它是动物。", "wrong"), ("我放弃。",
        "wrong"),
        ("它让人想家吗？", "unsure"),
    ],
)  # fmt: skip
def test_a_last_turn_that_cannot_be_read_is_unsure(text: str, verdict: str) -> None:
    assert GAME.result(asking(limit=1), ["它会飞吗？", text]).verdict == verdict


ODD = "它让人想家吗？"


def test_a_question_that_we_do_not_understand_does_not_count() -> None:
    question = asking(limit=3)
    move = GAME.next(question, ["它是动物吗？", ODD])
    assert move is not None
    assert move.text.endswith("这一次不算数。你还可以问 2 个问题。")
    said = ["它是动物吗？", ODD, ODD, "它会飞吗？", "我猜：大象"]
    assert GAME.result(question, said) == GAME.result(question, ["它是动物吗？", *said[3:]])


def test_only_so_many_questions_are_free_and_the_game_ends() -> None:
    question = asking(limit=3)
    said = play(GAME, question, lambda heard: ODD)
    assert len(said) == FREE + 4 == GAME.most(question)
    assert GAME.result(question, said).verdict == "wrong"
    free, charged = (GAME.next(question, said[:n]) for n in (FREE, FREE + 1))
    assert free is not None
    assert charged is not None
    assert "不算数" in free.text
    assert "不算数" not in charged.text
    assert "还可以问 2 个" in charged.text


def test_a_turn_that_asks_nothing_counts() -> None:
    move = GAME.next(asking(limit=3), ["嗯。"])
    assert move is not None
    assert "不算数" not in move.text
    assert "还可以问 2 个" in move.text


def test_a_statement_that_would_be_a_question_is_answered_as_one() -> None:
    assert answer("它会飞。").startswith("否。")
    assert answer("好的。大于 32。", thing="33", candidates=NUMBERS).startswith("是。")
    assert answer("它是动物。它会飞。").startswith("听不懂")


def test_a_property_that_is_guessed_is_a_question() -> None:
    assert answer("我猜它是动物。").startswith("是。")
    assert answer("我猜它是动物。它会飞吗？").startswith("否。你")
    assert answer("我猜它会飞吗？").startswith("否。你")


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("它的十位数是三吗？", "是。"), ("能被三整除吗？", "是。"), ("它是两位数吗？", "是。"),
        ("大于一百零五吗？", "否。"), ("它是一位数吗？", "否。"), ("它是一个偶数吗？", "否。"),
    ],
)  # fmt: skip
def test_numbers_may_be_written_in_chinese(text: str, begins: str) -> None:
    assert answer(text, thing="33", candidates=NUMBERS).startswith(begins)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("这个数 > 432 吗？", "是。"), ("> 432 吗？", "是。"), ("> 这个数大于 432 吗？", "是。"),
        ("> 我猜：441", "否，不是“441”"), ("N > 432 吗？", "是。"), ("$N \\geq 433$？", "是。"),
        ("432 < N < 440？", "是。"), ("整数大于 432 吗？", "是。"),
        ("您心里的整数大于 432 吗？", "是。"),
        ("您想的数小于 432 吗？", "否。"), ("它大于 432.5 吗？", "是。"),
        ("比 432.5 小吗？", "否。"),
        ("它在 400 到 432 之间吗（含两端）？", "否。"), ("它在 400 到 433（含）之间吗？", "是。"),
        ("它在 400 到 433 之间（不含 433）吗？", "否。"),
        ("它在 433 到 440 之间（不含）吗？", "否。"),
        ("它大于 432（即 433 到 463）吗？", "是。"), ("它在 [400, 431] 区间内吗？", "否。"),
        ("它属于 400～440 吗？", "是。"), ("400 - 431 吗？", "否。"), ("十位数字是 3 吗？", "是。"),
        ("3. 大于 432 吗？", "是。"), ("它是 433 或 435 吗？", "是。"),
        ("它是 432、434 吗？", "否。"),
        ("它是 433（不含）吗？", "听不懂"), ("433 以上吗？", "听不懂"), ("432 及以上吗？", "是。"),
    ],
)  # fmt: skip
def test_numbers_are_asked_for_in_many_ways(text: str, begins: str) -> None:
    said = answer(text, thing="433", candidates="numbers:400-463")
    assert said.startswith(begins), said


@pytest.mark.parametrize("aside", ["（不含 433）", "（不含两端）", "（除了 433）", "（仅限奇数）"])
def test_an_aside_that_changes_the_question_is_never_passed_over(aside: str) -> None:
    said = answer(f"它在 433 到 440 之间{aside}吗？", thing="433", candidates="numbers:400-463")
    assert not said.startswith("是。")


@pytest.mark.parametrize(
    "text",
    ["我猜：名称：大象", "我猜的是大象", "名称：大象", "我猜：\\boxed{\\text{大象}}",
     "我猜：$大象$", "> 我猜：大象", "我猜：大象（elephant）"],
)  # fmt: skip
def test_a_guess_may_be_dressed_up(text: str) -> None:
    assert GAME.result(asking(), [text]).verdict == "right"
    assert GAME.result(asking("老虎", limit=1), ["它会飞吗？", text]).verdict == "wrong"


@pytest.mark.parametrize(
    "text", ["我猜：$33$", "我猜：\\boxed{33}", "我猜： \\(33\\)", "\\boxed{33}"]
)
def test_a_guessed_number_may_be_dressed_up(text: str) -> None:
    assert GAME.result(asking("33", candidates=NUMBERS), [text]).verdict == "right"
    assert GAME.result(asking("32", candidates=NUMBERS), [text]).verdict == "unsure"


def test_a_remark_in_brackets_does_not_hide_a_question() -> None:
    assert answer("它是动物（比如猫）吗？").startswith("是。")
    assert answer("(1) 它是动物吗？").startswith("是。")
    assert answer("它是动物（不包括大象）吗？").startswith("听不懂")
