"""Gemini Omni by the Interactions API: task `extend`, the clip in base64, 3 to 10 seconds more.

It looks at up to the last 10 seconds and puts what it adds behind up to the last 30. The new
seconds are counted as paid for. An interaction is started in the background and asked after by its
number; the clip comes inline or, at an address of the service itself, with the key. Shapes as in
Google's Python client 3.6.1 and its documentation of 22 November 2026; not tried against the
service. The module must not know sockets.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from mingan.world.continuing import Shown
from mingan.world.services.wire import Call, Look, Plan, Sender, Task, at, held_back, text_at, whole

_NEW = (3, 10)
_JOB = re.compile(r"(?!\.+$)[A-Za-z0-9_.=-]{1,512}")
_RUNNING = {"in_progress", "queued", "idle"}
_ENDED = {
    "failed",
    "cancelled",
    "incomplete",
    "budget_exceeded",
    "requires_action",
    "requires_continuation",
}
_POLICY = re.compile(r"prohibited_content|safety|blocklist|content polic", re.IGNORECASE)
_MOST_SEED = 2**31


class Gemini:
    """The wire of Gemini Omni's interactions."""

    service = "gemini"

    def __init__(self, model: str, shown: Shown) -> None:
        self.shown = shown
        self._model = model

    def plan(self, task: Task) -> Plan:
        """See `Wire.plan`."""
        step = 0.0 if self.shown == "v2v" else task.step
        new = whole(task.seconds + step, *_NEW)
        return Plan(new=new, billed=new)

    async def request(self, task: Task, plan: Plan, sender: Sender) -> Call:
        """See `Wire.request`."""
        clip = self.shown == "v2v"
        kind, media = ("video/mp4", task.clip) if clip else ("image/png", task.frame)
        data = base64.b64encode(media).decode()
        body = {
            "model": self._model,
            "input": [
                {"type": "video" if clip else "image", "data": data, "mime_type": kind},
                {"type": "text", "text": task.prompt},
            ],
            "response_format": {
                "type": "video",
                "aspect_ratio": task.aspect,
                "resolution": task.resolution,
                "duration": f"{round(plan.new)}s",
                "delivery": "inline",
            },
            "generation_config": {
                "seed": task.seed % _MOST_SEED,
                "video_config": {"task": "extend" if clip else "image_to_video"},
            },
            "background": True,
            "store": True,
        }
        return Call(method="POST", path="/interactions", body=body)

    def job(self, answer: Any) -> str:
        """See `Wire.job`."""
        job = text_at(answer, "id")
        if not _JOB.fullmatch(job):
            raise ValueError("no id")
        return job

    def poll(self, job: str) -> Call:
        """See `Wire.poll`."""
        return Call(method="GET", path=f"/interactions/{job}")

    def look(self, answer: Any) -> Look:
        """See `Wire.look`."""
        error = at(answer, "error") or at(answer, "errors", 0)
        status = text_at(answer, "status")
        if error is not None or status in _ENDED:
            said = text_at(error, "message") or status
            return Look(state="refused" if _is_policy(error) else "failed", said=said)
        if status in _RUNNING:
            return Look(state="running")
        if status != "completed":
            raise ValueError("no status")
        words = ""
        for part in _parts(answer):
            if part.get("type") == "video" or text_at(part, "mime_type").startswith("video/"):
                video, url = text_at(part, "data"), text_at(part, "uri")
                if video or url:
                    served = text_at(answer, "model") or self._model
                    return Look(state="done", video=video, url=url, served=served)
            words = words or text_at(part, "text")
        return Look(state="failed", said=words or "no video")


def _parts(answer: Any) -> Iterator[dict[str, Any]]:
    """All that a finished interaction holds."""
    for step in _listed(answer, "steps"):
        for part in _listed(step, "content"):
            if isinstance(part, dict):
                yield part
    output = at(answer, "output_video")
    if isinstance(output, dict):
        yield {**output, "type": "video"}


def _listed(found: Any, place: str) -> list[Any]:
    value = at(found, place)
    return value if isinstance(value, list) else []


def _is_policy(error: Any) -> bool:
    words = f"{at(error, 'code')} {text_at(error, 'status')} {text_at(error, 'message')}"
    return bool(_POLICY.search(words)) or held_back(error)
