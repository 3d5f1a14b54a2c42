"""A rule as a member: it answers at once and at no cost, or abstains.

What a body asks for beside its words (a form, several answers, an end) no rule can see, so that
any field not known to be harmless makes it abstain. How it comes to its answer is not known here.
"""

from __future__ import annotations

from mingan.errors import RequestRejected
from mingan.gateway.policy import Ask, Member
from mingan.gateway.server import events
from mingan.gateway.server.upstream import Body, Flow, Whole, messages_of, settled
from mingan.models import openai_wire as wire
from mingan.models.protocol import Reply
from mingan.records import ModelCard, Usage

_HARMLESS = frozenset({
    "model", "messages", "stream", "stream_options", "temperature", "top_p", "seed", "user",
    "max_tokens", "max_completion_tokens", "metadata", "store", "service_tier",
})  # fmt: skip


class Ruled:
    """See `Upstream`."""

    words_only = True

    def __init__(self, rule: Member) -> None:
        """Takes the rule; there is nothing to connect to."""
        self.card = ModelCard(name=rule.name, kind="rule", price_in=0.0, price_out=0.0)
        self._rule = rule

    def says(self, body: Body) -> str | None:
        """Its answer; None where it abstains."""
        messages = messages_of(body)
        if not _HARMLESS.issuperset(body) or len(messages) != len(body["messages"]):
            return None
        out = body.get("max_completion_tokens", body.get("max_tokens"))
        if any(not isinstance(each.get("content"), str) for each in body["messages"]):
            return None
        return self._rule.answer(
            Ask(messages=messages, tokens_out=out if isinstance(out, int) else None)
        )

    async def whole(self, body: Body) -> Whole:
        """See `Upstream`."""
        payload = wire.encode_any(events.completion(self._reply(body), self.card.name))
        return Whole(payload, events.look(payload))

    async def flow(self, body: Body) -> Flow:
        """See `Upstream`."""
        return settled(self._reply(body), self.card.name)

    async def close(self) -> None:
        """See `Upstream`."""

    def _reply(self, body: Body) -> Reply:
        said = self.says(body)
        if said is None:
            raise RequestRejected(
                f"{self.card.name} 是一条规则，答不了这一问。请问别的模型，或写 mingan。",
                f"{self.card.name} is a rule and has no answer to this. Ask another model, or "
                "mingan.",
            )
        return Reply(text=said, usage=Usage(tokens_in=0, tokens_out=0))
