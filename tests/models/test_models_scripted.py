from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from mingan.errors import (
    AnswerTimeout,
    ModelError,
    ModelsFileError,
    RateLimited,
    RequestRejected,
    ServerFault,
)
from mingan.models.protocol import Message, Model, Request
from mingan.models.recorded import RecordedModel
from mingan.models.scripted import FAULTS, ScriptedModel
from mingan.records import ModelCard


def fake(code: Any = None, /, **options: Any) -> ScriptedModel:
    return ScriptedModel(ModelCard(name="假", kind="scripted", options=options), code)


def ask(question: str = "q1", repeat: int = 0, prompt: str = "问") -> Request:
    messages = (Message(role="user", content=prompt),)
    return Request(messages=messages, question=question, repeat=repeat)


async def test_answers_by_question_and_repeat() -> None:
    model = fake(answers={"q1": "甲", "q2": ["一", "二"], "q3": {"text": "丙", "reasoning": "想"}})
    assert isinstance(model, Model)
    assert (await model.answer(ask())).text == "甲"
    assert [(await model.answer(ask("q2", k))).text for k in range(3)] == ["一", "二", "二"]
    reply = await model.answer(ask("q3"))
    assert (reply.text, reply.reasoning, reply.finish) == ("丙", "想", "stop")
    assert (reply.usage.tokens_in, reply.usage.tokens_out) == (1, 1)
    with pytest.raises(RequestRejected, match="q9"):
        await model.answer(ask("q9"))
    assert model.asked["q2", 1] == 1


async def test_a_function_a_list_and_a_default() -> None:
    echo = fake(lambda request: request.messages[-1]["content"] + "！")
    assert (await echo.answer(ask(prompt="你好"))).text == "你好！"
    listed = fake(["一", {"text": "二", "finish": "length"}], default="没了")
    replies = [await listed.answer(ask(f"q{i}")) for i in range(3)]
    assert [(r.text, r.finish) for r in replies] == [
        ("一", "stop"), ("二", "length"), ("没了", "stop"),
    ]  # fmt: skip


async def test_a_script_file(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(
        '{"question": "q1", "text": "甲"}\n\n{"question": "q2", "texts": ["一", "二"]}\n', "utf-8"
    )
    model = fake(script=str(path))
    assert (await model.answer(ask())).text == "甲"
    assert (await model.answer(ask("q2", 1))).text == "二"


@pytest.mark.parametrize("line", ['{"text": "x"}', "[1]", "{", '{"question": "q", "txet": 1}'])
def test_a_bad_script_names_the_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text('{"question": "q1", "text": "甲"}\n' + line, "utf-8")
    with pytest.raises(ModelsFileError) as caught:
        fake(script=str(path))
    assert "第 2 行" in caught.value.message.zh
    assert "Line 2" in caught.value.message.en


def test_bad_options_are_explained(tmp_path: Path) -> None:
    for options in ({"faults": {"418": 0.1}}, {"delay": "soon"}, {"colour": 1}):
        with pytest.raises(ModelsFileError, match="scripted"):
            fake(**options)
    with pytest.raises(ModelsFileError, match="UTF-8"):
        fake(script=str(tmp_path / "none.jsonl"))


async def test_every_fault_by_name() -> None:
    errors = {"429": RateLimited, "500": ServerFault, "timeout": AnswerTimeout,
              "400": RequestRejected}  # fmt: skip
    finishes = {"truncated": ("四字", "length"), "empty": ("", "stop"),
                "filtered": ("", "content_filter")}  # fmt: skip
    assert set(errors) | set(finishes) == set(FAULTS)
    for fault, error in errors.items():
        with pytest.raises(error):
            await fake(answers={"q1": {"text": "四字成语", "fault": fault}}).answer(ask())
    for fault, wanted in finishes.items():
        reply = await fake(answers={"q1": {"text": "四字成语", "fault": fault}}).answer(ask())
        assert (reply.text, reply.finish) == wanted


async def test_a_fault_may_pass() -> None:
    model = fake(answers={"q1": {"text": "好", "fault": "429", "times": 2}}, retry_after=3.0)
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await model.answer(ask())
        assert caught.value.retry_after == 3.0
    assert (await model.answer(ask())).text == "好"


async def outcome(model: ScriptedModel, question: str) -> str:
    try:
        return (await model.answer(ask(question))).text
    except ModelError as error:
        return type(error).__name__


async def test_faults_at_a_rate_hang_on_the_question_not_on_the_order() -> None:
    options = {"default": "好", "faults": {"429": 0.2, "500": 0.1}, "seed": 5}
    names = [f"q{i}" for i in range(400)]
    first = fake(**options)
    forwards = {name: await outcome(first, name) for name in names}
    again = fake(**options)
    backwards = {name: await outcome(again, name) for name in reversed(names)}
    assert forwards == backwards
    counts = [list(forwards.values()).count(e) for e in ("RateLimited", "ServerFault")]
    assert 50 < counts[0] < 110
    assert 20 < counts[1] < 65
    assert {await outcome(first, name) for name in names} == {"好"}
    other = fake(**{**options, "seed": 6})
    assert {name: await outcome(other, name) for name in names} != forwards


async def test_delays_run_side_by_side() -> None:
    model = fake(default="好", delay=0.05)
    start = time.perf_counter()
    replies = await asyncio.gather(*(model.answer(ask(f"q{i}")) for i in range(50)))
    assert time.perf_counter() - start < 1.0
    assert all(reply.total_s is not None and reply.total_s >= 0.04 for reply in replies)


async def test_a_recorded_model_says_that_nobody_is_there() -> None:
    model = RecordedModel(ModelCard(name="gpt4", kind="recorded"))
    assert isinstance(model, Model)
    assert model.concurrency == 1
    with pytest.raises(RequestRejected) as caught:
        await model.answer(ask())
    assert "there is nobody to ask" in caught.value.message.en
    await model.close()


def on(day: str, question: str = "q1", repeat: int = 0) -> Request:
    messages = (Message(role="user", content="问"),)
    return Request(messages=messages, question=question, repeat=repeat, day=day)


async def test_a_model_changes_on_the_day_that_its_script_names() -> None:
    model = fake(
        answers={"q1": "甲", "q2": "乙"}, default="别的",
        later={"2026-03-09": {"q1": "丙"}, "2026-03-20": {"*": "全变", "q1": ["丁", "戊"]}},
    )  # fmt: skip
    days = ("", "2026-03-08", "2026-03-09", "2026-03-19", "2026-03-20", "2027-01-01")
    assert [(await model.answer(on(day))).text for day in days] == [
        "甲", "甲", "丙", "丙", "丁", "丁",
    ]  # fmt: skip
    assert (await model.answer(on("2026-03-20", repeat=1))).text == "戊"
    assert (await model.answer(on("2026-03-19", "q2"))).text == "乙"
    assert (await model.answer(on("2026-03-20", "q2"))).text == "全变"
    assert (await model.answer(on("2026-03-20", "q7"))).text == "全变"
    # On which day it is asked, and in which order, changes nothing.
    assert (await model.answer(on("2026-03-08"))).text == "甲"


async def test_a_line_of_a_script_file_may_name_its_day(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(
        '{"question": "q1", "text": "甲"}\n'
        '{"question": "q1", "text": "乙", "from": "2026-03-09"}\n',
        "utf-8",
    )
    model = fake(script=str(path))
    assert [(await model.answer(on(d))).text for d in ("", "2026-03-08", "2026-03-09")] == [
        "甲", "甲", "乙",
    ]  # fmt: skip
    path.write_text('{"question": "q1", "text": "乙", "from": "九号"}\n', "utf-8")
    with pytest.raises(ModelsFileError):
        fake(script=str(path))
    with pytest.raises(ModelsFileError):
        fake(later={"九号": {"q1": "乙"}})


async def test_a_fault_that_passes_strikes_anew_on_every_day() -> None:
    model = fake(answers={"q1": {"text": "好", "fault": "500", "times": 1}})
    for day in ("2026-03-08", "2026-03-09"):
        with pytest.raises(ModelError):
            await model.answer(on(day))
        assert (await model.answer(on(day))).text == "好"
