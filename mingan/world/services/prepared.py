"""A scene's clip as services want it: 1280x720 at 24 frames a second, its middle untouched.

The clip is enlarged to the full height (a tall one lies in 720x1280) and set on a darker, textured
ground, which whoever reads what comes back cuts off again. Frames are repeated, not mixed: nothing
is shown that was not there. Also here: how long a clip is that came back, and whether it can be
read at all. The module must not know services.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mingan.errors import MinganError, RequestRejected
from mingan.grading.motion import pictures
from mingan.world.drawing import Pixels, background
from mingan.world.films import write_film

RATE = 24
"""Frames a second that are sent."""

_MOST = 40 * 240
"""Frames that are looked at: forty seconds at the highest rate."""
_MOST_GIVEN = 30 * 60
_GROUND = 0.5
_GROUND_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A clip as it is sent: an MP4, its last frame as a PNG, and what it was before."""

    clip: bytes
    frame: bytes
    wide: int
    tall: int
    given: float
    step: float


@dataclass(frozen=True, slots=True)
class Length:
    """Frames of a clip, and how many it shows in a second."""

    frames: int
    rate: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.frames / self.rate


def prepare(file: Path, *, lines: int = 720) -> Prepared:
    """Enlarge a clip.

    Args:
        lines: 720 or 1080, of the shorter side.

    Raises:
        RequestRejected: it cannot be read, or not written.
    """
    frames, rate = _read(file)
    height, width = frames[0].shape[:2]
    across = lines * 16 // 9
    wide, tall = (across, lines) if width >= height else (lines, across)
    ground = (background((wide, tall), _GROUND_SEED) * _GROUND).astype(np.uint8)
    count = round(len(frames) / rate * RATE)
    # The middle of each new frame's time, so that no rounding picks a neighbour.
    at = np.minimum((np.arange(count) + 0.5) / RATE * rate, len(frames) - 1).astype(int)
    large = np.empty((count, tall, wide, 3), dtype=np.uint8)
    for place, k in enumerate(at):
        again = place > 0 and k == at[place - 1]
        large[place] = large[place - 1] if again else _set_in(frames[k], ground)
    frame = _png(large[-1])
    try:
        coded = _coded(_lightened(large))
    except (MinganError, OSError) as error:
        raise _unread(file, str(error)) from None
    return Prepared(
        clip=coded, frame=frame, wide=wide, tall=tall, given=count / RATE, step=1 / rate
    )


def length_of(file: Path) -> Length | None:
    """How long a clip is; None where it is no whole clip that can be read."""
    cv2 = pictures()
    source = cv2.VideoCapture(str(file))
    try:
        rate = float(source.get(cv2.CAP_PROP_FPS) or 0)
        promised = float(source.get(cv2.CAP_PROP_FRAME_COUNT) or 0)
        frames = 0
        while frames < _MOST and source.grab():
            frames += 1
    finally:
        source.release()
    if not frames or not 1 <= rate <= 240 or frames < min(promised, _MOST) * 0.9:
        return None
    return Length(frames, rate)


def _lightened(frames: Pixels) -> Pixels:
    """Frames that are, once written and read, as light as these.

    OpenCV's way to an MP4 takes one to four of 255 from every colour (measured with version 5: 232
    comes back as 229, 231, 228). A service would continue a clip that is darker than what was
    given, and look as if it had drawn it anew. What is lost is measured on one frame, and added.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.mp4"
        write_film(file, frames[-1:].repeat(3, axis=0), fps=RATE)
        back = _read(file)[0][-1]
    lost = (frames[-1].astype(float) - back).mean(axis=(0, 1))
    ladder = np.arange(256)[:, None] + np.round(lost)
    table: Pixels = np.clip(ladder, 0, 255).astype(np.uint8)
    for frame in frames:
        for channel in range(3):
            frame[..., channel] = table[frame[..., channel], channel]
    return frames


def _coded(frames: Pixels) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_film(Path(folder) / "given.mp4", frames, fps=RATE)
        return (Path(folder) / "given.mp4").read_bytes()


def _read(file: Path) -> tuple[list[Pixels], float]:
    cv2 = pictures()
    source = cv2.VideoCapture(str(file))
    frames: list[Pixels] = []
    try:
        rate = float(source.get(cv2.CAP_PROP_FPS) or 0)
        while len(frames) < _MOST_GIVEN:
            ok, frame = source.read()
            if not ok:
                break
            frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    finally:
        source.release()
    if not frames or not 1 <= rate <= 240:
        raise _unread(file, "")
    return frames, rate


def _set_in(frame: Pixels, ground: Pixels) -> Pixels:
    """A frame as large as it goes, in the middle of the ground."""
    cv2 = pictures()
    tall, wide = ground.shape[:2]
    scale = min(wide / frame.shape[1], tall / frame.shape[0])
    width, height = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
    large = cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC)
    left, top = (wide - width) // 2, (tall - height) // 2
    whole = ground.copy()
    whole[top : top + height, left : left + width] = large
    return whole


def _png(frame: Pixels) -> bytes:
    cv2 = pictures()
    _, coded = cv2.imencode(".png", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    return bytes(coded.tobytes())


def _unread(file: Path, why: str) -> RequestRejected:
    why = f"（{why}）" if why else ""
    return RequestRejected(
        f"给的视频 {file.name} 读不出来，没有提交。{why}",
        f"The clip {file.name} that is given cannot be read; nothing was submitted. {why}",
    )
