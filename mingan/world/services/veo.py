"""Veo on Google Cloud (Vertex AI): the clip goes in base64 and comes back seven seconds longer.

An operation is started with `:predictLongRunning` and asked after with `:fetchPredictOperation`.
Veo takes clips of 1 to 30 seconds and adds exactly 7, which are paid for; from one frame it makes
4, 6 or 8. The key is an access token, which lasts an hour and is looked up anew for every request.
Shapes as in Google's Python client 3.6.1 and its documentation of 22 November 2026; not tried
against the service. The module must not know sockets.
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
    Unsuited,
    at,
    check_given,
    held_back,
    text_at,
)

_GIVEN = (1, 30)
_ADDS: tuple[int, ...] = (7,)
_FROM_A_FRAME: tuple[int, ...] = (4, 6, 8)
_SEGMENT = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]{1,200}")
_MOST_SEED = 2**32
_POLICY = re.compile(r"usage guidelines|responsible ai|safety|content polic", re.IGNORECASE)


class Veo:
    """The wire of Veo's long-running operations."""

    service = "veo"

    def __init__(self, model: str, shown: Shown) -> None:
        self.shown = shown
        self._model = model
        self._path = f"/publishers/google/models/{quote(model, safe='@')}"

    def plan(self, task: Task) -> Plan:
        """See `Wire.plan`."""
        lengths, wanted = _FROM_A_FRAME, task.seconds + task.step
        if self.shown == "v2v":
            check_given(task, *_GIVEN)
            lengths, wanted = _ADDS, task.seconds
        new = next((n for n in lengths if n >= wanted - 1e-6), None)
        if new is None:
            raise Unsuited(
                f"一次最多做 {lengths[-1]} 秒，要的是 {wanted:g} 秒。",
                f"it makes {lengths[-1]} seconds at most, and {wanted:g} are wanted.",
            )
        return Plan(new=new, billed=new)

    async def request(self, task: Task, plan: Plan, sender: Sender) -> Call:
        """See `Wire.request`."""
        instance: dict[str, Any] = {"prompt": task.prompt}
        parameters = {
            "sampleCount": 1,
            "seed": task.seed % _MOST_SEED,
            "aspectRatio": task.aspect,
            "resolution": task.resolution,
            "generateAudio": False,
        }
        if self.shown == "v2v":
            instance["video"] = _media("video/mp4", task.clip)
        else:
            instance["image"] = _media("image/png", task.frame)
            parameters["durationSeconds"] = round(plan.new)
        body = {"instances": [instance], "parameters": parameters}
        return Call(method="POST", path=f"{self._path}:predictLongRunning", body=body)

    def job(self, answer: Any) -> str:
        """See `Wire.job`: the name of an operation, which is a path."""
        name = text_at(answer, "name")
        segments = name.split("/")
        if len(segments) > 16 or not all(_SEGMENT.fullmatch(part) for part in segments):
            raise ValueError("no name")
        return name

    def poll(self, job: str) -> Call:
        """See `Wire.poll`."""
        path = f"{self._path}:fetchPredictOperation"
        return Call(method="POST", path=path, body={"operationName": job})

    def look(self, answer: Any) -> Look:
        """See `Wire.look`."""
        if not isinstance(answer, dict) or not text_at(answer, "name"):
            raise ValueError("no operation")
        if answer.get("done") is not True:
            return Look(state="running")
        if at(answer, "error") is not None:
            said = text_at(answer, "error", "message")
            return Look(state="refused" if _is_policy(answer["error"]) else "failed", said=said)
        response = at(answer, "response")
        video = text_at(response, "videos", 0, "bytesBase64Encoded")
        if video:
            return Look(state="done", video=video, served=self._model)
        filtered = at(response, "raiMediaFilteredCount")
        reasons = text_at(response, "raiMediaFilteredReasons", 0)
        if reasons or (isinstance(filtered, int) and filtered > 0):
            return Look(state="refused", said=reasons)
        return Look(state="failed", said="no video")


def _media(kind: str, body: bytes) -> dict[str, str]:
    return {"bytesBase64Encoded": base64.b64encode(body).decode(), "mimeType": kind}


def _is_policy(error: Any) -> bool:
    return bool(_POLICY.search(text_at(error, "message"))) or held_back(error)
