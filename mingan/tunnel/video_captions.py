"""Captions of clips, short as people write them, and in detail as the simulator knows it.

    short(clips)       "a ball moves"
    detailed(clips)    "a ball at x-3 y-9 moves right-2 up-1 gravity none"

Sora's makers wrote the captions of their clips anew, in detail; what that is worth can be measured
here, since the simulator knows what there is to say. Words are few and numbers are rounded, so that
a small model can learn them. The module must not know the model.
"""

from __future__ import annotations

from mingan.tunnel.video_worlds import Clips

_FINE = 4
"""Steps into which a pixel of speed, and half of them into which a pixel of place, is rounded."""


def short(clips: Clips) -> list[str]:
    """What most captions say."""
    what = "a ball moves" if clips.world.balls == 1 else f"{clips.world.balls} balls move"
    return [what] * len(clips.frames)


def detailed(clips: Clips) -> list[str]:
    """Place, speed and gravity at the cut, rounded."""
    cut = clips.states[:, clips.world.given - 1] / clips.world.scale
    found = []
    for balls, fall in zip(cut, clips.falls, strict=True):
        words = [_ball(x, y, across, down) for x, y, across, down in balls]
        way = "none" if not fall else "down" if fall > 0 else "up"
        found.append(" and ".join(words) + f" gravity {way}")
    return found


def _ball(x: float, y: float, across: float, down: float) -> str:
    places = f"x{round(x * _FINE / 2)} y{round(y * _FINE / 2)}"
    side = f"{'right' if across > 0 else 'left'}{round(abs(across) * _FINE)}"
    rise = f"{'down' if down > 0 else 'up'}{round(abs(down) * _FINE)}"
    return f"a ball at {places} moves {side} {rise}"
