"""A scale model of Sora on the common road: it dreams in its small pictures, we draw large.

    [[model]]
    name = "walls"
    kind = "dream"
    file = "video/walls-3200-s0/model.pt"

Every thing is found by its colour and drawn as a blob in the model's small picture, at the model's
pace; the model goes on from there, frame by frame, and the thing is laid where its blob is. So the
model decides where things go, each by itself, and nothing else of the picture. It knows one ball
between walls: what it was not trained for, it does as it can. The module knows no truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from mingan.errors import InputError, RequestRejected
from mingan.grading.motion import pictures
from mingan.models.threads import in_daemon_thread
from mingan.statistics.special import Floats
from mingan.world.baselines import laid
from mingan.world.continuing import Continued
from mingan.world.drawing import Pixels
from mingan.world.films import read_frames, write_film
from mingan.world.props import hue
from mingan.world.scenes import AHEAD, GIVEN

if TYPE_CHECKING:
    from mingan.tunnel.video_model import VideoModel
    from mingan.tunnel.video_worlds import World

PACE = 8
"""Frames of a scene in one of the model's: half a second."""

_VIVID, _LEAST = 60, 12
"""Saturation from which a pixel is a thing's, and how many of one colour make a thing."""

_HUES = 8


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is shown, with the colours found in it."""

    given: Pixels
    colours: Pixels


class Dream:
    """A trained video model as something that continues clips."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: tuple[VideoModel, World] | None = None

    async def continue_clip(
        self, clip: Path, prompt: str, *, seconds: float, seed: int
    ) -> Continued:
        """Go on with a clip; the prompt is not read.

        Raises:
            RequestRejected: the model's file is none, or the clip cannot be read.
        """
        try:
            made = await in_daemon_thread(lambda: self._go_on(clip, seed))
        except InputError as fault:
            raise RequestRejected(*fault.message) from fault
        return Continued(clip=made, begins=0.0, served=self._file.parent.name)

    def _go_on(self, clip: Path, seed: int) -> bytes:
        from mingan.tunnel.video_training import load

        if self._kept is None:
            self._kept = load(self._file)
        model, world = self._kept
        given = read_frames(clip)[-GIVEN:]
        frames = laid(
            _Seen(given=given, colours=_colours(given)),
            lambda at, places: self._places(model, world, given.shape[1:3], at, places, seed),
        )
        with TemporaryDirectory(prefix="mingan-", ignore_cleanup_errors=True) as folder:
            out = Path(folder) / "dreamt.mp4"
            write_film(out, frames)
            return out.read_bytes()

    def _places(
        self, model: VideoModel, world: World, size: tuple[int, int], at: np.ndarray,
        places: Floats, seed: int,
    ) -> Floats:  # fmt: skip
        """Where a thing goes, (48, 2) in the scene's pixels."""
        from mingan.tunnel.video_training import extend
        from mingan.tunnel.video_worlds import World, find

        height, width = size
        wide = max(8, round(world.height * width / height / 8) * 8)
        scale = np.array([wide / width, world.height / height])
        wanted = GIVEN - 1 - PACE * np.arange(world.given)[::-1]
        before = np.stack(
            [np.interp(wanted, at, places[:, axis]) for axis in (0, 1)], axis=1
        )  # fmt: skip
        # A pixel's middle is at half, here and there.
        small = (before + 0.5) * scale - 0.5
        room = World(height=world.height, width=wide)
        shown = room.draw(small[None, :, None])
        ahead = extend(model, shown, ahead=-(-AHEAD // PACE), by=world.ahead, seed=seed, steps=1)
        found, _ = find(ahead)
        whole = np.concatenate([small, found[0]])
        last = whole[~np.isnan(whole[:, 0])][-1]
        whole = np.where(np.isnan(whole), last, whole)
        large = (whole + 0.5) / scale - 0.5
        times = np.concatenate([wanted, GIVEN - 1 + PACE * np.arange(1, len(found[0]) + 1)])
        return _smooth(times, large)

    async def close(self) -> None:
        """Nothing to let go of."""


def _smooth(times: Floats, places: Floats) -> Floats:
    """Places in the 48 frames ahead: straight between those that are known."""
    later = np.arange(GIVEN, GIVEN + AHEAD)
    return np.stack([np.interp(later, times, places[:, axis]) for axis in (0, 1)], axis=1)


def _colours(given: Pixels) -> Pixels:
    """Colours of things in what is given: vivid ones, to the nearest that things have."""
    cv2 = pictures()
    hsv = cv2.cvtColor(given[-1], cv2.COLOR_RGB2HSV)
    for frame in given[:-1:4]:
        hsv = np.concatenate([hsv, cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)])
    vivid = hsv[..., 0][hsv[..., 1] > _VIVID].astype(float) / 180 * _HUES
    counts = np.bincount(np.round(vivid).astype(int) % _HUES, minlength=_HUES)
    known = [hue(int(k), _HUES) for k in np.flatnonzero(counts >= _LEAST)]
    return np.array(known or [hue(0)], dtype=np.uint8)
