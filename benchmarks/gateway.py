"""What the gateway adds to an ask, beside the bare endpoint, in one run on this machine.

    python benchmarks/gateway.py [--seconds 10] [--connections 100] [--soak 0] [--litellm]

An endpoint of our own, which answers at once, the gateway and the asker are processes of their own.
By turns, the same asks go to the endpoint and through the gateway: first one connection at a time,
which shows what the gateway adds by itself, then many at once, where on two cores all three wait
for each other. Then streams of 20 events at once, the gateway's memory, and its start. With
`--soak N` N streams more, and how much its memory grew. With `--litellm` its proxy stands beside
it, where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import psutil

BODY = {"model": "m", "messages": [{"role": "user", "content": "Q0001 hello"}]}
CARD = """[[model]]
name = "m"
kind = "openai"
model = "m"
base_url = "{url}/v1"
price_in = 1
price_out = 1
"""
REPLY = json.dumps({
    "id": "x", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": "hello " * 20}}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
}).encode()  # fmt: skip
WORD = b"data: " + json.dumps({
    "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
    "choices": [{"index": 0, "delta": {"content": "hello "}, "finish_reason": None}],
}).encode() + b"\n\n"  # fmt: skip
END = WORD.replace(b'{"content": "hello "}', b"{}").replace(b"null", b'"stop"')


async def endpoint(pause: float) -> None:
    """An endpoint as bare as can be: it reads a request, and answers with bytes made before."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            length = next(int(x[15:]) for x in head.lower().split(b"\r\n")
                          if x.startswith(b"content-length:"))  # fmt: skip
            body = await reader.readexactly(length)
            if b'"stream":true' in body.replace(b" ", b""):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                             b"Connection: close\r\n\r\n")  # fmt: skip
                for _ in range(20):
                    writer.write(WORD)
                    await asyncio.sleep(pause)
                writer.write(END + b"data: [DONE]\n\n")
                break
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(REPLY) + REPLY)  # fmt: skip
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=2048)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


async def load(url: str, connections: int, seconds: float) -> tuple[float, list[float]]:
    """Asks a second, and what each took."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def one(session: aiohttp.ClientSession) -> None:
        while (began := time.perf_counter()) < end:
            async with session.post(f"{url}/v1/chat/completions", json=BODY) as response:
                assert response.status == 200, await response.text()
                await response.read()
            took.append(time.perf_counter() - began)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(one(session) for _ in range(connections)))
    return len(took) / seconds, took


async def streams(url: str, at_once: int, every: int) -> tuple[int, float]:
    """So many streams, so many at once; how many came to their end, and the time."""
    left, whole = every, 0
    began = time.perf_counter()

    async def some(session: aiohttp.ClientSession) -> None:
        nonlocal left, whole
        while left > 0:
            left -= 1
            body = {**BODY, "stream": True}
            async with session.post(f"{url}/v1/chat/completions", json=body) as response:
                said = await response.read()
            whole += said.count(b"hello") == 20 and b"[DONE]" in said

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(some(session) for _ in range(at_once)))
    return whole, time.perf_counter() - began


@contextmanager
def process(*words: str, folder: str | None = None) -> Iterator[tuple[psutil.Process, str]]:
    """A process that says its address in its first line."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=folder) as started:
        assert started.stdout is not None
        url = "http://" + started.stdout.readline().partition("http://")[2].strip()
        assert url != "http://", f"{words} did not start"
        try:
            yield psutil.Process(started.pid), url.removesuffix("/v1")
        finally:
            started.send_signal(signal.SIGINT)


def told(name: str, rate: float, took: list[float]) -> str:
    """One line."""
    each = statistics.quantiles(took, n=100)
    return (f"{name:9} {rate:8.0f} asks/s   p50 {1000 * each[49]:7.2f} ms   "
            f"p99 {1000 * each[98]:7.2f} ms")  # fmt: skip


async def measure(bare: str, places: dict[str, str], seconds: float, connections: int) -> None:
    """Asks to the endpoint and through each gateway, by turns."""
    every = {"endpoint": bare, **places}
    for at_once in (1, connections):
        print(f"{at_once} at once")
        for url in every.values():
            await load(url, at_once, 1)
        for name, url in every.items():
            print("  " + told(name, *await load(url, at_once, seconds)))


async def ready(url: str) -> None:
    """Wait until it answers."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/v1/models") as response:
                    await response.read()
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--soak", type=int, default=0)
    parser.add_argument("--litellm", action="store_true")
    parser.add_argument("--endpoint", type=float, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.endpoint is not None:
        asyncio.run(endpoint(said.endpoint))
        return
    mingan = str(Path(sys.executable).parent / "mingan")
    with (
        tempfile.TemporaryDirectory() as folder,
        process(sys.executable, __file__, "--endpoint", "0.05") as (_, bare),
    ):
        (Path(folder) / "models.toml").write_text(CARD.format(url=bare))
        began = time.perf_counter()
        with process(mingan, "gateway", "serve", "--port", "0", folder=folder) as (gateway, url):
            asyncio.run(ready(url))
            print(f"first answer after {time.perf_counter() - began:.2f} s")
            asyncio.run(measure(bare, {"mingan": url}, said.seconds, said.connections))
            whole, took = asyncio.run(streams(url, 300, 900))
            memory = gateway.memory_info().rss / 2**20
            print(f"300 streams at once: {whole} of 900 whole in {took:.1f} s; {memory:.0f} MB")
            if said.soak:
                whole, took = asyncio.run(streams(url, 300, said.soak))
                grown = gateway.memory_info().rss / 2**20 - memory
                print(f"soak: {whole} of {said.soak} whole in {took:.0f} s; {grown:+.1f} MB")
        if said.litellm:
            beside(bare, folder, said.seconds, said.connections)


def beside(bare: str, folder: str, seconds: float, connections: int) -> None:
    """LiteLLM's proxy on the same endpoint."""
    found = shutil.which("litellm", path=str(Path(sys.executable).parent)) or shutil.which(
        "litellm"
    )
    if found is None:
        print("litellm is not installed: pip install 'litellm[proxy]' in an environment of its own")
        return
    config = Path(folder) / "litellm.yaml"
    config.write_text(
        "model_list:\n  - model_name: m\n    litellm_params:\n      model: openai/m\n"
        f"      api_base: {bare}/v1\n      api_key: none\n"
    )
    began = time.perf_counter()
    words = [found, "--config", str(config), "--port", "4917"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as other:
        try:
            asyncio.run(ready("http://127.0.0.1:4917"))
            print(f"litellm: first answer after {time.perf_counter() - began:.2f} s")
            places = {"litellm": "http://127.0.0.1:4917"}
            asyncio.run(measure(bare, places, seconds, connections))
            memory = psutil.Process(other.pid).memory_info().rss / 2**20
            print(f"litellm: {memory:.0f} MB")
        finally:
            other.send_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
