from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # what needs an extra is imported where it is used
    from video_server import VideoServer

    from mingan.world.takes import Takes


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[VideoServer]:
    """The video services that go wrong on demand; what a test asked with is closed after it."""
    import services_help
    import video_server

    from mingan.world.services import job

    monkeypatch.setenv("VIDEO_KEY", services_help.KEY)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(
        job, "prepare", lambda file, lines: services_help.enlarged(file.read_bytes(), lines)
    )
    async with video_server.running() as found:
        yield found
        while services_help.OPENED:
            await services_help.OPENED.pop().close()


@pytest.fixture(scope="session")
def takes() -> Takes:
    """One scene."""
    from mingan.world.scenes import Scene
    from mingan.world.takes import play_scene

    return play_scene(Scene(law="inertia", number=0, seed=5), forks=1)


@pytest.fixture(scope="session")
def clip(takes: Takes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is given of it."""
    from mingan.world.films import write_film

    file = tmp_path_factory.mktemp("clips") / "given.mp4"
    write_film(file, takes.given)
    return file
