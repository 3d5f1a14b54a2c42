"""Small worlds that are played on the fly: balls between walls, and what costs nothing there.

    world = World(gravity=0.15)
    clips = world.play(32, np.random.default_rng(1))      frames, tracks, what a caption can say

A ball is a bright blob on black; walls are elastic and lie two pixels inside the edge. In a world
with a hidden kick the velocity changes at the cut by what nobody can see: whoever goes on must
spread as the truth does. Free predictors know where the ball was, and nothing of the world but what
their names say. NumPy only; the module must not know the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Frames = npt.NDArray[np.float32]
"""(clips, frames, height, width), brightness from 0 to 1."""

GIVEN, AHEAD = 3, 5
"""Frames that are given, and frames that follow."""

MARGIN = 2.0
"""Pixels between a wall and the edge, for pictures 16 pixels high."""

BLOB = 1.3
"""Standard deviation of a blob in pixels, likewise."""

LOST = 2**0.5
"""In heights of the picture: what a frame without its ball costs."""

FAR = 1e9
_FINE = 4
"""Steps of the world in a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One small world.

    Attributes:
        height, width: of the picture in pixels; sizes and speeds are for 16 and grow with it.
        given, ahead: frames.
        speed: least and most pixels a frame.
        gravity: pixels a frame, squared, downwards; of several each clip has one.
        kick: standard deviation of what is added to each ball's velocity at the cut.
        balls: how many; they collide.
    """

    height: int = 16
    width: int = 16
    given: int = GIVEN
    ahead: int = AHEAD
    speed: tuple[float, float] = (0.5, 2.0)
    gravity: float | tuple[float, ...] = 0.0
    kick: float = 0.0
    balls: int = 1

    @property
    def scale(self) -> float:
        """Of all lengths, against a picture 16 pixels high."""
        return self.height / 16

    @property
    def frames(self) -> int:
        """Given and ahead."""
        return self.given + self.ahead

    def play(self, count: int, rng: np.random.Generator) -> Clips:
        """Clips from random places, directions and speeds."""
        low, high = _walls(self)
        place = _apart(rng, count, self.balls, low, high, 3 * BLOB * self.scale)
        angle = rng.uniform(0, 2 * np.pi, (count, self.balls))
        fast = rng.uniform(*self.speed, (count, self.balls)) * self.scale
        speed = np.stack([fast * np.cos(angle), fast * np.sin(angle)], axis=-1)
        falls = np.atleast_1d(np.asarray(self.gravity, float))
        return self._run(place, speed, falls[rng.integers(len(falls), size=count)], rng)

    def go_on(self, clips: Clips, rng: np.random.Generator) -> Clips:
        """The same clips from the cut on, with another kick: forks."""
        cut = clips.states[:, self.given - 1]
        forked = self._run(cut[..., :2], cut[..., 2:], clips.falls, rng, start=self.given - 1)
        tracks = np.concatenate([clips.tracks[:, : self.given], forked.tracks], axis=1)
        states = np.concatenate([clips.states[:, : self.given], forked.states], axis=1)
        frames = np.concatenate([clips.frames[:, : self.given], forked.frames], axis=1)
        return Clips(world=self, frames=frames, tracks=tracks, states=states, falls=clips.falls)

    def _run(
        self, place: Floats, speed: Floats, falls: Floats, rng: np.random.Generator, *,
        start: int = -1,
    ) -> Clips:  # fmt: skip
        """States of every frame from one on: those after `start`."""
        kick = rng.normal(0, 1, speed.shape) * self.kick * self.scale
        states = [] if start >= 0 else [np.concatenate([place, speed], axis=-1)]
        for frame in range(max(start, 0), self.frames - 1):
            if frame == self.given - 1:
                speed = speed + kick
            for _ in range(_FINE):
                place, speed = self._step(place, speed, falls, 1 / _FINE)
            states.append(np.concatenate([place, speed], axis=-1))
        whole = np.stack(states, axis=1)
        tracks = whole[..., :2]
        return Clips(world=self, frames=self.draw(tracks), tracks=tracks, states=whole, falls=falls)

    def _step(
        self, place: Floats, speed: Floats, falls: Floats, time: float
    ) -> tuple[Floats, Floats]:
        low, high = _walls(self)
        fall = np.stack([np.zeros_like(falls), falls * self.scale], axis=-1)[:, None]
        place = place + speed * time + 0.5 * fall * time**2
        speed = speed + fall * time
        for wall, inwards in ((low, 1.0), (high, -1.0)):
            out = inwards * (place - wall) < 0
            place = np.where(out, 2 * wall - place, place)
            speed = np.where(out, inwards * np.abs(speed), speed)
        return (place, speed) if self.balls == 1 else self._collide(place, speed)

    def _collide(self, place: Floats, speed: Floats) -> tuple[Floats, Floats]:
        """Balls of one mass swap what they have along the line between them."""
        speed = speed.copy()
        for a in range(self.balls):
            for b in range(a + 1, self.balls):
                way = place[:, b] - place[:, a]
                far = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)
                way = way / far[:, None]
                closing = ((speed[:, a] - speed[:, b]) * way).sum(axis=1)
                meet = (far < 3 * BLOB * self.scale) & (closing > 0)
                change = np.where(meet, closing, 0.0)[:, None] * way
                speed[:, a] -= change
                speed[:, b] += change
        return place, speed

    def draw(self, tracks: Floats) -> Frames:
        """Frames (N, T, H, W) of tracks (N, T, balls, 2)."""
        y, x = np.arange(self.height), np.arange(self.width)
        blob = 2 * (BLOB * self.scale) ** 2
        across = np.exp(-((x - tracks[..., 0, None]) ** 2) / blob)
        down = np.exp(-((y - tracks[..., 1, None]) ** 2) / blob)
        return np.einsum("ntbh,ntbw->nthw", down, across).clip(0, 1).astype(np.float32)


WORLDS: dict[str, World] = {
    "walls": World(),
    "gravity": World(gravity=0.15),
    "hidden": World(kick=0.5),
    "two": World(balls=2),
    "large": World(height=32, width=32),
    "gpu": World(height=64, width=64, given=4, ahead=12),
}
"""By name, in the order in which they get harder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clips:
    """Clips of a world.

    Attributes:
        frames: (N, T, H, W); tracks: (N, T, balls, 2) x and y in pixels; states: with speeds.
        falls: (N,) gravity of each.
    """

    world: World
    frames: Frames
    tracks: Floats
    states: Floats
    falls: Floats


def _apart(
    rng: np.random.Generator, count: int, balls: int, low: Floats, high: Floats, least: float
) -> Floats:
    """Places of balls, none upon another."""
    place = rng.uniform(low, high, (count, balls, 2))
    for _ in range(60 if balls > 1 else 0):
        far = np.hypot(*np.moveaxis(place[:, :, None] - place[:, None], -1, 0))
        far[:, np.arange(balls), np.arange(balls)] = FAR
        close = (far < least).any(axis=(1, 2))
        if not close.any():
            break
        place[close] = rng.uniform(low, high, (int(close.sum()), balls, 2))
    return place


# --- finding the ball ---------------------------------------------------------------------------


def find(frames: Frames) -> tuple[Floats, Floats]:
    """Middles (N, T, 2) of what is bright, and its mass (N, T); NaN where there is nearly nothing.

    Pixels below .15 of the brightest are dropped, as the note's parser does.
    """
    bright = np.where(frames >= 0.15 * frames.max(axis=(2, 3), keepdims=True), frames, 0.0)
    bright = np.clip(bright, 0, None).astype(np.float64)
    mass = bright.sum(axis=(2, 3))
    y, x = np.arange(frames.shape[2]), np.arange(frames.shape[3])
    with np.errstate(invalid="ignore", divide="ignore"):
        places = np.stack(
            [(bright.sum(axis=2) * x).sum(axis=2) / mass,
             (bright.sum(axis=3) * y).sum(axis=2) / mass], axis=-1,
        )  # fmt: skip
    return places, mass


def position_error(frames: Frames, clips: Clips) -> Floats:
    """How far off each frame ahead is, (N, ahead) pixels; one without its ball costs a diagonal.

    Of several balls the middle of all of them is looked at.
    """
    world = clips.world
    true = clips.tracks[:, world.given :].mean(axis=2)
    found, mass = find(frames)
    off = np.hypot(*np.moveaxis(found - true, -1, 0))
    whole = find(clips.frames[:, world.given :])[1]
    lost = np.isnan(off) | (mass < 0.2 * whole)
    return np.where(lost, LOST * world.height, off)


def kept(frames: Frames, clips: Clips) -> float:
    """Share of frames whose mass is half to twice the true one."""
    mass = find(frames)[1]
    whole = find(clips.frames[:, clips.world.given :])[1]
    return float(((mass >= 0.5 * whole) & (mass <= 2 * whole)).mean())


def bounces(clips: Clips) -> npt.NDArray[np.bool_]:
    """(N,) whether a ball meets a wall after the cut."""
    speed = clips.states[:, clips.world.given - 1 :, :, 2:]
    return np.asarray((np.diff(np.sign(speed), axis=1) != 0).any(axis=(1, 2, 3)))


# --- what costs nothing -------------------------------------------------------------------------


def freeze(clips: Clips) -> Floats:
    """Places (N, ahead, 2) of the middle: where it was seen last, for ever."""
    return _along(clips, 0.0)


def linear(clips: Clips) -> Floats:
    """On from the last two middles, out of the picture if need be."""
    return _along(clips, 1.0)


def clamped(clips: Clips) -> Floats:
    """The same, but it stays at a wall."""
    return np.clip(_along(clips, 1.0), *_walls(clips.world))


def reflected(clips: Clips) -> Floats:
    """The same, but it comes back from a wall: told the law."""
    low, high = _walls(clips.world)
    along = np.mod(_along(clips, 1.0) - low, 2 * (high - low))
    return low + np.where(along > high - low, 2 * (high - low) - along, along)


def nearest(clips: Clips, known: Clips) -> Floats:
    """What followed in the most alike clip of those that were seen before: recall."""
    world = clips.world
    asked = clips.frames[:, : world.given].reshape(len(clips.frames), -1)
    seen = known.frames[:, : world.given].reshape(len(known.frames), -1)
    far = (seen**2).sum(axis=1)[None] - 2 * asked @ seen.T
    return known.tracks[far.argmin(axis=1), world.given :].mean(axis=2)


FREE = {"freeze": freeze, "linear": linear, "clamped": clamped, "reflected": reflected}
"""By name; the last knows the walls."""


def off(places: Floats, clips: Clips) -> Floats:
    """How far places are from the truth, (N, ahead) pixels."""
    true = clips.tracks[:, clips.world.given :].mean(axis=2)
    return np.hypot(*np.moveaxis(places - true, -1, 0))


def _walls(world: World) -> tuple[Floats, Floats]:
    low = np.array([MARGIN, MARGIN]) * world.scale
    return low, np.array([world.width - 1.0, world.height - 1.0]) - low


def _along(clips: Clips, share: float) -> Floats:
    world = clips.world
    # With one frame given nothing is known of speed.
    found, _ = find(clips.frames[:, max(0, world.given - 2) : world.given])
    later = np.arange(1, world.ahead + 1)[None, :, None]
    return found[:, -1:] + later * share * (found[:, -1] - found[:, 0])[:, None]
