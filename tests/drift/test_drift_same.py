"""Two endpoints that claim to be one model: the design, what is refused, what is found."""

from __future__ import annotations

import asyncio
import random

import pytest
from drift_help import FIRST, SUM_BANK

from mingan.drift import same
from mingan.drift.same import _check
from mingan.errors import UsageError
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import Generation, ModelCard
from mingan.reports.drift_sentences import same_notes, same_sentence
from mingan.reports.drift_table import same_document
from mingan.reports.drifted import SameModel
from mingan.workspace import Workspace

WORDS = ("甲", "乙", "丙", "丁")


def card(name: str, temperature: float | None = 1.0) -> ModelCard:
    return ModelCard(
        name=name, kind="scripted", generation=Generation(temperature=temperature),
        options={"default": "x"},
    )  # fmt: skip


def says(name: str, weights: tuple[float, ...]) -> ScriptedModel:
    """Draws twelve words for every answer."""

    def draw(request: Request) -> str:
        chance = random.Random(f"{name} {request.question} {request.repeat}")
        return "".join(chance.choices(WORDS, weights, k=12))

    return ScriptedModel(card(name), draw)


def compare(workspace: Workspace, a: ScriptedModel, b: ScriptedModel, **more: object) -> SameModel:
    workspace.store.add_bank("sums", SUM_BANK.questions)
    return asyncio.run(
        same.compare(
            workspace, a=a.card, b=b.card, bank="sums", day=FIRST,
            made={a.card.name: a, b.card.name: b}, **more,  # type: ignore[arg-type]
        )
    )  # fmt: skip


def test_the_same_source_is_not_told_apart_and_another_one_is(workspace: Workspace) -> None:
    one, twin = says("a", (1, 1, 1, 1)), says("b", (1, 1, 1, 1))
    found = compare(workspace, one, twin)
    assert (found.prompts, found.samples, found.absent) == (25, 10, 0)
    assert one.asked.total() == twin.asked.total() == 250
    assert found.verdict == "no difference seen"
    assert found.low < found.estimate < found.high
    assert "不证明是同一个模型" in same_sentence(found).zh
    other = says("c", (4, 1, 1, 1))
    differ = compare(workspace, one, other)
    assert one.asked.total() == 250  # what is there is not asked again
    assert (differ.verdict, differ.p) == ("differ", 0.001)
    assert same_document(differ)["rows"][0]["verdict"] == "differ"


def test_a_temperature_of_0_is_refused(workspace: Workspace) -> None:
    cold = ScriptedModel(card("z", 0.0))
    with pytest.raises(UsageError, match="temperature 是 0"):
        compare(workspace, says("a", (1, 1, 1, 1)), cold)
    assert workspace.store.runs() == []


def test_the_same_model_twice_is_refused(workspace: Workspace) -> None:
    one = says("a", (1, 1, 1, 1))
    with pytest.raises(UsageError, match="两个模型"):
        compare(workspace, one, one)


def test_who_never_varies_tells_nothing(workspace: Workspace) -> None:
    a = ScriptedModel(card("a"), lambda request: "一样")
    b = ScriptedModel(card("b"), lambda request: "一样")
    found = compare(workspace, a, b)
    assert found.verdict == "cannot tell"
    assert "每次都说一样的话" in same_sentence(found).zh


def test_outputs_that_could_not_be_had_are_counted(workspace: Workspace) -> None:
    def broken(request: Request) -> object:
        return {"fault": "400"} if request.repeat == 3 else f"{WORDS[request.repeat % 3]}话"

    found = compare(workspace, says("a", (1, 1, 1, 1)), ScriptedModel(card("b"), broken))
    assert found.absent == 25
    assert any("没有要到" in note.zh for note in same_notes(found))


def test_other_settings_are_named(workspace: Workspace) -> None:
    hot = says("b", (1, 1, 1, 1))
    hot.card = card("b", 0.5)
    found = compare(workspace, says("a", (1, 1, 1, 1)), hot, prompts=6)
    assert found.settings_differ == ("temperature",)
    assert found.prompts == 6


def test_the_same_luck_on_both_sides_is_refused(workspace: Workspace) -> None:
    def seeded(name: str, seed: int) -> ModelCard:
        return ModelCard(
            name=name, kind="scripted", generation=Generation(temperature=1.0, seed=seed)
        )

    for other in (0, 3):
        with pytest.raises(UsageError, match="一样的运气"):
            _check([seeded("a", 0), seeded("b", other)], samples=10)
    _check([seeded("a", 0), seeded("b", 10)], samples=10)
    _check([seeded("a", 0), card("b")], samples=10)
