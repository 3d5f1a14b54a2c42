"""A run that is stopped, poisoned or killed ends as the clean one does."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mingan.errors import InputError  # noqa: E402
from mingan.tunnel.batches import Batches, Bytes  # noqa: E402
from mingan.tunnel.guard import READY, WINDOW, Guard, ZClip  # noqa: E402
from mingan.tunnel.saving import Log, load, save  # noqa: E402
from mingan.tunnel.schedule import DECAY, fork_of, segments, share  # noqa: E402
from mingan.tunnel.shapes import Shape  # noqa: E402
from mingan.tunnel.training import Fault, Recipe, Result, train  # noqa: E402

WORDS = (
    "春", "夏", "秋", "冬", "日", "月", "山", "水", "the", "a", "small", "large", "model",
    "learns", "from", "bytes", "and", "so", "on",
)  # fmt: skip


def text(size: int = 400_000, seed: int = 0) -> Bytes:
    """Words in an order that has something to learn."""
    rng = np.random.default_rng(seed)
    table = np.random.default_rng(99).dirichlet(np.full(len(WORDS), 0.15), len(WORDS))
    at, parts, length = 0, [], 0
    while length < size:
        at = int(rng.choice(len(WORDS), p=table[at]))
        parts.append(WORDS[at])
        length += len(WORDS[at].encode()) + 1
    return np.frombuffer(" ".join(parts).encode()[:size], dtype=np.uint8)


TEXT = text()
HELD = text(30_000, seed=1)
SMALL = Recipe(shape=Shape(width=32, context=64), ends=(60, 120), every=25)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    found = load(folder / "model.pt")
    assert found is not None
    return dict(found["model"])


# --- data ---------------------------------------------------------------------------------------


def test_a_step_s_data_is_a_function_of_seed_and_step() -> None:
    one, again = Batches(TEXT, 65, 8, 3), Batches(TEXT, 65, 8, 3)
    assert np.array_equal(one.at(17), again.at(17))
    assert not np.array_equal(one.at(17), Batches(TEXT, 65, 8, 4).at(17))
    steps = one.sequences // 8
    seen = np.concatenate([one.indices(step) for step in range(steps)])
    assert len(set(seen.tolist())) == steps * 8
    following = np.concatenate([one.indices(step) for step in range(steps, 2 * steps)])
    assert not np.array_equal(seen, following)


def test_neighbours_share_one_token_and_no_more() -> None:
    one = Batches(np.arange(256, dtype=np.uint8), 17, 4, 0)
    rows = np.concatenate([one.at(step) for step in range(one.sequences // 4)])
    inputs = np.sort(rows[:, :-1].ravel())
    assert len(set(inputs.tolist())) == inputs.size


# --- schedule -----------------------------------------------------------------------------------


def test_decays_branch_from_one_trunk() -> None:
    found = segments((100, 200))
    assert [(s.start, s.end, s.decays) for s in found] == [
        (0, 80, False), (80, 100, True), (80, 160, False), (160, 200, True),
    ]  # fmt: skip
    assert fork_of(1000) == 1000 - round(DECAY * 1000)
    branch = found[1]
    rates = [share(step, branch) for step in range(branch.start, branch.end)]
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 0.05
    with pytest.raises(ValueError, match="rise"):
        segments((200, 100))


def test_a_short_run_is_a_branch_of_a_long_one(tmp_path: Path) -> None:
    long = train(SMALL, TEXT, HELD, tmp_path / "long")
    short = train(replace(SMALL, ends=(60,)), TEXT, HELD, tmp_path / "short")
    assert long.points[0].loss == short.points[0].loss
    assert [p.tokens for p in long.points] == [60 * 8 * 64, 120 * 8 * 64]
    assert long.points[1].loss < long.points[0].loss


def test_half_precision_comes_to_the_same_loss(tmp_path: Path) -> None:
    """What a GPU does, on a CPU: the code path, not its speed."""
    plain = train(replace(SMALL, ends=(120,)), TEXT, HELD, tmp_path / "plain")
    half = train(replace(SMALL, ends=(120,), half=True), TEXT, HELD, tmp_path / "half")
    assert half.points[0].loss == pytest.approx(plain.points[0].loss, rel=0.03)
    assert half.points != plain.points


# --- kills --------------------------------------------------------------------------------------


def test_a_run_that_was_stopped_anywhere_ends_bit_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = train(SMALL, TEXT, HELD, tmp_path / "clean")

    class Stopped(BaseException):
        pass

    for at in (10, 49, 61, 109, 130):
        folder = tmp_path / f"stopped{at}"
        from mingan.tunnel import training

        step, calls = training._Run._step, 0

        def counted(run: object, segment: object, at: int = at, step: object = step) -> None:
            nonlocal calls
            calls += 1
            if calls == at:
                raise Stopped
            step(run, segment)  # type: ignore[operator]

        monkeypatch.setattr(training._Run, "_step", counted)
        with pytest.raises(Stopped):
            train(SMALL, TEXT, HELD, folder)
        monkeypatch.undo()
        again = train(SMALL, TEXT, HELD, folder)
        assert again.points == clean.points
        same = weights(tmp_path / "clean")
        assert all(torch.equal(w, same[name]) for name, w in weights(folder).items())


def test_sigkill_loses_nothing_but_time(tmp_path: Path) -> None:
    folder = tmp_path / "l"
    place = folder / "rungs" / "r"
    place.mkdir(parents=True)
    np.savez(folder / "texts.npz", train=TEXT, validation=HELD)
    job = {
        "shape": asdict(SMALL.shape), "ends": [60, 120], "seed": 0, "rate": SMALL.rate, "rows": 8,
        "device": "cpu", "threads": 1, "every": 10, "at": 0,
    }  # fmt: skip
    (place / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "mingan.tunnel.rung", str(place)]
    process = subprocess.Popen(command)
    for _ in range(600):
        if (place / "now.pt").exists() and len(list(Log(place / "curve.jsonl"))) >= 4:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (place / "result.json").exists()
    subprocess.run(command, check=True)
    found = json.loads((place / "result.json").read_text())
    clean = train(replace(SMALL, every=10), TEXT, HELD, tmp_path / "clean")
    assert [p["loss"] for p in found["points"]] == [p.loss for p in clean.points]
    assert any(line["kind"] == "resumed" for line in Log(place / "events.jsonl"))


def test_two_processes_never_write_one_checkpoint(tmp_path: Path) -> None:
    """Whoever began a rung was killed and its process lives on: the second one waits for it."""
    place = tmp_path / "l" / "rungs" / "r"
    place.mkdir(parents=True)
    np.savez(tmp_path / "l" / "texts.npz", train=TEXT, validation=HELD)
    job = {
        "shape": asdict(SMALL.shape), "ends": [60], "seed": 0, "rate": SMALL.rate, "rows": 8,
        "device": "cpu", "threads": 1, "every": 10, "at": 0,
    }  # fmt: skip
    (place / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "mingan.tunnel.rung", str(place)]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert not any(line["kind"] == "resumed" for line in Log(place / "events.jsonl"))
    clean = train(replace(SMALL, ends=(60,), every=10), TEXT, HELD, tmp_path / "clean")
    found = json.loads((place / "result.json").read_text())
    assert [p["loss"] for p in found["points"]] == [p.loss for p in clean.points]


def test_another_recipe_in_the_folder_is_refused(tmp_path: Path) -> None:
    train(replace(SMALL, ends=(30,)), TEXT, HELD, tmp_path)
    with pytest.raises(InputError, match="另一种训练"):
        train(replace(SMALL, ends=(31,)), TEXT, HELD, tmp_path)
    (tmp_path / "now.pt").write_bytes(b"no checkpoint")
    with pytest.raises(InputError, match="坏了"):
        train(replace(SMALL, ends=(30,)), TEXT, HELD, tmp_path)


def test_a_checkpoint_is_whole_or_not_there(tmp_path: Path) -> None:
    save(tmp_path / "a.pt", {"x": torch.ones(3)})
    found = load(tmp_path / "a.pt")
    assert found is not None
    assert torch.equal(found["x"], torch.ones(3))
    assert load(tmp_path / "none.pt") is None
    log = Log(tmp_path / "a.jsonl")
    log.add(order=1, x=1)
    log.add(order=5, x=2)
    with log.file.open("a") as out:
        out.write('{"order": 6, "x"')
    assert [line["x"] for line in log] == [1, 2]
    log.cut(3)
    assert [line["x"] for line in log] == [1]


# --- injections ---------------------------------------------------------------------------------

LONG = Recipe(shape=Shape(width=32, context=64), ends=(1500,), every=10_000)
POISON: dict[int, Fault] = {
    200: "random", 201: "random", 202: "random", 260: "gradient", 320: "nan",
}  # fmt: skip


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Result:
    torch.set_num_threads(1)
    return train(LONG, TEXT, HELD, tmp_path_factory.mktemp("clean"))


def test_poison_does_no_harm_and_every_dose_is_explained(clean: Result, tmp_path: Path) -> None:
    found = train(replace(LONG, faults=POISON), TEXT, HELD, tmp_path)
    assert not found.halted
    assert found.points[0].loss == pytest.approx(clean.points[0].loss, rel=0.005)
    wasted = found.skipped + found.masked / LONG.rows
    assert wasted <= 0.05 * found.steps
    events = list(Log(tmp_path / "events.jsonl"))
    told = {line["cursor"]: (line["kind"], line["why"]) for line in events}
    assert {200, 201, 202, 260, 320} <= set(told)
    assert "no number" in told[320][1]
    assert "gradient" in told[260][1]


def test_without_the_guard_the_same_poison_does_harm(clean: Result, tmp_path: Path) -> None:
    found = train(replace(LONG, faults=POISON, guard=False), TEXT, HELD, tmp_path)
    loss = found.points[0].loss
    assert math.isnan(loss) or loss > 1.05 * clean.points[0].loss


def test_losses_that_stay_high_send_the_run_back() -> None:
    guard = Guard(losses=deque([2.0 + 0.01 * (k % 3) for k in range(WINDOW)], maxlen=WINDOW))
    verdicts = [guard.judge(2.4, 1.0, 500 + k)[0] for k in range(40)]
    assert "rollback" not in verdicts  # each by itself is a spike, and skipped
    # Losses that jump now and then make 2.4 no spike; that they all are at 2.4 is the trouble.
    slow = Guard(losses=deque([2.5 if k % 10 == 0 else 2.0 for k in range(WINDOW)], maxlen=WINDOW))
    verdicts = [slow.judge(2.4, 1.0, 500 + k)[0] for k in range(40)]
    assert verdicts.index("rollback") >= 5
    assert slow.rollbacks


def test_the_fourth_time_it_halts_and_says_why() -> None:
    guard = Guard(rollbacks=[100, 200, 300])
    for _ in range(2):
        assert guard.judge(math.nan, 1.0, 400)[0] == "skip"
    verdict, why = guard.judge(math.nan, 1.0, 402)
    assert verdict == "halt"
    assert "3 times" in why


def test_what_is_no_text_is_masked() -> None:
    rng = np.random.default_rng(0)
    rows = np.stack([TEXT[:128], np.full(128, 65, np.uint8), TEXT[500:628]])
    guard = Guard()
    assert guard.clean(rows, np.array([2.0, 0.1, 2.0])).tolist() == [True, False, True]
    guard.losses.extend(2.0 + 0.05 * rng.standard_normal(READY))
    rows = np.stack([TEXT[:128], TEXT[500:628]])
    assert guard.clean(rows, np.array([2.0, 9.0])).tolist() == [True, False]


def test_zclip_draws_in_what_is_far_off() -> None:
    clip = ZClip()
    for k in range(60):
        clip.clip(0.3 + 0.01 * (k % 2))
    assert clip.clip(0.3) == pytest.approx(0.3)
    assert clip.clip(100.0) < 0.5
    again = Guard.of(json.loads(json.dumps(Guard(clip=clip).state())))
    assert again.clip == clip
