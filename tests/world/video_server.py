"""Three video services in this process: they continue a clip, or go wrong as a test tells them to.

Wan (DashScope) with its borrowed place for clips, Veo's long-running operations, and Gemini's
interactions. What they send back is made of what they were given.
"""

from __future__ import annotations

import asyncio
import base64
import json
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from aiohttp import web

from mingan.world.films import write_film

Wrong = Callable[[web.Request], Awaitable[web.StreamResponse]]
RATE = 24


def status(code: int, body: Any = None, **headers: str) -> Wrong:
    """An answer with this status; `Retry_After` becomes a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=raw, status=code, headers=named)

    return answer


def sends(body: bytes, content_type: str = "video/mp4") -> Wrong:
    """These bytes, whatever was asked for."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=content_type)

    return answer


def endless(piece: bytes = b"\0" * 65536) -> Wrong:
    """A body without length that does not end."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(piece)
        except ConnectionError:
            return response

    return answer


async def hangs(request: web.Request) -> web.StreamResponse:
    """No answer at all."""
    await asyncio.sleep(60)
    return web.Response()


async def drops(request: web.Request) -> web.StreamResponse:
    """The connection breaks off."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@dataclass
class Job:
    """A job that was submitted, with the clip or the frame that came along."""

    given: bytes
    new: float
    i2v: bool
    looks: int = 0


@dataclass
class VideoServer:
    """`wrong[place]` is what happens first there, at submit, poll, download, upload and policy.

    `ends`: how jobs end, "done", "failed", "refused" or "never"; `renders`: "on" repeats what was
    given, "anew" draws it differently, "new" leaves it out, "small" is a tiny clip of five seconds.
    """

    url: str = ""
    ends: str = "done"
    said: str = "the server is tired"
    renders: str = "small"
    looks: int = 1
    clip_url: str = ""
    wrong: defaultdict[str, list[Wrong]] = field(default_factory=lambda: defaultdict(list))
    always: dict[str, Wrong] = field(default_factory=dict)
    submits: list[dict[str, Any]] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    polled: list[float] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)

    def count(self, place: str) -> int:
        """How often a place was asked."""
        return sum(one == place for one, _, _ in self.seen)

    def headers(self, place: str) -> dict[str, str]:
        """Of the last request there."""
        return next(headers for one, _, headers in reversed(self.seen) if one == place)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Every request comes by here."""
        place, answer = self._route(request)
        self.seen.append((place, request.path_qs, dict(request.headers)))
        if place == "poll":
            self.polled.append(asyncio.get_running_loop().time())
        if self.wrong[place]:
            if place == "submit":
                self.submits.append(await request.json())
            return await self.wrong[place].pop(0)(request)
        if place in self.always:
            if place == "submit":
                self.submits.append(await request.json())
            return await self.always[place](request)
        return await answer(request)

    def _route(self, request: web.Request) -> tuple[str, Wrong]:
        path = request.path
        if path == "/wan/uploads":
            return "policy", self._policy
        if path == "/oss":
            return "upload", self._upload
        if path.startswith("/files/"):
            return "download", self._download
        for start, submit, poll in (
            ("/wan/services", self._wan, None),
            ("/wan/tasks/", None, self._wan_look),
            ("/gemini/interactions/", None, self._gemini_look),
            ("/gemini/interactions", self._gemini, None),
        ):
            if path.startswith(start):
                return ("submit", submit) if submit else ("poll", poll)  # type: ignore[return-value]
        if path.endswith(":predictLongRunning"):
            return "submit", self._veo
        if path.endswith(":fetchPredictOperation"):
            return "poll", self._veo_look
        return "elsewhere", status(404)

    # Wan

    async def _policy(self, request: web.Request) -> web.StreamResponse:
        names = ("policy", "signature", "oss_access_key_id", "x_oss_object_acl")
        data = {name: f"some-{name}" for name in names}
        data |= {"x_oss_forbid_overwrite": "true", "upload_dir": "dashscope-instant/abc"}
        return web.json_response({"data": {**data, "upload_host": f"{self.url}/oss"}})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        key = str(form["key"])
        self.uploads[f"oss://{key}"] = file.file.read()
        file.file.close()
        self.forms.append({name: str(form[name]) for name in form if name != "file"})
        return web.Response()

    async def _wan(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        media = body["input"]["media"][0]
        url = media["url"]
        raw = self.uploads[url] if url.startswith("oss:") else _of_data(url)
        i2v = media["type"] == "first_frame"
        job = self._take(body, raw, body["parameters"]["duration"] - (0 if i2v else 2), i2v)
        return web.json_response({"output": {"task_id": job, "task_status": "PENDING"}})

    async def _wan_look(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        if not self._done(name):
            return web.json_response({"output": {"task_id": name, "task_status": "RUNNING"}})
        if self.ends != "done":
            code = "DataInspectionFailed" if self.ends == "refused" else "InternalError"
            output = {"task_status": "FAILED", "code": code, "message": self.said}
        else:
            url = self.clip_url or f"{self.url}/files/{name}.mp4"
            output = {"task_status": "SUCCEEDED", "video_url": url}
        return web.json_response({"output": output, "usage": {"duration": 5}})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2].removesuffix(".mp4")
        return web.Response(body=await self._film(name), content_type="video/mp4")

    # Veo

    async def _veo(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        instance = body["instances"][0]
        media = instance.get("video") or instance["image"]
        raw = base64.b64decode(media["bytesBase64Encoded"])
        new = body["parameters"].get("durationSeconds", 7)
        job = self._take(body, raw, new, "image" in instance)
        return web.json_response({"name": f"projects/p/locations/l/operations/{job}"})

    async def _veo_look(self, request: web.Request) -> web.StreamResponse:
        name = (await request.json())["operationName"]
        job = name.rpartition("/")[2]
        if not self._done(job):
            return web.json_response({"name": name})
        if self.ends == "failed":
            error = {"code": 13, "message": self.said}
            return web.json_response({"name": name, "done": True, "error": error})
        if self.ends == "refused":
            response: dict[str, Any] = {"raiMediaFilteredCount": 1}
            response["raiMediaFilteredReasons"] = [self.said]
        else:
            clip = base64.b64encode(await self._film(job)).decode()
            response = {"videos": [{"bytesBase64Encoded": clip, "mimeType": "video/mp4"}]}
        return web.json_response({"name": name, "done": True, "response": response})

    # Gemini

    async def _gemini(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        media = body["input"][0]
        new = int(body["response_format"]["duration"].removesuffix("s"))
        raw = base64.b64decode(media["data"])
        job = self._take(body, raw, new, media["type"] == "image")
        return web.json_response({"id": job, "status": "in_progress"})

    async def _gemini_look(self, request: web.Request) -> web.StreamResponse:
        job = request.path.rpartition("/")[2]
        if not self._done(job):
            return web.json_response({"id": job, "status": "in_progress"})
        if self.ends != "done":
            code = "safety" if self.ends == "refused" else "internal"
            error = {"code": code, "message": self.said}
            return web.json_response({"id": job, "status": "failed", "error": error})
        video: dict[str, Any] = {"type": "video", "mime_type": "video/mp4"}
        if self.clip_url:
            video["uri"] = self.clip_url.replace("JOB", job)
        else:
            video["data"] = base64.b64encode(await self._film(job)).decode()
        steps = [{"content": [{"type": "text", "text": "here"}, video]}]
        return web.json_response({"id": job, "status": "completed", "steps": steps})

    # Jobs

    def _take(self, body: dict[str, Any], given: bytes, new: float, i2v: bool) -> str:
        self.submits.append(body)
        name = f"job-{len(self.submits)}"
        self.jobs[name] = Job(given, new, i2v)
        return name

    def _done(self, name: str) -> bool:
        job = self.jobs[name]
        job.looks += 1
        return self.ends != "never" and job.looks > self.looks

    async def _film(self, name: str) -> bytes:
        job = self.jobs[name]
        if self.renders == "small":
            return small()
        return await asyncio.to_thread(_film_of, job, self.renders)


_small: list[bytes] = []


def small() -> bytes:
    """A tiny clip of five seconds."""
    if not _small:
        frames = np.zeros((5 * RATE, 36, 64, 3), np.uint8)
        frames[:, :, :, 0] = np.arange(5 * RATE)[:, None, None]
        _small.append(_coded(frames))
    return _small[0]


def decoded(clip: bytes) -> tuple[np.ndarray, float]:
    """Frames (T, H, W, 3) and rate of an MP4."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        file.write_bytes(clip)
        source = cv2.VideoCapture(str(file))
        frames = []
        while True:
            ok, frame = source.read()
            if not ok:
                break
            frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        rate = float(source.get(cv2.CAP_PROP_FPS))
        source.release()
    return np.stack(frames), rate


def picture(png: bytes) -> np.ndarray:
    """(H, W, 3) of a PNG."""
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _film_of(job: Job, renders: str) -> bytes:
    """What was given, smaller, and its last frame growing darker for the seconds added."""
    given = picture(job.given)[None] if job.i2v else decoded(job.given)[0]
    scale = 0.5 if renders == "on" else 0.125  # large where it is looked at how alike it is
    small_ones = np.stack(
        [cv2.resize(f, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for f in given]
    )
    count = round(job.new * RATE)
    fade = np.linspace(1, 0.6, count)[:, None, None, None]
    ahead = (small_ones[-1][None] * fade).astype(np.uint8)
    if renders == "new" or job.i2v:
        return _coded(ahead)
    if renders == "anew":
        small_ones = np.roll(small_ones, 12, axis=2)
    return _coded(np.concatenate([small_ones, ahead]))


def _coded(frames: np.ndarray) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_film(Path(folder) / "clip.mp4", frames, fps=RATE)
        return (Path(folder) / "clip.mp4").read_bytes()


def _of_data(url: str) -> bytes:
    return base64.b64decode(url.partition(",")[2])


@asynccontextmanager
async def running() -> AsyncIterator[VideoServer]:
    """Services that listen on a free port of this machine."""
    found = VideoServer()
    app = web.Application(client_max_size=2**28)
    app.router.add_route("*", "/{path:.*}", found.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    found.url = f"http://{host}:{port}"
    try:
        yield found
    finally:
        await runner.cleanup()
