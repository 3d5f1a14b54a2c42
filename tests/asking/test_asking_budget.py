from __future__ import annotations

import asyncio

import pytest

from mingan.asking.budget import GUESS_OUT, Budget, Ledger
from mingan.asking.gate import Gate
from mingan.asking.plan import Item, Plan
from mingan.asking.states import answer_of
from mingan.language import Text
from mingan.models.protocol import Reply
from mingan.records import Answer, Generation, ModelCard, Question, Usage

CARD = ModelCard(name="m", kind="openai", price_in=1e6, price_out=1e6)  # one a token
ITEM = Plan(questions=[Question(id="q", prompt="十个字的题目")], cards=[CARD]).items()[0]


def answered(tokens: int | None, text: str = "x", item: Item = ITEM) -> Answer:
    usage = Usage(tokens_in=0, tokens_out=tokens) if tokens is not None else Usage()
    return answer_of(item, [Reply(text=text, usage=usage)], source="api", tries=1)


def ledger(**budget: float) -> Ledger:
    return Ledger(Budget(**budget), Gate())  # type: ignore[arg-type]


def test_before_the_first_answer_the_allowed_length_is_expected() -> None:
    assert ledger().expect(ITEM).tokens == 6 + GUESS_OUT
    short = ModelCard(name="m", kind="openai", generation=Generation(max_tokens=5))
    question = Question(id="q", prompt="一二三", turns=("四",), choices=("甲",))
    item = Plan(questions=[question], cards=[short]).items()[0]
    assert ledger().expect(item).tokens == (5 + 5) * 2


async def test_after_answers_their_mean_is_expected() -> None:
    book = ledger()
    for tokens in (10, 30):
        need = await book.reserve(ITEM)
        assert need is not None
        book.settle(ITEM, need, answered(tokens))
    assert book.expect(ITEM).tokens == 20
    assert (book.spent.tokens, book.spent.money, book.spent.questions) == (40, 40.0, 2)
    assert book.reserved.tokens == pytest.approx(0)


async def test_what_the_endpoint_does_not_say_is_guessed_from_the_characters() -> None:
    book = ledger()
    need = await book.reserve(ITEM)
    assert need is not None
    book.settle(ITEM, need, answered(None, text="八个字的回答在此"))
    assert book.spent.tokens == 6 + 8


async def test_who_does_not_fit_waits_for_those_under_way_and_then_goes_on() -> None:
    book = ledger(tokens=1500)
    first = await book.reserve(ITEM)
    assert first is not None
    second = asyncio.create_task(book.reserve(ITEM))
    await asyncio.sleep(0)
    assert not second.done()
    book.settle(ITEM, first, answered(10))
    need = await asyncio.wait_for(second, 5)
    assert need is not None
    assert not book.gate.closed


async def test_when_nothing_is_under_way_and_it_does_not_fit_the_run_stops_in_words() -> None:
    book = ledger(money=100.0)
    assert await book.reserve(ITEM) is None
    assert book.gate.reason is not None
    assert "100 CNY" in book.gate.reason.zh


async def test_a_closed_gate_wakes_those_who_wait() -> None:
    book = ledger(tokens=1500)
    assert await book.reserve(ITEM)
    waiting = asyncio.create_task(book.reserve(ITEM))
    await asyncio.sleep(0)
    book.gate.close(Text("停", "stop"))
    assert await asyncio.wait_for(waiting, 5) is None


async def test_a_failed_answer_gives_its_reservation_back() -> None:
    book = ledger(tokens=5000)
    need = await book.reserve(ITEM)
    assert need is not None
    book.settle(ITEM, need, None)
    assert (book.spent.tokens, book.reserved.questions) == (0, 0)


def test_a_game_is_expected_to_take_all_its_turns_until_one_was_played() -> None:
    short = ModelCard(name="m", kind="openai", generation=Generation(max_tokens=5))
    question = Question(id="q", prompt="一二三", kind="twenty-questions")
    item = Plan(questions=[question], cards=[short]).items()[0]
    book = Ledger(Budget(), Gate(), turns=lambda question: 21)
    assert book.expect(item).tokens == (3 + 5) * 21


async def test_games_and_single_questions_have_means_of_their_own() -> None:
    game = Plan(questions=[Question(id="g", prompt="p", kind="k")], cards=[CARD]).items()[0]
    book = ledger()
    for item, tokens in ((ITEM, 10), (game, 1000)):
        need = await book.reserve(item)
        assert need is not None
        book.settle(item, need, answered(tokens, item=item))
    assert (book.expect(ITEM).tokens, book.expect(game).tokens) == (10, 1000)
