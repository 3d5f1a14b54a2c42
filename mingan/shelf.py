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
from mingan.bank import Bank, Fault, pairs, twins
from mingan.errors import BankError, MinganError, UsageError
from mingan.language import Text
from mingan.models import catalogue
from mingan.models.protocol import Request
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Generation, ModelCard
from mingan.reports.files import whole_file
from mingan.sealing import PASSPHRASE_IN
from mingan.store import Store
from mingan.store.twin_key import TwinKey, rotate, twin_key

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


def find_twins(source: Bank, store: Store) -> Bank:
    """The present set of hidden twins of a bank, for a workspace; see `mingan.bank.twins`.

    The passphrase of sealed halves of the user's own is read from the environment.

    Raises:
        BankError: the bank has no twins, or its halves are sealed and no passphrase is there.
        InputError: the halves do not open.
        StoreError: the workspace's key cannot be read or made.
    """
    if not source.path:
        raise BankError(
            f"暗题要从题库文件变出来，而 {source.name} 是从工作区里取的。"
            "请写出文件名：--bank 文件 --twins",
            f"Twins are made from a bank's file, but {source.name} was taken from the workspace. "
            "Name the file: --bank FILE --twins",
        )
    secret = twins_key(store)
    halves = twins.halves_of(source, os.environ.get(PASSPHRASE_IN))
    return twins.twin_bank(source, key=secret.key, number=secret.number, halves=halves)


def twins_key(store: Store) -> TwinKey:
    """The key of a workspace's present set of twins, made the first time it is wanted."""
    return twin_key(store.place, used=_sets_used(store))


def burn_twins(store: Store) -> TwinKey:
    """Burn the present set of twins; the next one is made from a new key."""
    return rotate(store.place, used=_sets_used(store))


def _sets_used(store: Store) -> int:
    """The highest number among the sets of twins on record in a workspace; 0 for none."""
    numbers = (name.rpartition(twins.JOINT)[2] for name, *_ in store.banks() if twins.JOINT in name)
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def check_bank(path: str | Path, *, registry: Registry = installed) -> list[Fault]:
    """Every fault in a bank file, row by row; of a bank of ours, with its templates and halves."""
    check = partial(bank.check, grader_faults=_faults(registry), known_graders=_graders(registry))
    if str(path) not in bank.builtin_names() or Path(path).is_file():
        return check(path)
    ours = bank.builtin(str(path))
    faults = [fault for file in twins.files_of(ours) for fault in check(file)]
    return [*faults, *_twin_faults(ours, registry)]


def _twin_faults(ours: Bank, registry: Registry) -> list[Fault]:
    """Questions without a twin, and hidden halves that their graders cannot use."""
    halves, templates = twins.halves_of(ours), twins.templates_of(ours)
    fix = Text("补上模板或另一半", "Write a template or the other half")
    faults = [
        Fault(file=ours.path, problem=Text(f"{q.id} 没有暗题", f"{q.id} has no twin"), fix=fix,
              code="no-twin")
        for q in ours.questions
        if q.id not in halves and q.id not in templates
    ]  # fmt: skip
    for half in halves.values():
        faults += [
            Fault(file=str(twins.sealed_path(ours)), code="grader", fix=fix,
                  problem=Text(f"{half.id}：{problem.zh}", f"{half.id}: {problem.en}"))
            for problem in grading.faults(half, registry=registry)
        ]  # fmt: skip
    return faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What sealing did: how many pairs, where their hidden halves lie, the coin's commitment."""

    pairs: int
    sealed: Path
    commitment: str


def seal_bank(
    path: str | Path, public: Path, passphrase: str, *, registry: Registry = installed
) -> Sealing:
    """Flip the coin for every pair of a bank file; write the public halves and seal the others.

    Raises:
        BankError: the file has faults or no pairs.
        UsageError: something is there already, or `public` has an unknown ending.
    """
    source = find_bank(str(path), registry=registry)
    if not any(question.pair for question in source.questions):
        raise BankError(
            f"{path} 里没有成对的题：“对子”一列要写上名字，同一对的两道题写同一个。",
            f"{path} has no pairs: give the two questions of a pair the same name in the column "
            "pair.",
        )
    bank.check_ending(public)  # before the coin falls: it falls once
    sealed = public.with_suffix(twins.SEALED)
    for target in (public, sealed):
        if target.exists():
            raise UsageError(
                f"{target} 已经在了。硬币只抛一次：要重来，请先自己移走它。",
                f"{target} is there already. The coin is flipped once: to start over, move it "
                "away first.",
            )
    halves = pairs.split(source.questions, pairs.new_nonce())
    with whole_file(sealed) as draft:
        draft.write_text(pairs.sealed(halves.hidden, halves.nonce, passphrase), encoding="utf-8")
    try:
        bank.write(halves.public, public, templates=source.templates)
    except BaseException:
        sealed.unlink()  # half of it is no use, and would be in the way of another try
        raise
    return Sealing(pairs=len(halves.hidden), sealed=sealed, commitment=halves.commitment)


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
