"""The whole of asking against scripted models: faults, budgets, stopping, resuming."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from typing import Any

import pytest
from asking_fakes import FunctionModel, MemoryStore, questions

from mingan.asking import Budget, Plan, Progress, Retry, ask
from mingan.asking.executor import Outcome
from mingan.errors import (
    AnswerTimeout,
    DiskFullError,
    KeyRejected,
    RateLimited,
    RequestRejected,
    ServerFault,
    Unreachable,
    UsageError,
)
from mingan.language import Text
from mingan.models.protocol import Reply, Request
from mingan.models.scripted import ScriptedModel
from mingan.records import Answer, Generation, Grade, ModelCard, Question, Usage

QUICK = Retry(base=0.001, cap=0.002)


def card(name: str = "m", **more: Any) -> ModelCard:
    return ModelCard(name=name, kind="scripted", **more)


def grade(question: Question, answer: Answer) -> Grade:
    right = answer.text == question.answer
    return Grade(
        answer=answer.content,
        question_hash=question.hash,
        verdict="right" if right else "wrong",
        grader="same",
    )


async def go(
    model: Any, store: MemoryStore, count: int = 20, *, repeats: int = 1, **more: Any
) -> Outcome:
    models = model if isinstance(model, list) else [model]
    plan = Plan(questions=questions(count), cards=[m.card for m in models], repeats=repeats)
    more.setdefault("retry", QUICK)
    return await ask(
        plan, {m.card.name: m for m in models}, store, run_id="r", rng=random.Random(1), **more
    )


async def test_everything_is_asked_graded_and_kept_once(store: MemoryStore) -> None:
    model = FunctionModel(card(), lambda r: r.question[1:].lstrip("0") or "0")
    outcome = await go(model, store, grade=grade)
    assert (outcome.state, outcome.asked, outcome.left) == ("finished", 20, 0)
    assert outcome.reasons == ()
    assert len({a.key for a in store.answers}) == 20
    assert [g.verdict for g in store.grades] == ["right"] * 20
    assert {g.answer for g in store.grades} == {a.content for a in store.answers}


async def test_two_models_and_repeats_have_answers_of_their_own(store: MemoryStore) -> None:
    a = FunctionModel(card("a"), lambda r: f"a{r.question}{r.repeat}")
    b = FunctionModel(card("b"), lambda r: f"b{r.question}{r.repeat}")
    await go([a, b], store, 5, repeats=3)
    assert len({x.key for x in store.answers}) == 30
    for answer in store.answers:
        assert answer.text == f"{answer.model}{answer.question}{answer.repeat}"


async def test_resuming_asks_only_what_is_missing(store: MemoryStore) -> None:
    model = ScriptedModel(card(options={"default": "x"}))
    stop = asyncio.Event()

    class Stopping(MemoryStore):
        def record(self, run_id: str, answers: Any, grades: Any = ()) -> Any:
            if len(self.answers) >= 30:
                stop.set()
            return super().record(run_id, answers, grades)

    store = Stopping()
    first = await go(model, store, 100, stop=stop)
    assert first.state == "stopped"
    assert 30 <= first.asked < 100
    assert first.left == 100 - first.asked
    assert first.reasons
    second = await go(model, store, 100)
    assert (second.state, second.already, second.asked) == ("finished", first.asked, first.left)
    assert set(model.asked.values()) == {1}
    third = await go(model, store, 100)
    assert (third.state, third.asked, third.already) == ("finished", 0, 100)


async def test_faults_are_retried_and_cost_no_question(store: MemoryStore) -> None:
    model = ScriptedModel(
        card(options={"default": "x", "faults": {"429": 0.2, "500": 0.2}, "retry_after": 0.01})
    )
    outcome = await go(model, store, 100)
    assert outcome.states["ok"] == outcome.asked == 100
    assert outcome.requests > 100
    assert {a.tries for a in store.answers} == {1, 2}


async def test_states_come_from_the_reply_and_are_not_failures(store: MemoryStore) -> None:
    replies = [
        Reply(text="", finish="content_filter"),
        Reply(text="ab", finish="length"),
        Reply(text=" "),
        Reply(text="ok"),
    ]
    model = FunctionModel(card(), lambda r: replies[int(r.question[1:])])
    outcome = await go(model, store, 4)
    assert outcome.states == {"ok": 1, "refused": 1, "truncated": 1, "empty": 1, "failed": 0}


async def test_a_rejected_request_is_failed_with_its_sentence_and_asked_again_later(
    store: MemoryStore,
) -> None:
    rejecting = True

    def answer(request: Request) -> Any:
        if request.question == "q003" and rejecting:
            return RequestRejected("太长", "too long")
        return "x"

    model = FunctionModel(card(), answer)
    outcome = await go(model, store, 10, grade=grade)
    assert outcome.state == "finished"
    assert outcome.states["failed"] == 1
    (failed,) = (a for a in store.answers if a.state == "failed")
    assert (failed.question, failed.error, failed.text) == ("q003", ("太长", "too long"), "")
    assert failed.content not in {g.answer for g in store.grades}
    rejecting = False
    again = await go(model, store, 10)
    assert (again.asked, again.states["ok"], again.already) == (1, 1, 9)


@pytest.mark.parametrize("error", [KeyRejected("钥", "key"), Unreachable("没", "down")])
async def test_a_hopeless_endpoint_stops_early_with_one_sentence(
    store: MemoryStore, error: Exception
) -> None:
    model = FunctionModel(card(base_url="http://h/v1"), lambda r: error)
    outcome = await go(model, store, 200)
    assert outcome.state == "stopped"
    assert outcome.states["failed"] <= 3
    assert outcome.left >= 197
    assert len(outcome.reasons) == 1
    assert error.args[0] in outcome.reasons[0].zh
    assert len(model.requests) <= 3 * 64


async def test_a_refused_key_of_one_model_does_not_stop_its_neighbour(store: MemoryStore) -> None:
    bad = FunctionModel(card("bad", base_url="http://h/v1"), lambda r: KeyRejected("钥", "key"))
    good = FunctionModel(card("good", base_url="http://h/v1"), lambda r: "x")
    outcome = await go([bad, good], store, 50)
    assert outcome.state == "stopped"
    assert sum(a.model == "good" and a.state == "ok" for a in store.answers) == 50


async def test_an_endpoint_that_always_fails_is_given_up_and_blames_no_model(
    store: MemoryStore,
) -> None:
    model = FunctionModel(card(), lambda r: ServerFault("坏", "broken"))
    outcome = await go(model, store, 500, concurrency=4)
    assert outcome.state == "stopped"
    assert outcome.states["failed"] == outcome.asked <= 24
    assert all(a.state == "failed" for a in store.answers)


async def test_a_storm_of_429_with_retry_after_loses_nothing(store: MemoryStore) -> None:
    served: list[float] = []
    calm_at = time.monotonic() + 0.3

    def answer(request: Request) -> Any:
        now = time.monotonic()
        served.append(now)
        return RateLimited("慢", "slow", retry_after=0.1) if now < calm_at else "x"

    outcome = await go(FunctionModel(card(), answer), store, 100, concurrency=16)
    assert (outcome.state, outcome.states["ok"]) == ("finished", 100)
    assert sum(t < calm_at for t in served) <= 16 * 5


async def test_retry_after_beyond_the_deadline_is_not_waited_for(store: MemoryStore) -> None:
    model = FunctionModel(card(), lambda r: RateLimited("明天", "tomorrow", retry_after=86400))
    outcome = await asyncio.wait_for(go(model, store, 300), 10)
    assert outcome.state == "stopped"
    assert outcome.states["failed"] <= 20 + 64


async def test_an_answer_that_never_comes_ends_at_the_deadline(store: MemoryStore) -> None:
    async def hang() -> str:
        await asyncio.sleep(60)
        return ""

    model = FunctionModel(card(), lambda r: hang() if r.question == "q001" else "x")
    outcome = await go(model, store, 5, retry=Retry(deadline=0.1))
    assert (outcome.states["ok"], outcome.states["failed"]) == (4, 1)
    (failed,) = (a for a in store.answers if a.state == "failed")
    assert "0.1" in failed.error.zh


async def test_a_person_who_pastes_has_all_the_time_there_is(store: MemoryStore) -> None:
    async def slow() -> str:
        await asyncio.sleep(0.2)
        return "x"

    model = FunctionModel(card(), lambda _: slow(), concurrency=1)
    model.source = "pasted"  # type: ignore[misc]
    outcome = await go(model, store, 2, retry=Retry(deadline=0.1))
    assert outcome.states["ok"] == 2


async def test_timeouts_of_the_model_itself_are_failures_too(store: MemoryStore) -> None:
    model = ScriptedModel(card(options={"default": "x", "answers": {"q002": {"fault": "timeout"}}}))
    outcome = await go(model, store, 5)
    assert (outcome.states["failed"], model.asked["q002", 0]) == (1, 1)


async def test_a_bug_in_a_model_is_not_the_models_mistake_and_stops_nothing(
    store: MemoryStore,
) -> None:
    model = FunctionModel(card(), lambda r: 1 / (int(r.question[1:]) - 3))
    outcome = await go(model, store, 10)
    assert (outcome.states["ok"], outcome.states["failed"]) == (9, 1)
    (failed,) = (a for a in store.answers if a.state == "failed")
    assert "ZeroDivisionError" in failed.error.en


async def test_a_grader_that_fails_stops_nothing(store: MemoryStore) -> None:
    def broken(question: Question, answer: Answer) -> Grade:
        raise ValueError("no")

    outcome = await go(FunctionModel(card(), lambda r: "x"), store, 10, grade=broken)
    assert (outcome.state, outcome.asked, outcome.ungraded) == ("finished", 10, 10)
    assert len(store.answers) == 10


async def test_a_full_disk_stops_at_once_and_says_so() -> None:
    full = DiskFullError("盘满了", "disk full")
    store = MemoryStore()
    store.fail = lambda answer: full if len(store.answers) >= 7 else None
    model = FunctionModel(card(), lambda r: "x")
    outcome = await go(model, store, 200, concurrency=4)
    assert outcome.state == "failed"
    assert outcome.error is full
    assert len(store.answers) == outcome.asked == 7
    assert 1 <= outcome.lost <= 4
    assert len(model.requests) == 7 + outcome.lost
    store.fail = None
    again = await go(model, store, 200)
    assert (again.state, again.already, again.asked) == ("finished", 7, 193)


async def test_ten_megabytes_of_answer_go_through(store: MemoryStore) -> None:
    model = FunctionModel(card(), lambda r: "x" * 10_000_000)
    await go(model, store, 2, grade=grade)
    assert [len(a.text) for a in store.answers] == [10_000_000] * 2


async def test_stop_finishes_what_is_under_way_and_starts_nothing_new(store: MemoryStore) -> None:
    stop = asyncio.Event()

    async def slow() -> str:
        await asyncio.sleep(0.1)
        return "x"

    model = FunctionModel(card(), lambda r: slow())
    asyncio.get_running_loop().call_later(0.05, stop.set)
    outcome = await go(model, store, 100, concurrency=10, stop=stop)
    assert (len(model.requests), outcome.asked, outcome.left) == (10, 10, 90)


async def test_stop_wakes_those_who_wait_to_try_again(store: MemoryStore) -> None:
    stop = asyncio.Event()
    model = FunctionModel(card(), lambda r: RateLimited("慢", "slow", retry_after=100))
    asyncio.get_running_loop().call_later(0.05, stop.set)
    outcome = await asyncio.wait_for(go(model, store, 10, stop=stop), 5)
    assert (outcome.asked, outcome.left, store.answers) == (0, 10, [])


async def test_abandoning_drops_what_is_under_way(store: MemoryStore) -> None:
    abandon = asyncio.Event()

    async def hang() -> str:
        await asyncio.sleep(60)
        return ""

    asyncio.get_running_loop().call_later(0.05, abandon.set)
    model = FunctionModel(card(), lambda r: hang())
    outcome = await asyncio.wait_for(go(model, store, 10, abandon=abandon), 5)
    assert (outcome.state, outcome.asked, outcome.left) == ("stopped", 0, 10)


async def test_question_budget_is_exact(store: MemoryStore) -> None:
    model = FunctionModel(card(), lambda r: "x")
    outcome = await go(model, store, 50, budget=Budget(questions=12))
    assert (outcome.state, outcome.asked, len(model.requests)) == ("stopped", 12, 12)
    assert "12" in outcome.reasons[0].zh


async def test_money_is_never_overspent_by_steady_answers_and_used_to_the_end(
    store: MemoryStore,
) -> None:
    async def answer() -> Reply:
        await asyncio.sleep(0.001)
        return Reply(text="x", usage=Usage(tokens_in=100, tokens_out=100))

    priced = card(price_in=1.0, price_out=2.0, generation=Generation(max_tokens=200))
    model = FunctionModel(priced, lambda r: answer())
    each = 300 / 1e6
    outcome = await go(model, store, 100, concurrency=16, budget=Budget(money=40.5 * each))
    assert outcome.state == "stopped"
    assert outcome.asked == 40
    assert outcome.spent == {"CNY": pytest.approx(40 * each)}


async def test_token_budget_stops_cleanly(store: MemoryStore) -> None:
    model = FunctionModel(
        card(generation=Generation(max_tokens=10)),
        lambda r: Reply(text="x", usage=Usage(tokens_in=5, tokens_out=5)),
    )
    outcome = await go(model, store, 100, budget=Budget(tokens=305))
    assert (outcome.state, outcome.asked) == ("stopped", 30)


async def test_time_budget_stops_cleanly(store: MemoryStore) -> None:
    async def slow() -> str:
        await asyncio.sleep(0.05)
        return "x"

    model = FunctionModel(card(), lambda r: slow())
    outcome = await go(model, store, 1000, concurrency=2, budget=Budget(seconds=0.2))
    assert outcome.state == "stopped"
    assert 4 <= outcome.asked <= 10


async def test_money_cannot_be_limited_without_prices_or_across_currencies(
    store: MemoryStore,
) -> None:
    with pytest.raises(UsageError, match="price_in"):
        await go(FunctionModel(card(), lambda r: "x"), store, budget=Budget(money=1))
    dollars = card(price_in=1.0, price_out=1.0, currency="USD")
    with pytest.raises(UsageError, match="USD"):
        await go(FunctionModel(dollars, lambda r: "x"), store, budget=Budget(money=1))
    with pytest.raises(UsageError):
        await go(FunctionModel(card(), lambda r: "x"), store, budget=Budget(seconds=-1))
    assert store.answers == []


async def test_what_a_model_can_bear_goes_before_what_the_user_wants(store: MemoryStore) -> None:
    now = most = 0

    async def count() -> str:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return "x"

    await go(FunctionModel(card(), lambda r: count(), concurrency=1), store, concurrency=64)
    assert most == 1


async def test_models_behind_one_address_share_the_limit_and_others_do_not(
    store: MemoryStore,
) -> None:
    now: Counter[str] = Counter()
    most: Counter[str] = Counter()

    def model(name: str, address: str) -> FunctionModel:
        async def count() -> str:
            now[address] += 1
            most[address] = max(most[address], now[address])
            await asyncio.sleep(0.002)
            now[address] -= 1
            return "x"

        return FunctionModel(card(name, base_url=address), lambda r: count())

    await go(
        [model("a", "http://h/v1"), model("b", "http://h/v1/"), model("c", "http://other/v1")],
        store, 40, concurrency=5,
    )  # fmt: skip
    assert most["http://h/v1"] + most["http://h/v1/"] <= 6
    assert most["http://other/v1"] == 5


async def test_turns_are_asked_one_after_another_with_the_answers_fed_back(
    store: MemoryStore,
) -> None:
    question = Question(id="t", prompt="一", turns=("二", "三"))
    model = FunctionModel(card(), lambda r: f"答{len(r.messages)}")
    await ask(Plan(questions=[question], cards=[model.card]), {"m": model}, store, run_id="r")
    assert [m["content"] for m in model.requests[-1].messages] == ["一", "答1", "二", "答3", "三"]
    (answer,) = store.answers
    assert (answer.text, answer.meta["turns"], answer.tries) == ("答5", ["答1", "答3"], 3)


async def test_a_conversation_ends_where_the_model_falls_silent(store: MemoryStore) -> None:
    question = Question(id="t", prompt="一", turns=("二",))
    model = FunctionModel(card(), lambda r: Reply(text="", finish="content_filter"))
    await ask(Plan(questions=[question], cards=[model.card]), {"m": model}, store, run_id="r")
    assert (store.answers[0].state, len(model.requests)) == ("refused", 1)


async def test_a_fixed_seed_grows_with_every_repeat(store: MemoryStore) -> None:
    model = FunctionModel(card(generation=Generation(seed=7)), lambda r: "x")
    await go(model, store, 2, repeats=3)
    assert {(r.repeat, r.generation.seed) for r in model.requests} == {(0, 7), (1, 8), (2, 9)}


async def test_a_model_on_this_machine_gets_another_seed_for_every_repeat(
    store: MemoryStore,
) -> None:
    """It takes one seed where none is given, and would say the same each time at any temperature.

    Two cards share no luck: at the same temperature they would answer alike, word for word.
    """
    seeds = {}
    for name in ("a", "b"):
        model = FunctionModel(
            card(name=name, generation=Generation(temperature=1.0)), lambda r: "x"
        )
        model.source = "local"  # type: ignore[misc]
        await go(model, store, 2, repeats=3)
        seeds[name] = {r.repeat: r.generation.seed for r in model.requests}
        first = seeds[name][0]
        assert first is not None
        assert seeds[name] == {0: first, 1: first + 1, 2: first + 2}
    assert abs((seeds["a"][0] or 0) - (seeds["b"][0] or 0)) > 100


async def test_progress_adds_up_and_ends_with_everything_done(store: MemoryStore) -> None:
    seen: list[tuple[int, int, bool]] = []

    def look(progress: Progress) -> None:
        seen.append((progress.done, progress.total, progress.finished))

    model = FunctionModel(card(), lambda r: Reply(text="x"))
    await go(model, store, 20, progress=look)
    assert seen[0][:2] == (0, 20)
    assert seen[-1] == (20, 20, True)


async def test_a_run_that_is_stopped_early_is_balanced_over_models(store: MemoryStore) -> None:
    models = [FunctionModel(card(n, base_url="http://h/v1"), lambda r: "x") for n in "abc"]
    await go(models, store, 100, concurrency=1, budget=Budget(questions=50))
    counts = Counter(a.model for a in store.answers)
    assert max(counts.values()) - min(counts.values()) <= 1
    asked = [{a.question for a in store.answers if a.model == n} for n in "abc"]
    assert len(asked[0] ^ asked[1]) <= 1


async def test_a_plan_without_its_model_is_refused(store: MemoryStore) -> None:
    with pytest.raises(UsageError, match="m"):
        await ask(Plan(questions=questions(1), cards=[card()]), {}, store, run_id="r")
    with pytest.raises(UsageError):
        await go(FunctionModel(card(), lambda r: "x"), store, concurrency=0)


async def test_an_endpoint_that_answered_before_gets_more_patience(store: MemoryStore) -> None:
    calls = 0

    def answer(request: Request) -> Any:
        nonlocal calls
        calls += 1
        return Unreachable("断", "gone") if 5 <= calls < 11 else "x"

    outcome = await go(FunctionModel(card(), answer, concurrency=1), store, 10)
    assert outcome.states["ok"] == 10


def test_the_waits_are_within_their_bounds() -> None:
    rng = random.Random(0)
    policy = Retry(base=0.5, cap=30)
    for failures in range(1, 2000):
        assert 0 <= policy.wait(failures, rng) <= min(30.0, 0.5 * 2.0 ** min(failures - 1, 10))


def test_errors_that_are_not_worth_a_retry_say_so() -> None:
    assert not AnswerTimeout("", "").retryable
    assert Text("a", "b").say("en") == "b"


async def test_a_display_that_breaks_costs_no_answer(store: MemoryStore) -> None:
    def broken(progress: Progress) -> None:
        raise BrokenPipeError

    outcome = await go(FunctionModel(card(), lambda r: "x"), store, 10, progress=broken)
    assert (outcome.state, outcome.asked) == ("finished", 10)
