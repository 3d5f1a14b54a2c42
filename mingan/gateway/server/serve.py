"""Starting the gateway: members from cards, a policy from its file, a ledger beside the workspace.

Beyond this machine nobody gets in without a key, always. What is to be said comes back as text.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from mingan.errors import InputError, UsageError
from mingan.gateway.policies import Best, Facts, load
from mingan.gateway.policy import Member, Policy
from mingan.gateway.server.app import make_app
from mingan.gateway.server.hub import Hub
from mingan.gateway.server.ledger import Ledger
from mingan.gateway.server.ruled import Ruled
from mingan.gateway.server.upstream import Upstream, reach
from mingan.records import ModelCard


def make_hub(
    cards: Mapping[str, ModelCard], *, ledger: Path | str, policy: Path | str | None = None,
    names: Sequence[str] = (), rules: Sequence[Member] = (), keys: bool = False,
    first_s: float = 60.0, idle_s: float = 60.0,
) -> Hub:  # fmt: skip
    """All that the gateway needs.

    Args:
        cards: what may be reached, by name.
        policy: a file of `mingan gateway train`; without one the first of `names` answers, and
            the others stand behind it.
        names: members, in order; those of the policy where none are given.
        rules: members that answer by rule or abstain, asked before all others.
        keys: whether everybody needs a key.

    Raises:
        InputError: the policy or a member cannot be used.
        StoreError: the ledger cannot be opened.
    """
    made, wanted = _policy(policy, cards, names)
    missing = [name for name in wanted if name not in cards]
    if missing:
        raise InputError(
            f"成员 {'、'.join(missing)} 不在 models.toml 里，也不是本机模型。"
            "请补上，或用 --model 指定。",
            f"Members that are neither in models.toml nor local models: {', '.join(missing)}. Add "
            "them, or name others by --model.",
        )
    members: dict[str, Upstream] = {rule.name: Ruled(rule) for rule in rules}
    if twice := [name for name in wanted if name in members]:
        raise InputError(
            f"{'、'.join(twice)} 是一条规则的名字，模型要换一个名字。",
            f"{', '.join(twice)} is the name of a rule; give the model another.",
        )
    members |= {n: reach(cards[n], first_s=first_s, idle_s=idle_s) for n in wanted}
    return Hub(members, made, Ledger(ledger), open_door=not keys)


def _policy(
    path: Path | str | None, cards: Mapping[str, ModelCard], names: Sequence[str]
) -> tuple[Policy, list[str]]:
    if path is not None:
        policy = load(path)
        facts: Sequence[Facts] = getattr(policy, "members", ())
        return policy, list(names) or [f.name for f in facts]
    order = list(names) or list(cards)
    if not order:
        raise UsageError(
            "没有成员。请写一个 models.toml，或用 --model 指定。",
            "There are no members. Write a models.toml, or name some by --model.",
        )
    facts = [Facts(name=n, quality=0.0, can=_can(cards.get(n))) for n in order]
    fixed: Policy = Best(members=tuple(facts), first=order[0], name="fixed")
    return fixed, order


def _can(card: ModelCard | None) -> frozenset[str] | None:
    """Models that are no endpoint are asked in words alone."""
    return None if card is None or card.kind == "openai" else frozenset()


def serve(hub: Hub, bound: socket.socket) -> None:
    """Serve until interrupted."""
    import uvicorn

    config = uvicorn.Config(
        make_app(hub), log_level=os.environ.get("MINGAN_LOG", "error"), access_log=False,
        server_header=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    try:
        with suppress(KeyboardInterrupt):  # the way to end it, not a failure
            uvicorn.Server(config).run(sockets=[bound])
    finally:
        hub.ledger.close()
