"""Plans that fit a budget; a prediction that is registered once, before the rung it is about."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from mingan.cli.app import run as mingan
from mingan.errors import InputError, NothingYet, UsageError
from mingan.reports.ladder_words import outcome_document, outcome_sentence, prediction_sentence
from mingan.tunnel import ladder
from mingan.tunnel.plans import LADDERS, LEAST, MOST, Plan, plan

SPEED = {32: 0.010, 48: 0.014, 64: 0.019, 80: 0.025, 96: 0.032}


def made(budget: str = "10m", *, slower: float = 1.0, there: int = 10**9) -> Plan:
    speed = {width: slower * seconds for width, seconds in SPEED.items()}
    return plan(budget, corpus="c", tokens_there=there, speed=speed, cores=2)


def test_a_plan_fits_its_budget_and_keeps_its_ratios() -> None:
    for slower in (0.5, 1.0, 1.5, 2.0):
        found = made(slower=slower)
        assert found.expected <= 1.02 * LADDERS["10m"].seconds
        assert 2.4 <= found.compute_ratio <= 4
    assert made(slower=0.1).top.ends[0] == round(MOST * 5_600_000 / 1024)
    assert made(slower=50).top.ends[0] == round(LEAST * 5_600_000 / 1024)


def test_a_plan_repeats_what_tells_the_noise() -> None:
    seeds = [(r.shape.width, r.seed) for r in made().rungs]
    assert seeds.count((32, 0)) == 1
    assert sum(width == 32 for width, _ in seeds) == 3
    assert sum(width == 80 for width, _ in seeds) == 2


def test_no_run_reads_the_text_twice_and_too_little_is_refused() -> None:
    assert made(there=4_000_000).top.ends[0] * 1024 <= 4_000_000
    with pytest.raises(UsageError, match="至少要"):
        made(there=1_000_000)
    with pytest.raises(UsageError, match="没有 '5h'"):
        made("5h")


def test_a_plan_survives_its_file() -> None:
    found = made()
    assert Plan.from_json(found.to_json()) == found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ladder whose rungs are done, by a law that is known."""
    found = made()
    tmp_path.joinpath("plan.json").write_text(found.to_json())
    for rung in found.rungs:
        place = tmp_path / "rungs" / rung.name
        place.mkdir(parents=True)
        points = [
            {"parameters": rung.shape.parameters, "tokens": end * found.tokens_per_step,
             "loss": law(rung.shape.parameters, end * found.tokens_per_step, rung.seed),
             "seed": rung.seed}
            for end in rung.ends
        ]  # fmt: skip
        result = {"points": points, "seconds": 1.0, "halted": "", "skipped": 0}
        (place / "result.json").write_text(json.dumps(result))
    return tmp_path


def law(n: float, d: float, seed: int = 0) -> float:
    return (0.6 + 12 * n**-0.3 + 60 * d**-0.36) * (1 + 0.002 * (seed - 1))


def finish(folder: Path, loss: float) -> None:
    found = ladder.read_plan(folder)
    place = folder / "rungs" / found.top.name
    place.mkdir(parents=True, exist_ok=True)
    tokens = found.top.ends[0] * found.tokens_per_step
    point = {"parameters": found.top.shape.parameters, "tokens": tokens, "loss": loss, "seed": 0}
    (place / "job.json").write_text(json.dumps({"at": 2e9, **asdict(found.top)}))
    (place / "result.json").write_text(
        json.dumps({"points": [point], "seconds": 1.0, "halted": ""})
    )


def test_a_prediction_is_registered_once_and_found_right(folder: Path) -> None:
    first = ladder.register(folder)
    assert ladder.register(folder) == first
    truth = law(first.parameters, first.tokens, 1)
    assert first.loss == pytest.approx(truth, rel=0.01)
    assert first.low <= truth <= first.high
    assert first.half_width < 0.02
    finish(folder, truth)
    found = ladder.outcome(folder)
    assert found.error is not None
    assert abs(found.error) < 0.01
    assert found.began > first.at
    assert "在区间里" in outcome_sentence(found).zh
    document = outcome_document(found)
    json.dumps(document, allow_nan=False)
    assert document["inside"] is True


def test_nothing_is_registered_after_the_rung_began(folder: Path) -> None:
    finish(folder, 1.0)
    with pytest.raises(InputError, match="已经开始"):
        ladder.register(folder)


def test_a_ladder_that_is_not_finished_registers_nothing(folder: Path) -> None:
    next((folder / "rungs").iterdir()).joinpath("result.json").unlink()
    with pytest.raises(NothingYet, match="1 级没有训练完"):
        ladder.register(folder)
    assert "还没有走完" in outcome_sentence(ladder.outcome(folder)).zh


def test_far_outside_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ladder.outcome(folder).law
    assert found is not None
    assert "远在阶梯之外" in prediction_sentence(found.predict(1e9, 1e10), 10**9, 10**10).zh
    assert "在阶梯之内" in prediction_sentence(found.predict(5e4, 1e6), 50_000, 10**6).zh
    near, far = found.predict(2e5, 6e6), found.predict(1e9, 1e10)
    assert far.half_width > near.half_width
    command = ["ladder", "predict", "--folder", str(folder), "--params", "2e5", "--tokens", "6e6"]
    assert mingan([*command, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["low"] <= document["estimate"] <= document["high"]
    assert mingan(["ladder", "fit", "--folder", str(folder)]) == 0
    assert "还没有走完" in capsys.readouterr().out


def test_bad_input_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, why in (
        (["fit", "--folder", str(tmp_path / "none")], "还没有阶梯"),
        (["corpus", "--corpus", str(tmp_path / "none.txt")], "读不了"),
    ):
        assert mingan(["ladder", *command]) != 0
        assert why in capsys.readouterr().err
