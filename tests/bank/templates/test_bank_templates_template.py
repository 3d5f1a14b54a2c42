import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.bank.templates import Template, failed_checks, instance, instances
from mingan.errors import BankError
from mingan.records import Question

EGGS = Template(
    question=Question(
        id="eggs",
        prompt="{who}买 {n} 个蛋，每个 {p} 元，共多少元？",
        answer="{n * p}",
        why="{n}×{p}={n * p}。",
        grader="number",
    ),
    slots={"who": "pick(NAMES)", "n": "draw(3, 9)", "p": "draw(2, 9)"},
    where=("n != p",),
    check=("number(answer) == sum(p for _ in range(n))",),
)


def made(
    question: Question, slots: dict[str, str] | None = None, **more: tuple[str, ...]
) -> Question:
    return instance(Template(question=question, slots=slots or {}, **more), "x").question


def test_the_same_words_make_the_same_question():
    assert instance(EGGS, "public") == instance(EGGS, "public")
    assert instance(EGGS, "public") != instance(EGGS, "private")


def test_a_key_makes_a_question_that_nobody_else_can_make():
    first, second = (instance(EGGS, "p", key=key).question for key in (b"a", b"b"))
    assert first.asked != second.asked


def test_texts_are_filled_in_and_conditions_hold():
    for one in instances(EGGS, 60, "t"):
        who, n, p = (one.slots[name] for name in ("who", "n", "p"))
        assert n != p
        assert one.question.prompt == f"{who}买 {n} 个蛋，每个 {p} 元，共多少元？"
        assert one.question.answer == str(n * p)


def test_instances_differ():
    asked = [one.question.asked for one in instances(EGGS, 200, "t")]
    assert len(set(asked)) == len(asked) == 200


def test_a_check_that_contradicts_the_answer_is_found():
    wrong = Template(
        question=EGGS.question, slots=EGGS.slots, where=EGGS.where, check=("number(answer) == n",)
    )
    assert failed_checks(wrong, instance(wrong, "x")) == ["number(answer) == n"]
    assert failed_checks(EGGS, instance(EGGS, "x")) == []


def test_a_text_that_is_one_expression_keeps_its_value():
    question = made(
        Question(
            id="q", prompt="p", choices=("{opts}",), answer="{letter(1)}",
            params={"tests": "{[{'args': [k], 'expect': k / 4} for k in (8, 2)]}", "deep": ["{n}"]},
        ),
        {"opts": "['甲', '乙']", "n": "7"},
    )  # fmt: skip
    assert question.choices == ("甲", "乙")
    assert question.answer == "B"
    assert question.params["deep"] == [7]
    assert question.params["tests"][0] == {"args": [8], "expect": 2}


def test_plain_braces_are_written_twice():
    assert made(Question(id="q", prompt='{{"a": {1 + 1}}} {"}"}')).prompt == '{"a": 2} }'


@pytest.mark.parametrize("prompt", ["{n", "n}", "{}", "{open('x')}", "{1 / 0}", "{[}"])
def test_a_bad_text_names_the_template(prompt: str):
    with pytest.raises(BankError, match="bad-one"):
        made(Question(id="bad-one", prompt=prompt))


def test_conditions_that_never_hold_are_told():
    with pytest.raises(BankError, match="where"):
        made(Question(id="q", prompt="p"), {"n": "draw(1, 3)"}, where=("n > 3",))


def test_only_slots_may_draw():
    with pytest.raises(BankError, match="draw"):
        made(Question(id="q", prompt="{draw(1, 2)}"))


def test_lots_are_drawn_by_slots_alone_even_in_a_function():
    slots = {"f": "lambda n: draw(1, n)", "x": "f(9)"}
    assert made(Question(id="q", prompt="{x}"), slots).prompt in "123456789"
    with pytest.raises(BankError, match="only slots may draw"):
        made(Question(id="q", prompt="{f(9)}"), slots)


DEEP: dict[str, object] = {}
for _ in range(900):
    DEEP = {"a": DEEP}


@pytest.mark.parametrize(
    "params",
    [
        {"a": "{len}"}, {"a": "{[lambda: 0]}"}, {"a": "{chr(55296)}"},
        {"a": "{[(x for x in [1])]}"},
        {"a": "{dict([[(1, 2), 3]])}"}, {"a": "{dict([[None, 3]])}"}, {"{1}": 1, "1": 2},
        {"a": "{set([1, 'x'])}"}, {"a": "{1e999}"}, {"a": "{[['a' * 1000] * 1000] * 50}"}, DEEP,
        {"a": "{1 / 0}"}, {"a": "\ud800{1}"},
    ],
)  # fmt: skip
def test_parameters_that_json_cannot_hold_are_refused(params: dict[str, object]):
    with pytest.raises(BankError, match="bad-one"):
        made(Question(id="bad-one", prompt="p", params=params))


def test_parameters_are_what_json_gives_back():
    question = made(
        Question(id="q", prompt="p", params={"a": "{x}", "n{1 + 1}": "{set(['b', 'a'])}"}),
        {"x": "dict([(1, (1 / 2, True)), ('d', date(2026, 1, 2))])"},
    )
    assert question.params == {"a": {"1": ["1/2", True], "d": "2026-01-02"}, "n2": ["a", "b"]}
    assert json.loads(question.to_json())["params"] == question.params
    assert question.hash


@pytest.mark.parametrize(
    "slots",
    [
        {"g": "(1 / 0 for i in range(3))"},
        {"g": "[(1 / 0 for i in range(3))]", "x": "list(g[0])"},
        {"f": "lambda n: f(n - 1)", "x": "f(9)"},
        {"f": "lambda n: sorted([n], key=f)", "x": "f(9)"},
        {"x": "pick(3)"},
        {"x": "draw(1, 'a')"},
        {"x": "sample(len, 2)"},
        {"x": "upper(3)"},
    ],
)
def test_a_slip_in_a_slot_names_the_template(slots: dict[str, str]):
    with pytest.raises(BankError, match="bad-one"):
        made(Question(id="bad-one", prompt="p"), slots)


@pytest.mark.parametrize("check", ["upper(3)", "1 / 0", "answer.x", "params['x']", "text(len)"])
def test_a_slip_in_a_check_names_the_template(check: str):
    template = Template(question=EGGS.question, slots=EGGS.slots, check=(check,))
    with pytest.raises(BankError, match="eggs"):
        failed_checks(template, instance(template, "x"))


def test_what_one_instance_builds_is_counted_over_all_its_draws():
    slots = {"x": "len('a' * 99999)", "n": "draw(1, 1000)"}
    with pytest.raises(BankError, match="builds too much"):
        made(Question(id="q", prompt="p"), slots, where=("n > 1000",))


@given(st.text(max_size=60))
def test_any_prompt_is_filled_in_or_refused(prompt: str):
    try:
        made(Question(id="q", prompt=prompt))
    except BankError:
        return
    assert isinstance(prompt, str)
