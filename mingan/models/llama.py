"""llama.cpp in this process: load a GGUF file, write an answer, weigh given continuations.

In this process rather than beside it, because then nothing can be left behind when we are
killed, and because it can be interrupted: the interpreter's lock is free while llama.cpp
computes, and an answer is fetched token by token, so that a stop takes effect at the next one.
Two things cannot be cut short: the reading of a long prompt, and the loading of the file, which
also holds the interpreter's lock (once; 1 to 4 seconds for the models we fetch, on 2 cores).

Everything here blocks; `mingan.models.local` calls it from a thread. It knows cards as little
as asking does. What it takes care of, for scores that can be had again:

- one thread by default and one request at a time. With two threads on a machine that is busy
  elsewhere OpenMP's waiting loops took the speed down from 38 to 2.4 tokens a second
  (SmolLM2-135M, 2 shared cores); OMP_WAIT_POLICY=passive, set before the import, is the cure.
  Four requests at once, batched together, changed the answer to one of them.
- no prompt cache between questions: what was asked before must not change the rounding.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from mingan.errors import ModelError, RequestRejected, ServerFault
from mingan.models.openai_wire import Said, WireBody
from mingan.models.protocol import Message

MAGIC = b"GGUF"
_FORCE = 1e6
_EVERY = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it was written: what was said, when the first token came, how fast it went.

    Times count from the moment when the model was free to begin.
    """

    said: Said
    first_token_s: float | None
    total_s: float
    speed: dict[str, float]


class Stopped(Exception):
    """The answer was interrupted on request."""


class Engine:
    """One loaded model. Calls from several threads wait for one another."""

    def __init__(self, path: Path, *, threads: int = 1, ctx: int = 4096) -> None:
        """Load the file; takes seconds.

        Raises:
            RequestRejected: it is no GGUF file, or llama.cpp cannot load it.
        """
        self._name = path.name
        self._busy = threading.Lock()
        self._secret = secrets.token_hex(16)
        self._server = self._load(path, threads, ctx)
        self._plain_token = self.tokens("a")[-1]

    def _load(self, path: Path, threads: int, ctx: int) -> Any:
        # Must be in the environment before OpenMP wakes up, that is before the first import.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        if not _read_through(path):
            raise self._unloadable(path, "不是 GGUF 文件", "it is no GGUF file")
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = ctx
        params.n_parallel = 1
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        params.verbosity = -1
        params.warmup = False
        params.fit_params = False
        params.cache_ram_mib = 0
        params.n_ctx_checkpoints = 0
        # It also listens on loopback (tokens can be had no other way): only for us.
        params.hostnames = ["127.0.0.1"]
        params.api_keys = [self._secret]
        params.endpoint_slots = False
        params.ui = False
        try:
            return xllamacpp.Server(params)
        except (RuntimeError, ValueError) as error:
            raise self._unloadable(path, str(error), str(error)) from None

    def _unloadable(self, path: Path, zh: str, en: str) -> ModelError:
        return RequestRejected(
            f"模型文件 {path} 装不进来（{zh}）。请检查文件是否完整、内存够不够。",
            f"The model file {path} cannot be loaded ({en}). Check that it is whole and that "
            "there is memory enough.",
        )

    def chat(
        self, messages: list[Message], settings: dict[str, Any], stop: threading.Event
    ) -> Written:
        """Write an answer by the model's own chat template.

        Raises:
            Stopped: `stop` was set before the end.
            RequestRejected: the question is longer than the context, or a setting is unknown.
        """
        said = Said()
        speed: dict[str, float] = {}
        start = first = total = 0.0

        def take(chunk: dict[str, Any]) -> bool:
            nonlocal first
            if said.add(msgspec.convert(chunk, WireBody)) and not first:
                first = time.perf_counter() - start
            speed.update(chunk.get("timings") or {})
            return stop.is_set()

        body = {**settings, "messages": messages, "stream": True, "cache_prompt": False,
                "stream_options": {"include_usage": True}}  # fmt: skip
        with self._busy:
            if stop.is_set():
                raise Stopped
            start = time.perf_counter()
            self._call(self._server.handle_chat_completions, body, take)
            total = time.perf_counter() - start
        if stop.is_set():
            raise Stopped
        if said.error:
            raise self._refused(said.error)
        if not said.begun or not said.finish:
            raise ServerFault(
                f"本机模型 {self._name} 没有写完这个回答。",
                f"The local model {self._name} did not finish this answer.",
            )
        return Written(said, first or None, total, speed)

    def tokens(self, text: str, *, begin: bool = False) -> list[int]:
        """The token ids of `text`; with `begin` after the model's begin-of-text token, if any."""
        body = json.dumps({"content": text, "add_special": begin}).encode()
        request = urllib.request.Request(
            f"{self._server.listening_address}/tokenize",
            data=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._secret}",
            },
        )
        # Without the proxies of the environment: this never leaves the machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as reply:
            found: dict[str, list[int]] = msgspec.json.decode(reply.read())
        return found["tokens"]

    def log_probabilities(
        self, prompt: list[int], continuations: list[list[int]]
    ) -> list[list[float]]:
        """Natural-log probability of every token of each continuation after `prompt`.

        Token by token: each is forced by a bias, and what is read is the model's own probability
        before the bias. The prompt is computed once, from scratch, and then lies in the cache
        for all continuations alike, so that their order changes nothing.

        Raises:
            RequestRejected: prompt and continuation are longer than the context.
        """
        with self._busy:
            self._step(prompt, self._plain_token, fresh=True)
            return [
                [self._weigh(prompt + tokens[:place], token) for place, token in enumerate(tokens)]
                for tokens in continuations
            ]

    def _weigh(self, before: list[int], token: int) -> float:
        step = self._step(before, token)
        if step is not None:
            return float(step["logprob"])
        # A token that is the first half of a character has no entry of its own until the rest
        # is there; so it is looked up among the alternatives to a token that is whole.
        for count in (1_000, _EVERY):
            step = self._step(before, self._plain_token, alternatives=count) or {}
            for other in step.get("top_logprobs", []):
                if other["id"] == token:
                    return float(other["logprob"])
        raise ServerFault(
            f"本机模型 {self._name} 量不出一个词的概率。",
            f"The local model {self._name} gave no probability for one of the tokens.",
        )

    def _step(
        self, before: list[int], token: int, *, alternatives: int = 1, fresh: bool = False
    ) -> dict[str, Any] | None:
        """One token written after `before`, forced to be `token`; None if it got no entry."""
        body = {"prompt": before, "n_predict": 1, "n_probs": alternatives, "temperature": 0.0,
                "logit_bias": [[token, _FORCE]], "cache_prompt": not fresh}  # fmt: skip
        found = self._call(self._server.handle_completions, body)
        if "error" in found:
            raise self._refused(found["error"])
        entries = (found["choices"][0].get("logprobs") or {}).get("content") or []
        step: dict[str, Any] | None = next((e for e in entries if e["id"] == token), None)
        return step

    def _call(self, handle: Any, *arguments: Any) -> Any:
        try:
            return handle(*arguments)
        except (RuntimeError, ValueError) as error:
            raise self._refused({"message": str(error)}) from None

    def _refused(self, error: Any) -> ModelError:
        found = error if isinstance(error, dict) else {}
        if found.get("type") == "exceed_context_size_error":
            size, ctx = found.get("n_prompt_tokens"), found.get("n_ctx")
            return RequestRejected(
                f"这题有 {size} 个 token，本机模型 {self._name} 一次只装得下 {ctx} 个。"
                "可以在 models.toml 里把 ctx 加大。",
                f"This question has {size} tokens; the local model {self._name} holds {ctx} at "
                "a time. Raise ctx in models.toml.",
            )
        why = str(found.get("message", error))[:200]
        return RequestRejected(
            f"本机模型 {self._name} 不受理这个请求：{why}",
            f"The local model {self._name} will not take this request: {why}",
        )

    def close(self) -> None:
        """Give the memory back, once the answer being written is done."""
        with self._busy:
            self._server = None


def _read_through(path: Path) -> bool:
    """Whether it is a GGUF file; all of it is read once, so that it lies in the system's cache.

    A slow disk is waited for here, where others can run, and not while loading.
    """
    try:
        with path.open("rb", buffering=0) as file:
            right = file.read(4) == MAGIC
            block = bytearray(1 << 20)
            while right and file.readinto(block):
                pass
    except OSError:
        return False
    return right
