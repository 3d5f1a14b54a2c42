"""Video services: what is sent and kept, how jobs end, the cap, the journal, the key."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pymunk")
pytest.importorskip("cv2")

import video_server as fake
from services_help import KEY, PRICE, SERVICES, ask, continuer
from video_server import VideoServer, status

from mingan.errors import ModelError, ModelsFileError, RequestRejected
from mingan.world.films import read_film, write_film
from mingan.world.scenes import Scene
from mingan.world.services import continuer_of
from mingan.world.services.faults import CapReached, JobFailed, Refused
from mingan.world.services.journal import Journal
from mingan.world.services.options import read_options
from mingan.world.services.prepared import prepare
from mingan.world.takes import Takes, play_scene

# The golden path


@pytest.mark.parametrize(("service", "billed"), [("wan", 5), ("veo", 7), ("gemini", 3)])
async def test_a_clip_goes_there_and_comes_back_longer(
    server: VideoServer, tmp_path: Path, clip: Path, takes: Takes, service: str, billed: float
) -> None:
    server.renders, server.looks = "on", 2
    made = await ask(continuer(server, tmp_path, service), clip)
    assert made.shown == "v2v"
    assert made.begins == pytest.approx(2.0)
    assert made.cost == pytest.approx(billed * PRICE)
    assert made.currency == "USD"
    assert made.meta["job"].endswith("job-1")
    assert made.meta["sent"] == "1280x720@24"
    assert len(server.submits) == 1
    assert server.count("poll") == 3
    file = tmp_path / "came.mp4"
    file.write_bytes(made.clip)
    film = read_film(file, takes.given)
    assert film.whole
    assert film.likeness is not None
    assert film.likeness > 30
    assert not film.rendered_anew


@pytest.mark.parametrize("service", SERVICES)
async def test_who_draws_anew_what_was_given_is_found_out(
    server: VideoServer, tmp_path: Path, clip: Path, takes: Takes, service: str
) -> None:
    server.renders = "anew"
    made = await ask(continuer(server, tmp_path, service), clip)
    file = tmp_path / "came.mp4"
    file.write_bytes(made.clip)
    assert read_film(file, takes.given).rendered_anew


@pytest.mark.parametrize("service", ["veo", "gemini"])
async def test_who_sends_only_what_is_new_begins_at_once(
    server: VideoServer, tmp_path: Path, clip: Path, service: str
) -> None:
    server.renders = "new"
    assert (await ask(continuer(server, tmp_path, service), clip)).begins == 0


@pytest.mark.parametrize(("through", "billed"), [("wan", 4), ("veo", 4), ("gemini", 4)])
async def test_the_last_frame_alone_is_called_so(
    server: VideoServer, tmp_path: Path, clip: Path, through: str, billed: float
) -> None:
    server.renders = "new"
    made = await ask(continuer(server, tmp_path, "first-frame", through=through), clip)
    assert made.shown == "i2v"
    assert made.begins == pytest.approx(1 / 16)  # the first frame is the last that was given
    assert made.cost == pytest.approx(billed * PRICE)
    assert b"ftyp" not in json.dumps(server.submits).encode()
    assert not server.uploads
    [sent] = server.jobs.values()
    assert sent.i2v
    shown = fake.decoded(clip.read_bytes())[0][-1].astype(float)
    middle = fake.picture(sent.given)[:, 280:1000].astype(float)
    assert np.abs(middle.mean((0, 1)) - shown.mean((0, 1))).max() < 1


async def test_what_wan_is_asked(server: VideoServer, tmp_path: Path, clip: Path) -> None:
    await ask(continuer(server, tmp_path), clip, seed=2**31 + 5)
    body = server.submits[0]
    assert body["model"] == "m-1"
    [media] = body["input"]["media"]
    assert media["type"] == "first_clip"
    assert media["url"] == "oss://dashscope-instant/abc/given.mp4"
    assert body["parameters"] == {
        "resolution": "720P",
        "duration": 5,
        "prompt_extend": False,
        "watermark": False,
        "seed": 5,
    }
    sent = server.headers("submit")
    assert sent["X-DashScope-Async"] == sent["X-DashScope-OssResourceResolve"] == "enable"
    assert sent["Authorization"] == f"Bearer {KEY}"
    assert "model=m-1" in next(path for place, path, _ in server.seen if place == "policy")
    # The place for clips is somebody else's machine: the key does not go there.
    assert KEY not in str(server.headers("upload")) + str(server.forms)
    frames, rate = fake.decoded(server.uploads[media["url"]])
    assert frames.shape == (48, 720, 1280, 3)
    assert rate == 24


async def test_wan_can_be_sent_the_clip_itself(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    await ask(continuer(server, tmp_path, upload="inline"), clip)
    url = server.submits[0]["input"]["media"][0]["url"]
    assert url.startswith("data:video/mp4;base64,")
    assert "X-DashScope-OssResourceResolve" not in server.headers("submit")
    assert not server.uploads


async def test_what_veo_is_asked(server: VideoServer, tmp_path: Path, clip: Path) -> None:
    await ask(continuer(server, tmp_path, "veo"), clip)
    body = server.submits[0]
    assert base64.b64decode(body["instances"][0]["video"]["bytesBase64Encoded"])[4:8] == b"ftyp"
    assert body["parameters"] == {
        "sampleCount": 1,
        "seed": 7,
        "aspectRatio": "16:9",
        "resolution": "720p",
        "generateAudio": False,
    }
    assert server.headers("poll")["Authorization"] == f"Bearer {KEY}"


async def test_what_gemini_is_asked(server: VideoServer, tmp_path: Path, clip: Path) -> None:
    await ask(continuer(server, tmp_path, "gemini"), clip)
    body = server.submits[0]
    assert body["generation_config"] == {"seed": 7, "video_config": {"task": "extend"}}
    assert body["response_format"]["duration"] == "3s"
    assert server.headers("submit")["x-goog-api-key"] == KEY
    await ask(continuer(server, tmp_path, "gemini", auth="bearer"), clip, seed=8)
    assert server.headers("submit")["Authorization"] == f"Bearer {KEY}"


async def test_a_clip_at_the_services_own_address_is_fetched_with_the_key(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.clip_url = f"{server.url}/files/JOB.mp4"
    made = await ask(continuer(server, tmp_path, "gemini"), clip)
    assert made.clip == fake.small()
    assert server.headers("download")["x-goog-api-key"] == KEY


@pytest.mark.parametrize("size", [(128, 128), (192, 108), (108, 192)])
def test_a_clip_survives_being_enlarged(tmp_path: Path, size: tuple[int, int]) -> None:
    takes = play_scene(Scene(law="collision", number=1, seed=3, size=size), forks=1)
    write_film(tmp_path / "given.mp4", takes.given)
    sent = prepare(tmp_path / "given.mp4")
    assert (sent.wide, sent.tall) == ((720, 1280) if size[1] > size[0] else (1280, 720))
    assert sent.given == pytest.approx(2.0)
    frames, _ = fake.decoded(sent.clip)
    still = np.concatenate([frames, frames[-1:].repeat(72, axis=0)])
    write_film(tmp_path / "back.mp4", still, fps=24)
    film = read_film(tmp_path / "back.mp4", takes.given)
    assert film.likeness is not None
    assert film.likeness > 30


# How jobs end


@pytest.mark.parametrize("service", SERVICES)
async def test_a_job_that_fails_says_why_and_counts(
    server: VideoServer, tmp_path: Path, clip: Path, service: str
) -> None:
    server.ends = "failed"
    made = continuer(server, tmp_path, service)
    with pytest.raises(JobFailed, match="the server is tired") as caught:
        await ask(made, clip)
    assert not caught.value.retryable
    server.ends = "done"
    again = await ask(made, clip)
    assert len(server.submits) == 2
    assert again.cost == pytest.approx(2 * again.meta["billed"] * PRICE)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_job_that_is_refused_is_refused_for_good(
    server: VideoServer, tmp_path: Path, clip: Path, service: str
) -> None:
    server.ends, server.said = "refused", "the pendulum looks unsafe"
    made = continuer(server, tmp_path, service)
    with pytest.raises(Refused) as caught:
        await ask(made, clip)
    assert "pendulum" in caught.value.said
    seen = len(server.seen)
    with pytest.raises(Refused, match="pendulum"):
        await ask(made, clip)
    assert len(server.seen) == seen


async def test_a_submit_that_is_refused_for_its_content_costs_nothing(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.wrong["submit"] = [status(400, {"code": "DataInspectionFailed", "message": "no"})]
    with pytest.raises(Refused):
        await ask(continuer(server, tmp_path), clip)
    assert Journal(tmp_path / "jobs").spent("USD") == 0


# Money


async def test_the_cap_is_held_over_calls_and_runs(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    made = continuer(server, tmp_path, cap=1.5)  # two clips of 0.75
    for seed in (1, 2):
        await ask(made, clip, seed=seed)
    for again in (made, continuer(server, tmp_path, cap=1.5)):
        with pytest.raises(CapReached, match=r"1\.5"):
            await ask(again, clip, seed=3)
    assert len(server.submits) == 2
    assert len(server.uploads) == 1
    await ask(continuer(server, tmp_path, cap=2.25), clip, seed=3)
    assert (await ask(made, clip, seed=1)).cost == pytest.approx(0.75)  # what is there is free


async def test_the_cap_is_held_by_clips_under_way(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    made = continuer(server, tmp_path, cap=1.5)
    found = await asyncio.gather(
        *(ask(made, clip, seed=seed) for seed in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, CapReached) for one in found) == 4
    assert len(server.submits) == 2


async def test_what_failed_counts_against_the_cap(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.ends = "failed"
    made = continuer(server, tmp_path, cap=0.8)
    with pytest.raises(JobFailed):
        await ask(made, clip)
    with pytest.raises(CapReached):
        await ask(made, clip)
    assert len(server.submits) == 1


@pytest.mark.parametrize(
    ("service", "seconds"), [("wan", 14.0), ("veo", 8.0), ("gemini", 11.0), ("first-frame", 15.0)]
)
async def test_what_a_service_cannot_do_is_not_submitted(
    server: VideoServer, tmp_path: Path, clip: Path, service: str, seconds: float
) -> None:
    with pytest.raises(RequestRejected, match="没有提交"):
        await ask(continuer(server, tmp_path, service), clip, seconds=seconds)
    assert not server.seen


async def test_a_clip_too_short_or_none_is_not_submitted(
    server: VideoServer, tmp_path: Path, takes: Takes
) -> None:
    write_film(tmp_path / "short.mp4", takes.given[:16])
    (tmp_path / "none.mp4").write_bytes(b"no clip")
    for name in ("short.mp4", "none.mp4", "missing.mp4"):
        with pytest.raises(RequestRejected):
            await ask(continuer(server, tmp_path), tmp_path / name)
    assert not server.seen


# The key, and whatever a service says


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("ends", ["failed", "refused", "done"])
async def test_the_key_is_told_nowhere(
    server: VideoServer, tmp_path: Path, clip: Path, service: str, ends: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(0)
    server.ends, server.said = ends, f"do\x1b[31m not\nuse {KEY} please"
    told = [status(500, {"message": f"key {KEY}"}), status(403, {"message": KEY})]
    server.wrong["poll"] = told if ends == "failed" else told[:1]
    made = continuer(server, tmp_path, service)
    said = [repr(made)]
    for _ in range(2):
        try:
            found = await ask(made, clip)
            said.append(f"{found.meta} {found.served}")
        except ModelError as error:
            said.append(f"{error!r} {error.message} {error.__cause__!r}")
    kept = b"".join(f.read_bytes() for f in (tmp_path / "jobs").iterdir() if f.is_file())
    assert KEY.encode() not in kept
    assert b"\\u001b" not in kept
    assert KEY not in "".join(said) + caplog.text
    assert "\x1b" not in "".join(said)


# What a card may say

GOOD = {"service": "wan", "price": 0.15, "cap": 60}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"service": "sora"}, "service"),
        ({"service": None}, "service"),
        ({"price": None}, "price"),
        ({"cap": None}, "cap"),
        ({"price": -1}, "price"),
        ({"price": True}, "price"),
        ({"cap": float("nan")}, "cap"),
        ({"cap": "60"}, "cap"),
        ({"currency": "usd"}, "currency"),
        ({"currency": 3}, "currency"),
        ({"resolution": "4k"}, "resolution"),
        ({"resolution": ["720p"]}, "resolution"),
        ({"through": "veo"}, "through"),
        ({"auth": "key"}, "auth"),
        ({"service": "veo", "upload": "oss"}, "upload"),
        ({"prise": 3}, "price"),
        ({"api_key": "x"}, "api_key"),
        ({"poll": 0}, "poll"),
    ],
)
def test_a_card_that_cannot_be_used_names_the_key(change: dict[str, Any], told: str) -> None:
    card = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    with pytest.raises(ModelsFileError, match=told) as caught:
        read_options(card, where="models.toml [[model]] 'x'")
    assert "models.toml" in str(caught.value)


def test_a_good_card() -> None:
    read = read_options(GOOD, where="here")
    assert (read.service, read.from_frame, read.cap) == ("wan", False, 60)
    read = read_options({**GOOD, "service": "first-frame", "through": "gemini", "auth": "key"},
                        where="here")  # fmt: skip
    assert (read.service, read.from_frame) == ("gemini", True)


@pytest.mark.parametrize(
    "url", ["", "dashscope", "ftp://x.example", "https://a:b@x.example", "https://x.example/?k=1"]
)
def test_an_address_that_is_none(tmp_path: Path, url: str) -> None:
    with pytest.raises(ModelsFileError, match="base_url"):
        continuer_of(GOOD, base_url=url, model="m", api_key_env="K", journal=tmp_path)


def test_a_card_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelsFileError, match="model"):
        continuer_of(GOOD, base_url="https://x.example", model="", api_key_env="", journal=tmp_path)
