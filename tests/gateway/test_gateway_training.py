"""From a table to a policy or a refusal, and to a file and back; the command line on top."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import gateway_tables as made
import numpy as np
import pytest

from mingan.cli.app import run
from mingan.errors import InputError, UsageError
from mingan.gateway.policies import (
    Best,
    Cascade,
    Facts,
    Kept,
    Limits,
    Predicted,
    Together,
    load,
    save,
)
from mingan.gateway.policy import Ask, Policy
from mingan.gateway.tables import Found, read_table
from mingan.gateway.training import Wish, operating_point, train

MEMBERS = (
    Facts(name="small", quality=0.6, cost=1, seconds=0.5, density=2.0, can=frozenset()),
    Facts(name="big", quality=0.9, cost=10, seconds=3, can=frozenset({"tools"})),
    Facts(name="middle", quality=0.85, cost=4, seconds=1, can=frozenset()),
)


def ask(text: str = "total plus add?", **more: object) -> Ask:
    return Ask(messages=({"role": "user", "content": text},), **more)  # type: ignore[arg-type]


def test_the_best_within_limits_and_what_an_asker_may_use() -> None:
    best = Best(members=MEMBERS)
    assert best.choose(ask()).models == ("big", "middle", "small")
    assert replace(best, limits=Limits(cost=5)).choose(ask()).models == ("middle", "small")
    assert replace(best, limits=Limits(seconds=0.7)).choose(ask()).models[0] == "small"
    assert replace(best, limits=Limits(density=1)).choose(ask()).models == ("small",)
    assert replace(best, first="small").choose(ask()).models[0] == "small"
    assert best.choose(ask(needs=frozenset({"tools"}))).models == ("big",)
    assert best.choose(ask(members=frozenset({"small"}))).models == ("small",)
    with pytest.raises(UsageError):
        best.choose(ask(needs=frozenset({"images"})))
    with pytest.raises(UsageError):
        best.choose(ask(members=frozenset({"nobody"})))


def test_a_member_of_whom_nobody_has_said_what_it_can_may_be_asked() -> None:
    unknown = (Facts(name="new", quality=0.1), MEMBERS[0])
    assert Best(members=unknown).choose(ask(needs=frozenset({"tools"}))).models == ("new",)


def test_the_report_in_a_policy_is_json_for_everybody(tmp_path: Path) -> None:
    about = {"aiq": float("nan"), "rows": [{"x": float("inf")}]}
    save(Best(members=MEMBERS), tmp_path / "p.json", about=about)
    kept = json.loads((tmp_path / "p.json").read_text("utf-8"))["about"]
    assert kept == {"aiq": None, "rows": [{"x": None}]}


def test_a_fusion_drops_the_weak_and_the_best_merges() -> None:
    fuse = Together(members=MEMBERS, mode="fuse").choose(ask())
    assert fuse.models == ("big", "middle", "big")
    alone = Together(members=MEMBERS[:2], mode="fuse").choose(ask())
    assert (alone.mode, alone.models) == ("one", ("big",))


def test_a_vote_weighs_and_a_cascade_rises() -> None:
    vote = Together(members=MEMBERS).choose(ask())
    assert vote.mode == "vote"
    assert vote.weights["big"] > vote.weights["middle"] > vote.weights["small"] > 0
    cascade = Cascade(members=MEMBERS, order=("small", "big"), accept={"small": 0.8}, samples=3)
    choice = cascade.choose(ask())
    assert (choice.models, choice.accept, choice.samples) == (("small", "big"), {"small": 0.8}, 3)
    only = cascade.choose(ask(needs=frozenset({"tools"})))
    assert (only.models, only.mode, only.samples) == (("big",), "one", 1)


@pytest.mark.parametrize(
    "policy",
    [
        Best(members=MEMBERS, limits=Limits(cost=5), first="small", name="b"),
        Cascade(members=MEMBERS, order=("small", "big"), accept={"small": 0.8}, samples=3),
        Together(members=MEMBERS, mode="fuse", name="f"),
        Together(members=MEMBERS, most=2),
    ],
)
def test_a_policy_is_the_same_after_a_file(policy: Kept, tmp_path: Path) -> None:
    save(policy, tmp_path / "p.json")
    again = load(tmp_path / "p.json")
    assert isinstance(again, Policy)
    assert again == policy


def test_other_files_are_no_policies(tmp_path: Path) -> None:
    place = tmp_path / "p.json"
    with pytest.raises(InputError, match="train"):
        load(place)
    for text in ("no json", "[]", "{}", '{"mingan_policy": 1, "kind": "pickle"}'):
        place.write_text(text, "utf-8")
        with pytest.raises(InputError):
            load(place)
    place.write_text('{"mingan_policy": 99}', "utf-8")
    with pytest.raises(InputError, match="99"):
        load(place)


def test_the_operating_point_is_cheap_and_good_enough_or_good_and_cheap_enough() -> None:
    quality, cost = np.array([0.5, 0.8, 0.9, 0.9]), np.array([1.0, 3, 9, 8])
    assert operating_point(quality, cost, 0.7, None) == 1
    assert operating_point(quality, cost, 0.9, None) == 3
    assert operating_point(quality, cost, 0.99, None) == 3
    assert operating_point(quality, cost, 0.0, 3.0) == 1
    assert operating_point(quality, cost, 0.0, 0.5) == 0


def test_what_helps_is_shipped_and_sends_the_easy_to_the_small(tmp_path: Path) -> None:
    trained = train(Found(table=made.table(questions=400)))
    report = trained.report
    assert report.accepted
    assert report.verdict.low > 0
    assert isinstance(trained.policy, Predicted)
    save(trained.policy, tmp_path / "p.json")
    policy = load(tmp_path / "p.json")
    assert policy.choose(ask("total plus number add minus the sum?")).models[0] == "small"
    assert policy.choose(ask("合同 法院 条款 赔偿 诉讼")).models[0] == "big"
    names = [curve.name for curve in report.curves]
    assert names == ["zero", "random", "ability", "told", "predicted", "oracle"]
    by_name = {curve.name: curve for curve in report.curves}
    assert by_name["oracle"].aiq > by_name["predicted"].aiq > by_name["zero"].aiq
    assert by_name["random"].gap is not None
    assert by_name["random"].gap.apgr == pytest.approx(0.5)
    assert by_name["zero"].lead == pytest.approx(0)


def test_what_does_not_help_is_refused_unless_forced() -> None:
    found = Found(table=made.table(made.FLAT, questions=250, seed=2))
    trained = train(found)
    assert not trained.report.accepted
    assert isinstance(trained.policy, Best)
    assert trained.policy.choose(ask()).models[0] == "big"
    forced = train(found, Wish(force=True))
    assert forced.report.forced
    assert not isinstance(forced.policy, Best)


def test_nothing_is_shipped_by_chance_more_often_than_said() -> None:
    shipped = sum(
        train(Found(table=made.table(made.FLAT, questions=120, seed=seed))).report.accepted
        for seed in range(6)
    )
    assert shipped <= 1


def test_a_price_or_a_target_moves_the_point() -> None:
    found = Found(table=made.table(questions=300))
    cheap = train(found, Wish(price=2.0)).report.verdict
    good = train(found, Wish(target=0.88)).report.verdict
    assert cheap.cost < 3
    assert good.cost > cheap.cost
    assert good.quality > cheap.quality


def test_a_cascade_is_chosen_where_models_know_when_they_are_right() -> None:
    table = made.table(made.FLAT, questions=500, seed=3)
    sure = np.stack([np.where(table.scores[:, 0] > 0, 1.0, 0.4), np.ones(500)], axis=1)
    trained = train(Found(table=table, confidence=sure, samples=2))
    assert trained.report.picked == "cascade"
    assert trained.report.accepted
    assert isinstance(trained.policy, Cascade)
    assert trained.policy.accept["small"] > 0.4


def test_a_wide_table_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    table = made.table(questions=50)
    found = read_table(made.write(tmp_path / "t.csv", table))
    assert found.table.models == ("small", "big")
    assert found.table.tags == table.tags
    assert (found.table.scores == table.scores).all()
    assert (found.table.costs == table.costs).all()
    dear = read_table(tmp_path / "t.csv", prices={"small": 7})
    assert (dear.table.costs[:, 0] == 7).all()
    rows = "\n".join(f'"q {i}",{i % 2},1,0.5,x' for i in range(50))
    bench = "prompt,a,b,a|total_cost,a|model_response\n"
    (tmp_path / "bare.csv").write_text(bench + rows, "utf-8")
    with pytest.raises(UsageError, match="--cost b="):
        read_table(tmp_path / "bare.csv")
    found = read_table(tmp_path / "bare.csv", prices={"b": 2})
    assert found.table.models == ("a", "b")
    assert found.table.costs[0].tolist() == [0.5, 2.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "prompt"),
        ("a_correct,b_correct\n1,0\n", "prompt"),
        ("prompt,words\nhello,there\n", "NAME_correct"),
        ("prompt,a_correct,b_correct\nx,50,1\n", "100"),
        ("prompt,a_correct,b_correct\nx,0,1\n", "Too little"),
    ],
)
def test_tables_that_cannot_be_used_say_why(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGAN_LANG", "en")
    (tmp_path / "t.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match=said):
        read_table(tmp_path / "t.csv")


def test_the_command_line_trains_refuses_and_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGAN_LANG", "zh")
    good = made.write(tmp_path / "good.csv", made.table(questions=300))
    flat = made.write(tmp_path / "flat.csv", made.table(made.FLAT, questions=150, seed=2))
    out = tmp_path / "p.json"
    assert run(["gateway", "train", "--table", str(good), "--out", str(out)]) == 0
    assert "可以用" in capsys.readouterr().out
    about = json.loads(out.read_text("utf-8"))["about"]
    assert about["policy"]["accepted"] is True
    assert run(["gateway", "train", "--table", str(flat), "--out", str(out)]) == 1
    assert "不采用" in capsys.readouterr().out
    assert load(out).choose(ask()).models[0] == "big"
    assert run(["gateway", "evaluate", "--table", str(flat), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [router["name"] for router in document["routers"]][-1] == "oracle"
    assert run(["gateway", "train", "--table", str(flat), "--cost", "x"]) == 2
    assert run(["gateway", "train", "--table", str(flat), "--target", "9", "--price", "1"]) == 2
