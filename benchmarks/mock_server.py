"""A mock of an OpenAI-compatible endpoint, fast enough not to be what is measured.

    python benchmarks/mock_server.py --port 0 --latency 200 --p429 0.05 --p500 0.02 --seed 1

It prints its port on the first line. It knows a question by its number (Qdddd), counts what it
was asked, and answers nine of ten rightly. GET /stats gives the counts, GET /count the requests
alone, POST /reset takes new settings as JSON and forgets the counts. For tests and benchmarks
only; it is not part of Mingan.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import time
from collections import Counter
from typing import Any

from job import COUNT, said

_NUMBER = re.compile(rb"Q(\d{4})")
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")


class Counts:
    """What the server was asked since the last reset."""

    def __init__(self) -> None:
        self.requests = 0
        self.asked: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()
        self.refused: Counter[str] = Counter()
        self.in_flight = 0
        self.max_in_flight = 0
        self.first = self.last = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "distinct": len(self.answered),
            "answered": sum(self.answered.values()),
            "most_often": max(self.answered.values(), default=0),
            "asked_of": {f"Q{q:04d}": n for q, n in self.asked.items()},
            "answered_of": {f"Q{q:04d}": n for q, n in self.answered.items()},
            "refused": dict(self.refused),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "span_s": self.last - self.first,
        }


class Server:
    """Settings, counts and ready-made replies."""

    def __init__(self, **settings: float) -> None:
        self.replies = [_reply(i) for i in range(COUNT)]
        self.reset(settings)

    def reset(self, settings: dict[str, float]) -> None:
        self.latency = settings.get("latency", 0.0) / 1000
        self.p429 = settings.get("p429", 0.0)
        self.p500 = settings.get("p500", 0.0)
        self.retry_after = settings.get("retry_after", 1.0)
        self.counts = Counts()
        self.rng = random.Random(int(settings.get("seed", 0)))

    def choose(self, question: int) -> bytes:
        """The reply to one request, chosen when it arrives."""
        chance = self.rng.random() if self.p429 or self.p500 else 1.0
        if chance < self.p429:
            self.counts.refused["429"] += 1
            return _fault(429, f"Retry-After: {self.retry_after:g}\r\n")
        if chance < self.p429 + self.p500:
            self.counts.refused["500"] += 1
            return _fault(500)
        return self.replies[question]


class Connection(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection; requests come one at a time, as clients send them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = _LENGTH.search(head)
            stop = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < stop:
                return
            body, self.buffer = self.buffer[end + 4 : stop], self.buffer[stop:]
            self.serve(head, body)

    def serve(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET /stats"):
            return self.send(_http(200, json.dumps(self.server.counts.as_json()).encode()))
        if head.startswith(b"GET /count"):
            return self.send(_http(200, b"%d" % self.server.counts.requests))
        if head.startswith(b"POST /reset"):
            self.server.reset(json.loads(body or b"{}"))
            return self.send(_http(200, b"{}"))
        found = _NUMBER.search(body)
        if not head.startswith(b"POST /v1/chat/completions") or not found:
            return self.send(_fault(404))
        return self.question(int(found[1]))

    def question(self, question: int) -> None:
        counts = self.server.counts
        counts.requests += 1
        counts.asked[question] += 1
        counts.first = counts.first or time.perf_counter()
        counts.in_flight += 1
        counts.max_in_flight = max(counts.max_in_flight, counts.in_flight)
        reply = self.server.choose(question)
        if self.server.latency:
            loop = asyncio.get_running_loop()
            loop.call_later(self.server.latency, self.finish, counts, question, reply)
        else:
            self.finish(counts, question, reply)

    def finish(self, counts: Counts, question: int, reply: bytes) -> None:
        counts.in_flight -= 1
        counts.last = time.perf_counter()
        if self.transport is not None:
            if reply.startswith(b"HTTP/1.1 200"):
                counts.answered[question] += 1
            self.send(reply)

    def send(self, reply: bytes) -> None:
        if self.transport is not None:
            self.transport.write(reply)


def _reply(index: int) -> bytes:
    text = said(index)
    body = {
        "id": f"mock-{index}",
        "object": "chat.completion",
        "model": "mock",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 70, "completion_tokens": 12, "total_tokens": 82},
    }
    return _http(200, json.dumps(body, ensure_ascii=False).encode())


def _fault(status: int, headers: str = "") -> bytes:
    body = {"error": {"message": f"mock fault {status}", "type": "mock"}}
    return _http(status, json.dumps(body).encode(), headers)


def _http(status: int, body: bytes, headers: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status} Mock\r\nContent-Type: application/json\r\n{headers}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    for name in ("latency", "p429", "p500", "seed"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    parser.add_argument("--retry_after", type=float, default=1.0)
    options = vars(parser.parse_args())
    port = options.pop("port")
    server = Server(**options)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: Connection(server), "127.0.0.1", port, backlog=1024
    )
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
