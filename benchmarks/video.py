"""What the video model's figures in docs/*/video.md rest on, where no command shows them.

    python benchmarks/video.py captions     detail in captions, one frame given
    python benchmarks/video.py stages       gravities with captions, sizes packed in one batch
    python benchmarks/video.py hidden       whether samples spread as the truth does

Rungs, the usual schedule, gravity, two balls and 32 by 32 are shown by `mingan ladder video`.
Each takes some minutes on one core. Nothing here is timed against anything: these are errors.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch

from mingan.tunnel import video_captions
from mingan.tunnel.video_training import HIDDEN_TIMES, Caption, Recipe, train
from mingan.tunnel.video_trials import Trial, calibration, trial
from mingan.tunnel.video_worlds import WORLDS, Clips, World


def half_and_half(clips: Clips) -> list[str]:
    """In detail for every other clip: what data look like after half of it is written anew."""
    pairs = zip(video_captions.detailed(clips), video_captions.short(clips), strict=True)
    return [one if k % 2 else other for k, (one, other) in enumerate(pairs)]


SHORT, DETAILED = video_captions.short, video_captions.detailed


def show(what: str, found: Trial) -> None:
    clamped = found.free["clamped"]
    print(f"{what:44} {found.error:.3f} px, straight to the wall {clamped:.2f}", flush=True)


def captions() -> None:
    world = World(given=1)
    ways: dict[str, Caption] = {"short": SHORT, "detailed": DETAILED, "half": half_and_half}
    for name, caption in ways.items():
        model, _ = train(Recipe(steps=800), world, seed=0, captions=caption)
        for asked in (SHORT, DETAILED):
            show(f"trained {name}, asked {asked.__name__}", trial(model, world, captions=asked))


def stages() -> None:
    world = World(gravity=(0.0, 0.15, -0.15))
    for caption in (SHORT, DETAILED):
        model, _ = train(Recipe(steps=1200), world, seed=0, captions=caption)
        show(f"three gravities, {caption.__name__}", trial(model, world, captions=caption))
    worlds = [World(), World(width=24), World(height=24, width=16), World(ahead=8)]
    model, _ = train(Recipe(steps=800, batch=10), worlds, seed=0)
    for each in worlds:
        show(f"packed {each.height}x{each.width}, {each.ahead} ahead", trial(model, each))


def hidden(steps: int) -> None:
    world, (at_zero, middle) = WORLDS["hidden"], HIDDEN_TIMES
    recipe = Recipe(steps=steps, at_zero=at_zero, middle=middle)
    model, losses = train(recipe, world, seed=0)
    print(f"{steps} steps, loss {np.mean(losses[-50:]):.5f}", flush=True)
    for seed in (999, 31):
        print(seed, calibration(model, world, clips=256, seed=seed), flush=True)
    print("one step", calibration(model, world, steps=1), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["captions", "stages", "hidden"])
    parser.add_argument("--steps", type=int, default=3200)
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.what == "hidden":
        hidden(args.steps)
    else:
        {"captions": captions, "stages": stages}[args.what]()
