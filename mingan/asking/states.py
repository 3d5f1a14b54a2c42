"""From what came back to what is kept: the state of an answer, its cost, and text that can last.

Model output is hostile: it may hold characters that no database takes, be of any length, or be
nothing at all. What is kept is the text as it came, but for NUL and lone surrogates (each becomes
U+FFFD) and for anything beyond 16 Mi characters (cut off, and the answer is `truncated`).
This module must not know the store, and must not judge whether an answer is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from mingan.asking.plan import Item
from mingan.bank.games import Move
from mingan.errors import MinganError
from mingan.language import Text
from mingan.models.prices import cost_of
from mingan.models.protocol import Reply
from mingan.records import Answer, ModelCard, State, Usage, now

CAP = 16 * 2**20
"""The longest text that is kept, in characters."""

REFUSED = frozenset(
    {"content_filter", "content-filter", "contentfilter", "sensitive", "safety", "refusal"}
)
"""Words of endpoints for an answer that the provider held back."""

CUT = frozenset({"length", "max_tokens"})
"""Words of endpoints for an answer that grew too long."""

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_MOST_TOKENS = 2**53


def state_of(reply: Reply) -> State:
    """How a reply ended, by the endpoint's own word and by whether there is any text."""
    finish = reply.finish.lower()
    if finish in REFUSED:
        return "refused"
    if finish in CUT or len(reply.text) > CAP or len(reply.reasoning) > CAP:
        return "truncated"
    return "ok" if reply.text and not reply.text.isspace() else "empty"


def keepable(text: str) -> str:
    """`text` as every database can hold it: no NUL, no lone surrogates, at most `CAP` long."""
    if len(text) > CAP:
        text = text[:CAP]
    return text if text.isascii() and "\0" not in text else _UNKEEPABLE.sub("\ufffd", text)


def answer_of(
    item: Item, replies: Sequence[Reply], moves: Sequence[Move] = (), *, source: str, tries: int
) -> Answer:
    """The answer that replies make, one a turn.

    The text is that of the last turn, which the reference speaks of; what was said before it is
    in `meta["turns"]`. What the other side said, a text for every turn but the first, is in
    `meta["said"]`, and the places in it at which a new conversation began in `meta["fresh"]`.
    Tokens, cost and time are sums over the turns, the first token is that of the first turn.
    """
    last = replies[-1]
    usage = _sum([_sane(reply.usage) for reply in replies])
    meta: dict[str, object] = {keepable(k): keepable(v) for k, v in last.meta.items()}
    if len(replies) > 1:
        meta["turns"] = [keepable(reply.text) for reply in replies[:-1]]
    if moves:
        meta["said"] = [keepable(move.text) for move in moves]
    if any(move.fresh for move in moves):
        meta["fresh"] = [place for place, move in enumerate(moves) if move.fresh]
    return Answer(
        question=item.question.id,
        asked=item.asked,
        model=item.card.name,
        model_hash=item.model_hash,
        bank=item.question.bank,
        repeat=item.repeat,
        day=item.day,
        state=_state(item, replies),
        text=keepable(last.text),
        reasoning=keepable(last.reasoning),
        finish=keepable(last.finish[:64]),
        usage=usage,
        cost=_cost(replies, usage, item.card),
        currency=last.currency or item.card.currency,
        first_token_s=replies[0].first_token_s,
        total_s=_seconds(replies),
        tries=tries,
        served_model=keepable(last.served_model[:200]),
        at=last.at or now(),
        source=source,
        meta=meta,
        hidden=item.question.hidden,
    )


def _cost(replies: Sequence[Reply], usage: Usage, card: ModelCard) -> float | None:
    """What the model said it cost; by tokens and prices where it did not say."""
    told = [reply.cost for reply in replies if reply.cost is not None]
    return sum(told) if told else cost_of(usage, card)


def _state(item: Item, replies: Sequence[Reply]) -> State:
    """How an answer ended: as its last turn did, but cut off if any turn was.

    An empty turn ends a conversation, not a game: only one without any text at all is empty.
    """
    last = state_of(replies[-1])
    if last == "refused" or (last == "empty" and not item.question.kind):
        return last
    states = {state_of(reply) for reply in replies}
    if "truncated" in states:
        return "truncated"
    return "empty" if states == {"empty"} else "ok"


def failed_answer(
    item: Item, error: MinganError, *, source: str, tries: int, seconds: float
) -> Answer:
    """The record of an answer that could not be had, with the sentence that says why."""
    return Answer(
        question=item.question.id,
        asked=item.asked,
        model=item.card.name,
        model_hash=item.model_hash,
        bank=item.question.bank,
        repeat=item.repeat,
        day=item.day,
        state="failed",
        error=Text(keepable(error.message.zh), keepable(error.message.en)),
        total_s=seconds,
        tries=tries,
        at=now(),
        source=source,
        hidden=item.question.hidden,
    )


def _seconds(replies: Sequence[Reply]) -> float | None:
    times = [reply.total_s for reply in replies if reply.total_s is not None]
    return sum(times) if times else None


def _sum(usages: Sequence[Usage]) -> Usage:
    if len(usages) == 1:
        return usages[0]
    return Usage(
        tokens_in=_total(usages, lambda u: u.tokens_in),
        tokens_out=_total(usages, lambda u: u.tokens_out),
        tokens_reasoning=_total(usages, lambda u: u.tokens_reasoning),
        tokens_cached=_total(usages, lambda u: u.tokens_cached),
    )


def _total(usages: Sequence[Usage], part: Callable[[Usage], int | None]) -> int | None:
    known = [count for usage in usages if (count := part(usage)) is not None]
    return sum(known) if known else None


def _sane(usage: Usage) -> Usage:
    """Token counts as an endpoint may have made them up: impossible ones count as unsaid."""
    wrong = {
        name: None
        for name in Usage.__struct_fields__
        if (count := getattr(usage, name)) is not None and not 0 <= count <= _MOST_TOKENS
    }
    return msgspec.structs.replace(usage, **wrong) if wrong else usage
