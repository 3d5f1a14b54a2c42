"""Plans that fit a budget; a prediction that is registered once, before the rung it is about."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path

import pytest

from mingan.cli.app import run as mingan
from mingan.errors import InputError, NothingYet, UsageError
from mingan.reports.ladder_words import (
    outcome_document,
    outcome_notes,
    outcome_sentence,
    prediction_sentence,
)
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


def scored(folder: Path) -> None:
    """Scores that follow the losses."""
    for file in (folder / "rungs").glob("*/result.json"):
        found = json.loads(file.read_text())
        for point in found["points"]:
            point |= {"score": score(point["loss"]), "items": 400}
        file.write_text(json.dumps(found))


def score(loss: float) -> float:
    return 0.25 + 0.75 / (1 + math.exp(5 * (loss - 1.4)))


def test_a_score_is_registered_with_the_loss(folder: Path) -> None:
    assert ladder.outcome(folder).curve is None
    scored(folder)
    first = ladder.register(folder)
    assert first.score is not None
    assert first.score_low is not None
    assert first.score_high is not None
    truth = law(first.parameters, first.tokens, 1)
    assert first.score == pytest.approx(score(truth), abs=0.02)
    assert first.score_low < score(truth) < first.score_high
    finish(folder, truth)
    (folder / "rungs" / "d96-s0" / "result.json").write_text(json.dumps(
        {"points": [{"loss": truth, "score": score(truth)}], "seconds": 1.0, "halted": ""}
    ))  # fmt: skip
    found = ladder.outcome(folder)
    assert found.true_score == pytest.approx(score(truth))
    assert "在区间里" in outcome_notes(found)[0].zh
    assert outcome_document(found)["registered"]["score"] == first.score


def test_scores_that_do_not_follow_are_not_foretold(folder: Path) -> None:
    scored(folder)
    for file in (folder / "rungs").glob("*/result.json"):
        found = json.loads(file.read_text())
        for point in found["points"]:
            point["score"] = 0.25
        file.write_text(json.dumps(found))
    assert ladder.register(folder).score is None
    assert "不预言" in outcome_notes(ladder.outcome(folder))[0].zh


def test_a_bank_s_score_is_foretold_from_rungs_that_were_asked(folder: Path) -> None:
    made = ladder.read_plan(folder)
    told = {}
    for rung in made.rungs:
        loss = law(rung.shape.parameters, rung.ends[-1] * made.tokens_per_step, rung.seed)
        told[rung.name] = (round(1000 * score(loss)), 1000)
    curve = ladder.bank_curve(folder, told, "题", floor=0.25)
    base = ladder.outcome(folder).law
    assert base is not None
    found = curve.foretell(base, 221_184, 5.6e6)
    assert found.low < score(law(221_184, 5.6e6, 1)) < found.high
    flat = dict.fromkeys(told, (25, 100))
    with pytest.raises(NothingYet, match="没有随损失下降"):
        ladder.bank_curve(folder, flat, "题")


def test_predict_says_scores_too(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scored(folder)
    command = ["ladder", "predict", "--folder", str(folder), "--params", "2e5", "--tokens", "6e6"]
    assert mingan(command) == 0
    assert "四个结尾挑一个的得分" in capsys.readouterr().out
    assert mingan([*command, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["scores"]
    assert row["bank"] == "endings"
    assert row["low"] < row["estimate"] < row["high"]
    workspace = str(tmp_path / "w.db")
    assert mingan([*command, "--bank", "没有的题库", "--workspace", workspace]) != 0
    assert "没有的题库" in capsys.readouterr().err


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
