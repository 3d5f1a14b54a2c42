"""Filters: what an address says is what it says again, and means what a slow reading means."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.errors import UsageError
from mingan.records import Answer, Grade, ModelCard, Question, Verdict
from mingan.reports.gather import Gathered, Place
from mingan.reports.page_questions import NAMES, code
from mingan.web.board import COLUMNS, Board
from mingan.web.filters import LONGEST_TEXT, MOST_PAGES, OUTCOMES, PRESETS, Condition, Filter

MODELS = ("gpt4", "文心:一言", "a&b=c", "moss", "?#/%", "天工")
KEYS = (
    "bank",
    "m",
    "is",
    "a",
    "av",
    "b",
    "bv",
    "show",
    "tag",
    "tier",
    "find",
    "sort",
    "as",
    "page",
)

values = st.one_of(
    st.text(max_size=12),
    st.sampled_from([*MODELS, *PRESETS, *OUTCOMES, "suspect", "markdown", "0", "7", "-1", "９"]),
    st.builds("{}:{}".format, st.sampled_from(MODELS), st.sampled_from(OUTCOMES)),
)
queries = st.lists(st.tuples(st.sampled_from(KEYS), values), max_size=12)


@given(queries)
def test_what_was_written_is_read_as_the_same_filter(query: list[tuple[str, str]]) -> None:
    found = Filter.read(query)
    assert Filter.read(found.pairs()) == found
    read = parse_qsl(
        found.query.removeprefix("?"), keep_blank_values=True, strict_parsing=bool(found.query)
    )
    assert Filter.read(read) == found


@given(queries)
def test_the_canonical_address_is_its_own(query: list[tuple[str, str]]) -> None:
    once = Filter.read(query)
    assert Filter.read(once.pairs()).pairs() == once.pairs()


def test_an_address_is_read() -> None:
    found = Filter.read(parse_qsl("is=gpt4:right&is=文心一言:wrong&tag=逻辑&find= a  B &page=3"))
    assert found.conditions == (
        Condition(model="gpt4", outcome="right"),
        Condition(model="文心一言", outcome="wrong"),
    )
    assert (found.tag, found.text, found.page, found.narrows) == ("逻辑", "a B", 3, True)
    assert found.but(tag="").page == 1
    assert found.cleared() == Filter()
    assert found.without(found.conditions[0]).conditions == found.conditions[1:]


def test_a_form_may_send_model_and_outcome_apart() -> None:
    sent = [("a", "x:y"), ("av", "right"), ("b", ""), ("bv", "wrong"), ("is", "z:mixed")]
    assert [str(c) for c in Filter.read(sent).conditions] == ["z:mixed", "x:y:right"]


def test_nonsense_in_an_address_is_dropped() -> None:
    nonsense = Filter.read(
        [("is", "gpt4:brilliant"), ("is", "gpt4"), ("show", "x"), ("page", "１"), ("sort", ""),
         ("find", "x" * 10_000), ("unknown", "1"), ("m", "")]
    )  # fmt: skip
    assert nonsense == Filter(text="x" * LONGEST_TEXT)
    assert Filter.read([("page", "9" * 9)]).page == MOST_PAGES
    assert Filter.read([("page", "9" * 5000)]).page == 1
    assert len(Filter.read([("m", str(i)) for i in range(1000)]).models) < 100


# --- applied ------------------------------------------------------------------------------------

letters = st.sampled_from("rwugx-m")
_VERDICTS: dict[str, Verdict] = {"r": "right", "w": "wrong", "u": "unsure", "g": "ungraded"}
TAGS, TIERS = ("逻辑", "数学"), ("基础", "进阶", "")


def gathered(grid: list[list[str]], hidden: bool = False) -> Gathered:
    """A workspace's contents from letters, question by model; `m` is once right and once wrong."""
    questions = tuple(
        Question(
            id=f"q{i}", prompt=f"题目{i} Apple", answer=f"ref{i}", tags=TAGS[: i % 3],
            tier=TIERS[i % 3], hidden="sealed" if hidden and i % 2 else "",
        )
        for i in range(len(grid))
    )  # fmt: skip
    cards = tuple(ModelCard(name=name, kind="recorded") for name in MODELS)
    answers: dict[Place, Answer] = {}
    grades: dict[Place, Grade] = {}
    for question, row in zip(questions, grid, strict=True):
        for card, letter in zip(cards, row, strict=True):
            for repeat, one in enumerate("rw" if letter == "m" else letter.replace("-", "")):
                place = (card.name, question.id, repeat)
                answers[place] = answer = Answer(
                    question=question.id, asked=question.asked, model=card.name,
                    model_hash=card.hash, repeat=repeat, state="refused" if one == "x" else "ok",
                    text=f"{card.name} said BANANA {question.id}",
                )  # fmt: skip
                if one in _VERDICTS:
                    grades[place] = Grade(
                        answer=answer.content, question_hash=question.hash,
                        verdict=_VERDICTS[one], grader="text",
                    )  # fmt: skip
    return Gathered(
        bank="b", bank_hash="h", size=len(questions), questions=questions, cards=cards,
        answers=answers, grades=grades, repeats=2,
    )  # fmt: skip


def slowly(
    found: Gathered, grid: list[list[str]], wanted: Filter, among: tuple[str, ...]
) -> list[int]:
    """What the filter means, one question and one model after the other."""
    kept = []
    for i, question in enumerate(found.questions):
        row = dict(zip(MODELS, grid[i], strict=True))
        if any(NAMES[row[c.model]] != c.outcome for c in wanted.conditions):
            continue
        if wanted.tag and wanted.tag not in question.tags:
            continue
        if wanted.tier and wanted.tier != question.tier:
            continue
        if wanted.text:
            texts = [question.id, question.prompt, question.answer or ""]
            texts += [a.text for (_, q, _), a in found.answers.items() if q == question.id]
            texts = texts[:1] if question.hidden else texts
            if not any(wanted.text.lower() in text.lower() for text in texts):
                continue
        seen = [row[name] for name in among]
        right, wrong = "r" in seen or "m" in seen, "w" in seen or "m" in seen
        asked = [letter for letter in seen if letter != "-"]
        holds = {
            "all": True,
            "disagree": right and wrong,
            "all-wrong": "w" in seen and not right,
            "all-right": bool(asked) and all(letter == "r" for letter in asked),
            "unsure": "u" in seen,
        }
        if holds[wanted.preset]:
            kept.append(i)
    return kept


filters = st.builds(
    Filter,
    models=st.lists(st.sampled_from(MODELS), unique=True, max_size=4).map(tuple),
    conditions=st.lists(
        st.builds(Condition, model=st.sampled_from(MODELS), outcome=st.sampled_from(OUTCOMES)),
        unique=True, max_size=2,
    ).map(tuple),
    preset=st.sampled_from(PRESETS),
    tag=st.sampled_from(["", "", *TAGS, "别的"]),
    tier=st.sampled_from(["", "", "基础"]),
    text=st.sampled_from(["", "", "apple", "banana q1", "REF2", "Q3", "nowhere", "天工 said"]),
)  # fmt: skip
grids = st.lists(st.lists(letters, min_size=6, max_size=6), min_size=1, max_size=8)


@given(grids, filters, st.booleans())
def test_applying_a_filter_is_what_a_slow_reading_finds(
    grid: list[list[str]], wanted: Filter, hidden: bool
) -> None:
    found = gathered(grid, hidden)
    board = Board(found, MODELS)
    expected = slowly(found, grid, wanted, board.among(wanted))
    assert board.rows(wanted).tolist() == expected
    assert board.count(wanted) == board.counts(wanted)[wanted.preset] == len(expected)
    assert sorted(board.rows(wanted.but(sort="disagree")).tolist()) == expected
    for row in expected:
        assert board.letters(row) == "".join(grid[row])


def test_most_disagreement_comes_first_and_the_bank_decides_between_equals() -> None:
    grid = [list("rrrrrr"), list("rwrrrr"), list("rwrwrw"), list("mrrrrr"), list("rrrrrw")]
    board = Board(gathered(grid), MODELS)
    assert board.rows(Filter(sort="disagree")).tolist() == [2, 1, 4, 3, 0]


def test_suspect_keys_come_first_in_their_own_order() -> None:
    board = Board(gathered([list("rrrrrr")] * 4), MODELS)
    assert board.rows(Filter(sort="suspect"), {"q3": 0, "q1": 1}).tolist() == [3, 1, 0, 2]


def test_columns_are_those_chosen_then_those_named_then_the_best() -> None:
    board = Board(gathered([list("rrrrrr")]), MODELS)
    assert board.columns(Filter()) == MODELS[:COLUMNS]
    assert board.among(Filter()) == MODELS
    one = Filter(conditions=(Condition(model="天工", outcome="right"),))
    assert board.columns(one) == ("天工", *MODELS[: COLUMNS - 1])
    assert board.among(one) == MODELS
    two = one.but(conditions=(*one.conditions, Condition(model="gpt4", outcome="wrong")))
    assert board.columns(two) == board.among(two) == board.chosen(two) == ("天工", "gpt4")
    assert board.columns(two.but(models=("moss",))) == ("moss",)


def test_an_unknown_model_is_one_sentence() -> None:
    board = Board(gathered([list("rrrrrr")]), MODELS)
    with pytest.raises(UsageError, match="没有模型 gpt9"):
        board.check(Filter(models=("gpt9",)))
    board.check(Filter(models=MODELS))


def test_where_a_text_was_found_is_said_but_not_of_hidden_questions() -> None:
    board = Board(gathered([list("rrrrrr"), list("rrrrrr")], hidden=True), MODELS)
    assert board.found_in(0, "MOSS said") == ("moss",)
    assert board.found_in(1, "moss said") == ()


def test_what_became_of_a_question_agrees_with_the_report() -> None:
    grid = [list("rwugxm"), list("------")]
    board = Board(gathered(grid), MODELS)
    assert board.tally(0) == {
        "right": 1, "wrong": 1, "unsure": 1, "ungraded": 1, "mixed": 1, "missing": 1,
    }  # fmt: skip
    assert board.letters(1) == code(()) * 6
    assert (board.tiers, board.tags) == ({"基础": 1, "进阶": 1}, {"逻辑": 1})
