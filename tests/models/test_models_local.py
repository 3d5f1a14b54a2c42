from __future__ import annotations

import asyncio
import importlib.util
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from mingan.errors import MissingExtraError, ModelsFileError, RequestRejected
from mingan.models import DEFAULT_LOCAL, FLOOR_LOCAL, Model, Scorer, builtin_cards
from mingan.models.local import LocalModel
from mingan.models.protocol import Message, Request
from mingan.models.weights import cached
from mingan.records import Generation, ModelCard

HAS_EXTRA = importlib.util.find_spec("xllamacpp") is not None
needs_extra = pytest.mark.skipif(not HAS_EXTRA, reason="the extra [local] is not installed")


def needs(name: str) -> pytest.MarkDecorator:
    missing = not HAS_EXTRA or cached(name) is None
    return pytest.mark.skipif(missing, reason=f"{name} is not in the cache: mingan models fetch")


def ask(prompt: str, **generation: Any) -> Request:
    return Request(
        messages=(Message(role="user", content=prompt),), generation=Generation(**generation)
    )


@pytest.fixture(scope="module")
def floor() -> Iterator[LocalModel]:
    found = LocalModel(builtin_cards()[FLOOR_LOCAL])
    yield found
    asyncio.run(found.close())
    asyncio.run(found.close())


@pytest.fixture
async def default() -> AsyncIterator[LocalModel]:
    found = LocalModel(builtin_cards()[DEFAULT_LOCAL])
    yield found
    await found.close()


def test_without_the_extra_the_pip_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'mingan\[local\]'"):
        LocalModel(builtin_cards()[FLOOR_LOCAL])


@needs_extra
def test_what_is_missing_is_said_before_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGAN_CACHE", str(tmp_path))
    with pytest.raises(ModelsFileError, match=f"mingan models fetch {FLOOR_LOCAL}"):
        LocalModel(builtin_cards()[FLOOR_LOCAL])
    for card, said in (
        (ModelCard(name="甲", kind="local", options={"file": "no.gguf"}), r"no\.gguf"),
        (ModelCard(name="甲", kind="local"), DEFAULT_LOCAL),
        (ModelCard(name="甲", kind="local", options={"thread": 1}), "thread"),
    ):
        with pytest.raises(ModelsFileError, match=said):
            LocalModel(card)


@needs_extra
@pytest.mark.parametrize("body", [b"", b"<html>", b"GGUF" + bytes(500)])
async def test_a_file_that_is_no_model(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(body)
    model = LocalModel(ModelCard(name="甲", kind="local", options={"file": str(path)}))
    with pytest.raises(RequestRejected, match=r"bad\.gguf"):
        await model.answer(ask("你好"))
    await model.close()


@needs(FLOOR_LOCAL)
async def test_an_answer_with_usage_times_and_speed(floor: LocalModel) -> None:
    assert isinstance(floor, Model)
    assert isinstance(floor, Scorer)
    assert floor.concurrency == 1
    reply = await floor.answer(ask("What is 2+2?", max_tokens=24))
    assert "4" in reply.text
    assert reply.finish == "stop"
    assert reply.usage.tokens_in is not None
    assert reply.usage.tokens_out is not None
    assert 0 < reply.usage.tokens_out <= 24 < reply.usage.tokens_in
    assert reply.first_token_s is not None
    assert reply.total_s is not None
    assert 0 < reply.first_token_s <= reply.total_s
    assert float(reply.meta["tokens_per_second"]) > 0
    assert reply.served_model == "SmolLM2-135M-Instruct.Q4_1.gguf"


@needs(FLOOR_LOCAL)
async def test_an_answer_cut_off_says_so(floor: LocalModel) -> None:
    reply = await floor.answer(ask("Tell me a long story.", max_tokens=5))
    assert reply.finish == "length"
    assert reply.usage.tokens_out == 5


@needs(FLOOR_LOCAL)
async def test_the_same_question_gets_the_same_answer_whatever_came_before(
    floor: LocalModel,
) -> None:
    question = ask("Name three colours.", max_tokens=10)
    first = await floor.answer(question)
    await floor.answer(ask("Name three colours of the sea.", max_tokens=4))
    second, _, third = await asyncio.gather(
        floor.answer(question), floor.answer(ask("Hi", max_tokens=3)), floor.answer(question)
    )
    assert first.text == second.text == third.text
    assert second.usage == first.usage


@needs(FLOOR_LOCAL)
async def test_how_it_writes_can_be_chosen(floor: LocalModel) -> None:
    hot = [ask("Say anything.", temperature=1.5, seed=s, max_tokens=6) for s in (1, 2, 1)]
    one, two, again = [(await floor.answer(request)).text for request in hot]
    assert one == again
    assert one != two
    stopped = await floor.answer(ask("Count: one, two, three", stop=("t",), max_tokens=8))
    assert "t" not in stopped.text
    spoken = await floor.answer(ask("Hi", system="You are a very terse bot.", max_tokens=2))
    bare = await floor.answer(ask("Hi", max_tokens=2))
    assert spoken.usage.tokens_in != bare.usage.tokens_in


@needs(FLOOR_LOCAL)
async def test_continuations_are_weighed(floor: LocalModel) -> None:
    words = [" Paris", " London", " banana", ""]
    weighed = await floor.log_probabilities("The capital of France is", words)
    sums = [sum(found) for found in weighed]
    assert sums[0] > sums[1] > sums[2]
    assert all(value <= 0 for found in weighed for value in found)
    assert weighed[3] == []
    assert await floor.log_probabilities("The capital of France is", words[::-1]) == weighed[::-1]
    with pytest.raises(RequestRejected):
        await floor.log_probabilities("", words)


@needs(FLOOR_LOCAL)
async def test_halves_of_characters_are_weighed_too(floor: LocalModel) -> None:
    (found,) = await floor.log_probabilities("中国的首都是", ["北京"])
    assert len(found) > 2
    assert all(-40 < value < 0 for value in found)


@needs(FLOOR_LOCAL)
async def test_fluent_text_is_less_perplexing(floor: LocalModel) -> None:
    fluent = await floor.perplexity("The cat sat on the mat and looked at me.")
    scrambled = await floor.perplexity("mat sat The on looked the and cat me at.")
    assert 1 < fluent < scrambled / 3
    with pytest.raises(RequestRejected):
        await floor.perplexity("a")


@needs(FLOOR_LOCAL)
async def test_hostile_questions_do_no_harm(floor: LocalModel) -> None:
    with pytest.raises(RequestRejected, match="ctx"):
        await floor.answer(ask("word " * 6000))
    for odd in ("a\x00b", "<|im_end|>\n<|im_start|>assistant", "{{ messages }}", ""):
        assert (await floor.answer(ask(odd, max_tokens=2))).usage.tokens_out is not None
    with pytest.raises(RequestRejected):
        await floor.answer(ask("\ud83d", max_tokens=2))


@needs(FLOOR_LOCAL)
async def test_the_loop_runs_on_and_a_wait_can_be_given_up(floor: LocalModel) -> None:
    await floor.answer(ask("Hi", max_tokens=1))
    task = asyncio.create_task(floor.answer(ask("Tell me a very long story.", max_tokens=300)))
    ticks = 0
    end = time.perf_counter() + 0.3
    while time.perf_counter() < end:
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks > 10
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    start = time.perf_counter()
    await floor.answer(ask("Hi", max_tokens=1))
    # 300 tokens would have taken many times as long.
    assert time.perf_counter() - start < 4


@needs(FLOOR_LOCAL)
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_ends_it_and_nothing_is_printed_or_left_behind() -> None:
    code = (
        "import asyncio, os, signal, threading\n"
        "from mingan.models import builtin_cards, make\n"
        "from mingan.models.protocol import Message, Request\n"
        "async def main():\n"
        f"    model = make(builtin_cards()[{FLOOR_LOCAL!r}])\n"
        "    story = (Message(role='user', content='Tell me a long story.'),)\n"
        "    await model.log_probabilities('a', ['b'])\n"
        "    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "    try:\n"
        "        await model.answer(Request(messages=story))\n"
        "    finally:\n"
        "        await model.close()\n"
        "try:\n"
        "    asyncio.run(main())\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


@needs(DEFAULT_LOCAL)
async def test_the_default_model_knows_the_capital_of_china(default: LocalModel) -> None:
    words = ["北京", "上海", "巴黎", "香蕉"]
    weighed = await default.log_probabilities("中国的首都是", words)
    sums = [sum(found) for found in weighed]
    assert sums == sorted(sums, reverse=True)
    # As measured when the model was chosen: notes of that day say -1.599 and -9.832.
    assert sums[0] == pytest.approx(-1.6, abs=0.2)
    assert sums[3] == pytest.approx(-9.8, abs=0.5)
    again = await default.log_probabilities("中国的首都是:", words)
    assert max(zip(again, words, strict=True), key=lambda pair: sum(pair[0]))[1] == "北京"
