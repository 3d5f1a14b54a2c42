"""Are two endpoints one model? The same prompts put to both several times, raw outputs compared.

Nothing is graded: what counts is whether the outputs come from one distribution, prompt by prompt.
That takes chance in the answers, so a temperature of 0 is refused: there two good copies may
differ in one letter and be told apart for ever, or agree and tell nothing. This module must not
know how the distance of two texts is worked out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from mingan import asking, runs, shelf
from mingan.asking.conversation import SHORT_TURNS
from mingan.drift import watches
from mingan.drift.checks import check_day
from mingan.errors import UsageError
from mingan.models.protocol import Model
from mingan.records import ModelCard, Question
from mingan.reports.drifted import SameModel, SameVerdict
from mingan.statistics.equality import TextsAlike, texts_alike
from mingan.store import Reader
from mingan.workspace import Workspace

PROMPTS, SAMPLES = 25, 10
"""The design of model equality testing (arXiv 2410.20247): few prompts, each asked ten times."""

ALPHA = 0.05
LEAST_PROMPTS, LEAST_SAMPLES = 5, 4
"""Fewer usable prompts, or outputs of each side to a prompt, say nothing."""

Texts = list[list[str]]


async def compare(
    workspace: Workspace, *, a: str | ModelCard, b: str | ModelCard, day: str,
    bank: str | None = None, prompts: int | None = None, samples: int = SAMPLES, seed: int = 0,
    models_file: str | Path | None = None, made: Mapping[str, Model] | None = None, **how: Any,
) -> SameModel:  # fmt: skip
    """Ask both what is missing of the samples of `day`, and compare.

    Args:
        prompts: how many of the bank's questions to put (25); `samples`: how often to each.
        how: `budget`, `stop` and the like, as `mingan.asking.ask` takes them.

    Raises:
        UsageError: an unknown model, the same twice, a temperature of 0, or the same seeds.
        BusyError: another process is asking.
        MinganError: see `mingan.runs.carry_out`.
    """
    check_day(day)
    cards = [_card(workspace, one, models_file) for one in (a, b)]
    _check(cards, samples)
    source = workspace.bank(bank or "builtin")
    short = asking.short(source.questions, SHORT_TURNS, workspace.registry)
    plain = [q for q in short if not q.turns and not q.kind] or list(source.questions)
    questions = asking.subset(plain, PROMPTS if prompts is None else prompts, seed=seed)
    plan = asking.Plan(questions=questions, cards=cards, repeats=samples, day=day, seed=seed)
    settings = {watches.KEY: {"role": watches.SAME}, "seed": seed}
    if asking.missing(plan.items(), workspace.store)[0]:
        await runs.carry_out(
            workspace.store, plan,
            partial(runs.put_on_record, workspace.store, source, plan, settings=settings),
            made=made, registry=workspace.registry, **how,
        )  # fmt: skip
    return await asyncio.to_thread(
        compared, workspace.store, cards=cards, questions=questions, samples=samples, day=day,
    )  # fmt: skip


def compared(
    reader: Reader, *, cards: Sequence[ModelCard], questions: Sequence[Question], samples: int,
    day: str,
) -> SameModel:  # fmt: skip
    """What the outputs on record say of two models."""
    sides = [outputs(reader, card, questions, samples, day) for card in cards]
    usable = [
        question.id
        for question in questions
        if all(len(side.get(question.id, ())) >= LEAST_SAMPLES for side in sides)
    ]
    first, second = ([side[name] for name in usable] for side in sides)
    found = texts_alike(first, second)
    had = sum(len(said) for side in sides for said in side.values())
    distinct = [_distinct(texts) for texts in (first, second)]
    return SameModel(
        a=cards[0].name, b=cards[1].name, day=day, prompts=found.prompts, samples=samples,
        estimate=found.distance, low=found.low, high=found.high, p=found.p,
        verdict=_verdict(found, distinct), distinct_a=distinct[0], distinct_b=distinct[1],
        absent=len(questions) * samples * 2 - had, settings_differ=_settings_differ(*cards),
    )  # fmt: skip


def _verdict(found: TextsAlike, distinct: Sequence[float]) -> SameVerdict:
    if found.prompts < LEAST_PROMPTS:
        return "cannot tell"
    if found.p <= ALPHA:
        return "differ"
    # Who says the same every time shows no distribution, but may still be told from another.
    return "cannot tell" if max(distinct) <= 1 else "no difference seen"


def _distinct(texts: Sequence[Sequence[str]]) -> float:
    """The mean number of different outputs to a prompt; NaN of nothing."""
    counts = [len(set(said)) for said in texts]
    return sum(counts) / len(counts) if counts else float("nan")


def outputs(
    reader: Reader, card: ModelCard, questions: Sequence[Question], samples: int, day: str
) -> dict[str, list[str]]:
    """What a model said on a day, by question; what could not be had is absent."""
    wanted = {(question.id, question.asked) for question in questions}
    found: dict[str, list[str]] = {}
    for answer in reader.answers(models=[card.hash]):
        if answer.day != day or answer.repeat >= samples or answer.state == "failed":
            continue
        if (answer.question, answer.asked) in wanted:
            found.setdefault(answer.question, []).append(answer.text)
    return found


def _check(cards: Sequence[ModelCard], samples: int) -> None:
    a, b = cards
    if a.hash == b.hash:
        raise UsageError(
            f"要比两个模型，而两次写的都是 {a.name}。",
            f"Comparing needs two models, but both names are {a.name}.",
        )
    cold = [card.name for card in cards if card.generation.temperature == 0]
    if cold:
        raise UsageError(
            f"{'、'.join(cold)} 的 temperature 是 0，每次都说同样的话，看不出输出的分布；请在 "
            "models.toml 里另写一个 temperature 大于 0 的（例如 1）再比。",
            f"The temperature of {', '.join(cold)} is 0: it says the same every time, which shows "
            "no distribution. Describe one with a temperature above 0 (such as 1) in models.toml.",
        )
    seeds = [card.generation.seed for card in cards]
    if None not in seeds and abs((seeds[0] or 0) - (seeds[1] or 0)) < samples:
        # Repeats count up from the seed, so that both would draw the same numbers.
        raise UsageError(
            f"{a.name} 和 {b.name} 写了一样的 seed（或者差不到 {samples}），一样的运气会盖住差别；"
            "请在 models.toml 里去掉 seed，或者让它们差得远些。",
            f"{a.name} and {b.name} have the same seed (or seeds less than {samples} apart), and "
            "the same luck would hide a difference; remove seed from models.toml, or set them "
            "further apart.",
        )


def _settings_differ(a: ModelCard, b: ModelCard) -> tuple[str, ...]:
    """Generation parameters that are not the same; seeds must not be, and do not count."""
    one, other = (msgspec.to_builtins(card.generation) for card in (a, b))
    names = (one.keys() | other.keys()) - {"seed"}
    return tuple(sorted(name for name in names if one.get(name) != other.get(name)))


def _card(
    workspace: Workspace, model: str | ModelCard, models_file: str | Path | None
) -> ModelCard:
    if isinstance(model, ModelCard):
        return model
    return shelf.cards([model], models_file=models_file, registry=workspace.registry)[0]
