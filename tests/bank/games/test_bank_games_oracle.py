from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest
from games_players import play
from hypothesis import given
from hypothesis import strategies as st

from mingan.bank.games.knowledge import table
from mingan.bank.games.oracle import Oracle
from mingan.records import Question

GAME = Oracle()
THINGS = ["大象", "麻雀", "金鱼", "自行车"]
ASK = ["动物", "会飞", "生活在水里", "人造", "有轮子", "哺乳动物"]
QUESTION = Question(
    id="o", prompt="从大象、麻雀、金鱼、自行车里想好一个，不要说出来，先回答“好了”。",
    kind="oracle", grader="game", params={"things": THINGS, "ask": ASK, "repeat": ["会飞", "人造"]},
)  # fmt: skip


class Honest:
    """Answers truly for a thing, but lies about one property, and tells `tells`."""

    def __init__(self, thing: str, lies: str = "", tells: str = "") -> None:
        self.thing, self.lies, self.tells = thing, lies, tells or thing

    def __call__(self, heard: list[str]) -> str:
        last = heard[-1]
        if len(heard) == 1:
            return "好了"
        if "说出你想的" in last:
            return f"我想的是{self.tells}。"
        for prop in table().properties.values():
            true = table().true(self.thing, prop.name) is not (prop.name == self.lies)
            if f"它{prop.yes}吗" in last:
                return "是。" if true else "否。"
            if f"“它{prop.no}。”" in last:
                return "不对" if true else "对，是这样"
            if f"“它{prop.yes}。”" in last:
                return "对" if true else "这句话不对"
        raise AssertionError(last)


@pytest.mark.parametrize("thing", THINGS)
def test_who_stays_true_to_its_thing_is_right(thing: str) -> None:
    said = play(GAME, QUESTION, Honest(thing))
    assert len(said) == GAME.most(QUESTION) == 10
    result = GAME.result(QUESTION, said)
    assert (result.verdict, result.score, result.extracted) == ("right", 1.0, thing)


def test_a_false_answer_is_wrong_and_the_score_is_the_share_that_fits() -> None:
    result = GAME.result(QUESTION, play(GAME, QUESTION, Honest("麻雀", lies="会飞")))
    assert (result.verdict, result.score) == ("wrong", 6 / 8)
    assert "麻雀" in result.reason.zh


def test_changing_the_thing_at_the_end_is_wrong() -> None:
    said = play(GAME, QUESTION, Honest("麻雀", tells="自行车"))
    assert GAME.result(QUESTION, said).verdict == "wrong"


def test_a_thing_outside_the_list_is_wrong_and_two_are_unsure() -> None:
    said = play(GAME, QUESTION, Honest("麻雀"))
    assert GAME.result(QUESTION, [*said[:-1], "鲸鱼"]).verdict == "wrong"
    assert GAME.result(QUESTION, [*said[:-1], "麻雀或者大象"]).verdict == "unsure"
    assert GAME.result(QUESTION, [*said[:-1], ""]).verdict == "unsure"
    assert GAME.result(QUESTION, said[:-1]).verdict == "unsure"


def test_an_answer_that_cannot_be_read_leaves_it_open_and_a_dodge_does_not() -> None:
    said = play(GAME, QUESTION, Honest("麻雀"))
    assert GAME.result(QUESTION, [*said[:2], "今天天气很好", *said[3:]]).verdict == "unsure"
    assert GAME.result(QUESTION, [*said[:2], "不确定", *said[3:]]).verdict == "wrong"


@pytest.mark.parametrize(
    "params",
    [
        {"things": ["大象", "飞碟"]}, {"ask": ["动物", "很美"]}, {"things": ["大象"]},
        {"ask": ["红色"]}, {"ask": ["动物"], "repeat": []}, {"repeat": ["细长"]}, {"ask": []},
    ],
)  # fmt: skip
def test_what_keeps_a_question_from_being_played(params: dict[str, Any]) -> None:
    faulty = Question(id="o", prompt="p", kind="oracle", params={**QUESTION.params, **params})
    assert GAME.faults(faulty)
    assert GAME.faults(QUESTION) == []


@given(st.lists(st.text(max_size=20), min_size=1, max_size=12))
def test_no_text_whatever_breaks_it_and_it_ends(said: list[str]) -> None:
    GAME.result(QUESTION, said)
    move = GAME.next(QUESTION, said)
    assert (move is None) == (len(said) >= GAME.most(QUESTION))


@pytest.mark.parametrize(
    ("text", "plain", "denied"),
    [
        # what is said, and whether it says yes to 它会飞吗 and to 对不对：它不会飞
        ("当然不是", False, False), ("嗯，不是", False, False), ("嗯，是的。", True, True),
        ("当然", True, True), ("好的。否。", False, False), ("不可能", False, False),
        ("它不是", False, False), ("它会飞", True, False), ("麻雀会飞。", True, False),
        ("不，它不会飞", False, None), ("不对，它会飞", None, False), ("对，它不会飞", None, True),
        ("这句话不对", False, False), ("这句话是对的。", True, True), ("是错误的", False, False),
        ("“它不会飞。”这句话不对。", False, False), ("不会", False, None), ("当然会", True, None),
        ("答案：否", False, False), ("它会游泳", None, None), ("是。不会飞。", None, True),
        ("会，虽然有时飞得不高", True, None), ("Yes, it does.", True, True), ("是/否", None, None),
        ("好的", None, None), ("", None, None), ("可能会", None, None),
        ("是。\n不是。", None, None),
    ],
)  # fmt: skip
def test_how_an_answer_is_read(text: str, plain: bool | None, denied: bool | None) -> None:
    # An answer that is not read leaves one answer open: the score falls, nothing contradicts.
    for repeat, said in ((False, plain), (True, denied)):
        params = {"things": ["麻雀", "大象"], "ask": ["会飞"], "repeat": ["会飞"] if repeat else []}
        question = Question(id="o", prompt="p", kind="oracle", params=params)
        answers = ["是", text] if repeat else [text]
        result = GAME.result(question, ["好了", *answers, "麻雀"])
        wanted = {True: "right", False: "wrong", None: "unsure"}
        if said is None and text in ("可能会",):
            assert result.verdict == "wrong"
        else:
            assert result.verdict == wanted[said if said is None else said is not repeat], result


def test_statements_are_by_turns_a_denial_and_an_affirmation() -> None:
    repeat = ["会飞", "人造", "动物"]
    question = Question(
        id="o", prompt="p", kind="oracle", params={**QUESTION.params, "repeat": repeat}
    )
    moves = [GAME.next(question, ["好了"] * n) for n in range(len(ASK) + 1, len(ASK) + 4)]
    said = [move.text.split("“")[1].split("”")[0] for move in moves if move]
    assert said == ["它不会飞。", "它是人造的。", "它不是动物。"]
    answers = ["好了", "是", "是", "否", "否", "否", "否"]
    assert GAME.result(question, [*answers, "不对", "不对", "不对", "麻雀"]).verdict == "right"
    # Who denies every statement that is repeated has not read them.
    same = ["不对", "对", "不对", "麻雀"]
    assert GAME.result(question, [*answers, *same]).verdict == "wrong"


def test_a_consistent_player_who_speaks_freely_is_right() -> None:
    said = ["好了", "当然", "嗯，会飞", "不，它不生活在水里", "当然不是", "没有", "嗯，不是。"]
    said += ["这句话不对", "不对，它不是人造的", "麻雀"]
    assert GAME.result(QUESTION, said).verdict == "right"


def test_the_cells_in_our_templates_are_those_of_the_table() -> None:
    # Templates are read without the table, so they hold a copy of the part they need.
    file = resources.files("mingan.bank") / "builtin" / "templates" / "games.jsonl"
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    slots = [row["slots"] for row in rows if row["kind"] == "oracle"]
    assert len(slots) == 2
    for slot in slots:
        cells, props = json.loads(slot["cells"]), json.loads(slot["props"])
        known = {thing: [table().true(thing, name) for name in props] for thing in cells}
        assert {thing: [c == "1" for c in cell] for thing, cell in cells.items()} == known
