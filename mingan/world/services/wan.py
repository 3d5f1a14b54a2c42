"""Wan on DashScope: the clip goes to `first_clip`, and the whole of it comes back, longer.

`duration` is the length of all that comes back, what was given included, and all of it is paid
for. A clip has to lie at an address; DashScope lends a place for it (`uploads?action=getPolicy`,
then a form to OSS), which only the model named can read, for 48 hours. Read in Alibaba's
documentation on 22 November 2026; not tried against the service. The module must not know sockets.
"""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import quote

from mingan.world.continuing import Shown
from mingan.world.services.wire import (
    Call,
    Look,
    Plan,
    Sender,
    Task,
    at,
    check_given,
    held_back,
    text_at,
    whole,
)

_GIVEN = (2, 10)
_WHOLE = (2, 15)
_JOB = re.compile(r"[A-Za-z0-9_-]{1,128}")
_RUNNING = {"PENDING", "RUNNING", "SUSPENDED"}
_MOST_SEED = 2**31

_FIELDS = {
    "OSSAccessKeyId": "oss_access_key_id",
    "Signature": "signature",
    "policy": "policy",
    "x-oss-object-acl": "x_oss_object_acl",
    "x-oss-forbid-overwrite": "x_oss_forbid_overwrite",
}


class Wan:
    """The wire of DashScope's video synthesis. `inline`: send the clip itself, not an address."""

    service = "wan"

    def __init__(self, model: str, shown: Shown, *, inline: bool = False) -> None:
        self.shown = shown
        self._model = model
        self._inline = inline

    def plan(self, task: Task) -> Plan:
        """See `Wire.plan`: of a clip, what was given is paid for again."""
        if self.shown == "i2v":
            new = whole(task.seconds + task.step, *_WHOLE)
            return Plan(new=new, billed=new)
        check_given(task, *_GIVEN)
        total = whole(task.given + task.seconds, *_WHOLE)
        return Plan(new=total - task.given, billed=total)

    async def request(self, task: Task, plan: Plan, sender: Sender) -> Call:
        """See `Wire.request`."""
        headers = {"X-DashScope-Async": "enable"}
        if self.shown == "i2v":
            media = {"type": "first_frame", "url": _data("image/png", task.frame)}
        elif self._inline:
            media = {"type": "first_clip", "url": _data("video/mp4", task.clip)}
        else:
            media = {"type": "first_clip", "url": await self._lent(task, sender)}
            headers["X-DashScope-OssResourceResolve"] = "enable"
        body = {
            "model": self._model,
            "input": {"prompt": task.prompt, "media": [media]},
            "parameters": {
                "resolution": task.resolution.upper(),
                "duration": round(plan.billed),
                "prompt_extend": False,
                "watermark": False,
                "seed": task.seed % _MOST_SEED,
            },
        }
        path = "/services/aigc/video-generation/video-synthesis"
        return Call(method="POST", path=path, body=body, headers=headers)

    async def _lent(self, task: Task, sender: Sender) -> str:
        """Bring the clip to the place that DashScope lends; its `oss://` address."""
        path = f"/uploads?action=getPolicy&model={quote(self._model, safe='')}"
        policy = at(await sender.ask(Call(method="GET", path=path)), "data")
        host, folder = text_at(policy, "upload_host"), text_at(policy, "upload_dir")
        fields = {name: text_at(policy, key) for name, key in _FIELDS.items()}
        if not host or not folder or not all(fields.values()):
            raise ValueError("no policy")
        key = f"{folder}/given.mp4"
        fields |= {"key": key, "success_action_status": "200"}
        await sender.post_form(host, fields, "given.mp4", task.clip)
        return f"oss://{key}"

    def job(self, answer: Any) -> str:
        """See `Wire.job`."""
        job = text_at(answer, "output", "task_id")
        if not _JOB.fullmatch(job):
            raise ValueError("no task_id")
        return job

    def poll(self, job: str) -> Call:
        """See `Wire.poll`."""
        return Call(method="GET", path=f"/tasks/{job}")

    def look(self, answer: Any) -> Look:
        """See `Wire.look`."""
        output = at(answer, "output")
        status = text_at(output, "task_status")
        if status in _RUNNING:
            return Look(state="running")
        if status == "SUCCEEDED":
            url = text_at(output, "video_url")
            if not url:
                raise ValueError("no video_url")
            return Look(state="done", url=url, served=self._model)
        if status in ("FAILED", "CANCELED", "UNKNOWN"):
            code, message = text_at(output, "code"), text_at(output, "message")
            said = f"{code or status}: {message}" if message else code or status
            held = held_back({"code": code, "message": message})
            return Look(state="refused" if held else "failed", said=said)
        raise ValueError("no task_status")


def _data(kind: str, body: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(body).decode()}"
