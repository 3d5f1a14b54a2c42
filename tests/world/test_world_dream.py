"""The small video model on the common road: it says where things go, we lay them there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pymunk")
pytest.importorskip("cv2")
pytest.importorskip("torch")

from mingan.errors import ModelsFileError, RequestRejected
from mingan.models.protocol import Request
from mingan.records import ModelCard
from mingan.tunnel.video_model import VideoModel, VideoShape
from mingan.tunnel.video_training import save
from mingan.tunnel.video_worlds import World
from mingan.world import dreaming, vault
from mingan.world.asked import DreamModel, reference_in
from mingan.world.films import read_film
from mingan.world.questions import params_of
from mingan.world.scenes import Scene, seed_of
from mingan.world.takes import play_scene


def scene(law: str = "inertia") -> Scene:
    return Scene(law=law, number=0, seed=seed_of(b"k" * 32, law, "within", 0))


def model(folder: Path) -> DreamModel:
    save(folder / "model.pt", VideoModel(VideoShape(width=32, layers=1, heads=2)), World())
    options = {"file": str(folder / "model.pt")}
    return DreamModel(ModelCard(name="walls", kind="dream", options=options))


def shown(one: Scene) -> Request:
    return Request(messages=(), shown={"scene": params_of(one)})


@pytest.fixture(autouse=True)
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGAN_CLIPS", str(tmp_path / "vault"))


@pytest.mark.parametrize("law", ["inertia", "collision", "occlusion"])
async def test_a_trained_model_continues_scenes(
    law: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one that knows how straight lines go on, things are where a straight line has them."""

    def straight(_: object, given: np.ndarray, *, ahead: int, **__: object) -> np.ndarray:
        from mingan.tunnel.video_worlds import find

        found, _mass = find(given[:, -2:])
        later = np.arange(1, ahead + 1)[None, :, None]
        places = found[:, 1:] + later * (found[:, 1:] - found[:, :1])
        room = World(height=given.shape[2], width=given.shape[3])
        return room.draw(places[:, :, None])

    monkeypatch.setattr("mingan.tunnel.video_training.extend", straight)
    one = scene(law)
    reply = await model(tmp_path).answer(shown(one))
    told = reference_in(reply.text)
    assert told is not None
    place = vault.find(told.clip)
    assert place is not None
    takes = play_scene(one)
    film = read_film(place, takes.given, begins=told.begins)
    assert film.frames.shape == (48, 128, 128, 3)
    if law == "inertia":
        from mingan.grading.motion import find, position_error

        seen = find(film.frames, takes.colours)
        assert position_error(seen.tracks, takes.tracks[0, 32:], width=128.0) < 0.05


async def test_an_untrained_model_makes_a_clip_all_the_same(tmp_path: Path) -> None:
    asked = model(tmp_path)
    reply = await asked.answer(shown(scene()))
    told = reference_in(reply.text)
    assert told is not None
    assert vault.find(told.clip)
    await asked.close()


async def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    card = ModelCard(name="x", kind="dream", options={"file": str(tmp_path / "no.pt")})
    with pytest.raises(ModelsFileError):
        DreamModel(card)
    (tmp_path / "bad.pt").write_bytes(b"bad")
    bad = DreamModel(ModelCard(name="x", kind="dream", options={"file": str(tmp_path / "bad.pt")}))
    with pytest.raises(RequestRejected):
        await bad.answer(shown(scene()))


def test_colours_are_found_in_what_is_given() -> None:
    for law in ("inertia", "collision", "dominoes"):
        takes = play_scene(scene(law), forks=1)
        found = {tuple(each) for each in dreaming._colours(takes.given).tolist()}
        assert found == {tuple(each) for each in takes.colours.tolist()}
