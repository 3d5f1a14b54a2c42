"""Clips of video services that are none, or lie where nobody should be sent; whatever they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pymunk")
pytest.importorskip("cv2")

import aiohttp.resolver
import video_server as fake
from services_help import KEY, ask, continuer, states
from video_server import VideoServer, endless, sends, status

from mingan.errors import RequestRejected, ServerFault
from mingan.world.services import addresses
from mingan.world.services.addresses import Places, is_public
from mingan.world.services.gemini import Gemini
from mingan.world.services.prepared import length_of
from mingan.world.services.veo import Veo
from mingan.world.services.wan import Wan

# Clips that are none, or lie where nobody should be sent


@pytest.mark.parametrize(
    "body",
    [b"<!doctype html><p>Sign in", b"", fake.small()[:-2000], b"\0\0\0\x18ftypmp42" + b"\0" * 500],
    ids=["html", "empty", "truncated", "hollow"],
)
async def test_what_is_no_whole_clip_is_fetched_again_and_never_kept(
    server: VideoServer, tmp_path: Path, clip: Path, body: bytes
) -> None:
    server.always["download"] = sends(body)
    made = continuer(server, tmp_path)
    with pytest.raises(ServerFault, match="MP4"):
        await ask(made, clip)
    assert server.count("download") == 8
    assert not list((tmp_path / "jobs").glob("*.mp4"))
    del server.always["download"]
    assert (await ask(made, clip)).clip == fake.small()
    assert len(server.submits) == 1


async def test_a_clip_that_breaks_off_is_fetched_again(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    async def half(request: Any) -> Any:
        from aiohttp import web

        body = fake.small()
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        request.transport.close()
        return response

    server.wrong["download"] = [half]
    assert (await ask(continuer(server, tmp_path), clip)).clip == fake.small()


async def test_garbage_in_base64_is_no_clip(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    body = {"name": "n", "done": True, "response": {"videos": [{"bytesBase64Encoded": "§§§"}]}}
    server.always["poll"] = status(200, body)
    with pytest.raises(ServerFault, match="MP4"):
        await ask(continuer(server, tmp_path, "veo"), clip)


async def test_the_name_of_a_type_says_nothing(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.always["download"] = sends(fake.small(), "text/plain")
    assert (await ask(continuer(server, tmp_path), clip)).clip == fake.small()


@pytest.mark.parametrize("wrong", [endless(), sends(b"\0" * 300_000)], ids=["endless", "long"])
async def test_a_body_without_bounds_is_not_read(
    server: VideoServer, tmp_path: Path, clip: Path, wrong: fake.Wrong
) -> None:
    server.wrong["download"] = [wrong]
    made = continuer(server, tmp_path, max_mb=0.2)
    with pytest.raises(RequestRejected, match="MB"):
        await ask(made, clip)
    assert states(tmp_path) == ["running"]
    assert (await ask(made, clip)).clip == fake.small()


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:1/clip.mp4",
        "http://10.1.2.3/clip.mp4",
        "http://[::1]:1/clip.mp4",
        "file:///etc/passwd",
        "http://someone@example.com/clip.mp4",
        "http://metadata.google.internal/",
        "data:video/mp4;base64,AAAA",
    ],
)
@pytest.mark.parametrize("by", ["answer", "redirect"])
async def test_nobody_is_sent_to_a_machine_nearby(
    server: VideoServer, tmp_path: Path, clip: Path, url: str, by: str
) -> None:
    if by == "answer":
        server.clip_url = url
    else:
        server.wrong["download"] = [status(302, Location=url)]
    with pytest.raises(RequestRejected):
        await ask(continuer(server, tmp_path), clip)
    assert states(tmp_path) == ["running"]


def lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to this machine."""

    async def resolve(self: Any, host: str, port: int = 0, family: int = 0) -> list[Any]:
        found = {"host": "127.0.0.1", "family": 2, "proto": 0, "flags": 0}
        return [{**found, "port": port, "hostname": host}]

    monkeypatch.setattr(aiohttp.resolver.DefaultResolver, "resolve", resolve)


async def test_a_name_that_leads_nearby_is_not_followed(
    server: VideoServer, tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_here(monkeypatch)
    port = server.url.rpartition(":")[2]
    server.clip_url = f"http://clips.example.com:{port}/files/job-1.mp4"
    with pytest.raises(RequestRejected, match=r"clips\.example\.com"):
        await ask(continuer(server, tmp_path), clip)
    assert server.count("download") == 0


@pytest.mark.parametrize("service", ["wan", "gemini"])
@pytest.mark.parametrize("by", ["answer", "redirect"])
async def test_the_key_goes_to_the_service_alone(
    server: VideoServer,
    tmp_path: Path,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    by: str,
) -> None:
    lead_here(monkeypatch)
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    port = server.url.rpartition(":")[2]
    elsewhere = f"http://clips.example.com:{port}/files/job-1.mp4"
    server.clip_url = elsewhere if by == "answer" else f"{server.url}/files/job-1.mp4"
    server.wrong["download"] = [status(302, Location=elsewhere)] if by == "redirect" else []
    assert (await ask(continuer(server, tmp_path, service), clip)).clip == fake.small()
    assert server.headers("download")["Host"].startswith("clips.example.com")
    assert KEY not in str(server.headers("download"))


async def test_redirects_end(server: VideoServer, tmp_path: Path, clip: Path) -> None:
    server.wrong["download"] = [status(302, Location="/files/job-1.mp4")]
    assert (await ask(continuer(server, tmp_path), clip)).clip == fake.small()
    server.always["download"] = status(302, Location="/files/job-2.mp4")
    with pytest.raises(RequestRejected):
        await ask(continuer(server, tmp_path), clip, seed=8)
    assert server.count("download") == 2 + 4


async def test_a_clip_goes_to_no_machine_nearby_either(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    names = ("policy", "signature", "oss_access_key_id", "x_oss_object_acl", "upload_dir")
    data = dict.fromkeys((*names, "x_oss_forbid_overwrite"), "x")
    body = {"data": {**data, "upload_host": "http://192.168.0.1/oss"}}
    server.always["policy"] = status(200, body)
    with pytest.raises(RequestRejected, match=r"192\.168\.0\.1"):
        await ask(continuer(server, tmp_path), clip)
    assert not server.submits


def test_which_addresses_a_public_service_may_name() -> None:
    places = Places("https://dashscope.aliyuncs.com/api/v1")
    for good in (
        "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/1/x.mp4?Expires=1&Signature=y",
        "https://dashscope.aliyuncs.com/x",
        "https://8.8.8.8/x",
    ):
        places.check(good)
    for bad in (
        "http://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/x.mp4",
        "http://dashscope.aliyuncs.com/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://0.0.0.0/x",
        "https://100.64.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://[fd00::1]/x",
        "https://224.0.0.1/x",
        "https://printer/x",
        "https://printer.local/x",
        "https://localhost./x",
        "https://a b/x",
        "https:///x",
        "ftp://example.com/x",
    ):
        with pytest.raises(RequestRejected):
            places.check(bad)
    assert not places.is_own("https://dashscope.aliyuncs.com:8443/x")


@settings(deadline=None)
@given(st.ip_addresses())
def test_no_private_address_is_public(address: Any) -> None:
    if address.is_private or address.is_loopback or address.is_link_local:
        assert not is_public(str(address))


@settings(deadline=None)
@given(st.text(max_size=40) | st.text("htps:/.@[]%01x\\?#", max_size=40).map("https://".__add__))
def test_whatever_an_address_holds_it_is_used_or_refused(url: str) -> None:
    try:
        Places("https://dashscope.aliyuncs.com/api/v1").check(url)
    except RequestRejected:
        return
    assert url.startswith("https://")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["output", "task_id", "task_status", "video_url", "code", "message", "name", "done",
             "error", "errors", "response", "videos", "bytesBase64Encoded", "id", "status", "steps",
             "content", "type", "data", "uri", "raiMediaFilteredCount", "output_video"]
        ),
        inner | st.sampled_from(["SUCCEEDED", "FAILED", "completed", "failed", "video", True, 1]),
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(JSON)
def test_whatever_a_service_says_can_be_read_or_is_refused(said: Any) -> None:
    for wire in (Wan("m", "v2v"), Veo("m", "v2v"), Gemini("m", "v2v")):
        try:
            look = wire.look(said)
            assert look.state != "done" or look.video or look.url
        except ValueError:
            pass
        try:
            name = wire.job(said)
            assert name
            assert not any(part.strip(".") == "" for part in name.split("/"))
            assert "?" not in wire.poll(name).path
        except ValueError:
            pass


def test_a_clip_that_is_cut_short_is_none(tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(fake.small())
    found = length_of(file)
    assert found is not None
    assert found.seconds == pytest.approx(5.0)
    file.write_bytes(fake.small()[:-2000])
    assert length_of(file) is None
