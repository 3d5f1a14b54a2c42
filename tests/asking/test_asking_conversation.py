"""Questions whose next turn hangs on the answers: the moves, the states, resuming, budgets."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from asking_fakes import FunctionModel, MemoryStore

from mingan.asking import Plan, Retry, ask
from mingan.asking.executor import Outcome
from mingan.bank.games import Move
from mingan.errors import InputError, ServerFault
from mingan.language import Text
from mingan.models.protocol import Reply, Request
from mingan.plugins import Registry
from mingan.records import Generation, ModelCard, Question

CARD = ModelCard(name="m", kind="scripted", generation=Generation(system="你是助手"))


class Countdown:
    """Says how many turns are left, `n` in all; `fresh` ones in a new conversation."""

    def next(self, question: Question, said: Any) -> Move | None:
        if question.params.get("broken"):
            raise RuntimeError("算错了")
        left = question.params["n"] - len(said)
        fresh = len(said) in question.params.get("fresh", [])
        return Move(text=f"还有{left}轮，上次你说了“{said[-1]}”", fresh=fresh) if left else None

    def most(self, question: Question) -> int:
        return int(question.params["n"])

    def faults(self, question: Question) -> list[Text]:
        return []


def registry() -> Registry:
    found = Registry()
    found.register("games", "countdown", Countdown)
    return found


def asked(n: int = 3, **params: Any) -> Question:
    return Question(id="g", prompt="开始", kind="countdown", params={"n": n, **params})


async def go(model: Any, store: MemoryStore, *questions: Question, **more: Any) -> Outcome:
    return await ask(
        Plan(questions=questions, cards=[model.card]), {"m": model}, store, run_id="r",
        rng=random.Random(1), registry=registry(), retry=Retry(base=0.001, cap=0.002), **more,
    )  # fmt: skip


async def test_the_game_answers_what_the_model_said(store: MemoryStore) -> None:
    model = FunctionModel(CARD, lambda r: f"第{len(r.messages) // 2}句")
    await go(model, store, asked())
    (answer,) = store.answers
    assert answer.text == "第3句"
    assert answer.meta["turns"] == ["第1句", "第2句"]
    assert answer.meta["said"] == ["还有2轮，上次你说了“第1句”", "还有1轮，上次你说了“第2句”"]
    assert "fresh" not in answer.meta
    roles = [message["role"] for message in model.requests[-1].messages]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]


async def test_a_fresh_move_begins_anew_with_the_same_system_prompt(store: MemoryStore) -> None:
    model = FunctionModel(CARD, lambda r: "x")
    await go(model, store, asked(fresh=[2]))
    sent = [[m["content"] for m in request.messages] for request in model.requests]
    assert sent[1][:2] == ["你是助手", "开始"]
    assert sent[2] == ["你是助手", "还有1轮，上次你说了“x”"]
    assert store.answers[0].meta["fresh"] == [1]
    assert store.answers[0].earlier == ("x", "x")


@pytest.mark.parametrize(
    ("replies", "state", "count"),
    [
        ([Reply(text="a"), Reply(text="b"), Reply(text="c")], "ok", 3),
        ([Reply(text="a", finish="length"), Reply(text="b"), Reply(text="c")], "truncated", 3),
        ([Reply(text="a"), Reply(text="b"), Reply(text="c", finish="length")], "truncated", 3),
        ([Reply(text="a"), Reply(text=""), Reply(text="c")], "ok", 3),
        ([Reply(text="a"), Reply(text="b"), Reply(text="")], "ok", 3),
        ([Reply(text=""), Reply(text=" "), Reply(text="")], "empty", 3),
        ([Reply(text="a"), Reply(text="", finish="content_filter")], "refused", 2),
        ([Reply(text="a", finish="length"), Reply(text="", finish="content_filter")], "refused", 2),
    ],
)
async def test_how_a_game_ended(
    replies: list[Reply], state: str, count: int, store: MemoryStore
) -> None:
    rest = iter(replies)
    model = FunctionModel(CARD, lambda r: next(rest))
    await go(model, store, asked())
    assert (store.answers[0].state, len(model.requests)) == (state, count)
    assert all(m["content"] for r in model.requests for m in r.messages)


@pytest.mark.parametrize(
    ("replies", "state"),
    [
        ([Reply(text="a"), Reply(text="b")], "ok"),
        ([Reply(text="a", finish="length"), Reply(text="b")], "truncated"),
        ([Reply(text="a", finish="length"), Reply(text="")], "empty"),
    ],
)
async def test_a_conversation_with_a_turn_cut_off_is_cut_off(
    replies: list[Reply], state: str, store: MemoryStore
) -> None:
    """What every turn is judged by must not be read as whole where one was not."""
    rest = iter(replies)
    model = FunctionModel(CARD, lambda r: next(rest))
    await go(model, store, Question(id="t", prompt="p", turns=("再说",)))
    assert store.answers[0].state == state


async def test_a_game_that_fails_is_a_fault_of_the_tool_and_of_no_endpoint(
    store: MemoryStore,
) -> None:
    model = FunctionModel(CARD, lambda r: "x")
    broken = [
        Question(id=f"b{i}", prompt="p", kind="countdown", params={"n": 3, "broken": True})
        for i in range(12)
    ]
    outcome = await go(model, store, *broken, asked())
    assert outcome.state == "finished"
    assert outcome.states["failed"] == 12
    assert outcome.states["ok"] == 1
    failed = next(a for a in store.answers if a.state == "failed")
    assert "算错了" in failed.error.zh
    assert "countdown" in failed.error.en


async def test_an_unknown_kind_is_said_before_anything_is_asked(store: MemoryStore) -> None:
    model = FunctionModel(CARD, lambda r: "x")
    with pytest.raises(InputError, match="contdown"):
        await go(model, store, asked(), Question(id="u", prompt="p", kind="contdown"))
    assert model.requests == []


async def test_a_game_cut_short_is_asked_again_whole(store: MemoryStore) -> None:
    reached, abandon = asyncio.Event(), asyncio.Event()

    async def answer(request: Request) -> Reply:
        if len(request.messages) > 3 and not abandon.is_set():
            reached.set()
            await asyncio.sleep(60)
        return Reply(text="x")

    model = FunctionModel(CARD, answer)
    running = asyncio.create_task(go(model, store, asked(), abandon=abandon))
    await asyncio.wait_for(reached.wait(), 5)
    abandon.set()
    first = await running
    assert (first.state, first.asked, store.answers) == ("stopped", 0, [])
    before = len(model.requests)
    second = await go(model, store, asked())
    assert (second.state, second.asked) == ("finished", 1)
    assert len(model.requests) - before == 3
    third = await go(model, store, asked())
    assert (third.asked, third.already) == (0, 1)


async def test_a_failed_turn_fails_the_whole_game(store: MemoryStore) -> None:
    replies: list[Any] = [Reply(text="x")] + [ServerFault("坏了", "broken")] * 20
    model = FunctionModel(CARD, lambda r: replies.pop(0))
    await go(model, store, asked())
    assert store.answers[0].state == "failed"
    assert store.answers[0].text == ""


async def test_a_game_may_take_as_long_as_its_turns(store: MemoryStore) -> None:
    async def slow(request: Request) -> Reply:
        await asyncio.sleep(0.04)
        return Reply(text="x")

    model = FunctionModel(CARD, slow)
    await ask(
        Plan(questions=[asked(4)], cards=[CARD]), {"m": model}, store, run_id="r",
        registry=registry(), retry=Retry(deadline=0.1),
    )  # fmt: skip
    assert store.answers[0].state == "ok"


async def test_a_game_never_runs_past_its_most_turns(store: MemoryStore) -> None:
    class Endless(Countdown):
        def next(self, question: Question, said: Any) -> Move | None:
            return Move(text="再来")

    found = Registry()
    found.register("games", "countdown", Endless())
    model = FunctionModel(CARD, lambda r: "x")
    await ask(
        Plan(questions=[asked(5)], cards=[CARD]), {"m": model}, store, run_id="r", registry=found
    )
    assert len(model.requests) == 5


async def test_written_turns_are_kept_with_what_was_said(store: MemoryStore) -> None:
    model = FunctionModel(CARD, lambda r: "x")
    await go(model, store, Question(id="t", prompt="一", turns=("二", "三")))
    assert store.answers[0].meta == {"turns": ["x", "x"], "said": ["二", "三"]}
