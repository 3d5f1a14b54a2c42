"""Training the scale model of Sora, and having it go on with clips.

    model = train(Recipe(steps=800), World(), seed=0)
    ahead = go_on(model, clips.frames[:, :3], ahead=5, seed=1)

Half of all clips are trained at time 0, from noise alone: there the model must predict. The usual
schedule, in which times come from a logistic of a normal, has a lower loss and learns to denoise
the ball that it can see through the noise, not to say where it will be. Matrices of the blocks
learn by Muon, all else by AdamW; what is used is an average of the weights. Data are a pure
function of (seed, step), so that a run that was killed goes on bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mingan.errors import InputError
from mingan.tunnel import saving
from mingan.tunnel.video_model import (
    SCALE,
    Packed,
    VideoModel,
    VideoShape,
    alike,
    pack,
    to_frames,
    to_patches,
    words_of,
)  # fmt: skip
from mingan.tunnel.video_worlds import Clips, Frames, World

SAMPLES = 4
"""Steps from noise to a clip, where nobody says."""

_SAVE_EVERY, _NOW = 200, "video.now.pt"
_CAPTION_DROPPED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model is trained.

    Attributes:
        steps, batch: clips a step.
        rate, muon: of AdamW and of Muon.
        at_zero: share of clips that are trained at time 0.
        middle, spread: of the normal whose logistic gives the other times.
        device: "cpu" or "cuda"; on the second in half precision where that loses nothing.
    """

    steps: int = 800
    batch: int = 32
    rate: float = 3e-3
    muon: float = 6e-3
    at_zero: float = 0.5
    middle: float = -1.0
    spread: float = 1.0
    shape: VideoShape = field(default_factory=VideoShape)
    device: str = "cpu"


USUAL_TIMES = (0.0, 0.0)
"""`at_zero` and `middle` of text-to-image models, which fail here."""

HIDDEN_TIMES = (0.3, -1.0)
"""Where a world hides something, more has to be learned between noise and picture."""

Caption = Callable[[Clips], list[str]]
"""Captions of clips, a line of words each."""


@dataclass(slots=True)
class _Run:
    """What a run has between two steps."""

    model: VideoModel
    mean: dict[str, Tensor]
    engines: list[torch.optim.Optimizer]
    step: int = 0
    losses: list[float] = field(default_factory=list)


def train(
    recipe: Recipe, worlds: World | Sequence[World], *, seed: int, captions: Caption | None = None,
    folder: Path | None = None, said: Callable[[int, float], None] | None = None,
) -> tuple[VideoModel, list[float]]:  # fmt: skip
    """A model with averaged weights, and the loss of every step.

    Args:
        worlds: where there are several, a clip of each is packed into every sequence of a batch.
        captions: what is said of clips; dropped from a tenth of them.
        folder: where the run is saved every `200` steps and goes on from.
    """
    run = _begin(recipe, seed)
    every = (worlds,) if isinstance(worlds, World) else tuple(worlds)
    if folder is not None:
        _go_back(run, folder / _NOW)
    while run.step < recipe.steps:
        loss = _step(run, recipe, every, seed, captions)
        run.losses.append(loss)
        run.step += 1
        if said is not None:
            said(run.step, loss)
        if folder is not None and run.step % _SAVE_EVERY == 0:
            folder.mkdir(parents=True, exist_ok=True)
            saving.save(folder / _NOW, _kept(run))
    model = VideoModel(recipe.shape).to(recipe.device)
    model.load_state_dict(run.mean)
    model.eval()
    return model, run.losses


def _begin(recipe: Recipe, seed: int) -> _Run:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = VideoModel(recipe.shape).to(recipe.device)
    matrices = [
        weight for name, weight in model.blocks.named_parameters()
        if weight.ndim == 2 and "tune" not in name
    ]  # fmt: skip
    chosen = {id(weight) for weight in matrices}
    others = [weight for weight in model.parameters() if id(weight) not in chosen]
    engines: list[torch.optim.Optimizer] = [
        torch.optim.Muon(matrices, lr=recipe.muon, momentum=0.95, weight_decay=0.01,
                         adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=recipe.rate, betas=(0.9, 0.99), weight_decay=0.01),
    ]  # fmt: skip
    mean = {name: weight.detach().clone() for name, weight in model.state_dict().items()}
    return _Run(model=model, mean=mean, engines=engines)


def _step(
    run: _Run, recipe: Recipe, worlds: Sequence[World], seed: int, captions: Caption | None
) -> float:  # fmt: skip
    rng = np.random.default_rng([seed, run.step])
    each = [_part(recipe, world, rng, captions) for world in worlds]
    packed = each[0][0] if len(each) == 1 else pack([part for part, _ in each])
    clean = torch.cat([patches for _, patches in each], dim=1)
    half = torch.autocast(recipe.device, dtype=torch.bfloat16, enabled=recipe.device != "cpu")
    with half:
        said_clean = run.model(packed)
    loss = flow_loss(said_clean.float(), clean, packed.noisy)
    for engine in run.engines:
        engine.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
    share = _rate(recipe, run.step)
    for engine, rate in zip(run.engines, (recipe.muon, recipe.rate), strict=True):
        for group in engine.param_groups:
            group["lr"] = rate * share
        engine.step()
    keep = min(0.995, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for name, weight in run.model.state_dict().items():
            run.mean[name].mul_(keep).add_(weight, alpha=1 - keep)
    return float(loss.detach()) / SCALE**2


def _part(
    recipe: Recipe, world: World, rng: np.random.Generator, captions: Caption | None
) -> tuple[Packed, Tensor]:
    """Clips of one world, noisy, and their patches as they are without noise."""
    clips = world.play(recipe.batch, rng)
    clean = torch.from_numpy(clips.frames) * SCALE
    times = torch.from_numpy(_times(recipe, rng).astype(np.float32))
    noise = torch.from_numpy(rng.standard_normal(clips.frames.shape, dtype=np.float32))
    noisy = _mixed(clean, noise, times, world.given)
    words = None
    if captions is not None:
        told = captions(clips)
        drop = rng.random(len(told)) < _CAPTION_DROPPED
        words = words_of(["" if no else line for no, line in zip(drop, told, strict=True)])
    size, patch = (world.frames, world.height, world.width), recipe.shape.patch
    clean, noisy, times = (each.to(recipe.device) for each in (clean, noisy, times))
    words = None if words is None else words.to(recipe.device)
    return alike(noisy, size, world.given, times, words, patch), to_patches(clean, patch)


def flow_loss(said: Tensor, clean: Tensor, noisy: Tensor) -> Tensor:
    """Mean squared error of what is said to be clean, over the patches that were noisy."""
    return functional.mse_loss(said[noisy], clean[noisy])


def _times(recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    """A time for each clip: 0 for some, the logistic of a normal for the others."""
    usual = 1 / (1 + np.exp(-rng.normal(recipe.middle, recipe.spread, recipe.batch)))
    zero = np.arange(recipe.batch) < recipe.at_zero * recipe.batch
    return np.asarray(np.where(zero, 0.0, usual))


def _rate(recipe: Recipe, step: int) -> float:
    """Warm-up, then constant, then down to 0 over the last two fifths."""
    warm = min(1.0, (step + 1) / max(1.0, min(100.0, recipe.steps / 10)))
    left = (recipe.steps - step) / (0.4 * recipe.steps)
    return warm * min(1.0, left)


def _mixed(clean: Tensor, noise: Tensor, times: Tensor, given: int) -> Tensor:
    """x_t of the frames ahead; what is given stays as it is."""
    at = times[:, None, None, None]
    ahead = at * clean[:, given:] + (1 - at) * noise[:, given:]
    return torch.cat([clean[:, :given], ahead], dim=1)


# --- going on -----------------------------------------------------------------------------------


@torch.no_grad()
def go_on(
    model: VideoModel, given: Frames, *, ahead: int, seed: int, steps: int = SAMPLES,
    last: float | None = None, captions: list[str] | None = None,
) -> Frames:  # fmt: skip
    """Frames (N, ahead, H, W) that follow what is given (N, T, H, W), made from noise.

    The noise is a pure function of the seed; given frames enter as they are and are not touched.

    Args:
        steps: of the flow from noise to picture (Euler).
        last: the time at which the last step begins; by default all are equally long. Times near 1
            are hardly trained, and a step that begins there adds little but error.
    """
    device = next(model.parameters()).device
    rng = np.random.default_rng(seed)
    count, before, height, width = given.shape
    noise = rng.standard_normal((count, ahead, height, width), dtype=np.float32)
    shown = torch.from_numpy(given).to(device) * SCALE
    x = torch.cat([shown, torch.from_numpy(noise).to(device)], dim=1)
    size, patch = (before + ahead, height, width), model.shape.patch
    words = None if captions is None else words_of(captions).to(device)
    begins = np.linspace(0, (steps - 1) / steps if last is None else last, steps).tolist()
    for t, then in zip(begins, [*begins[1:], 1.0], strict=True):
        times = torch.full((count,), t, device=device)
        said = model(alike(x, size, before, times, words, patch))
        clean = to_frames(said, size, patch)[:, before:]
        now = x[:, before:]
        x = torch.cat([shown, now + (clean - now) * (then - t) / (1 - t)], dim=1)
    made: Frames = (x[:, before:] / SCALE).cpu().numpy()
    return made


def extend(
    model: VideoModel, given: Frames, *, ahead: int, by: int, seed: int, steps: int = SAMPLES
) -> Frames:
    """Frames further ahead than a model was trained for: the last ones made are given anew.

    Args:
        by: frames that are made at once.
    """
    before, found, shown = given.shape[1], [given[:, :0]], given
    for part in range(-(-ahead // by)):
        made = go_on(model, shown, ahead=by, seed=seed + part, steps=steps).clip(0, 1)
        found.append(made)
        shown = np.concatenate([shown, made], axis=1)[:, -before:]
    return np.concatenate(found, axis=1)[:, :ahead]


# --- saving -------------------------------------------------------------------------------------


def save(file: Path, model: VideoModel, world: World) -> None:
    """A model and the world that it was trained in, whole or not at all."""
    saving.save(
        file, {"shape": asdict(model.shape), "world": asdict(world), "weights": model.state_dict()}
    )


def load(file: Path) -> tuple[VideoModel, World]:
    """The model of a file and its world; only numbers are read, no code is run.

    Raises:
        InputError: it is no such file.
    """
    kept = saving.load(file)
    try:
        assert kept is not None
        model = VideoModel(VideoShape(**kept["shape"]))
        model.load_state_dict(kept["weights"])
        world = World(**(kept["world"] | {"speed": tuple(kept["world"]["speed"])}))
    except (AssertionError, KeyError, TypeError, RuntimeError):
        raise InputError(
            f"{file} 不是视频模型的文件；用 mingan ladder video 训练一个。",
            f"{file} is no file of a video model; train one with mingan ladder video.",
        ) from None
    model.eval()
    return model, world


def _kept(run: _Run) -> dict[str, Any]:
    return {
        "model": run.model.state_dict(), "mean": run.mean, "step": run.step,
        "losses": run.losses, "engines": [engine.state_dict() for engine in run.engines],
    }  # fmt: skip


def _go_back(run: _Run, file: Path) -> None:
    kept = saving.load(file)
    if kept is None:
        return
    run.model.load_state_dict(kept["model"])
    run.mean, run.step, run.losses = kept["mean"], kept["step"], kept["losses"]
    for engine, state in zip(run.engines, kept["engines"], strict=True):
        engine.load_state_dict(state)
