"""One scale model through its trunk and every decay, so that nothing but time is lost by a kill.

    result = train(Recipe(shape=…, ends=(400, 800)), corpus.train, corpus.validation, folder)

A run is a list of segments (see `schedule`). After every `every` steps, and wherever a segment
ends, all that it needs is on disk; the same call goes on from there, and on a CPU ends bit-equal
to a run that was never stopped. Each decay ends in one point: tokens, loss on the validation text,
and the share of its passages whose ending the model tells from others' (see `endings`).
The module must not know other rungs.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from mingan.errors import InputError
from mingan.tunnel import saving
from mingan.tunnel.batches import Batches, Tokens
from mingan.tunnel.decoder import Decoder
from mingan.tunnel.endings import Endings, endings, share_right
from mingan.tunnel.guard import BACK, Guard
from mingan.tunnel.schedule import Decay, Segment, segments, share
from mingan.tunnel.shapes import Shape
from mingan.tunnel.widths import groups

Fault = Literal["random", "gradient", "nan"]
"""What a test puts in the way: a batch of random tokens, a gradient times 1,000, a NaN."""

_SNAPSHOT = 50
_SNAPSHOTS = 6
_SHOWN = 10
"""Steps between lines of the curve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one scale model is trained.

    Attributes:
        ends: steps after which a decay ends, rising; each gives a point.
        seed: of the parameters and of the order of data.
        rate: learning rate at the base width (see `widths`).
        rows: sequences in a batch; `every` steps between checkpoints.
        decay: how the rate falls at the end; `guard` whether the run is watched.
        half: whether products are taken in bfloat16 (weights and sums stay in float32), for GPUs
            and CPUs that are faster at it; `compiled` whether PyTorch may fuse operations.
        per_byte: tokens in a byte of the validation text; losses of points are nats a byte.
        faults: by cursor, what a test puts in the way.
    """

    shape: Shape
    ends: tuple[int, ...]
    seed: int = 0
    rate: float = 0.016
    rows: int = 8
    every: int = 200
    decay: Decay = "sqrt"
    guard: bool = True
    half: bool = False
    compiled: bool = False
    per_byte: float = 1.0
    faults: Mapping[int, Fault] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """Of what determines the result: a checkpoint of another recipe is not gone on with."""
        told = asdict(self) | {"faults": {str(k): v for k, v in self.faults.items()}}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A finished decay.

    Attributes:
        loss: nats a byte on the validation text.
        score: share of endings told right; None where the text was too short for items.
        items: of the score.
    """

    parameters: int
    tokens: int
    loss: float
    seed: int
    steps: int
    score: float | None = None
    items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A finished run; `halted` says why it came to none."""

    points: tuple[Point, ...]
    skipped: int
    masked: int
    rollbacks: int
    steps: int
    halted: str = ""


def train(
    recipe: Recipe, text: Tokens, validation: Tokens, folder: Path, *, device: str = "cpu",
    tokeniser: str = "",
) -> Result:  # fmt: skip
    """Train, or go on with, a scale model; its files lie in `folder`.

    Args:
        text, validation: tokens; `tokeniser` what cut them, as its own text, which goes into the
            model's file ("" for bytes).

    Raises:
        InputError: the folder holds a run of another recipe, or a broken checkpoint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(recipe, text, validation, folder, device)
    return run.all(tokeniser)


@dataclass(slots=True)
class _Place:
    """Where a run is: which segment, the next step in it, the next batch of data."""

    segment: int = 0
    step: int = 0
    cursor: int = 0
    order: int = 0
    slow_until: int = 0
    halted: str = ""


class _Run:
    def __init__(
        self, recipe: Recipe, text: Tokens, validation: Tokens, folder: Path, device: str
    ) -> None:
        self.recipe, self.folder, self.device = recipe, folder, device
        self.batches = Batches(text, recipe.shape.context + 1, recipe.rows, recipe.seed)
        self.validation = validation
        self.endings: Endings | None = endings(
            validation, recipe.shape.context, whole=recipe.shape.vocab == 256
        )
        self.segments = segments(recipe.ends)
        self.model = Decoder(recipe.shape, recipe.seed).to(device)
        self.losses = torch.compile(self.model.losses) if recipe.compiled else self.model.losses
        fused = device != "cpu"
        self.optimiser = torch.optim.AdamW(
            groups(self.model, recipe.rate), betas=(0.9, 0.95), eps=1e-8, fused=fused or None
        )
        self.guard = Guard(on=recipe.guard)
        self.place = _Place()
        self.events = saving.Log(folder / "events.jsonl")
        self.curve = saving.Log(folder / "curve.jsonl")
        self.points = saving.Log(folder / "points.jsonl")
        self.snapshots: list[dict[str, Any]] = []
        self._go_on()

    # -- where it was ----------------------------------------------------------------------------

    def _go_on(self) -> None:
        found = saving.load(self.folder / "now.pt", self.device)
        if found is None:
            self.place.step = self.segments[0].start
            return
        if found["recipe"] != self.recipe.hash:
            raise InputError(
                f"{self.folder} 里是另一种训练；换一个文件夹，或者删掉它。",
                f"{self.folder} holds a run of another recipe; take another folder, or delete it.",
            )
        self._put(found)
        for log in (self.events, self.curve, self.points):
            log.cut(self.place.order)
        self.events.add(order=self.place.order, kind="resumed", step=self.place.step)

    def _state(self) -> dict[str, Any]:
        return {
            "recipe": self.recipe.hash, "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(), "guard": self.guard.state(),
            "place": asdict(self.place),
        }  # fmt: skip

    def _put(self, state: Mapping[str, Any], *, place: bool = True) -> None:
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        if place:
            self.guard = Guard.of(state["guard"])
            self.place = _Place(**state["place"])

    def _save(self) -> None:
        saving.save(self.folder / "now.pt", self._state())

    # -- all of it -------------------------------------------------------------------------------

    def all(self, tokeniser: str) -> Result:
        with _exactly():
            while self.place.segment < len(self.segments) and not self.place.halted:
                self._segment(self.segments[self.place.segment])
        saving.save(self.folder / "model.pt", {
            "shape": self.recipe.shape.to_json(), "model": self.model.state_dict(),
            "tokeniser": tokeniser,
        })  # fmt: skip
        found = {
            (line["tokens"], line["seed"]): Point(
                **{name: line[name] for name in Point.__dataclass_fields__ if name in line}
            )
            for line in self.points
        }
        return Result(
            points=tuple(found.values()), skipped=self.guard.skipped, masked=self.guard.masked,
            rollbacks=len(self.guard.rollbacks), steps=self.place.order, halted=self.place.halted,
        )  # fmt: skip

    def _segment(self, segment: Segment) -> None:
        if segment.decays and self.place.step == segment.start and not self._forked(segment):
            saving.save(self.folder / "fork.pt", self._state())
        while self.place.step < segment.end and not self.place.halted:
            self._step(segment)
            if self.place.order % self.recipe.every == 0:
                self._save()
        if segment.decays and not self.place.halted:
            self._point(segment)
        if segment.decays:
            self._back_to_trunk()
        self.place.segment += 1
        self._save()

    def _forked(self, segment: Segment) -> bool:
        """Whether the fork of this very segment is on disk: a kill came after it."""
        found = saving.load(self.folder / "fork.pt", self.device)
        return found is not None and found["place"]["segment"] == self.place.segment

    def _point(self, segment: Segment) -> None:
        tokens = segment.end * self.batches.tokens
        loss = self.recipe.per_byte * evaluate(self.model, self.validation, self.device)
        asked = self.endings
        self.points.add(
            order=self.place.order, parameters=self.recipe.shape.parameters, tokens=tokens,
            loss=loss, seed=self.recipe.seed, steps=segment.end,
            score=share_right(self.model, asked, self.device) if asked else None,
            items=len(asked.rows) if asked else 0,
        )  # fmt: skip

    def _back_to_trunk(self) -> None:
        """The trunk as it was when the decay began; what was counted stays counted."""
        if self.place.segment + 1 >= len(self.segments) or self.place.halted:
            return
        found = saving.load(self.folder / "fork.pt", self.device)
        assert found is not None
        order, skipped, masked = self.place.order, self.guard.skipped, self.guard.masked
        segment = self.place.segment
        self._put(found)
        self.place.order, self.place.segment = order, segment
        self.guard.skipped, self.guard.masked = skipped, masked
        self.snapshots.clear()

    # -- one step --------------------------------------------------------------------------------

    def _step(self, segment: Segment) -> None:
        place = self.place
        if place.step % _SNAPSHOT == 0:
            self._snapshot()
        place.order += 1  # what is logged from here on belongs to this step
        rows = self._rows(place.cursor)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.recipe.half):
            losses = self.losses(torch.from_numpy(rows).to(self.device)).mean(dim=1)
        kept = self.guard.clean(rows, losses.detach().cpu().numpy())
        loss = (
            losses[torch.from_numpy(kept).to(self.device)].mean() if kept.any() else losses.mean()
        )
        if not kept.all():
            self._event("masked", f"{int((~kept).sum())} sequences are no text, or far off")
        norm = self._gradient(loss)
        value = float(loss.detach())
        verdict, why = self.guard.judge(value, norm, place.cursor)
        if verdict != "step":
            self._event(verdict, why)
        place.cursor += 1
        if verdict == "step":
            self._move(segment, norm)
            place.step += 1
            if place.order % _SHOWN == 0:
                self.curve.add(order=place.order, step=place.step, loss=value, norm=norm,
                               decays=segment.decays)  # fmt: skip
        elif verdict == "skip":
            place.step += 1  # its data is gone by; the schedule goes on
        elif verdict == "rollback":
            self._roll_back(segment)
        else:
            place.halted = why

    def _rows(self, cursor: int) -> np.ndarray:
        rows = self.batches.at(cursor)
        if self.recipe.faults.get(cursor) == "random":
            draw = np.random.default_rng([cursor, 7])
            return draw.integers(0, self.recipe.shape.vocab, rows.shape)
        return rows

    def _gradient(self, loss: Tensor) -> float:
        """The norm of the gradient, which is then there."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        fault = self.recipe.faults.get(self.place.cursor)
        weights = [w for w in self.model.parameters() if w.grad is not None]
        if fault in ("gradient", "nan"):
            for weight in weights:
                assert weight.grad is not None
                weight.grad *= 1000.0 if fault == "gradient" else math.nan
        grads = [weight.grad for weight in weights if weight.grad is not None]
        return float(torch.nn.utils.get_total_norm(grads))

    def _move(self, segment: Segment, norm: float) -> None:
        limit = self.guard.clip.clip(norm) if self.guard.on else 1e9
        if norm > limit:
            for weight in self.model.parameters():
                if weight.grad is not None:
                    weight.grad *= limit / norm
        slow = 0.5 if self.place.cursor < self.place.slow_until else 1.0
        part = slow * share(self.place.step, segment, self.recipe.decay)
        for group in self.optimiser.param_groups:
            group["lr"] = group["share"] * self.recipe.rate * part
        self.optimiser.step()
        self.model.balance()

    # -- when it goes wrong ----------------------------------------------------------------------

    def _event(self, kind: str, why: str) -> None:
        self.events.add(order=self.place.order, kind=kind, step=self.place.step,
                        cursor=self.place.cursor, why=why)  # fmt: skip

    def _snapshot(self) -> None:
        self.snapshots.append(copy.deepcopy(self._state()))
        del self.snapshots[:-_SNAPSHOTS]

    def _roll_back(self, segment: Segment) -> None:
        """Back to a snapshot well before, and past the batches in between."""
        now = self.place
        old = [s for s in self.snapshots if s["place"]["segment"] == now.segment]
        early = [s for s in old if s["place"]["step"] <= now.step - BACK] or old[:1]
        if not early:
            self._event("skip", "no snapshot to go back to")
            return
        target = early[-1]
        again = self.guard.late(now.cursor)
        cursor, order = now.cursor, now.order
        gone = now.step - target["place"]["step"]
        guard = self.guard
        self._put(target)
        guard.losses, guard.norms = self.guard.losses, self.guard.norms
        guard.skipped += gone
        self.guard = guard
        self.place.cursor = cursor + (gone if again == 2 else 0)
        self.place.order = order
        self.place.slow_until = cursor + 500 if again >= 3 else 0
        self.snapshots = [target]


def finish(fork: Path, recipe: Recipe, text: Tokens, validation: Tokens) -> float:
    """The loss (nats a byte) after a decay from a fork, on any text; nothing is written.

    Args:
        fork: a checkpoint taken where a decay begins (fork.pt of a rung).
        recipe: the rung's; its seed is the order of data here.
    """
    with tempfile.TemporaryDirectory() as folder, _exactly():
        run = _Run(replace(recipe, every=10**9), text, validation, Path(folder), "cpu")
        found = saving.load(fork)
        if found is None:
            raise InputError(f"没有 {fork}。", f"There is no {fork}.")
        run._put(found)
        run.place.cursor = 0  # the order is another one
        segment = run.segments[run.place.segment]
        while run.place.step < segment.end and not run.place.halted:
            run._step(segment)
        return recipe.per_byte * evaluate(run.model, validation)


@torch.no_grad()
def evaluate(model: Decoder, text: Tokens, device: str = "cpu") -> float:
    """Nats a token on a text, in sequences of the model's context."""
    size = model.shape.context
    count = (text.size - 1) // size
    places = np.arange(count)[:, None] * size + np.arange(size + 1)[None, :]
    rows = torch.from_numpy(text[places].astype(np.int64))
    was = model.training
    model.eval()
    total = 0.0
    for start in range(0, count, 64):
        part = rows[start : start + 64].to(device)
        total += float(model.losses(part).double().sum())
    model.train(was)
    return total / (count * size)


@contextmanager
def _exactly() -> Iterator[None]:
    """Sums in one order, so that the same run gives the same bits."""
    was = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(was)
