"""A gateway that listens, with two members whose endpoints do as a test tells them."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from mingan.gateway.policies import Best, Facts
from mingan.gateway.policy import Ask, Choice, Policy
from mingan.gateway.server.app import make_app
from mingan.gateway.server.hub import Hub
from mingan.gateway.server.ledger import Ledger
from mingan.gateway.server.upstream import reach
from mingan.records import ModelCard

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
from fake_endpoint import Endpoint, completion, event, running

__all__ = ["HI", "SECRET", "USAGE", "Served", "completion", "event", "serving"]

SECRET = "sk-upstream-secret-123456"
USAGE = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
HI = [{"role": "user", "content": "hi"}]


class Fixed:
    """A policy that always chooses the same."""

    name = "fixed"

    def __init__(self, choice: Choice) -> None:
        self.choice = choice

    def choose(self, ask: Ask) -> Choice:
        return self.choice


class Served:
    """A gateway with two members, `small` and `big`, on a free port."""

    def __init__(self, small: Endpoint, big: Endpoint, folder: Path) -> None:
        self.small, self.big, self.folder = small, big, folder
        self.url = ""
        self.hub: Hub
        self.clients: list[Any] = []

    def client(self, key: str = "none") -> Any:
        import openai

        made = openai.AsyncOpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=0)
        self.clients.append(made)
        return made

    def trips(self) -> list[dict[str, Any]]:
        return self.hub.ledger.traffic()

    def choose(self, choice: Choice) -> None:
        self.hub.policy = Fixed(choice)


async def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """Serve until the test is over; then no key may be in the ledger's files."""
    import uvicorn

    monkeypatch.setenv("SMALL_KEY", SECRET)
    monkeypatch.setattr("mingan.gateway.server.upstream.RETRIES", 0)
    async with AsyncExitStack() as stack:
        small = await stack.enter_async_context(running())
        big = await stack.enter_async_context(running())
        this = Served(small, big, tmp_path)
        cards = {
            "small": ModelCard(name="small", kind="openai", base_url=small.url, price_in=1.0,
                               price_out=2.0, api_key_env="SMALL_KEY"),
            "big": ModelCard(name="big", kind="openai", base_url=big.url, price_in=10.0,
                             price_out=20.0),
        }  # fmt: skip
        policy: Policy = Best(
            members=(Facts(name="small", quality=0.9), Facts(name="big", quality=0.8))
        )
        members = {name: reach(card, first_s=3, idle_s=3) for name, card in cards.items()}
        this.hub = Hub(members, policy, Ledger(tmp_path / "gateway.db"))
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(make_app(this.hub), log_level="error", access_log=False)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.01)
        this.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        yield this
        for client in this.clients:
            await client.close()
        server.should_exit = True
        await task
        this.hub.ledger.close()
        for name in ("gateway.db", "gateway.db-wal"):
            if (tmp_path / name).exists():
                assert SECRET.encode() not in (tmp_path / name).read_bytes()
