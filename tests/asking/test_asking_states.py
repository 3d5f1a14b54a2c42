from __future__ import annotations

import json

import pytest

from mingan.asking.plan import Plan
from mingan.asking.states import CAP, answer_of, failed_answer, keepable, state_of
from mingan.errors import ServerFault
from mingan.models.prices import cost_of
from mingan.models.protocol import Reply
from mingan.records import ModelCard, Question, Usage

CARD = ModelCard(name="m", kind="openai", price_in=2.0, price_out=8.0, price_cached=0.5)
ITEM = Plan(questions=[Question(id="q", prompt="p", bank="b")], cards=[CARD], day="d").items()[0]


@pytest.mark.parametrize(
    ("text", "finish", "state"),
    [
        ("42", "stop", "ok"),
        ("42", "", "ok"),
        ("", "stop", "empty"),
        (" \n\t　", "stop", "empty"),
        ("half an ans", "length", "truncated"),
        ("", "length", "truncated"),
        ("", "content_filter", "refused"),
        ("I cannot", "content_filter", "refused"),
        ("", "SENSITIVE", "refused"),
        ("42", "some new word", "ok"),
    ],
)
def test_state_of_a_reply(text: str, finish: str, state: str) -> None:
    assert state_of(Reply(text=text, finish=finish)) == state


def test_cached_tokens_have_their_own_price() -> None:
    usage = Usage(tokens_in=1000, tokens_out=100, tokens_cached=400)
    assert cost_of(usage, CARD) == pytest.approx((600 * 2 + 400 * 0.5 + 100 * 8) / 1e6)


def test_a_cost_is_unknown_rather_than_nothing() -> None:
    assert cost_of(Usage(tokens_in=1, tokens_out=1), ModelCard(name="m", kind="openai")) is None
    assert cost_of(Usage(tokens_in=1), CARD) is None


@pytest.mark.parametrize("text", ["plain", "中文", "a\0b", "\ud83d lone", "\udfff", "😀"])
def test_kept_text_is_utf8_without_nul_and_otherwise_unchanged(text: str) -> None:
    kept = keepable(text)
    kept.encode()
    assert "\0" not in kept
    assert len(kept) == len(text)
    assert keepable(kept) == kept
    if "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text):
        assert kept == text


def test_ten_megabytes_are_kept_whole_and_what_passes_the_cap_is_cut_and_said() -> None:
    long = "字" * 10_000_000
    assert answer_of(ITEM, [Reply(text=long)], source="api", tries=1).text == long
    beyond = answer_of(ITEM, [Reply(text="x" * (CAP + 1))], source="api", tries=1)
    assert (len(beyond.text), beyond.state) == (CAP, "truncated")


def test_everything_a_hostile_endpoint_sends_can_be_written() -> None:
    reply = Reply(
        text="\0", reasoning="\ud800", finish="\0" * 1000, served_model="\udc00" * 1000,
        usage=Usage(tokens_in=-5, tokens_out=2**70), meta={"\0k": "\ud800"},
    )  # fmt: skip
    answer = answer_of(ITEM, [reply], source="api", tries=1)
    line = answer.to_json()
    assert "\\u0000" not in line
    json.loads(line)
    assert answer.usage == Usage()
    assert len(answer.finish) <= 64


def test_turns_are_summed_and_the_last_one_is_the_answer() -> None:
    one = Reply(text="一", usage=Usage(tokens_in=10, tokens_out=1), first_token_s=0.1, total_s=1.0)
    two = Reply(text="二", usage=Usage(tokens_in=20, tokens_out=2), first_token_s=0.3, total_s=2.0)
    answer = answer_of(ITEM, [one, two], source="api", tries=3)
    assert answer.text == "二"
    assert answer.meta["turns"] == ["一"]
    assert answer.usage == Usage(tokens_in=30, tokens_out=3)
    assert (answer.first_token_s, answer.total_s, answer.tries) == (0.1, 3.0, 3)
    assert answer.cost == pytest.approx((30 * 2 + 3 * 8) / 1e6)


def test_the_answer_has_the_key_that_was_planned() -> None:
    assert answer_of(ITEM, [Reply(text="x")], source="api", tries=1).key == ITEM.key
    failed = failed_answer(ITEM, ServerFault("坏\0了", "broken"), source="api", tries=2, seconds=1)
    assert failed.key == ITEM.key
    assert failed.state == "failed"
    assert failed.error == ("坏\ufffd了", "broken")
