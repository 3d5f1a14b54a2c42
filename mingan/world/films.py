"""Clips as files: written for models to continue, read back whatever size and speed they come in.

A clip that comes back may hold only what was added, or what was given and then what was added; the
second is cut off by time. It is brought to the scene's size (letterboxed clips by their middle) and
16 frames a second. The module must not know laws.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mingan.errors import InputError
from mingan.grading.motion import pictures
from mingan.world.drawing import Pixels
from mingan.world.scenes import AHEAD, FPS, GIVEN

_MOST = 2400
"""Frames that are read: ten seconds at the highest rate."""

SAME = 30.0
"""PSNR in decibels above which what was given came back as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A continuation, read.

    Attributes:
        frames: (48, H, W, 3), what was added.
        whole: whether the clip began with what was given.
        likeness: PSNR of that part against what was given, in decibels; None without it.
    """

    frames: Pixels
    whole: bool
    likeness: float | None

    @property
    def rendered_anew(self) -> bool:
        """Whether what was given came back changed."""
        return self.likeness is not None and self.likeness < SAME


def write_film(file: Path, frames: Pixels, *, fps: float = FPS) -> None:
    """Write frames (T, H, W, 3) as an MP4, whole or not at all.

    Raises:
        InputError: it cannot be written there.
    """
    cv2 = pictures()
    draft = file.with_suffix(".draft.mp4")
    height, width = frames.shape[1:3]
    out = cv2.VideoWriter(str(draft), cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
    if not out.isOpened():
        raise InputError(f"写不了 {file}。", f"Cannot write {file}.")
    try:
        for frame in frames:
            out.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    finally:
        out.release()
    draft.replace(file)


def read_film(file: Path, given: Pixels, *, begins: float | None = None) -> Film:
    """Read a continuation.

    Args:
        given: (32, H, W, 3), what the model was shown.
        begins: seconds into the clip at which what is new begins; None to tell by its length.

    Raises:
        InputError: it is no clip, or too short.
    """
    height, width = given.shape[1:3]
    frames, fps = _frames(file, width, height)
    lasts = len(frames) / fps
    if begins is None:
        begins = GIVEN / FPS if lasts >= (GIVEN + 0.5 * AHEAD) / FPS else 0.0
    # All of what was given stands before it, or nothing is said about how it came back.
    before = GIVEN if begins > (GIVEN - 1.5) / FPS else 0
    begins = max(0.0, begins - before / FPS)
    wanted = before + AHEAD
    # A frame that lasts to the end of its time: half a frame's grace for containers that round.
    if lasts < begins + (wanted - 1.5) / FPS:
        raise InputError(
            f"{file.name} 只有 {lasts:.2f} 秒；要接着演 {AHEAD / FPS:g} 秒（或者连同给的共"
            f" {(GIVEN + AHEAD) / FPS:g} 秒）。",
            f"{file.name} has {lasts:.2f} seconds; it takes {AHEAD / FPS:g} of continuation (or "
            f"{(GIVEN + AHEAD) / FPS:g} with what was given).",
        )
    times = begins + (np.arange(wanted) + 0.5) / FPS
    at = np.minimum(times * fps, len(frames) - 1).astype(int)
    found = np.stack([frames[k] for k in at])
    likeness = _psnr(found[:GIVEN], given) if before else None
    return Film(frames=found[before:], whole=bool(before), likeness=likeness)


def read_frames(file: Path) -> Pixels:
    """All frames of a clip as they are, (T, H, W, 3).

    Raises:
        InputError: it is no clip.
    """
    source = pictures().VideoCapture(str(file))
    size = tuple(round(source.get(each)) for each in (3, 4))  # width and height, by OpenCV
    source.release()
    return np.stack(_frames(file, *(size if min(size) > 0 else (128, 128)))[0])


def _frames(file: Path, width: int, height: int) -> tuple[list[Pixels], float]:
    """All frames at the scene's size (a hostile clip must not fill the memory), and their rate."""
    cv2 = pictures()
    source = cv2.VideoCapture(str(file))
    fps = float(source.get(cv2.CAP_PROP_FPS) or 0)
    frames: list[Pixels] = []
    try:
        while len(frames) < _MOST:
            ok, frame = source.read()
            if not ok:
                break
            frames.append(_fitted(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), width, height))
    except cv2.error:
        frames = []  # a picture that is none of red, green and blue
    finally:
        source.release()
    if not frames or not 1 <= fps <= 240:
        raise InputError(
            f"{file.name} 不是能读的视频。", f"{file.name} is no clip that can be read."
        )
    return frames, fps


def _fitted(frame: Pixels, width: int, height: int) -> Pixels:
    """A frame at the scene's size; what is wider or taller is cut about its middle."""
    cv2 = pictures()
    tall, wide = frame.shape[:2]
    if (wide, tall) == (width, height):
        return frame
    want = width / height
    if wide / tall > want * 1.01:
        keep = round(tall * want)
        frame = frame[:, (wide - keep) // 2 : (wide - keep) // 2 + keep]
    elif wide / tall < want / 1.01:
        keep = round(wide / want)
        frame = frame[(tall - keep) // 2 : (tall - keep) // 2 + keep]
    return np.asarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA))


def _psnr(one: Pixels, other: Pixels) -> float:
    error = float(np.mean((one.astype(np.float32) - other.astype(np.float32)) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))
