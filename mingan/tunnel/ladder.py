"""A ladder from plan to verdict: train the rungs, register a prediction, then train the top rung.

    made = prepare(folder, "10m", corpus)       a plan from this machine's measured speed
    run(folder)                                 rungs side by side, first in first out
    report = outcome(folder)

Everything is in the folder: plan.json, texts.npz, rungs/NAME/…, prediction.json. The prediction is
written, with a hash of what it rests on and the time, before the top rung begins, and is never
written twice. Each rung is a process; a kill of any of them, or of this one, is made good by the
same call. Rungs run to their ends in order: stopping poor ones early would bend the law. The module
must not import torch when it is read.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mingan.errors import InputError, NothingYet, UsageError
from mingan.scaling.ladder_law import LadderLaw, Prediction, fit_ladder
from mingan.tunnel.plans import Plan, Rung, ladder_of, plan, shape_of
from mingan.tunnel.texts import Corpus, passages_of

if TYPE_CHECKING:
    from mingan.tunnel.verifying import Gain

Said = Callable[[str, int, int], None]
"""Called with a rung's name, how many are done, and of how many."""

_POLL_S = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A prediction as it was registered.

    Attributes:
        at: seconds since 1970; `rests_on` the hash of the points that it was made from.
    """

    parameters: int
    tokens: int
    loss: float
    low: float
    high: float
    compute: float
    rests_on: str
    at: float

    @property
    def half_width(self) -> float:
        """Half of the interval over the loss."""
        return (self.high - self.low) / 2 / self.loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a ladder has come to so far.

    Attributes:
        points: (parameters, tokens, loss, seed) of fitted rungs.
        law: None with too few points yet.
        registered, truth: the prediction, and the loss that came; None before that.
        began: when the held-out rung began; 0 before that.
        seconds: of all rungs together; `halted` names rungs that came to nothing, and why.
        speed: floating-point operations a second of the held-out rung, and the share of what the
            card could do at most; None where not known.
    """

    plan: Plan
    points: tuple[tuple[int, int, float, int], ...]
    law: LadderLaw | None
    registered: Registered | None
    truth: float | None
    began: float
    seconds: float
    halted: dict[str, str]
    speed: tuple[float | None, float | None] = (None, None)

    @property
    def error(self) -> float | None:
        """Predicted over true loss, less 1."""
        if self.registered is None or self.truth is None:
            return None
        return self.registered.loss / self.truth - 1


def prepare(
    folder: Path, budget: str, corpus: Corpus, *, cores: int | None = None, seed: int = 0
) -> Plan:
    """Measure this machine, plan, and lay texts and plan down; a plan that is there stays.

    Raises:
        UsageError: no such budget, too little text, torch is missing, or the folder holds a
            ladder on another text.
    """
    file = folder / "plan.json"
    if file.is_file():
        found = read_plan(folder)
        if found.corpus != corpus.hash or found.ladder != budget:
            raise UsageError(
                f"{folder} 里已经有另一个阶梯（{found.ladder}）；换一个文件夹。",
                f"{folder} already holds another ladder ({found.ladder}); take another folder.",
            )
        return found
    ladder = ladder_of(budget)
    widths = (*ladder.widths, ladder.top)
    shapes = [asdict(shape_of(ladder, width)) for width in widths]
    asked = json.dumps({"shapes": shapes, "rows": ladder.rows, "device": ladder.device})
    times = json.loads(_python(["--speed", asked]))
    made = plan(
        budget, corpus=corpus.hash, bytes_there=corpus.train.size,
        speed=dict(zip(widths, times, strict=True)), cores=cores or cores_here(), seed=seed,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "texts.draft.npz", train=corpus.train, validation=corpus.validation)
    (folder / "texts.draft.npz").replace(folder / "texts.npz")
    _write(file, made.to_json())
    return made


def cores_here() -> int:
    """Cores that rungs may run on side by side."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_plan(folder: Path) -> Plan:
    """The plan of a ladder's folder.

    Raises:
        NothingYet: there is none.
    """
    file = folder / "plan.json"
    if not file.is_file():
        raise NothingYet(
            f"{folder} 里还没有阶梯；先运行 mingan ladder run --folder {folder}。",
            f"{folder} holds no ladder yet; run mingan ladder run --folder {folder} first.",
        )
    return Plan.from_json(file.read_text(encoding="utf-8"))


def run(folder: Path, *, cores: int | None = None, said: Said | None = None) -> Outcome:
    """Train whatever is not trained yet, register, train the top rung.

    Raises:
        UsageError: a rung's process failed.
    """
    made = read_plan(folder)
    side_by_side = 1 if made.device != "cpu" else (cores or cores_here())
    train_rungs(folder, made, made.rungs, side_by_side, 1, said)
    register(folder)
    train_rungs(folder, made, [made.top], 1, cores or cores_here(), said)
    return outcome(folder)


def register(folder: Path) -> Registered:
    """The prediction of the held-out rung, made once, before that rung begins.

    Raises:
        NothingYet: rungs are missing.
        InputError: the held-out rung was begun before anything was registered.
    """
    file = folder / "prediction.json"
    if file.is_file():
        return _registered(file)
    made = read_plan(folder)
    if (_place(folder, made.top) / "job.json").exists():
        raise InputError(
            "留出的一级已经开始了，现在登记不算数；换一个文件夹重来。",
            "The held-out rung has begun, so nothing can be registered; begin in another folder.",
        )
    points, missing = _points(folder, made)
    if missing:
        raise NothingYet(
            f"还有 {len(missing)} 级没有训练完：{'、'.join(missing[:5])}。",
            f"{len(missing)} rungs are not finished: {', '.join(missing[:5])}.",
        )
    law = _law(points)
    assert law is not None
    tokens = made.top.ends[-1] * made.tokens_per_step
    found = law.predict(made.top.shape.parameters, tokens)
    rests_on = hashlib.sha256(json.dumps([points, made.to_json()]).encode()).hexdigest()
    _write(file, json.dumps(asdict(_as_registered(made, tokens, found, rests_on)), indent=1))
    return _registered(file)


def _as_registered(made: Plan, tokens: int, found: Prediction, rests_on: str) -> Registered:
    return Registered(
        parameters=made.top.shape.parameters, tokens=tokens, loss=found.loss, low=found.low,
        high=found.high, compute=found.compute, rests_on=rests_on, at=time.time(),
    )  # fmt: skip


def outcome(folder: Path) -> Outcome:
    """Everything that is known of a ladder by now."""
    made = read_plan(folder)
    points, _ = _points(folder, made)
    file = folder / "prediction.json"
    top = _result(folder, made.top)
    results = [(rung.name, _result(folder, rung)) for rung in (*made.rungs, made.top)]
    there = [(name, found) for name, found in results if found]
    return Outcome(
        plan=made, points=tuple(points), law=_law(points),
        registered=_registered(file) if file.is_file() else None,
        truth=top["points"][0]["loss"] if top and top["points"] else None,
        began=_began(folder, made.top), seconds=sum(found["seconds"] for _, found in there),
        halted={name: found["halted"] for name, found in there if found["halted"]},
        speed=_speed(top),
    )  # fmt: skip


def curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """(step, loss) of every rung that has begun, as its trainer wrote them."""
    found = {}
    for place in sorted((folder / "rungs").glob("*/")):
        lines = _lines(place / "curve.jsonl")
        found[place.name] = [(int(line["step"]), float(line["loss"])) for line in lines]
    return found


def events(folder: Path) -> list[dict[str, Any]]:
    """What guards of all rungs did, oldest first: rung, step, kind, why."""
    found = []
    for place in sorted((folder / "rungs").glob("*/")):
        for line in _lines(place / "events.jsonl"):
            found.append({"rung": place.name, "step": line.get("step", 0),
                          "kind": line.get("kind", ""), "why": line.get("why", "")})  # fmt: skip
    return found


def _lines(file: Path) -> list[dict[str, Any]]:
    """JSON lines of a file that may be growing: one that is cut off is left out."""
    if not file.is_file():
        return []
    found = []
    for text in file.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(text))
        except ValueError:
            continue
    return found


def verify_text(folder: Path, name: str, candidate: Path) -> Gain:
    """L4 of the data pyramid: whether a rung of the ladder gains by a text.

    Raises:
        UsageError: there is no such rung.
        InputError: the text cannot be read.
    """
    from mingan.tunnel.training import Recipe
    from mingan.tunnel.verifying import verify

    made = read_plan(folder)
    rung = next((each for each in (*made.rungs, made.top) if each.name == name), None)
    if rung is None:
        known = [each.name for each in (*made.rungs, made.top)]
        raise UsageError(
            f"没有 {name} 这一级；有的是：{'、'.join(known)}。",
            f"There is no rung {name}; there are {', '.join(known)}.",
        )
    text = np.frombuffer("\n\n".join(passages_of([candidate])).encode(), dtype=np.uint8)
    texts = np.load(folder / "texts.npz")
    recipe = Recipe(
        shape=rung.shape, ends=rung.ends, seed=rung.seed, rate=made.rate, rows=made.rows
    )
    return verify(_place(folder, rung), recipe, texts["train"], text, texts["validation"])


def models_file(folder: Path) -> tuple[Path, list[str]]:
    """Write models.toml into the folder, with every trained rung; its path, and their names.

    Raises:
        NothingYet: no rung is trained.
    """
    made = read_plan(folder)
    parts, names = [], []
    for rung in (*made.rungs, made.top):
        file = _place(folder, rung) / "model.pt"
        if _result(folder, rung) is None or not file.is_file():
            continue
        day = datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
        names.append(rung.name)
        parts.append(
            f'[[model]]\nname = "{rung.name}"\nkind = "scale"\n'
            f'file = "rungs/{rung.name}/model.pt"\nparams_total = {rung.shape.parameters}\n'
            f"params_active = {rung.shape.active}\nreleased = {day}\nprice_in = 0.0\n"
            "price_out = 0.0\ngeneration = { temperature = 0.0, max_tokens = 96 }\n"
        )
    if not names:
        raise NothingYet("还没有训练好的一级。", "No rung is trained yet.")
    target = folder / "models.toml"
    _write(target, "\n".join(parts))
    return target, names


def _speed(top: dict[str, Any] | None) -> tuple[float | None, float | None]:
    if top is None or "flops" not in top:
        return None, None
    speed = top["flops"] / max(top["seconds"], 1e-9)
    return speed, speed / top["peak"] if top.get("peak") else None


# --- pieces -------------------------------------------------------------------------------------


def _law(points: Sequence[tuple[int, int, float, int]]) -> LadderLaw | None:
    if not points:
        return None
    n, d, loss, _ = zip(*points, strict=True)
    try:
        return fit_ladder(n, d, loss)
    except ValueError:
        return None


def _points(folder: Path, made: Plan) -> tuple[list[tuple[int, int, float, int]], list[str]]:
    """Points of fitted rungs, and the names of rungs that are not finished."""
    points, missing = [], []
    for rung in made.rungs:
        found = _result(folder, rung)
        if found is None:
            missing.append(rung.name)
            continue
        points += [(p["parameters"], p["tokens"], p["loss"], p["seed"]) for p in found["points"]]
    return points, missing


def _place(folder: Path, rung: Rung) -> Path:
    return folder / "rungs" / rung.name


def _result(folder: Path, rung: Rung) -> dict[str, Any] | None:
    file = _place(folder, rung) / "result.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None


def _began(folder: Path, rung: Rung) -> float:
    file = _place(folder, rung) / "job.json"
    return float(json.loads(file.read_text(encoding="utf-8"))["at"]) if file.is_file() else 0.0


def _registered(file: Path) -> Registered:
    return Registered(**json.loads(file.read_text(encoding="utf-8")))


def train_rungs(
    folder: Path, made: Plan, rungs: Sequence[Rung], side_by_side: int, threads: int,
    said: Said | None, *, extra: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Train those that have no result yet, so many at a time, first in first out.

    Args:
        extra: more of the recipe, for every rung.

    Raises:
        UsageError: a rung's process failed; what is finished stays.
    """
    waiting = [rung for rung in rungs if _result(folder, rung) is None]
    total, under_way = len(waiting), dict[str, subprocess.Popen[bytes]]()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < side_by_side:
                rung = waiting.pop(0)
                under_way[rung.name] = _start(folder, made, rung, threads, extra or {})
            time.sleep(_POLL_S)
            for name, process in list(under_way.items()):
                if process.poll() is None:
                    continue
                del under_way[name]
                if process.returncode:
                    raise _failed(folder / "rungs" / name, process.returncode)
                if said is not None:
                    said(name, total - len(waiting) - len(under_way), total)
    finally:
        for process in under_way.values():
            process.terminate()
        for process in under_way.values():
            process.wait()


def _start(
    folder: Path, made: Plan, rung: Rung, threads: int, extra: Mapping[str, Any]
) -> subprocess.Popen[bytes]:
    place = _place(folder, rung)
    place.mkdir(parents=True, exist_ok=True)
    job = place / "job.json"
    if not job.is_file():
        told = {
            "shape": asdict(rung.shape), "ends": rung.ends, "seed": rung.seed, "rate": made.rate,
            "rows": made.rows, "device": made.device, "threads": threads, "at": time.time(),
            **extra,
        }  # fmt: skip
        _write(job, json.dumps(told))
    with (place / "said.txt").open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "mingan.tunnel.rung", str(place)], stdout=out, stderr=out
        )


def _failed(place: Path, code: int) -> UsageError:
    told = (place / "said.txt").read_text(encoding="utf-8", errors="replace").strip()
    last = told.splitlines()[-1][:200] if told else f"exit status {code}"
    return UsageError(
        f"{place.name} 这一级没有训练成（{last}）；再运行一次就从断的地方接着来。",
        f"The rung {place.name} failed ({last}); the same command goes on from where it was.",
    )


def _python(arguments: Sequence[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mingan.tunnel.rung", *arguments], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        if "No module named 'torch'" in done.stderr:
            raise UsageError(
                "训练阶梯要 PyTorch：pip install 'mingan[tunnel]'。",
                "A ladder takes PyTorch: pip install 'mingan[tunnel]'.",
            )
        last = done.stderr.strip().splitlines()[-1][:200] if done.stderr.strip() else ""
        raise UsageError(f"测不出这台机器的快慢（{last}）。", f"Cannot measure speed ({last}).")
    return done.stdout


def _write(file: Path, text: str) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
