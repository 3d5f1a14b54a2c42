"""Our own bank: whole, original, each question with a twin, and keys that are right.

Rightness rests on three things: the answers of templates are confirmed by their checks, which go
another way; every reference passes its own grader; and all questions were solved blind (see the
README). What needs no shared data runs everywhere.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest
from builtin_dressings import dresses_for

import mingan
from mingan import bank as banks
from mingan import grading, sealing
from mingan.bank import Bank, fairness, pairs, twins
from mingan.bank.templates import Instance, Template, failed_checks, instances
from mingan.errors import BankError
from mingan.records import Answer, Question
from mingan.sealing import PUBLISHED

ROOM = Path(mingan.__file__).parent / "bank" / "builtin"
BANK = banks.builtin("builtin")
TEMPLATES = twins.templates_of(BANK)
BY_GRADER = ("code", "svg", "writing", "grid")
"""Graders that confirm an answer by themselves: they run it, draw it or count it."""

INSTANCES = 50
OPEN = ("game",)


@cache
def hidden_set() -> Bank:
    return twins.twin_bank(BANK, key=b"a key for tests only............", number=1,
                           halves=twins.halves_of(BANK))  # fmt: skip


def perfect(question: Question) -> tuple[str, ...]:
    """What a model says that knows the reference, one text a turn."""
    if question.kind == "variants":
        parts = [question.params["part"], *question.params["variants"]]
        return tuple(str(part["answer"]) for part in parts)
    if question.grader == "each":
        return tuple(str(p["answer"]) if p else "好的。" for p in question.params["parts"])
    return ("好的。",) * len(question.turns) + (question.answer or "",)


def verdict(question: Question, said: tuple[str, ...]) -> str:
    answer = Answer(
        question=question.id, asked=question.asked, model="m", model_hash="m", text=said[-1],
        meta={"turns": list(said[:-1])},
    )  # fmt: skip
    return grading.grade(question, answer).verdict


def test_there_are_300_questions_in_three_tiers() -> None:
    tiers = Counter(question.tier for question in BANK.questions)
    assert len(BANK) == 300
    assert abs(tiers["基础"] - 60) <= 3
    assert abs(tiers["进阶"] - 200) <= 3
    assert abs(tiers["垂直"] - 40) <= 3
    assert sum(tiers.values()) == 300


def test_they_ask_for_forty_abilities_and_more() -> None:
    assert len({question.tags[0] for question in BANK.questions}) >= 40


def test_each_has_a_grader_a_reason_and_a_note() -> None:
    for question in BANK.questions:
        assert question.grader not in ("", "judge"), question.id
        assert question.why.strip(), question.id
        assert question.note.strip(), question.id


def test_each_has_a_twin_and_most_are_templates() -> None:
    twin_ids = {twin.id for twin in hidden_set().questions}
    assert {question.id for question in BANK.questions} == twin_ids
    assert len(TEMPLATES) >= 0.7 * len(BANK)
    assert {twin.hidden for twin in hidden_set().questions} == {"private", "sealed"}


def test_no_twin_is_its_public_question() -> None:
    for public, twin in zip(BANK.questions, hidden_set().questions, strict=True):
        assert public.id == twin.id
        assert public.asked != twin.asked, public.id
        if not public.kind:  # of a game, what is hidden may be all that differs
            assert (public.prompt, public.choices) != (twin.prompt, twin.choices), public.id


def test_what_is_published_is_what_the_templates_make() -> None:
    made = {}
    for file in twins.files_of(BANK)[1:]:
        made.update({question.id: question for question in banks.load(file).questions})
    assert made.keys() == TEMPLATES.keys()
    for id_, question in made.items():
        assert question.hash == BANK.by_id[id_].hash, f"{id_}: run scripts/build-bank"


def test_every_row_carries_the_canary() -> None:
    for line in (ROOM / "builtin.jsonl").read_text("utf-8").splitlines():
        assert json.loads(line)["_canary"].startswith("Mingan bank, canary ")


def test_no_hidden_half_lies_open_in_the_package() -> None:
    halves = twins.halves_of(BANK)
    assert halves
    for path in ROOM.rglob("*"):
        if path.is_file():
            written = path.read_text("utf-8")
            for half in halves.values():
                parts = (half.prompt, *half.choices)
                assert not all(part in written for part in parts), f"{half.id} in {path.name}"


def test_the_coin_was_committed_to_and_obeyed() -> None:
    coin = json.loads((ROOM / "coin.json").read_text("utf-8"))
    sealed = (ROOM / "builtin.sealed").read_text("utf-8")
    halves, nonce = pairs.opened(sealed, PUBLISHED)
    assert pairs.commitment(nonce) == coin["commitment"]
    kept = json.loads(sealing.unseal(sealed, PUBLISHED))["versions"]
    assert kept == {half.id: "ba"[pairs.coin(nonce, half.id)] for half in halves}
    heads = sum(pairs.coin(nonce, half.id) for half in halves)
    assert 0.3 < heads / len(halves) < 0.7


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_makes_fifty_questions_whose_answers_a_check_confirms(name: str) -> None:
    template = TEMPLATES[name]
    made = list(instances(template, INSTANCES, "test"))
    assert len(made) == INSTANCES
    for one in made:
        assert not failed_checks(template, one), one.question
    grader = template.question.grader
    assert template.check or grader in (*BY_GRADER, *OPEN)
    if grader not in OPEN:
        for one in made if grader in BY_GRADER else made[:5]:
            assert verdict(one.question, perfect(one.question)) == "right", one.question


@pytest.mark.parametrize("name", [n for n, t in TEMPLATES.items() if t.check])
def test_a_check_notices_wrong_answers(name: str) -> None:
    """A check that agreed with anything would confirm nothing."""
    template = TEMPLATES[name]
    made = list(instances(template, 12, "test"))
    others = list(dict.fromkeys(one.question.answer for one in made))
    tried = caught = 0
    for one in made:
        for other in [answer for answer in others if answer != one.question.answer][:3]:
            tried += 1
            caught += _notices(template, one, other)
    assert caught >= 0.9 * tried
    assert tried or template.question.grader in (*OPEN, "each", "unanswerable")


def _notices(template: Template, one: Instance, other: str | None) -> bool:
    changed = Instance(
        question=msgspec.structs.replace(one.question, answer=other), slots=one.slots
    )
    try:
        return bool(failed_checks(template, changed))
    except BankError:
        return True  # an answer of another form cannot even be read


@pytest.mark.parametrize("source", ["public", "hidden"])
def test_every_reference_and_alias_is_graded_right(source: str) -> None:
    questions = BANK.questions if source == "public" else hidden_set().questions
    for question in questions:
        assert not grading.faults(question), question.id
        if question.grader in OPEN:
            continue
        assert verdict(question, perfect(question)) == "right", question.id
        if question.grader not in ("each", "unanswerable"):
            for alias in question.aliases:
                assert verdict(question, (*perfect(question)[:-1], alias)) == "right", question.id


def dressed(question: Question, said: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is said, in every dress; in a conversation every turn wears it."""
    every = question.grader == "each" or question.kind == "variants"
    for name, dress in dresses_for(question.grader).items():
        first = tuple(dress(question, text) for text in said[:-1]) if every else said[:-1]
        yield name, (*first, dress(question, said[-1]))


@pytest.mark.parametrize("source", ["public", "hidden"])
def test_no_dress_makes_a_right_answer_wrong(source: str) -> None:
    questions = BANK.questions if source == "public" else hidden_set().questions
    verdicts: Counter[str] = Counter()
    for question in questions:
        if question.grader in OPEN:
            continue
        for name, said in dressed(question, perfect(question)):
            found = verdict(question, said)
            assert found in ("right", "unsure"), f"{question.id}, {name}: {said[-1]}"
            verdicts[found] += 1
    assert verdicts["right"] >= 0.98 * sum(verdicts.values())


def test_no_dress_makes_a_wrong_answer_right() -> None:
    """The twin's answer is a wrong one, as likely as any."""
    tried = 0
    for question, twin in zip(BANK.questions, hidden_set().questions, strict=True):
        said = perfect(twin)
        if question.grader in OPEN or verdict(question, said) != "wrong":
            continue
        tried += 1
        for name, other in dressed(question, said):
            assert verdict(question, other) != "right", f"{question.id}, {name}: {other[-1]}"
    assert tried >= 200


def test_public_and_hidden_match_in_length_and_in_the_size_of_numbers() -> None:
    found = fairness.match(BANK.questions, hidden_set().questions)
    assert found.lengths_p > 0.05
    assert found.numbers_p > 0.05


def test_right_letters_are_spread() -> None:
    letters = Counter(
        q.answer
        for q in BANK.questions
        if q.grader == "choice" and q.answer in ("A", "B", "C", "D")
    )
    assert max(letters.values()) < 0.45 * sum(letters.values())


def runs(text: str, length: int = 13) -> set[str]:
    return {text[i : i + length] for i in range(len(text) - length + 1)}


@pytest.mark.skipif("MINGAN_TEST_DATA" not in os.environ, reason="MINGAN_TEST_DATA is not set")
def test_no_prompt_shares_a_run_of_13_characters_with_z_bench() -> None:
    theirs: set[str] = set()
    count = 0
    for path in sorted((Path(os.environ["MINGAN_TEST_DATA"]) / "zbench").glob("*.samples.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file):
                theirs |= runs("".join(line["Prompt"].split()))
                count += 1
    assert count == 311
    for question in (*BANK.questions, *hidden_set().questions):
        text = "".join((question.prompt, *question.choices, *question.turns))
        shared = runs("".join(text.split())) & theirs
        assert not shared, f"{question.id}: {sorted(shared)[:3]}"
