"""Hand-written pairs: two questions of one logic, and a coin that says which one is public.

Somebody writes two versions without knowing which will be published; then a fair coin decides,
pair by pair. If a model has seen neither, it is as likely to fail the one as the other, however
unequal they are. So a gap between public and hidden halves is evidence, and its p-value needs no
assumption but the coin's. To show that the coin was not flipped again until it fell well, the hash
of its seed (the nonce) is published first; the nonce lies sealed with the hidden halves.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from mingan import sealing
from mingan.errors import BankError
from mingan.records import Question

NEAR = 0.35
"""How far the lengths of the two prompts of a pair may differ, as a share of the longer one."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """Pairs after the coin fell. Both halves of a pair have the pair's name as their id."""

    public: tuple[Question, ...]
    hidden: tuple[Question, ...]
    nonce: str

    @property
    def commitment(self) -> str:
        """The hash to publish before, or at the latest with, the public halves."""
        return commitment(self.nonce)


def new_nonce() -> str:
    """A fresh seed for the coin: 64 hex digits."""
    return secrets.token_hex(32)


def commitment(nonce: str) -> str:
    """What is published of a nonce: its SHA-256."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def coin(nonce: str, pair: str) -> int:
    """0: the first version of a pair is public; 1: the second one is."""
    return hashlib.sha256(f"{nonce}:{pair}".encode()).digest()[0] & 1


def split(questions: Iterable[Question], nonce: str) -> Split:
    """Flip the coin for every pair; questions without a pair stay public.

    Raises:
        BankError: a pair does not have two questions.
    """
    kept = list(questions)
    pairs = grouped(kept)
    public: list[Question] = []
    hidden: list[Question] = []
    for question in kept:
        if not question.pair:
            public.append(question)
            continue
        halves = pairs.pop(question.pair, None)
        if halves is None:
            continue
        if len(halves) != 2:
            raise BankError(
                f"对子 {question.pair} 有 {len(halves)} 道题，而一对要正好两道。",
                f"The pair {question.pair} has {len(halves)} questions; a pair has just two.",
            )
        side = coin(nonce, question.pair)
        public.append(_half(halves[side], hidden=False))
        hidden.append(_half(halves[1 - side], hidden=True))
    return Split(public=tuple(public), hidden=tuple(hidden), nonce=nonce)


def grouped(questions: Iterable[Question]) -> dict[str, list[Question]]:
    """The questions of every pair, by its name, in the order of the bank."""
    pairs: dict[str, list[Question]] = {}
    for question in questions:
        if question.pair:
            pairs.setdefault(question.pair, []).append(question)
    return pairs


def alike(a: Question, b: Question) -> bool:
    """Whether two prompts are about equally long, as the halves of a pair should be."""
    longer = max(len(a.prompt), len(b.prompt), 1)
    return abs(len(a.prompt) - len(b.prompt)) <= max(NEAR * longer, 8)


def _half(question: Question, *, hidden: bool) -> Question:
    return msgspec.structs.replace(
        question, id=question.pair, pair="", hidden="sealed" if hidden else ""
    )


def sealed(halves: Sequence[Question], nonce: str, passphrase: str) -> str:
    """The hidden halves, the coin's nonce, and which version each hidden half was, in one document.

    Version a is the one that was written first: where the coin shows 0, a is public, b is sealed.
    """
    kept = {
        "nonce": nonce,
        "questions": [msgspec.to_builtins(question) for question in halves],
        "versions": {half.id: "ba"[coin(nonce, half.id)] for half in halves},
    }
    return sealing.seal(json.dumps(kept, ensure_ascii=False), passphrase)


def opened(document: str, passphrase: str, *, name: str = "") -> tuple[tuple[Question, ...], str]:
    """The hidden halves of a sealed document, and the coin's nonce.

    Raises:
        InputError: it does not open.
        BankError: what is in it are no questions.
    """
    text = sealing.unseal(document, passphrase, name=name)
    try:
        found = json.loads(text)
        halves = msgspec.convert(found["questions"], tuple[Question, ...])
        return halves, str(found["nonce"])
    except (ValueError, KeyError, TypeError, msgspec.ValidationError):
        raise BankError(
            f"{name or '这份封存的文件'} 里装的不是题目。请用 mingan bank seal 重新封存。",
            f"What is sealed in {name or 'this file'} are no questions. Seal it again with "
            "mingan bank seal.",
        ) from None
