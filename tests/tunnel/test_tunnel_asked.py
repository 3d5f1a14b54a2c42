"""A trained rung, asked through the same road as any model."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from mingan.bank import Bank  # noqa: E402
from mingan.errors import InputError, ModelsFileError, RequestRejected  # noqa: E402
from mingan.models.catalogue import load as read_models  # noqa: E402
from mingan.models.catalogue import make  # noqa: E402
from mingan.models.protocol import Request, Scorer  # noqa: E402
from mingan.records import Generation, ModelCard, Question  # noqa: E402
from mingan.tunnel.asked import ScaleModel, load_scale  # noqa: E402
from mingan.tunnel.decoder import Decoder  # noqa: E402
from mingan.tunnel.saving import save  # noqa: E402
from mingan.tunnel.shapes import Shape  # noqa: E402
from mingan.workspace import Workspace  # noqa: E402


@pytest.fixture
def file(tmp_path: Path) -> Path:
    shape = Shape(width=32, context=32)
    model = Decoder(shape)
    torch.nn.init.normal_(model.head.weight, std=0.2, generator=torch.Generator().manual_seed(0))
    save(tmp_path / "model.pt", {"shape": shape.to_json(), "model": model.state_dict()})
    return tmp_path / "model.pt"


def card(file: Path | str) -> ModelCard:
    return ModelCard(name="d32", kind="scale", options={"file": str(file)})


async def test_it_continues_what_was_said_and_is_the_same_every_time(file: Path) -> None:
    model = make(card(file))
    assert isinstance(model, ScaleModel)
    assert isinstance(model, Scorer)
    asked = Request(
        messages=({"role": "user", "content": "从前有座山，"},),
        generation=Generation(temperature=0.0, max_tokens=20),
    )
    one, again = await model.answer(asked), await model.answer(asked)
    assert one.text == again.text
    assert one.usage.tokens_out == 20
    warm = Generation(temperature=1.0, max_tokens=20, seed=3)
    drawn = [
        (await model.answer(Request(messages=asked.messages, generation=warm))).text
        for _ in range(2)
    ]
    assert drawn[0] == drawn[1] != one.text
    await model.close()
    await model.close()


async def test_probabilities_agree_with_the_model_itself(file: Path) -> None:
    model = ScaleModel(card(file))
    (found,) = await model.log_probabilities("ab", ["cd"])
    plain, _ = load_scale(file)
    with torch.no_grad():
        losses = plain.losses(torch.tensor([list(b"abcd")]))[0].tolist()
    assert found == pytest.approx([-losses[1], -losses[2]], rel=1e-5)
    bits = await model.bits_per_byte("abcd")
    assert bits == pytest.approx(sum(losses) / 3 / math.log(2), rel=1e-5)
    assert await model.perplexity("abcd") == pytest.approx(2**bits)
    assert await model.log_probabilities("ab", [""]) == [[]]


async def test_a_long_text_counts_every_byte_once(file: Path) -> None:
    model = ScaleModel(card(file))
    text = "一二三四五六七八九十" * 12
    (found,) = await model.log_probabilities(text[:1], [text[1:]])
    assert len(found) == len(text[1:].encode())
    assert all(value < 0 for value in found)


async def test_what_cannot_be_weighed_is_refused(file: Path) -> None:
    model = ScaleModel(card(file))
    with pytest.raises(RequestRejected):
        await model.bits_per_byte("a")
    with pytest.raises(RequestRejected):
        await model.log_probabilities("", ["a"])


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelsFileError, match="不在"):
        ScaleModel(card(tmp_path / "none.pt"))
    save(tmp_path / "other.pt", {"x": torch.ones(1)})
    with pytest.raises(InputError, match="不是"):
        load_scale(tmp_path / "other.pt")


def test_it_travels_the_road_to_a_score(file: Path, tmp_path: Path) -> None:
    toml = tmp_path / "models.toml"
    toml.write_text(
        '[[model]]\nname = "d32"\nkind = "scale"\nfile = "model.pt"\nparams_total = 25088\n'
        "generation = { temperature = 0.0, max_tokens = 8 }\n"
    )
    (found,) = read_models(toml).values()
    with Workspace.open(tmp_path / "w.db") as workspace:
        bank = Bank(
            name="考题",
            questions=tuple(
                Question(id=f"q{k}", bank="考题", prompt=f"{k}+1=", answer=str(k + 1),
                         grader="number")
                for k in range(3)
            ),
        )  # fmt: skip
        workspace.run(bank=bank, models=[found])
        (score,) = workspace.scores(bank="考题").scores
    assert score.model == "d32"
    assert score.right + score.wrong == 3
    assert score.failed == score.truncated == 0
