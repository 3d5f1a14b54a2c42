"""What a video model can do in its world: how far off it is, and whether it spreads as the truth.

    found = trial(model, world)                 against what costs nothing, on held-out clips
    spread = calibration(model, world)          64 samples a clip, in a world with a hidden kick

Held-out clips come from a seed of their own that no training uses. The module must not know how a
model is trained, nor files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mingan.tunnel.video_model import VideoModel
from mingan.tunnel.video_training import Caption, go_on
from mingan.tunnel.video_worlds import (
    FREE,
    Clips,
    Floats,
    World,
    bounces,
    find,
    kept,
    nearest,
    off,
    position_error,
)  # fmt: skip

HELD_OUT, SEEN = 999, 998
"""Seeds of clips to be asked about, and of those that recall looks among."""

FAST, SLOW = (2.5, 3.5), (0.0, 0.4)
"""Speeds that no training has shown."""

PUBLISHED_GAP = 35.0
"""Error out of range over error within, of the largest model of Kang et al. (arXiv 2411.02385)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One model on held-out clips of a world.

    Attributes:
        error: mean pixels; `straight`, `bounced`: of clips without and with a wall after the cut.
        last: of the last frame; `kept`: share of frames that have their ball.
        free: of what costs nothing, by name.
    """

    error: float
    straight: float
    bounced: float
    last: float
    kept: float
    free: dict[str, float]

    @property
    def beats_clamped(self) -> bool:
        """Whether it is better than going straight on to a wall and staying there."""
        return self.error < self.free["clamped"]


def trial(
    model: VideoModel, world: World, *, clips: int = 512, steps: int = 1,
    captions: Caption | None = None, recall: int = 0,
) -> Trial:  # fmt: skip
    """Have a model go on with held-out clips.

    Args:
        steps: of the flow; 1 is best where the world hides nothing.
        recall: clips among which the most alike one is looked for; 0 for no such predictor.
    """
    asked = world.play(clips, np.random.default_rng(HELD_OUT))
    told = None if captions is None else captions(asked)
    made = go_on(
        model, asked.frames[:, : world.given], ahead=world.ahead, seed=HELD_OUT, steps=steps,
        captions=told,
    )  # fmt: skip
    error, met = position_error(made, asked), bounces(asked)
    free = {name: float(off(predict(asked), asked).mean()) for name, predict in FREE.items()}
    if recall:
        known = world.play(recall, np.random.default_rng(SEEN))
        free["nearest"] = float(off(nearest(asked, known), asked).mean())
    return Trial(
        error=float(error.mean()), straight=_mean(error[~met]), bounced=_mean(error[met]),
        last=float(error[:, -1].mean()), kept=kept(made, asked), free=free,
    )  # fmt: skip


def floor_of(world: World, *, clips: int = 512) -> float:
    """How far off the parser is on the truth itself."""
    asked = world.play(clips, np.random.default_rng(HELD_OUT))
    return float(position_error(asked.frames[:, world.given :], asked).mean())


def faster(world: World) -> World:
    """The same world at speeds that were not trained."""
    return replace(world, speed=FAST)


def slower(world: World) -> World:
    """The same."""
    return replace(world, speed=SLOW)


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")


# --- does it spread as the truth does? ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Samples against forks of the truth, in the last frame.

    Attributes:
        inside: share of clips whose truth lies in the region that holds four fifths of samples.
        spread: standard deviation of samples, over that of forks; 1 where they spread alike.
        bias: distance of their means, in pixels.
        drawn: share of samples that have a ball.
    """

    inside: float
    spread: float
    bias: float
    drawn: float


def calibration(
    model: VideoModel, world: World, *, clips: int = 128, samples: int = 64, steps: int = 8,
    last: float = 0.7, seed: int = HELD_OUT,
) -> Calibration:  # fmt: skip
    """Sample each held-out clip many times, and fork it as often.

    With one step there is nothing but the mean; eight up to time .7, and the rest at once, spread
    best. For the region see `_holds`.
    """
    rng = np.random.default_rng(seed)
    asked = world.play(clips, rng)
    shown = asked.frames[:, : world.given]
    made, forks = [], []
    for k in range(samples):
        ahead = go_on(
            model, shown, ahead=world.ahead, seed=seed + 1 + k, steps=steps,
            last=last if steps > 1 else None,
        )  # fmt: skip
        made.append(_last(ahead, asked))
        forks.append(world.go_on(asked, rng).tracks[:, -1, 0])
    drawn, true = np.stack(made, axis=1), np.stack(forks, axis=1)
    truth = asked.tracks[:, -1, 0]
    inside = [_holds(each, place) for each, place in zip(drawn, truth, strict=True)]
    means = np.nanmean(drawn, axis=1) - true.mean(axis=1)
    return Calibration(
        inside=float(np.mean(inside)), bias=float(np.hypot(*means.T).mean()),
        spread=float(np.sqrt(np.nanvar(drawn, axis=1).sum() / true.var(axis=1).sum())),
        drawn=float(1 - np.isnan(drawn[..., 0]).mean()),
    )  # fmt: skip


def _last(frames: np.ndarray, asked: Clips) -> Floats:
    """Where the ball is in the last frame, (N, 2); NaN where there is none."""
    found, mass = find(frames[:, -1:])
    whole = find(asked.frames[:, -1:])[1]
    return np.where((mass < 0.2 * whole)[..., None], np.nan, found)[:, 0]


def _holds(samples: Floats, place: Floats, *, share: float = 0.8) -> bool:
    """Whether the region that holds a share of the samples holds a place too.

    Full conformal prediction (Vovk et al., 2005): the place is put among the samples, an ellipse
    is laid through all of them, and the place is inside if enough of them lie farther out. If it
    is drawn as they are, this is so with just that chance, however few there are; an ellipse laid
    through the samples alone fits them too well and holds a new one too seldom.
    """
    known = samples[~np.isnan(samples[:, 0])]
    if len(known) < 8:
        return False
    every = np.concatenate([place[None], known])
    apart = every - every.mean(axis=0)
    inverse = np.linalg.inv(np.cov(every.T) + 1e-4 * np.eye(2))
    far = np.einsum("ni,ij,nj->n", apart, inverse, apart)
    nearer = int((far[1:] < far[0]).sum())
    return nearer < share * len(every)
