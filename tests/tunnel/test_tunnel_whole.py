"""A whole ladder, tiny: learned tokens, documents apart, from a plan to rungs that are asked.

What it foretells is no matter here (tests/acceptance has ladders that can); that every part hands
on what the next one needs is.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from mingan.cli.app import run as mingan
from mingan.errors import NothingYet, UsageError
from mingan.models.catalogue import load as read_models
from mingan.models.catalogue import make
from mingan.models.protocol import Request
from mingan.records import Generation
from mingan.reports.ladder_words import outcome_notes, plan_sentence
from mingan.tunnel import ladder
from mingan.tunnel.factors import study
from mingan.tunnel.plans import LADDERS, Ladder
from mingan.tunnel.texts import Corpus, as_bytes
from mingan.tunnel.weighing import weigh

TINY = Ladder(
    name="tiny", seconds=60, widths=(32, 48), lengths=(6_000, 12_000), seeds={32: 2}, top=64,
    top_length=12_000, context=32, rows=4,
)  # fmt: skip
WORDS = ("春", "夏", "秋", "冬", "山", "水", "small", "models", "foretell", "big", "ones")


def passages(count: int, seed: int) -> list[str]:
    """Passages in which one word tells much of the next."""
    rng = np.random.default_rng(seed)
    table = np.random.default_rng(99).dirichlet(np.full(len(WORDS), 0.2), len(WORDS))
    found = []
    for _ in range(count):
        at, words = int(rng.integers(len(WORDS))), []
        for _ in range(60):
            at = int(rng.choice(len(WORDS), p=table[at]))
            words.append(WORDS[at])
        found.append(" ".join(words))
    return found


CORPUS = Corpus(name="tiny", train=as_bytes(passages(500, 0)),
                validation=as_bytes(passages(60, 1)), passages=560, dropped=0)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ladder, run."""
    place = tmp_path_factory.mktemp("ladder") / "l"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LADDERS, "tiny", TINY)
        ladder.prepare(place, "tiny", CORPUS, vocab=320, apart=True)
        ladder.run(place)
    return place


def test_it_runs_from_plan_to_verdict(folder: Path) -> None:
    found = ladder.outcome(folder)
    assert found.registered is not None
    assert found.truth is not None
    assert found.began > found.registered.at
    assert not found.halted
    made = found.plan
    assert made.vocab == 320
    assert made.top.shape.border == (0,)
    assert made.top.shape.vocab <= 320
    assert 0.1 < made.per_byte < 0.7
    assert "320 个词元" in plan_sentence(made).zh
    assert "documents apart" in plan_sentence(made).en
    # Nats a byte: below what bytes at random would lose, and below a token's.
    assert all(0 < loss < np.log(256) * made.per_byte * 2 for _, _, loss, _ in found.points)
    assert len(found.scores) == len(found.points)
    assert found.true_score is not None
    assert any("四个结尾" in note.zh for note in outcome_notes(found))


def test_another_cut_is_another_ladder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LADDERS, "tiny", TINY)
    assert ladder.prepare(folder, "tiny", CORPUS, vocab=320, apart=True).vocab == 320
    for other in ({"vocab": 0, "apart": True}, {"vocab": 320}, {"vocab": 320, "apart": True,
                                                               "seed": 1}):  # fmt: skip
        with pytest.raises(UsageError, match="另一个阶梯"):
            ladder.prepare(folder, "tiny", CORPUS, **other)  # type: ignore[arg-type]


async def test_its_rungs_are_asked_in_their_own_tokens(folder: Path) -> None:
    file, names = ladder.models_file(folder)
    model = make(read_models(file)[names[-1]])
    asked = Request(messages=({"role": "user", "content": "春 夏"},),
                    generation=Generation(temperature=0.0, max_tokens=12))  # fmt: skip
    reply = await model.answer(asked)
    assert reply.text
    assert "<|end|>" not in reply.text
    assert 0 < reply.usage.tokens_out <= 12
    text = passages(1, 5)[0]
    bits = await model.bits_per_byte(text)  # type: ignore[attr-defined]
    assert 0 < bits < 8
    assert await model.perplexity(text) > 2**bits  # type: ignore[attr-defined]
    (known,) = await model.log_probabilities(text[:20], [" small"])  # type: ignore[attr-defined]
    assert all(value < 0 for value in known)


def test_texts_are_weighed_by_language(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chinese, english = "春夏秋冬山水" * 20, "small models foretell big ones " * 8
    found = weigh(folder, [chinese, english], rungs=["d64-s0"])
    assert [each.language for each in found] == ["en", "zh"]
    again = weigh(folder, [english], rungs=["d64-s0"])
    assert again[0].bits_per_byte == found[0].bits_per_byte
    assert mingan(["ladder", "weigh", "--folder", str(folder), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["rung"] for row in rows} == {"d32-s0", "d32-s1", "d48-s0", "d64-s0"}
    assert mingan(["ladder", "weigh", "--folder", str(folder), "--rung", "d64-s0"]) == 0
    assert "比特" in capsys.readouterr().out
    with pytest.raises(UsageError, match="没有 d99"):
        weigh(folder, [english], rungs=["d99"])
    with pytest.raises(NothingYet, match="没有够长"):
        weigh(folder, [""])


def test_a_larger_score_takes_rungs_that_were_asked(folder: Path) -> None:
    with pytest.raises(NothingYet, match="只问过 3 级"):
        ladder.bank_curve(folder, dict.fromkeys(("d32-s0", "d32-s1", "d48-s0"), (1, 2)), "题")


def test_another_corpus_is_a_factor_and_never_holds_what_is_held_back(folder: Path) -> None:
    with pytest.raises(UsageError, match="--other"):
        study(folder, ["corpus"])
    leak = CORPUS.validation.tobytes().decode().split("\n\n")[0]
    other = [*passages(300, 7), leak]
    (found,) = study(folder, ["corpus"], other=other)
    assert len(found.points) == 4
    laid = np.load(folder / "factors" / "corpus" / "texts.npz")
    base = np.load(folder / "texts.npz")
    assert np.array_equal(laid["validation"], base["validation"])
    cut = ladder.tokeniser_of(folder)
    assert leak not in cut.decode(laid["train"].tolist())
    assert (folder / "factors" / "corpus" / "tokenizer.json").is_file()
    with pytest.raises(UsageError, match="另一份语料训练的"):
        study(folder, ["corpus"], other=passages(300, 8))


def test_a_corpus_that_is_too_small_is_refused_before_it_is_trained(
    folder: Path, tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(folder, tmp_path / "l", ignore=shutil.ignore_patterns("factors"))
    with pytest.raises(UsageError, match="和阶梯一样长"):
        study(tmp_path / "l", ["corpus"], other=passages(2, 9))
