from __future__ import annotations

import asyncio
import io
import signal
import subprocess
import sys
import time
from datetime import datetime

import pytest

from mingan.errors import RequestRejected
from mingan.models.pasted import PastedModel, PastedText, TerminalPerson, shown
from mingan.models.protocol import Message, Model, Request
from mingan.records import ModelCard

CARD = ModelCard(name="某聊天软件", kind="pasted", options={"who": "小明", "app": "8.1"})
ASK = Request(messages=(Message(role="user", content="第一行\n第二行"),))


async def test_who_when_and_which_version_are_kept() -> None:
    seen: list[str] = []

    def person(prompt: str) -> PastedText:
        seen.append(prompt)
        return PastedText(text="甲\n乙", app="9.0")

    model = PastedModel(CARD, person)
    assert isinstance(model, Model)
    reply = await model.answer(ASK)
    assert seen == ["第一行\n第二行"]
    assert reply.text == "甲\n乙"
    assert (reply.meta["who"], reply.meta["app"]) == ("小明", "9.0")
    assert datetime.fromisoformat(reply.meta["when"]).tzinfo is not None


async def test_a_skipped_question_stays_unanswered() -> None:
    with pytest.raises(RequestRejected, match="某聊天软件"):
        await PastedModel(CARD, lambda prompt: None).answer(ASK)


async def test_one_question_at_a_time() -> None:
    busy = 0

    def person(prompt: str) -> PastedText:
        nonlocal busy
        busy += 1
        assert busy == 1
        time.sleep(0.01)
        busy -= 1
        return PastedText(text=prompt)

    model = PastedModel(CARD, person)
    await asyncio.gather(*(model.answer(ASK) for _ in range(4)))


def typed(text: str) -> PastedText | None:
    screen = io.StringIO()
    found = TerminalPerson("甲", stdin=io.StringIO(text), screen=screen)("题目？")
    assert "题目？" in screen.getvalue()
    return found


def test_the_terminal_takes_many_lines() -> None:
    assert typed("第一\r\n\ns\n 三\n.\n后面\n") == PastedText(text="第一\n\ns\n 三")
    assert typed("没有句号") == PastedText(text="没有句号")
    assert typed(".\n") == PastedText(text="")
    assert typed("s\n") is None
    assert typed(" S \n") is None
    assert typed("") is None


def test_one_reader_serves_several_questions() -> None:
    person = TerminalPerson("甲", stdin=io.StringIO("一\n.\n二\n.\n"), screen=io.StringIO())
    assert [person("?"), person("?")] == [PastedText(text="一"), PastedText(text="二")]


def test_turns_are_shown_with_who_said_them() -> None:
    messages = (Message(role="system", content="短"), Message(role="user", content="问"))
    assert shown(Request(messages=messages)) == "[system]\n短\n\n[user]\n问"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_ends_a_wait_for_a_person() -> None:
    code = (
        "import asyncio\n"
        "from mingan.models.pasted import PastedModel\n"
        "from mingan.models.protocol import Message, Request\n"
        "from mingan.records import ModelCard\n"
        "model = PastedModel(ModelCard(name='a', kind='pasted'))\n"
        "ask = Request(messages=(Message(role='user', content='q'),))\n"
        "try:\n"
        "    asyncio.run(model.answer(ask))\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        while "q" not in process.stderr.readline():
            assert process.poll() is None
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        # Standard input stays open: the person is still there, typing nothing.
        assert process.stdout is not None
        assert process.stdout.readline() == "stopped\n"
        assert process.wait(timeout=5) == 0
