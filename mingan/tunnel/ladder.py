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
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mingan.errors import InputError, NothingYet, UsageError
from mingan.scaling.ladder_law import LadderLaw, fit_ladder
from mingan.scaling.ladder_scores import FEWEST, ScoreCurve, fit_scores
from mingan.tunnel.batches import Tokens
from mingan.tunnel.endings import WAYS
from mingan.tunnel.jobs import (
    Crew,
    Said,
    began,
    here,
    place_of,
    result,
    speeds,
    train_rungs,
    write,
)
from mingan.tunnel.plans import Cut, Plan, ladder_of, plan, seed_of, shape_of
from mingan.tunnel.texts import Corpus, as_bytes, passages_of
from mingan.tunnel.tokens import BYTES, Tokeniser, learned

if TYPE_CHECKING:
    from mingan.tunnel.verifying import Gain


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A prediction as it was registered.

    Attributes:
        at: seconds since 1970; `rests_on` the hash of the points that it was made from.
        score: what it will score on the endings of passages, by way of its loss, with its
            interval; None where the rungs' scores bear no curve.
    """

    parameters: int
    tokens: int
    loss: float
    low: float
    high: float
    compute: float
    rests_on: str
    at: float
    score: float | None = None
    score_low: float | None = None
    score_high: float | None = None

    @property
    def half_width(self) -> float:
        """Half of the interval over the loss."""
        return (self.high - self.low) / 2 / self.loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a ladder has come to so far.

    Attributes:
        points: (parameters, tokens, loss, seed) of fitted rungs.
        scores: (loss, score, items) of the same runs on the endings of passages, where taken.
        law, curve: from size and tokens to the loss, and from the loss to the score; None with
            too few points, or scores that do not rise.
        registered, truth, true_score: the prediction, and what came; None before that.
        began: when the held-out rung began; 0 before that.
        seconds: of all rungs together; `halted` names rungs that came to nothing, and why.
        speed: floating-point operations a second of the held-out rung, and the share of what the
            card could do at most; None where not known.
    """

    plan: Plan
    points: tuple[tuple[int, int, float, int], ...]
    scores: tuple[tuple[float, float, int], ...]
    law: LadderLaw | None
    curve: ScoreCurve | None
    registered: Registered | None
    truth: float | None
    true_score: float | None
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
    folder: Path, budget: str, corpus: Corpus, *, cores: int | None = None, seed: int = 0,
    vocab: int = 0, apart: bool = False,
) -> Plan:  # fmt: skip
    """Measure this machine, plan, and lay texts and plan down; a plan that is there stays.

    Args:
        seed: of the whole ladder.
        vocab: tokens to learn from the corpus; 0 for bytes.
        apart: whether documents that share a sequence are not to see each other.

    Raises:
        UsageError: no such budget, too little text, torch is missing, or the folder holds another
            ladder.
        MissingExtraError: the tokenizer's library is not installed.
    """
    file = folder / "plan.json"
    if file.is_file():
        found = read_plan(folder)
        asked = (corpus.hash, budget, vocab, apart, seed)
        if (found.corpus, found.ladder, found.vocab, bool(found.top.shape.border),
                seed_of(found)) != asked:  # fmt: skip
            raise UsageError(
                f"{folder} 里已经有另一个阶梯（{found.ladder}）；换一个文件夹。",
                f"{folder} already holds another ladder ({found.ladder}); take another folder.",
            )
        return found
    ladder = ladder_of(budget)
    tokeniser = learned(corpus.train, vocab) if vocab else BYTES
    train, validation = tokeniser.cut(corpus.train), tokeniser.cut(corpus.validation)
    cut = Cut(
        vocab=vocab, kinds=tokeniser.vocab, per_byte=validation.size / corpus.validation.size,
        border=tokeniser.border if apart else (),
    )  # fmt: skip
    widths = (*ladder.widths, ladder.top)
    shapes = [asdict(shape_of(ladder, width, cut)) for width in widths]
    count = 1 if ladder.device != "cpu" else cores or cores_here()
    told = {"rows": ladder.rows, "device": ladder.device}
    # As they will run: the fitted rungs side by side, the top one on all cores by itself.
    times = speeds(told | {"shapes": shapes[:-1], "threads": 1}, at_once=count)
    times += speeds(told | {"shapes": shapes[-1:], "threads": count}, at_once=1)
    made = plan(
        budget, corpus=corpus.hash, tokens_there=train.size,
        speed=dict(zip(widths, times, strict=True)), cores=count, seed=seed, tokens=cut,
    )  # fmt: skip
    lay(folder, train, validation, tokeniser)
    write(file, made.to_json())
    return made


def lay(folder: Path, train: Tokens, validation: Tokens, tokeniser: Tokeniser) -> None:
    """Put a ladder's texts, and what cut them, where its rungs find them."""
    folder.mkdir(parents=True, exist_ok=True)
    if tokeniser.written:
        write(folder / "tokenizer.json", tokeniser.written)
    np.savez(folder / "texts.draft.npz", train=train, validation=validation)
    (folder / "texts.draft.npz").replace(folder / "texts.npz")


def tokeniser_of(folder: Path) -> Tokeniser:
    """What cut a ladder's texts."""
    file = folder / "tokenizer.json"
    return Tokeniser(file.read_text(encoding="utf-8")) if file.is_file() else BYTES


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


def run(
    folder: Path, *, cores: int | None = None, said: Said | None = None, crew: Crew | None = None
) -> Outcome:
    """Train whatever is not trained yet, register, train the top rung.

    Args:
        cores: of this machine that are used; `crew` whoever trains instead.

    Raises:
        UsageError: a rung's process failed.
    """
    made, count = read_plan(folder), cores or cores_here()
    crew = crew or here(count, alone=made.device != "cpu")
    train_rungs(folder, made, made.rungs, crew, said=said)
    register(folder)
    train_rungs(folder, made, [made.top], crew, threads=crew.wide, said=said)
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
    if (place_of(folder, made.top) / "job.json").exists():
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
    law, scores = _law(tuple(points)), _scores(folder, made)
    assert law is not None
    tokens = made.top.ends[-1] * made.tokens_per_step
    found = law.predict(made.top.shape.parameters, tokens)
    curve = _curve(tuple(scores))
    score = curve.foretell(law, made.top.shape.parameters, tokens) if curve else None
    rests_on = hashlib.sha256(json.dumps([points, scores, made.to_json()]).encode()).hexdigest()
    told = Registered(
        parameters=made.top.shape.parameters, tokens=tokens, loss=found.loss, low=found.low,
        high=found.high, compute=found.compute, rests_on=rests_on, at=time.time(),
        score=score.score if score else None, score_low=score.low if score else None,
        score_high=score.high if score else None,
    )  # fmt: skip
    write(file, json.dumps(asdict(told), indent=1))
    return _registered(file)


def outcome(folder: Path) -> Outcome:
    """Everything that is known of a ladder by now."""
    made = read_plan(folder)
    points, _ = _points(folder, made)
    file = folder / "prediction.json"
    top = result(folder, made.top)
    results = [(rung.name, result(folder, rung)) for rung in (*made.rungs, made.top)]
    there = [(name, found) for name, found in results if found]
    scores, last = _scores(folder, made), top["points"][0] if top and top["points"] else {}
    return Outcome(
        plan=made, points=tuple(points), law=_law(tuple(points)), scores=tuple(scores),
        curve=_curve(tuple(scores)), registered=_registered(file) if file.is_file() else None,
        truth=last.get("loss"), true_score=last.get("score"),
        began=began(folder, made.top), seconds=sum(found["seconds"] for _, found in there),
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
    text = tokeniser_of(folder).cut(as_bytes(passages_of([candidate])))
    texts = np.load(folder / "texts.npz")
    recipe = Recipe(
        shape=rung.shape, ends=rung.ends, seed=rung.seed, rate=made.rate, rows=made.rows,
        per_byte=made.per_byte,
    )  # fmt: skip
    return verify(place_of(folder, rung), recipe, texts["train"], text, texts["validation"])


def held_back(folder: Path) -> list[str]:
    """The passages of a ladder's validation text."""
    cut, tokens = tokeniser_of(folder), np.load(folder / "texts.npz")["validation"]
    text = (
        cut.decode(tokens.tolist())
        if not cut.written
        else "\n\n".join(
            cut.decode(part.tolist()) for part in np.split(tokens, np.flatnonzero(tokens == 0) + 1)
        )
    )
    return [part for part in text.split("\n\n") if part]


def models_file(folder: Path) -> tuple[Path, list[str]]:
    """Write models.toml into the folder, with every trained rung; its path, and their names.

    Raises:
        NothingYet: no rung is trained.
    """
    made = read_plan(folder)
    parts, names = [], []
    for rung in (*made.rungs, made.top):
        file = place_of(folder, rung) / "model.pt"
        if result(folder, rung) is None or not file.is_file():
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
    write(target, "\n".join(parts))
    return target, names


def _speed(top: dict[str, Any] | None) -> tuple[float | None, float | None]:
    if top is None or "flops" not in top:
        return None, None
    speed = top["flops"] / max(top["seconds"], 1e-9)
    return speed, speed / top["peak"] if top.get("peak") else None


# --- pieces -------------------------------------------------------------------------------------


# A law takes a second or two to draw, and the bench asks every few seconds.
@lru_cache(maxsize=8)
def _law(points: tuple[tuple[int, int, float, int], ...]) -> LadderLaw | None:
    if not points:
        return None
    n, d, loss, _ = zip(*points, strict=True)
    try:
        return fit_ladder(n, d, loss)
    except ValueError:
        return None


@lru_cache(maxsize=8)
def _curve(scores: tuple[tuple[float, float, int], ...]) -> ScoreCurve | None:
    if not scores:
        return None
    losses, shares, items = zip(*scores, strict=True)
    return fit_scores(losses, shares, items=min(items), floor=1 / WAYS)


def bank_curve(
    folder: Path, told: Mapping[str, tuple[int, int]], bank: str, *, floor: float = 0.0
) -> ScoreCurve:
    """From the losses of fitted rungs to what they score on a bank that they were asked.

    Args:
        told: by rung, answers that were right, and that were right or wrong.
        floor: what guessing gets on the bank.

    Raises:
        NothingYet: too few rungs were asked, or their scores do not rise as losses fall.
    """
    losses, shares, items = [], [], []
    for rung in read_plan(folder).rungs:
        found, (right, asked) = result(folder, rung), told.get(rung.name, (0, 0))
        if found and found["points"] and asked:
            losses.append(max(found["points"], key=lambda point: point["tokens"])["loss"])
            shares.append(right / asked)
            items.append(asked)
    if len(losses) < FEWEST:
        raise NothingYet(
            f"题库 {bank} 只问过 {len(losses)} 级，至少要 {FEWEST} 级：mingan ladder models，"
            "再 mingan run。",
            f"Only {len(losses)} rungs were asked bank {bank}; it takes {FEWEST}: mingan ladder "
            "models, then mingan run.",
        )
    curve = fit_scores(losses, shares, items=min(items), floor=floor)
    if curve is None:
        raise NothingYet(
            f"各级在题库 {bank} 上的得分没有随损失下降而上升，这样的得分预言不了。",
            f"The rungs' scores on bank {bank} do not rise as losses fall; no score can be "
            "foretold from them.",
        )
    return curve


def _scores(folder: Path, made: Plan) -> list[tuple[float, float, int]]:
    """(loss, score, items) of fitted rungs, where scores were taken."""
    found = [result(folder, rung) or {"points": []} for rung in made.rungs]
    return [
        (p["loss"], p["score"], p["items"])
        for each in found for p in each["points"] if p.get("score") is not None
    ]  # fmt: skip


def _points(folder: Path, made: Plan) -> tuple[list[tuple[int, int, float, int]], list[str]]:
    """Points of fitted rungs, and the names of rungs that are not finished."""
    points, missing = [], []
    for rung in made.rungs:
        found = result(folder, rung)
        if found is None:
            missing.append(rung.name)
            continue
        points += [(p["parameters"], p["tokens"], p["loss"], p["seed"]) for p in found["points"]]
    return points, missing


def _registered(file: Path) -> Registered:
    return Registered(**json.loads(file.read_text(encoding="utf-8")))
