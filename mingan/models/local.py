"""A GGUF model on this machine, inside this process; no compiler, no server to start.

Temperature 0, one thread and one request at a time unless the card says otherwise, so that the
same question gets the same answer. Needs the extra `local`. Log-probabilities come from the
server side of llama.cpp, token by token; they differ from those of its C interface by up to 0.06
nats (measured on Qwen2.5-Coder-0.5B), so never mix the two in one ranking. This module must not
know where weights come from, beyond asking for the path.
"""

from __future__ import annotations

import asyncio
import importlib.util
import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mingan.errors import (
    MissingExtraError,
    ModelError,
    ModelsFileError,
    RequestRejected,
    ServerFault,
)
from mingan.models import openai_wire as wire
from mingan.models.llama import Engine, Stopped, Written
from mingan.models.protocol import Reply, Request, Source
from mingan.models.threads import in_daemon_thread
from mingan.models.weights import WEIGHTS, cached
from mingan.records import Generation, ModelCard, Usage, now

MAX_TOKENS = 512
CTX = 4096
_CLOSE_S = 5.0
_PLAIN = Generation()
T = TypeVar("T")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card's options. `file` is a GGUF of one's own; else the card's `model` names one."""

    file: str = ""
    threads: int = 1
    ctx: int = CTX


class LocalModel:
    """A model in this process. One request at a time: more at once would change the answers."""

    source: Source = "local"
    concurrency: int | None = 1

    def __init__(self, card: ModelCard) -> None:
        """Takes the card; the file is loaded with the first question.

        Raises:
            MissingExtraError: the extra `local` is not installed.
            ModelsFileError: there is no file, or an option is not right.
        """
        self.card = card
        self.settings = _settings(card)
        if importlib.util.find_spec("xllamacpp") is None:
            raise MissingExtraError(
                "要在本机跑模型，请先安装：pip install 'mingan[local]'",
                "To run a model on this machine, install: pip install 'mingan[local]'",
            )
        self.path = _path(card, self.settings)
        self._engine: Engine | None = None
        self._loading = threading.Lock()
        self._stops: set[threading.Event] = set()

    async def answer(self, request: Request) -> Reply:
        """Write an answer by the model's chat template."""
        generation = request.generation if request.generation != _PLAIN else self.card.generation
        messages = wire.with_system(request.messages, generation.system)
        settings = self._written_how(generation)
        stop = threading.Event()
        self._stops.add(stop)
        at = now()
        try:
            written = await self._run(lambda engine: engine.chat(list(messages), settings, stop))
        except Stopped:
            raise ServerFault(
                f"{self.card.name} 的回答写到一半被停下了。",
                f"The answer of {self.card.name} was stopped half way.",
            ) from None
        finally:
            # If this wait was given up, the thread learns of it at its next token.
            stop.set()
            self._stops.discard(stop)
        return self._reply(written, at)

    async def log_probabilities(self, prompt: str, continuations: list[str]) -> list[list[float]]:
        """Natural-log probability of every token of each continuation, given the bare prompt.

        No chat template is put around the prompt. Prompt and continuations are cut into tokens
        apart from one another. An empty continuation gives an empty list.
        """

        def weigh(engine: Engine) -> list[list[float]]:
            start = engine.tokens(prompt, begin=True)
            if not start:
                raise RequestRejected(
                    "要量概率，前文不能是空的。",
                    "To weigh continuations, the prompt must not be empty.",
                )
            return engine.log_probabilities(start, [engine.tokens(text) for text in continuations])

        return await self._run(weigh)

    async def perplexity(self, text: str) -> float:
        """exp of minus the mean log-probability of the tokens of `text` after its first.

        Low for fluent text. Takes one step per token, so it is for short texts.

        Raises:
            RequestRejected: the text has fewer than two tokens, or more than the context holds.
        """

        def weigh(engine: Engine) -> float:
            tokens = engine.tokens(text, begin=True)
            if len(tokens) < 2:
                raise RequestRejected(
                    "这段文字太短，算不出困惑度。", "The text is too short to have a perplexity."
                )
            (found,) = engine.log_probabilities(tokens[:1], [tokens[1:]])
            return math.exp(-sum(found) / len(found))

        return await self._run(weigh)

    async def close(self) -> None:
        """Stop what is being written and give the memory back. May be called twice."""
        for stop in tuple(self._stops):
            stop.set()
        engine, self._engine = self._engine, None
        if engine is None:
            return
        # A long prompt that is being read cannot be cut short; nobody waits for it forever.
        try:
            await asyncio.wait_for(in_daemon_thread(engine.close), _CLOSE_S)
        except TimeoutError:
            return

    async def _run(self, work: Callable[[Engine], T]) -> T:
        """`work` with the loaded engine, in a thread that never delays the exit."""

        def run() -> T:
            with self._loading:
                if self._engine is None:
                    self._engine = Engine(
                        self.path, threads=self.settings.threads, ctx=self.settings.ctx
                    )
                engine = self._engine
            return work(engine)

        try:
            return await in_daemon_thread(run)
        except (ModelError, Stopped):
            raise
        except Exception as error:
            raise ServerFault(
                f"本机模型 {self.card.name} 出错了（{type(error).__name__}）。",
                f"The local model {self.card.name} failed ({type(error).__name__}).",
            ) from error

    def _written_how(self, generation: Generation) -> dict[str, Any]:
        given = wire.settings(self.card.model or self.card.name, generation)
        return {"temperature": 0.0, "seed": 0, "max_tokens": MAX_TOKENS, **given}

    def _reply(self, written: Written, at: str) -> Reply:
        text, reasoning, finish = written.said.whole()
        speed = written.speed
        return Reply(
            text=text,
            reasoning=reasoning,
            finish=finish,
            usage=written.said.usage or Usage(),
            first_token_s=written.first_token_s,
            total_s=written.total_s,
            served_model=self.path.name,
            at=at,
            meta={
                name: f"{speed[key]:.1f}"
                for name, key in (
                    ("prompt_tokens_per_second", "prompt_per_second"),
                    ("tokens_per_second", "predicted_per_second"),
                )
                if isinstance(speed.get(key), int | float)
            },
        )


def _settings(card: ModelCard) -> Settings:
    try:
        return msgspec.convert(card.options, Settings)
    except msgspec.ValidationError as error:
        raise ModelsFileError(
            f"模型 {card.name!r}（local）的选项有误：{error}。",
            f"The options of model {card.name!r} (local) are not right: {error}.",
        ) from None


def _path(card: ModelCard, settings: Settings) -> Path:
    name = card.model or card.name
    if not settings.file and name not in WEIGHTS:
        raise ModelsFileError(
            f"模型 {card.name!r} 没有写 file（GGUF 文件的路径），model 也不是自带的模型。"
            f"自带的有：{', '.join(WEIGHTS)}。",
            f"Model {card.name!r} has no file (path of a GGUF file), and model is none of the "
            f"built-in ones: {', '.join(WEIGHTS)}.",
        )
    if settings.file:
        path = Path(settings.file).expanduser()
        if path.is_file():
            return path
        raise ModelsFileError(
            f"模型 {card.name!r} 的文件 {path} 不存在。请检查 models.toml 里的 file。",
            f"The file {path} of model {card.name!r} does not exist. Check file in models.toml.",
        )
    found = cached(name)
    if found is None:
        raise ModelsFileError(
            f"模型 {name} 还没有下载。请先运行：mingan models fetch {name}",
            f"The model {name} has not been fetched yet. Run: mingan models fetch {name}",
        )
    return found
