"""A fake chat endpoint for the documentation: it answers the built-in bank, well or less well.

Asked for a verdict it gives one, in the form that it was asked for. It listens on loopback in a
thread of this process. Whether a model is right about a question follows from a hash of the two,
so that the pages can show what the commands say.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mingan import bank

RIGHT = {"example-large": 0.85, "example-small": 0.45}
"""How often a model is right, by the name that is sent to the endpoint; others: 0.7."""

_ASKED = {question.prompt: question.answer or "" for question in bank.builtin("builtin").questions}


def say(model: str, prompt: str) -> str:
    """What `model` says to `prompt`."""
    if verdict := _judged(model, prompt):
        return verdict
    known = next((question for question in _ASKED if question in prompt), "")
    draw = hashlib.sha256(f"{model}|{prompt}".encode()).digest()[0] / 256
    if draw >= RIGHT.get(model, 0.7):
        return "答案是 123456789。"
    answer = _ASKED.get(known, "2")
    return answer if answer.startswith("{") or len(answer) > 12 else f"答案是 {answer}。"


_FORM = re.compile(r'(?m)^\{"(?:理由|reason)": .*\}$')


def _judged(model: str, prompt: str) -> str:
    """A verdict, if the prompt shows the form of one; a strict judge likes nothing."""
    form = _FORM.search(prompt)
    if form is None:
        return ""
    kind = hashlib.sha256(f"{model}|{len(prompt)}".encode()).digest()[0] % 2
    good = "strict" not in model and bool(kind)
    said = form[0].replace('"0/1/2"', "2" if good else "0")
    for choices in (
        "对/错/说不准",
        "right/wrong/unsure",
        "甲/乙/一样好/都不好",
        "A/B/tie/both bad",
    ):
        said = said.replace(choices, choices.split("/")[0 if good else 1])
    return said


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = say(asked["model"], asked["messages"][-1]["content"])
        usage = {"prompt_tokens": 60, "completion_tokens": 12, "total_tokens": 72}
        if asked.get("stream"):
            parts: list[dict[str, Any]] = [
                {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]},
                {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage},
            ]
            events = [f"data: {json.dumps(part)}\n\n" for part in parts]
            self._send("".join([*events, "data: [DONE]\n\n"]), "text/event-stream")
            return
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        self._send(
            json.dumps({"model": asked["model"], "choices": [choice], "usage": usage}),
            "application/json",
        )

    def _send(self, body: str, kind: str) -> None:
        raw = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def running() -> Iterator[str]:
    """The endpoint's address, as long as it is up."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
