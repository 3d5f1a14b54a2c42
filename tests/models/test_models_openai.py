from __future__ import annotations

import asyncio
import base64
import json
import logging
import socket
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from fake_endpoint import Endpoint, completion, event
from hypothesis import given, settings
from hypothesis import strategies as st

from mingan.errors import (
    KeyRejected,
    ModelError,
    ModelsFileError,
    RateLimited,
    RequestRejected,
    ServerFault,
    Unreachable,
)
from mingan.models import openai as module
from mingan.models.openai import OpenAIModel, chat_url
from mingan.models.openai_faults import retry_after
from mingan.models.openai_wire import EventLines, storable, text_of
from mingan.models.protocol import Message, Model, Request
from mingan.records import Generation, ModelCard

KEY = "sk-test-Zq8Wm2Vt5Rx9"


def card(endpoint: Endpoint, **more: Any) -> ModelCard:
    return ModelCard(
        name="甲", kind="openai", base_url=endpoint.url, model="m-1", api_key_env="TEST_KEY", **more
    )


def ask(prompt: str = "中国的首都是？", **generation: Any) -> Request:
    return Request(
        messages=(Message(role="user", content=prompt),), generation=Generation(**generation)
    )


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def model(endpoint: Endpoint) -> AsyncIterator[OpenAIModel]:
    found = OpenAIModel(card(endpoint))
    yield found
    await found.close()
    await found.close()


async def test_a_whole_answer_with_everything(endpoint: Endpoint, model: OpenAIModel) -> None:
    endpoint.says(
        completion(
            "<think>想一想</think>北京",
            message={"reasoning_content": "首都…"},
            usage={
                "prompt_tokens": 12,
                "completion_tokens": 34,
                "completion_tokens_details": {"reasoning_tokens": 20},
                "prompt_tokens_details": {"cached_tokens": 8},
            },
        )
    )
    reply = await model.answer(
        ask(temperature=0.0, top_p=0.9, max_tokens=64, seed=7, stop=("\n\n",), system="简短",
            extra={"enable_thinking": False})
    )  # fmt: skip
    assert reply.text == "<think>想一想</think>北京"
    assert reply.reasoning == "首都…"
    assert (reply.finish, reply.served_model) == ("stop", "served-1")
    usage = reply.usage
    assert (usage.tokens_in, usage.tokens_out) == (12, 34)
    assert (usage.tokens_reasoning, usage.tokens_cached) == (20, 8)
    assert reply.first_token_s is None
    assert reply.total_s is not None
    assert reply.total_s > 0
    assert datetime.fromisoformat(reply.at).tzinfo is not None
    assert endpoint.seen == [
        {
            "model": "m-1",
            "temperature": 0.0,
            "top_p": 0.9,
            "max_tokens": 64,
            "seed": 7,
            "stop": ["\n\n"],
            "stream": False,
            "enable_thinking": False,
            "messages": [
                {"role": "system", "content": "简短"},
                {"role": "user", "content": "中国的首都是？"},
            ],
        }
    ]
    assert endpoint.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert endpoint.paths == ["/v1/chat/completions"]


async def test_the_card_decides_how_to_write_unless_the_request_does(endpoint: Endpoint) -> None:
    endpoint.says(completion("好"))
    found = OpenAIModel(card(endpoint, generation=Generation(temperature=0.3)))
    await found.answer(ask())
    await found.answer(ask(temperature=0.7))
    await found.close()
    assert [body["temperature"] for body in endpoint.seen] == [0.3, 0.7]


async def test_a_system_prompt_of_the_question_goes_before_that_of_the_model(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    endpoint.says(completion("好"))
    messages = (Message(role="system", content="题"), Message(role="user", content="问"))
    await model.answer(Request(messages=messages, generation=Generation(system="模型")))
    assert [m["content"] for m in endpoint.seen[0]["messages"]] == ["题", "问"]


async def test_null_content_is_the_empty_text(endpoint: Endpoint, model: OpenAIModel) -> None:
    for message in ({"content": None}, {}, {"content": ""}, {"content": []}):
        endpoint.says({"choices": [{"message": message, "finish_reason": "stop"}]})
        reply = await model.answer(ask())
        assert reply.text == ""
        assert reply.finish == "stop"
        assert reply.usage.tokens_out is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("北京", "北京"),
        (None, ""),
        ([{"type": "text", "text": "北"}, {"type": "text", "text": "京"}], "北京"),
        ([{"type": "image"}, None], ""),
        ({"text": None}, ""),
        (42, "42"),
        (True, ""),
        ([[[["deep"]]]], ""),
    ],
)
def test_text_of(content: Any, text: str) -> None:
    assert text_of(content) == text


async def test_a_filtered_answer_is_a_state_and_no_error(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    endpoint.says(completion(None, "content_filter"))
    assert (await model.answer(ask())).finish == "content_filter"
    endpoint.says(completion("半句", "sensitive"))
    assert (await model.answer(ask())).finish == "content_filter"
    endpoint.says(completion(None, message={"refusal": "I can't help with that."}))
    reply = await model.answer(ask())
    assert (reply.finish, reply.text) == ("content_filter", "I can't help with that.")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"code": "content_filter", "message": "blocked"}}),
        (400, {"error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全内容"}}),
        (400, {"code": "DataInspectionFailed", "message": "Input data may contain…"}),
        (400, {"error": {"code": "data_inspection_failed", "message": "x"}}),
        (400, {"error": {"message": "Content Exists Risk", "type": "invalid_request_error"}}),
        (400, {"error": {"code": "SensitiveContentDetected", "message": "x"}}),
        (400, {"error": {"code": "400", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}),
        (403, {"error": {"code": "moderation_blocked", "message": "x"}}),
        (451, {"error": {"message": "unavailable"}}),
        (200, {"error": {"code": 400, "type": "content_filter", "message": "x"}}),
    ],
)
async def test_a_content_filter_that_speaks_by_status_is_a_reply(
    endpoint: Endpoint, model: OpenAIModel, status: int, body: Any
) -> None:
    endpoint.says(body, status)
    reply = await model.answer(ask())
    assert (reply.text, reply.finish) == ("", "content_filter")
    assert reply.meta["refusal"]


async def test_a_stream(endpoint: Endpoint, model: OpenAIModel) -> None:
    raw = b"".join([
        b": keep-alive\r\n\r\n",
        event({"role": "assistant", "content": None}, model="served-2"),
        event({"reasoning": "先想"}),
        event({"content": "北"}),
        event({"content": "京", "reasoning_content": None}),
        event({}, "length"),
        event(usage={"prompt_tokens": 3, "completion_tokens": 2, "prompt_cache_hit_tokens": 1}),
        b"data: [DONE]\n\n",
    ])  # fmt: skip
    # Cut anywhere, also within a character.
    endpoint.streams([raw[i : i + 7] for i in range(0, len(raw), 7)])
    reply = await model.answer(ask(stream=True))
    assert (reply.text, reply.reasoning, reply.finish) == ("北京", "先想", "length")
    assert (reply.usage.tokens_in, reply.usage.tokens_out, reply.usage.tokens_cached) == (3, 2, 1)
    assert reply.served_model == "served-2"
    assert endpoint.seen[0]["stream_options"] == {"include_usage": True}


async def test_the_first_token_comes_before_the_last(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    endpoint.streams([event({"content": "一"}), event({"content": "二"}, "stop")], pause=0.05)
    reply = await model.answer(ask(stream=True))
    assert reply.first_token_s is not None
    assert reply.total_s is not None
    assert 0 < reply.first_token_s < reply.total_s - 0.04


async def test_an_endpoint_may_ignore_the_wish_for_a_stream(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    endpoint.says(completion("北京"))
    reply = await model.answer(ask(stream=True))
    assert (reply.text, reply.first_token_s) == ("北京", None)


async def test_an_endpoint_may_refuse_stream_options(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    async def handler(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        if "stream_options" in asked:
            text = '{"error": {"message": "Unknown field: stream_options"}}'
            return web.Response(text=text, status=400)
        return web.json_response(completion("好"))

    endpoint.handler = handler
    assert (await model.answer(ask(stream=True))).text == "好"
    assert (await model.answer(ask(stream=True))).text == "好"
    assert ["stream_options" in body for body in endpoint.seen] == [True, False, False]


@pytest.mark.parametrize("cut", [True, False])
async def test_a_truncated_stream_is_a_fault_of_the_server(
    endpoint: Endpoint, model: OpenAIModel, cut: bool
) -> None:
    endpoint.streams([event({"content": "半"})], cut=cut)
    with pytest.raises(ServerFault):
        await model.answer(ask(stream=True))


async def test_a_stream_without_done_is_whole_if_it_said_why_it_ended(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    endpoint.streams([event({"content": "好"}, "stop").rstrip()])
    assert (await model.answer(ask(stream=True))).text == "好"


async def test_an_error_in_the_middle_of_a_stream(endpoint: Endpoint, model: OpenAIModel) -> None:
    endpoint.streams([event({"content": "半"}), event(error={"code": 429, "message": "slow"})])
    with pytest.raises(RateLimited):
        await model.answer(ask(stream=True))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"error": {"message": f"Incorrect API key provided: {KEY}"}}, KeyRejected),
        (403, {"error": {"message": "forbidden"}}, KeyRejected),
        (402, {"error": {"message": "Insufficient Balance"}}, KeyRejected),
        (429, {"error": {"message": "slow down"}}, RateLimited),
        (429, {"error": {"code": "insufficient_quota", "message": "no money"}}, KeyRejected),
        (400, {"error": {"message": "max_tokens too large, case-sensitive"}}, RequestRejected),
        (404, b"<html>nothing here</html>", RequestRejected),
        (405, b"", RequestRejected),
        (422, {"detail": [{"msg": "bad"}]}, RequestRejected),
        (301, b"", RequestRejected),
        (408, b"", ServerFault),
        (500, b"\xff\xfe", ServerFault),
        (529, {"error": "overloaded"}, ServerFault),
        (200, b"not json", ServerFault),
        (200, b'{"choices": [{"mess', ServerFault),
        (200, b"[" * 100_000, ServerFault),
        (200, b"[]", ServerFault),
        (200, b'{"choices": [7]}', ServerFault),
        (200, b"null", ServerFault),
        (200, {"choices": []}, ServerFault),
        (200, {"error": {"message": "boom"}}, ServerFault),
        (200, {"error": {"code": 401, "message": KEY}}, KeyRejected),
    ],
)
async def test_faults_are_named_and_never_show_the_key(
    endpoint: Endpoint,
    model: OpenAIModel,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: Any,
    error: type[ModelError],
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.says(body, status)
    with pytest.raises(ModelError) as caught:
        await model.answer(ask())
    assert type(caught.value) is error
    for text in (
        str(caught.value),
        repr(caught.value),
        caught.value.message.zh,
        caught.value.message.en,
        "".join(traceback.format_exception(caught.value)),
        repr(model),
        repr(model.card),
        caplog.text,
    ):
        assert KEY not in text
    assert "甲" in caught.value.message.zh


@pytest.mark.parametrize("status", [401, 403])
async def test_whoever_refuses_a_key_is_not_quoted(
    endpoint: Endpoint, model: OpenAIModel, status: int
) -> None:
    hidden = (base64.b64encode(KEY.encode()).decode(), f"{KEY[:9]} {KEY[9:]}", KEY[::-1])
    for said in hidden:
        for body, sent in (
            ({"error": {"message": f"bad {said}"}}, status),
            ({"error": {"message": f"bad {said}", "code": "insufficient_quota"}}, status),
            ({"error": {"message": f"bad {said}", "code": status}}, 200),
        ):
            endpoint.says(body, sent)
            with pytest.raises(KeyRejected) as caught:
                await model.answer(ask())
            assert said not in repr(caught.value)
            assert str(status) in caught.value.message.en


async def test_the_key_is_cut_out_however_the_server_dresses_it(
    endpoint: Endpoint, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "plain-words-of-no-known-shape"
    monkeypatch.setenv("TEST_KEY", secret)
    for echo in (secret, f"\x1b[31m{secret}\x07\n", "x" * 180 + secret, f"Bearer {secret}"):
        for status in (400, 401, 429, 500):
            endpoint.says({"error": {"message": f"got {echo}"}}, status)
            with pytest.raises(ModelError) as caught:
                await model.answer(ask())
            shown = repr(caught.value)
            assert secret not in shown
            assert secret[:14] not in shown
            assert not any(ord(c) < 32 or ord(c) == 127 for c in str(caught.value))
            assert len(caught.value.message.en) < 500


async def test_a_missing_or_impossible_key_is_said_before_anything_is_sent(
    endpoint: Endpoint, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY")
    with pytest.raises(KeyRejected, match="TEST_KEY"):
        await model.answer(ask())
    monkeypatch.setenv("TEST_KEY", "abc\nInjected: 1密")
    with pytest.raises(KeyRejected) as caught:
        await model.answer(ask())
    assert "Injected" not in repr(caught.value)
    assert endpoint.seen == []


async def test_no_key_is_sent_where_none_is_named(endpoint: Endpoint) -> None:
    endpoint.says(completion("好"))
    found = OpenAIModel(ModelCard(name="乙", kind="openai", base_url=endpoint.url, model="m"))
    await found.answer(ask())
    await found.close()
    assert "Authorization" not in endpoint.headers[0]


async def test_retry_after_is_handed_on(endpoint: Endpoint, model: OpenAIModel) -> None:
    endpoint.says({"error": {"message": "slow"}}, 429, {"Retry-After": "7"})
    with pytest.raises(RateLimited) as caught:
        await model.answer(ask())
    assert caught.value.retry_after == 7


def test_retry_after_in_all_its_forms() -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    date = format_datetime(moment + timedelta(seconds=90), usegmt=True)
    assert retry_after({"Retry-After": "2.5"}) == 2.5
    assert retry_after({"Retry-After": date}, now=moment) == 90
    assert retry_after({"Retry-After": date}, now=moment + timedelta(days=1)) == 0
    assert retry_after({"retry-after-ms": "1500", "Retry-After": "9"}) == 1.5
    assert retry_after({"Retry-After": "-3"}) == 0
    for odd in ("", "soon", "nan", "inf", "Mon, 99 Foo"):
        assert retry_after({"Retry-After": odd}) is None


async def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for base in (f"http://127.0.0.1:{port}", "http://nowhere.invalid"):
        found = OpenAIModel(ModelCard(name="丙", kind="openai", base_url=base, model="m"))
        with pytest.raises(Unreachable, match="丙"):
            await found.answer(ask())
        await found.close()


async def test_a_dropped_connection_is_a_fault_of_the_server(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    async def handler(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    endpoint.handler = handler
    with pytest.raises(ServerFault):
        await model.answer(ask())


async def test_a_body_shorter_than_promised_is_a_fault_of_the_server(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    async def handler(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "5000"})
        await response.prepare(request)
        await response.write(json.dumps(completion("半")).encode())
        assert request.transport is not None
        request.transport.close()
        return response

    endpoint.handler = handler
    with pytest.raises(ServerFault):
        await model.answer(ask())


async def test_ten_megabytes_pass_and_no_end_does_not(
    endpoint: Endpoint, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.says(completion("长" * 3_500_000))
    assert len((await model.answer(ask())).text) == 3_500_000
    endpoint.streams([event({"content": "长" * 3_500_000}, "stop")])
    assert len((await model.answer(ask(stream=True))).text) == 3_500_000
    monkeypatch.setattr(module, "LIMIT", 100_000)
    endpoint.says(completion("长" * 100_000))
    with pytest.raises(RequestRejected):
        await model.answer(ask())
    endpoint.streams([event({"content": "长" * 100_000}, "stop")])
    with pytest.raises(RequestRejected):
        await model.answer(ask(stream=True))


async def test_half_characters_and_broken_bytes_can_be_stored(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    body = json.dumps(completion("x")).encode()
    for odd, text in ((b"\\ud83d\\ude00", "😀"), (b"\\ud83d", "�"), (b"\xff", "�")):
        endpoint.says(body.replace(b'"x"', b'"' + odd + b'"'))
        reply = await model.answer(ask())
        assert reply.text == text
        reply.text.encode()
    split = [event({"content": "x"}).replace(b'"x"', half) for half in
             (b'"\\ud83d"', b'"\\ude00"')]  # fmt: skip
    endpoint.streams([*split, event({}, "stop")])
    assert (await model.answer(ask(stream=True))).text == "😀"


async def test_half_a_character_in_a_question_can_be_asked(
    endpoint: Endpoint, model: OpenAIModel
) -> None:
    endpoint.says(completion("好"))
    assert (await model.answer(ask("一半 \ud83d"))).text == "好"
    assert endpoint.seen[0]["messages"][0]["content"] == "一半 \ud83d"


async def test_many_at_once_over_one_session(endpoint: Endpoint, model: OpenAIModel) -> None:
    async def handler(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        return web.json_response(completion(asked["messages"][0]["content"]))

    endpoint.handler = handler
    replies = await asyncio.gather(*(model.answer(ask(f"第{i}题")) for i in range(120)))
    assert [reply.text for reply in replies] == [f"第{i}题" for i in range(120)]


def test_a_model_outlives_the_loop_it_was_used_in() -> None:
    async def once(found: OpenAIModel) -> str:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            return web.json_response(completion("好"))

        runner = web.ServerRunner(web.Server(handle))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found._url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/chat/completions"
        reply = await found.answer(ask())
        await found.close()
        await runner.cleanup()
        return reply.text

    found = OpenAIModel(ModelCard(name="丁", kind="openai", base_url="http://127.0.0.1", model="m"))
    assert [asyncio.run(once(found)) for _ in range(2)] == ["好", "好"]
    assert isinstance(found, Model)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://a.com", "https://a.com/v1/chat/completions"),
        ("https://a.com/", "https://a.com/v1/chat/completions"),
        ("https://a.com/v1", "https://a.com/v1/chat/completions"),
        (" https://a.com/v1/ ", "https://a.com/v1/chat/completions"),
        ("https://a.com/api/paas/v4", "https://a.com/api/paas/v4/chat/completions"),
        ("https://a.com/chat/completions/", "https://a.com/chat/completions"),
        ("https://a.com/v1?api-version=2", "https://a.com/v1/chat/completions?api-version=2"),
    ],
)
def test_addresses(base: str, url: str) -> None:
    assert chat_url(base) == url


@pytest.mark.parametrize(
    "base", ["", "a.com/v1", "ftp://a.com", "https://", "http://u:p4ssw0rd@a.com", "http://a:x/"]
)
def test_what_is_no_address(base: str) -> None:
    with pytest.raises(ModelsFileError) as caught:
        chat_url(base, "甲")
    assert "p4ssw0rd" not in repr(caught.value)


@given(st.lists(st.text(max_size=8), max_size=6), st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_events_are_found_wherever_the_stream_is_cut(texts: list[str], size: int) -> None:
    raw = b"".join(b"data: " + json.dumps(t).encode() + b"\r\n\r\n" for t in texts)
    lines = EventLines()
    found = [p for i in range(0, len(raw), size) for p in lines.feed(raw[i : i + size])]
    assert [json.loads(p) for p in found + lines.end()] == texts


@given(st.text(st.characters(codec=None), max_size=20))
@settings(max_examples=100, deadline=None)
def test_what_is_storable_is_utf8_and_otherwise_unchanged(text: str) -> None:
    stored = storable(text)
    stored.encode()
    if not any(0xD800 <= ord(c) < 0xE000 for c in text):
        assert stored == text


async def test_an_answer_that_repeats_the_key_is_kept_without_it(
    endpoint: Endpoint, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some gateways for debugging answer with the request, its headers included."""
    endpoint.says(completion(f"You sent Bearer {KEY}."))
    assert (await model.answer(ask())).text == "You sent Bearer ***."
    monkeypatch.setenv("TEST_KEY", "EMPTY")
    endpoint.says(completion("EMPTY is a word"))
    assert (await model.answer(ask())).text == "EMPTY is a word"
