"""The shelf: which banks and models can be named, found without opening a workspace.

A name is looked for in the user's own file first, then among ours. The shelf knows where things
are and how to check them; it asks nothing but the one test question of `try_model`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mingan import bank, grading
from mingan.bank import Bank, Fault
from mingan.errors import MinganError, UsageError
from mingan.language import Text
from mingan.models import catalogue
from mingan.models.protocol import Request
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Generation, ModelCard
from mingan.store import Store

_TEST_SECONDS = 120.0


def known_cards(
    models_file: str | Path | None = None, *, registry: Registry = installed
) -> dict[str, ModelCard]:
    """Every model that can be named: those of models.toml go before our own local ones.

    The file is the one given, else `MINGAN_MODELS`, else ./models.toml if there is one.

    Raises:
        ModelsFileError: the file has a fault.
    """
    named = models_file or os.environ.get("MINGAN_MODELS")
    if named is None and not Path("models.toml").is_file():
        return catalogue.builtin_cards()
    return {
        **catalogue.builtin_cards(),
        **catalogue.load(named or "models.toml", registry=registry),
    }


def cards(
    names: Sequence[str],
    *,
    models_file: str | Path | None = None,
    registry: Registry = installed,
) -> list[ModelCard]:
    """Model cards by name, each once.

    Raises:
        ModelsFileError: models.toml has a fault.
        UsageError: a name that is nowhere; lists what there is.
    """
    known = known_cards(models_file, registry=registry)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"不认识模型 {'、'.join(unknown)}。可用的有：{'、'.join(known)}。要用别的模型，"
            "请在 models.toml 里写上它（写法见 models.example.toml）。",
            f"Unknown model {', '.join(unknown)}. Available: {', '.join(known)}. To use another, "
            "describe it in models.toml (see models.example.toml).",
        )
    return [known[name] for name in dict.fromkeys(names)]


def find_bank(name: str, *, store: Store | None = None, registry: Registry = installed) -> Bank:
    """A bank by name: a file, one of ours, or one that is in the workspace `store`.

    Raises:
        BankError: there is none of that name, or it has faults.
    """
    if store is not None and not Path(name).is_file() and name not in bank.builtin_names():
        questions = store.bank(name)
        if questions is not None:
            return Bank(name=name, questions=tuple(questions))
    if name in bank.builtin_names() or not Path(name).is_file():
        return bank.find(name)
    return bank.load(name, grader_faults=_faults(registry), known_graders=_graders(registry))


def check_bank(path: str | Path, *, registry: Registry = installed) -> list[Fault]:
    """Every fault in a bank file, row by row."""
    return bank.check(path, grader_faults=_faults(registry), known_graders=_graders(registry))


def _graders(registry: Registry) -> Collection[str]:
    return registry.names("graders")


def _faults(registry: Registry) -> bank.GraderFaults:
    return partial(grading.faults, registry=registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Whether a model answered one short question, and the sentence that says so."""

    model: str
    ok: bool
    seconds: float
    sentence: Text


def try_model(card: ModelCard, *, registry: Registry = installed) -> Trial:
    """Put one short question to a model; its fault becomes a sentence, never an exception."""
    started = time.monotonic()
    try:
        said = asyncio.run(_greet(card, registry))
    except MinganError as fault:
        return Trial(
            model=card.name, ok=False, seconds=time.monotonic() - started,
            sentence=Text(
                f"{card.name}：不通。{fault.say('zh')}",
                f"{card.name}: no answer. {fault.say('en')}",
            ),
        )  # fmt: skip
    seconds = time.monotonic() - started
    short = " ".join(said.split())[:60]
    return Trial(
        model=card.name, ok=True, seconds=seconds,
        sentence=Text(
            f"{card.name}：通了，{seconds:.1f} 秒，它说：{short}",
            f"{card.name}: it answers, {seconds:.1f} s, saying: {short}",
        ),
    )  # fmt: skip


async def _greet(card: ModelCard, registry: Registry) -> str:
    from mingan.errors import AnswerTimeout

    model = catalogue.make(card, registry=registry)
    generation = Generation(max_tokens=16, extra=card.generation.extra)
    request = Request(
        messages=({"role": "user", "content": "一加一等于几？"},), generation=generation
    )
    try:
        async with asyncio.timeout(_TEST_SECONDS):
            return (await model.answer(request)).text
    except TimeoutError:
        raise AnswerTimeout(
            f"等了 {_TEST_SECONDS:.0f} 秒没有回答。请检查地址和网络。",
            f"No answer within {_TEST_SECONDS:.0f} seconds. Check the address and the network.",
        ) from None
    finally:
        await model.close()
