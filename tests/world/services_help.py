"""What the tests of video services share: a continuer at the fake server, one scene's clip."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from video_server import VideoServer

from mingan.world.continuing import Continued, Continuer
from mingan.world.services import continuer_of
from mingan.world.services.prepared import Prepared, prepare

KEY = "zq-Sentinel-0123456789abcdef"
SERVICES = ("wan", "veo", "gemini")
PRICE = 0.15
OPENED: list[Continuer] = []
"""Closed after each test."""


@cache
def enlarged(body: bytes, lines: int) -> Prepared:
    """A clip enlarged, once for all tests: it takes a fifth of a second."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "given.mp4"
        file.write_bytes(body)
        return prepare(file, lines=lines)


def continuer(server: VideoServer, folder: Path, service: str = "wan", **options: Any) -> Continuer:
    through = options.get("through", "wan") if service == "first-frame" else service
    card = {"service": service, "price": PRICE, "cap": 100.0, "poll": 0.005, **options}
    made = continuer_of(
        card,
        base_url=f"{server.url}/{through}",
        model="m-1",
        api_key_env="VIDEO_KEY",
        journal=folder / "jobs",
    )
    OPENED.append(made)
    return made


async def ask(made: Continuer, clip: Path, *, seconds: float = 3.0, seed: int = 7) -> Continued:
    return await made.continue_clip(clip, "The camera stands still.", seconds=seconds, seed=seed)


def states(folder: Path) -> list[str]:
    return [json.loads(f.read_bytes())["state"] for f in sorted((folder / "jobs").glob("*.json"))]
