"""A trained scale model as a model like any other: asked through the same road.

    [[model]]
    name = "d96-s0"
    kind = "scale"
    file = "ladder/rungs/d96-s0/model.pt"

It continues the last message token by token (bytes, or the pieces that its ladder learned). It
knows no chat, so that an answer of the length that was asked for is whole and not cut off; one
whose documents have an end stops there. It can say how likely it finds a text: log-probabilities,
perplexity, bits a byte. What it writes is as hostile as any model's. The
module must not know ladders.
"""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mingan.errors import InputError, MissingExtraError, ModelsFileError, RequestRejected
from mingan.models.protocol import Reply, Request, Source
from mingan.models.threads import in_daemon_thread
from mingan.records import Generation, ModelCard, Usage, now
from mingan.tunnel.tokens import BYTES, Tokeniser

if TYPE_CHECKING:
    from mingan.tunnel.decoder import Decoder

MAX_TOKENS = 96
"""Tokens of an answer where nobody says."""

_PLAIN = Generation()


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card's options: the file of the trained model."""

    file: str = ""


class ScaleModel:
    """A trained rung; loaded when it is first asked."""

    source: Source = "local"

    def __init__(self, card: ModelCard) -> None:
        """Looks whether the file and PyTorch are there, and loads nothing.

        Raises:
            MissingExtraError: the extra `tunnel` is not installed.
            ModelsFileError: there is no file, or an option is not right.
        """
        self.card = card
        self.concurrency: int | None = 1
        try:
            settings = msgspec.convert(card.options, Settings)
        except msgspec.ValidationError as fault:
            raise ModelsFileError(
                f"模型 {card.name!r}（scale）的选项有误：{fault}。",
                f"The options of model {card.name!r} (scale) are not right: {fault}.",
            ) from None
        if importlib.util.find_spec("torch") is None:
            raise MissingExtraError(
                "要问训练出来的小模型，请先安装：pip install 'mingan[tunnel]'",
                "To ask a scale model, install: pip install 'mingan[tunnel]'",
            )
        self.path = Path(settings.file).expanduser()
        if not settings.file or not self.path.is_file():
            raise ModelsFileError(
                f"模型 {card.name!r} 的文件 {settings.file!r} 不在；file 要写 model.pt 的路径。",
                f"The file {settings.file!r} of model {card.name!r} is not there; file takes the "
                "path of a model.pt.",
            )
        self._model: Decoder | None = None
        self._tokens = BYTES

    async def answer(self, request: Request) -> Reply:
        """Continue the last message."""
        generation = request.generation if request.generation != _PLAIN else self.card.generation
        prompt = request.messages[-1]["content"] if request.messages else ""
        most = generation.max_tokens or MAX_TOKENS
        at = now()
        written = await in_daemon_thread(
            lambda: self._write(prompt, most, generation.temperature or 0.0, generation.seed or 0)
        )
        usage = Usage(tokens_in=len(self._tokens.encode(prompt)), tokens_out=len(written))
        return Reply(
            text=self._tokens.decode(written), usage=usage, at=at,
            served_model=self.path.parent.name,
        )  # fmt: skip

    async def log_probabilities(self, prompt: str, continuations: list[str]) -> list[list[float]]:
        """Natural-log probability of every token of each continuation, given the prompt.

        Prompt and continuation are cut into tokens each by itself.
        """
        if not prompt:
            raise RequestRejected(
                "要量概率，前文不能是空的。",
                "To weigh continuations, the prompt must not be empty.",
            )

        def weigh() -> list[list[float]]:
            self._loaded()
            start = self._tokens.encode(prompt)
            return [
                self._nats(start + self._tokens.encode(text))[len(start) - 1 :] if text else []
                for text in continuations
            ]

        found = await in_daemon_thread(weigh)
        return [[-value for value in each] for each in found]

    async def bits_per_byte(self, text: str) -> float:
        """-log2 of the chance of all tokens after the first, over their bytes.

        Raises:
            RequestRejected: the text has fewer than two tokens.
        """
        bits, _, size = await in_daemon_thread(lambda: self._weighed(text))
        return bits / size

    async def perplexity(self, text: str) -> float:
        """exp of the mean of -ln of the chance of each token after the first: per token."""
        bits, tokens, _ = await in_daemon_thread(lambda: self._weighed(text))
        return float(2.0 ** (bits / tokens))

    async def close(self) -> None:
        """Give the memory back. May be called twice."""
        self._model = None

    # -- in a thread -----------------------------------------------------------------------------

    def _loaded(self) -> Decoder:
        if self._model is None:
            self._model, self._tokens = load_scale(self.path)
        return self._model

    def _write(self, prompt: str, most: int, temperature: float, seed: int) -> list[int]:
        import torch

        from mingan.tunnel.writing import Writer

        model = self._loaded()
        tokens = self._tokens.encode(prompt) or [self._tokens.border[-1]]
        draw = torch.Generator().manual_seed(seed)
        writer, written = Writer(model), list[int]()
        for token in tokens[-model.shape.context :]:
            logits = writer.read(token)
        while len(written) < most:
            if temperature > 0:
                chances = torch.softmax(logits / temperature, dim=-1)
                written.append(int(torch.multinomial(chances, 1, generator=draw)))
            else:
                written.append(int(logits.argmax()))
            if self._tokens.written and written[-1] == self._tokens.border[-1]:
                break
            logits = writer.read(written[-1])
        return written

    def _weighed(self, text: str) -> tuple[float, int, int]:
        """Bits of all tokens after the first, how many they are, and their bytes."""
        self._loaded()
        tokens = self._tokens.encode(text)
        nats = self._nats(tokens)
        return sum(nats) / math.log(2), len(nats), sum(self._tokens.sizes(tokens)[1:])

    def _nats(self, tokens: list[int]) -> list[float]:
        if len(tokens) < 2:
            raise RequestRejected(
                "这段文字太短，算不出困惑度。", "The text is too short to have a perplexity."
            )
        return surprises(self._loaded(), tokens)


def surprises(model: Decoder, tokens: list[int]) -> list[float]:
    """-ln of the chance of every token after the first, each after what fits before it."""
    import torch

    size, half = model.shape.context, model.shape.context // 2
    found: list[float] = []
    with torch.no_grad():
        # Windows overlap by half, so that no token is foretold from too little.
        for begin in range(0, len(tokens) - 1, half):
            part = tokens[begin : begin + size + 1]
            losses = model.losses(torch.tensor([part]))[0].tolist()
            found += losses if begin == 0 else losses[size - half :]
            if begin + size + 1 >= len(tokens):
                break
    return found


def load_scale(file: Path) -> tuple[Decoder, Tokeniser]:
    """A trained model from its file, and what cuts text for it.

    Raises:
        InputError: the file is broken, or of another kind.
    """
    from mingan.tunnel.decoder import Decoder
    from mingan.tunnel.saving import load
    from mingan.tunnel.shapes import Shape

    found: dict[str, Any] | None = load(file)
    if found is None or "shape" not in found:
        raise InputError(f"{file} 不是训练出来的小模型。", f"{file} is no scale model.")
    model = Decoder(Shape(**json.loads(found["shape"])))
    model.load_state_dict(found["model"])
    return model.eval(), Tokeniser(found.get("tokeniser", ""))
