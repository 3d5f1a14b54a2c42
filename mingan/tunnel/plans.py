"""What to train for a budget of minutes: rungs, tokens, seeds, and a top rung that is held out.

A plan fixes widths and the ratios between lengths; how long everything is, is scaled to what this
machine was measured to do. The held-out rung has 2 to 4 times the compute of the largest fitted
one. The smallest rung is trained on three seeds and the largest on two, since noise between seeds
is what the interval rests on. The module starts nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mingan.errors import UsageError
from mingan.tunnel.schedule import segments
from mingan.tunnel.shapes import Shape

ROWS = 8
_APART = 100
"""Between the seeds of one ladder and the next."""

_LONG = 1.15
"""A long run's step over a short trial's: it saves, logs and shares caches with its neighbour.

Rungs of two ladders took 1.12 to 1.20 times what their trials had."""

_START_S = 4.0
"""Seconds before a rung's first step, most of them for PyTorch."""

_LOOK = 160_000
"""Tokens of training that take as long as one look at the text that is held back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A ladder for some budget, at full length.

    Attributes:
        seconds: the budget; `widths` of fitted rungs, `lengths` their tokens, `seeds` by width.
        top, top_length: the held-out rung.
        layers, context, rows: of every model.
        device: "cpu" or "cuda".
    """

    name: str
    seconds: float
    widths: tuple[int, ...]
    lengths: tuple[int, ...]
    seeds: Mapping[int, int]
    top: int
    top_length: int
    layers: int = 2
    context: int = 128
    rows: int = ROWS
    device: str = "cpu"


LADDERS: dict[str, Ladder] = {
    "1m": Ladder(
        name="1m", seconds=60, widths=(32, 48), lengths=(400_000, 800_000), seeds={32: 2},
        top=64, top_length=800_000,
    ),
    "2m": Ladder(
        name="2m", seconds=120, widths=(32, 48), lengths=(800_000, 1_600_000),
        seeds={32: 2}, top=64, top_length=1_600_000,
    ),
    "10m": Ladder(
        name="10m", seconds=600, widths=(32, 48, 64, 80),
        lengths=(800_000, 1_600_000, 3_200_000), seeds={32: 3, 80: 2}, top=96,
        top_length=5_600_000,
    ),
    "20m-gpu": Ladder(
        name="20m-gpu", seconds=1_200, widths=(128, 192, 256, 384),
        lengths=(16_000_000, 32_000_000, 64_000_000), seeds={128: 2, 192: 2}, top=512,
        top_length=112_000_000, layers=4, context=256, rows=48, device="cuda",
    ),
}  # fmt: skip

MOST, LEAST = 1.6, 0.4
"""How far lengths may be stretched or cut to fit a budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How a ladder's text is cut into tokens.

    Attributes:
        vocab: of learned tokens, as asked for; 0 for bytes.
        kinds: how many there are; `per_byte` of them in a byte of the validation text.
        border: tokens that end a document, where documents are not to see each other.
    """

    vocab: int = 0
    kinds: int = 256
    per_byte: float = 1.0
    border: tuple[int, ...] = ()


_BYTES = Cut()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One run: a shape, a seed, and the steps after which its decays end."""

    shape: Shape
    seed: int
    ends: tuple[int, ...]

    @property
    def name(self) -> str:
        """What its folder is called."""
        return f"d{self.shape.width}-s{self.seed}"

    @property
    def steps(self) -> int:
        """All steps, decays included."""
        return sum(each.end - each.start for each in segments(self.ends))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A ladder as it will be run here.

    Attributes:
        rungs: fitted runs; `top` the held-out one.
        speed: seconds a step by width, as it will run: fitted rungs side by side on one core
            each, the top one on all (or each on the device).
        expected: seconds in all.
        corpus: its hash.
        vocab: of learned tokens, as asked for; 0 for bytes.
        per_byte: tokens in a byte of the validation text.
    """

    ladder: str
    corpus: str
    rungs: tuple[Rung, ...]
    top: Rung
    rows: int
    device: str
    rate: float
    speed: Mapping[int, float]
    expected: float
    vocab: int = 0
    per_byte: float = 1.0

    def to_json(self) -> str:
        """The plan as text."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """A plan from its text."""
        raw = json.loads(text)
        return cls(
            ladder=raw["ladder"], corpus=raw["corpus"], rows=raw["rows"], device=raw["device"],
            rate=raw["rate"], expected=raw["expected"], vocab=raw.get("vocab", 0),
            per_byte=raw.get("per_byte", 1.0),
            speed={int(k): v for k, v in raw["speed"].items()}, top=_rung(raw["top"]),
            rungs=tuple(_rung(each) for each in raw["rungs"]),
        )  # fmt: skip

    @property
    def tokens_per_step(self) -> int:
        """Tokens that a step asks for."""
        return self.rows * self.top.shape.context

    @property
    def compute_ratio(self) -> float:
        """Compute (N D) of the held-out rung over that of the largest fitted one."""
        largest = max(rung.shape.parameters * rung.ends[-1] for rung in self.rungs)
        return self.top.shape.parameters * self.top.ends[-1] / largest


def _rung(raw: Mapping[str, Any]) -> Rung:
    return Rung(shape=Shape(**raw["shape"]), seed=raw["seed"], ends=tuple(raw["ends"]))


def plan(
    budget: str, *, corpus: str, tokens_there: int, speed: Mapping[int, float], cores: int,
    rate: float = 0.016, seed: int = 0, tokens: Cut = _BYTES,
) -> Plan:  # fmt: skip
    """Lengths that fit a budget on this machine.

    Args:
        budget: a name in `LADDERS`.
        tokens_there: of training text; no run is longer than one pass over it.
        speed: seconds a step by width, measured as they will run (see `Plan`).
        cores: that run rungs side by side.
        seed: of the whole ladder: another one has other parameters and another order of data.
        tokens: how the text was cut.

    Raises:
        UsageError: no such budget, or too little text for it.
    """
    ladder = ladder_of(budget)
    factor = min(MOST, tokens_there / ladder.top_length)
    if factor < LEAST:
        least = int(LEAST * ladder.top_length)
        raise UsageError(
            f"语料只有 {tokens_there:,} 个词元，这个阶梯至少要 {least:,}。",
            f"The corpus has {tokens_there:,} tokens; this ladder takes {least:,} at least.",
        )
    while True:
        found = _made(ladder, factor, corpus, speed, cores, rate, seed, tokens)
        if found.expected <= ladder.seconds or factor <= LEAST:
            return found
        # What does not shrink with length (starts, looks) takes a few turns.
        factor = max(LEAST, factor * min(0.99, ladder.seconds / found.expected))


def seed_of(made: Plan) -> int:
    """The seed of a whole ladder."""
    return made.top.seed // _APART


def ladder_of(budget: str) -> Ladder:
    """The ladder of a budget.

    Raises:
        UsageError: there is none.
    """
    if budget not in LADDERS:
        raise UsageError(
            f"没有 {budget!r} 这样的预算；有的是：{'、'.join(LADDERS)}。",
            f"There is no budget {budget!r}; there are {', '.join(LADDERS)}.",
        )
    return LADDERS[budget]


def shape_of(ladder: Ladder, width: int, tokens: Cut = _BYTES) -> Shape:
    """A rung's shape."""
    return Shape(
        width=width, layers=ladder.layers, context=ladder.context, vocab=tokens.kinds,
        border=tokens.border,
    )  # fmt: skip


def _made(
    ladder: Ladder,
    factor: float,
    corpus: str,
    speed: Mapping[int, float],
    cores: int,
    rate: float,
    seed: int,
    tokens: Cut,
) -> Plan:
    per_step = ladder.rows * ladder.context

    def ends(lengths: Sequence[int]) -> tuple[int, ...]:
        return tuple(round(factor * length / per_step) for length in lengths)

    rungs = tuple(
        Rung(
            shape=shape_of(ladder, width, tokens), seed=_APART * seed + k, ends=ends(ladder.lengths)
        )
        for width in sorted(ladder.widths, reverse=True)
        for k in range(ladder.seeds.get(width, 1))
    )
    top = Rung(
        shape=shape_of(ladder, ladder.top, tokens), seed=_APART * seed,
        ends=ends([ladder.top_length]),
    )  # fmt: skip
    expected = _side_by_side([_seconds(rung, speed, per_step) for rung in rungs], cores)
    expected += _seconds(top, speed, per_step)
    return Plan(
        ladder=ladder.name, corpus=corpus, rungs=rungs, top=top, rows=ladder.rows,
        device=ladder.device, rate=rate, speed=dict(speed), expected=expected,
        vocab=tokens.vocab, per_byte=tokens.per_byte,
    )  # fmt: skip


def _seconds(rung: Rung, speed: Mapping[int, float], per_step: int) -> float:
    """What a rung takes: its steps, and the text that is held back after every decay."""
    looks = len(rung.ends) * _LOOK / per_step
    return _START_S + _LONG * (rung.steps + looks) * speed[rung.shape.width]


def _side_by_side(each: Sequence[float], cores: int) -> float:
    """When the last job is done, if each begins in its turn on the first core that is free."""
    free = [0.0] * max(cores, 1)
    for seconds in each:
        first = free.index(min(free))
        free[first] += seconds
    return max(free)
