from __future__ import annotations

from typing import Any

import pytest
from games_players import numbers_in, play
from hypothesis import given
from hypothesis import strategies as st

from mingan.bank.games.hidden_rule import HiddenRule
from mingan.bank.games.rules import LARGEST, BadRule, fits, function, of_words
from mingan.records import Question

GAME = HiddenRule()
LINEAR = {"kind": "linear", "a": 3, "b": 5}


def asked(rule: Any = LINEAR, tests: Any = (12, 40, 100), **params: Any) -> Question:
    params = {"rule": rule, "tests": list(tests), "probes": 3, **params}
    return Question(id="h", prompt="试出规律。", kind="hidden-rule", params=params)


@pytest.mark.parametrize(
    ("rule", "value", "result"),
    [
        (LINEAR, 4, 17), ({"kind": "quadratic", "a": 1, "c": 2}, -3, 11),
        ({"kind": "mod", "m": 7}, -1, 6),
        ({"kind": "distance", "c": 10}, 3, 7), ({"kind": "digit-sum"}, -345, 12),
        ({"kind": "digit-product"}, 234, 24), ({"kind": "reverse-digits"}, 120, 21),
        ({"kind": "divisors"}, 36, 9), ({"kind": "divisors"}, 0, 0), ({"kind": "ones"}, 13, 3),
        ({"kind": "gcd", "n": 12}, 18, 6), ({"kind": "clip", "low": 3, "high": 9}, 20, 9),
        ({"kind": "piecewise", "at": 10, "below": LINEAR, "from": {"kind": "mod", "m": 4}}, 9, 32),
        ({"kind": "piecewise", "at": 10, "below": LINEAR, "from": {"kind": "mod", "m": 4}}, 10, 2),
        ({"kind": "parity", "even": {"kind": "ones"}, "odd": LINEAR}, 5, 20),
        ({"kind": "then", "first": LINEAR, "second": {"kind": "digit-sum"}}, 4, 8),
        ({"kind": "backwards"}, "abc", "cba"), ({"kind": "length"}, "abc", 3),
        ({"kind": "vowels"}, "banana", 3), ({"kind": "sorted"}, "cab", "abc"),
        ({"kind": "shift", "by": 1}, "xyz", "yza"), ({"kind": "ends"}, "horse", "he"),
        ({"kind": "without", "letters": "aeiou"}, "horse", "hrs"),
        ({"kind": "twice"}, "ab", "abab"),
        ({"kind": "then", "first": {"kind": "length"}, "second": LINEAR}, "abc", 14),
    ],
)  # fmt: skip
def test_what_a_rule_gives(rule: dict[str, Any], value: Any, result: Any) -> None:
    assert function(rule)(value) == result
    assert of_words(rule) is isinstance(value, str)


@pytest.mark.parametrize(
    "rule",
    [
        None, {}, {"kind": "eval", "code": "1"}, {"kind": "linear"}, {"kind": "mod", "m": 0},
        {"kind": "linear", "a": "3"}, {"kind": "linear", "a": True}, {"kind": "mod", "m": 10**9},
        {"kind": "parity", "even": LINEAR, "odd": {"kind": "backwards"}},
        {"kind": "then", "first": LINEAR, "second": {"kind": "backwards"}},
        {"kind": "then", "first": LINEAR, "second": {"kind": "divisors"}},
        {"kind": "then", "first": {"kind": "backwards"}, "second": LINEAR},
    ],
)  # fmt: skip
def test_what_is_no_rule(rule: Any) -> None:
    with pytest.raises(BadRule):
        function(rule)
    assert GAME.faults(asked(rule))


def test_a_player_that_works_it_out_is_right() -> None:
    def player(heard: list[str]) -> str:
        if len(heard) == 1:
            return "试：0"
        if len(heard) == 2:
            return "f(1)"
        if "现在请写出" not in heard[-1]:
            return "我知道了，开始作答"
        b, a = numbers_in(heard[1])[1], numbers_in(heard[2])[1]
        return "f(12)=" + "，".join(str((a - b) * x + b) for x in (12, 40, 100))

    said = play(GAME, asked(), player)
    result = GAME.result(asked(), said)
    assert len(said) == 4
    assert (result.verdict, result.score, result.extracted) == ("right", 1.0, "41、125、305")


def test_after_the_last_probe_the_tests_are_asked_for_with_its_result() -> None:
    move = GAME.next(asked(), ["1", "2", "3"])
    assert move is not None
    assert move.text.startswith("f(3) = 14。现在请写出 f(12)、f(40)、f(100) 的值")
    assert GAME.next(asked(), ["1", "2", "3", "0"]) is None


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("5", "f(5) = 20。"), ("我想试 5。", "f(5) = 20。"), ("f(-2)", "f(-2) = -1。"),
        ("先前 f(1)=8，这次试：7", "f(7) = 26。"), ("3 或者 4", "没看懂"), ("", "没看懂"),
        ("１２", "f(12) = 41。"), (str(LARGEST + 1), "没看懂"), ("2.5", "没看懂"),
        ("x" * 500, "没看懂"), ("试：1,000", "f(1000) = 3005。"), ("试：1、2", "没看懂"),
        ("试：3 和 5", "没看懂"), ("试：12.5", "没看懂"), ("试：7。前面 f(1)=8", "f(7) = 26。"),
        ("试：7\n1 已经试过", "f(7) = 26。"), ("f(7)=?", "f(7) = 26。"), ("试：$7$", "f(7) = 26。"),
        ("试：\\boxed{7}", "f(7) = 26。"), ("试：x=7", "f(7) = 26。"),
        ("试：7（质数）", "f(7) = 26。"),
    ],
)  # fmt: skip
def test_how_a_probe_is_read(text: str, begins: str) -> None:
    move = GAME.next(asked(), [text])
    assert move is not None
    assert move.text.startswith(begins)
    assert "还可以试 2 次" in move.text


@pytest.mark.parametrize(
    ("text", "verdict", "score"),
    [
        ("41，125，305", "right", 1.0), ("f(12)=41, f(40)=125, f(100)=305", "right", 1.0),
        ("规律是 3x+5。\n41, 125, 305", "right", 1.0), ("41, 125, 304", "wrong", 2 / 3),
        ("f(12)=41\nf(40)=125\nf(100)=305", "right", 1.0), ("我不知道", "wrong", 0.0),
        ("41, 125", "wrong", 2 / 3), ("41, 125, 305, 7", "unsure", None), ("", "unsure", None),
    ],
)  # fmt: skip
def test_how_the_tests_are_judged(text: str, verdict: str, score: float | None) -> None:
    result = GAME.result(asked(), ["1", "2", "3", text])
    assert (result.verdict, result.score) == (verdict, score), result.reason


def test_words_have_rules_too() -> None:
    question = asked({"kind": "backwards"}, ["apple", "moon"])
    move = GAME.next(question, ["试：cat"])
    assert move is not None
    assert move.text.startswith("f(cat) = tac。")
    assert GAME.result(question, ["cat", "dog", "sun", "elppa, noom"]).verdict == "right"
    assert GAME.result(question, ["cat", "dog", "sun", "f(apple)=elppa, f(moon)=noon"]).score == 0.5


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("试：hello world", "没看懂"), ("试：cat, dog", "没看懂"), ("试：cat 和 dog", "没看懂"),
        ("试：don't", "没看懂"), ("试：\\boxed{\\text{cat}}", "f(cat) = tac。"),
        ("试：cat（猫）", "f(cat) = tac。"), ("试：cat。f(dog)=god", "f(cat) = tac。"),
    ],
)  # fmt: skip
def test_how_a_word_is_read(text: str, begins: str) -> None:
    move = GAME.next(asked({"kind": "backwards"}, ["apple"]), [text])
    assert move is not None
    assert move.text.startswith(begins), move.text


@pytest.mark.parametrize(
    "text",
    [
        "\\boxed{elppa, noom}", "$\\text{elppa}$, $\\text{noom}$",
        "答案：\\boxed{\\text{elppa},\\ \\text{noom}}",
        "f(apple)=\\boxed{elppa}, f(moon)=\\boxed{noom}",
    ],
)  # fmt: skip
def test_words_in_latex_are_the_words_in_it(text: str) -> None:
    question = asked({"kind": "backwards"}, ["apple", "moon"])
    assert GAME.result(question, ["cat", "dog", "sun", text]).verdict == "right"
    wrong = text.replace("noom", "moon")
    assert GAME.result(question, ["cat", "dog", "sun", wrong]).verdict == "wrong"


@pytest.mark.parametrize(
    "params",
    [{"tests": []}, {"tests": ["abc"]}, {"tests": [10**6]}, {"probes": 0}, {"tests": [True]}],
)
def test_what_keeps_a_question_from_being_played(params: dict[str, Any]) -> None:
    assert GAME.faults(asked(**params))
    assert GAME.faults(asked()) == []


@given(st.integers(-LARGEST, LARGEST))
def test_every_bounded_number_has_a_result(value: int) -> None:
    for kind in ("digit-sum", "digit-product", "reverse-digits", "divisors", "ones"):
        assert isinstance(function({"kind": kind})(value), int)
    assert fits(value, words=False)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_no_text_whatever_breaks_it_and_it_ends(said: list[str]) -> None:
    GAME.result(asked(), said)
    GAME.next(asked(), said)
    assert GAME.next(asked(), ["嗯"] * GAME.most(asked())) is None


@pytest.mark.parametrize(
    ("tests", "text", "verdict"),
    [
        ((1, 2, 4), "8，11，17\n\n我猜规律是先乘 3 再加 5，一共试了 2 次。", "right"),
        ((1, 2, 4), "8，11，16\n\n我猜规律是先乘 3 再加 5，一共试了 2 次。", "wrong"),
        ((1, 2), "1: 8\n2: 11", "right"), ((1, 2), "1: 8\n2: 12", "wrong"),
        ((1, 2), "1. 8\n2. 11", "right"), ((1, 2), "f(1)=8\nf(2)=11", "right"),
        ((12, 40), "12, 40\n41, 125", "right"), ((12, 40), "12→41，40→125", "right"),
        ((12, 40), "f(12)=3×12+5=41\nf(40)=3×40+5=125", "right"),
        ((12, 40), "| x | f(x) |\n|---|---|\n| 12 | 41 |\n| 40 | 125 |", "right"),
        ((12, 40), "41，125\n42，125", "right"), ((12, 40), "42，125\n41，126", "unsure"),
        ((12, 40), "四十一、一百二十五", "right"), ((500, 1000), "1,505, 3,005", "right"),
        ((12, 40), "我认为答案是：41，125，因为 f(x)=3x+5", "right"),
        ((12, 40), "f(12)、f(40) 的值分别是 41、125。", "right"),
        ((12, 40), "f(12)=41\nf(12)=42\nf(40)=125", "unsure"),
    ],
)  # fmt: skip
def test_the_values_are_found_wherever_they_stand(
    tests: tuple[int, ...], text: str, verdict: str
) -> None:
    result = GAME.result(asked(tests=tests), ["1", "2", "3", text])
    assert result.verdict == verdict, result
