"""What a visitor is told when something fails: a status and one sentence, as OpenAI's API says it.

A member's fault is the gateway's 5xx, never the visitor's 401: the key that was refused is not
his. No traceback, no key and no address of a member is in what is told.
"""

from __future__ import annotations

from typing import Any

from mingan.errors import (
    AnswerTimeout,
    InputError,
    KeyRejected,
    MinganError,
    ModelError,
    RateLimited,
    RequestRejected,
)
from mingan.language import Text


class Told(Exception):
    """Ends an ask with an error that is told as such."""

    def __init__(
        self, status: int, code: str, text: Text, *, retry_after: float | None = None
    ) -> None:
        super().__init__(text.en)
        self.status, self.code, self.text, self.retry_after = status, code, text, retry_after

    def body(self) -> dict[str, Any]:
        """As OpenAI's endpoints and SDKs know it."""
        return {
            "error": {
                "message": self.text.say(), "type": _TYPES.get(self.status, "server_error"),
                "param": None, "code": self.code,
            }
        }  # fmt: skip

    def headers(self) -> dict[str, str]:
        """How long to wait, where that is known."""
        if self.retry_after is None:
            return {}
        return {"Retry-After": str(max(1, round(self.retry_after + 0.5)))}


_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
}


def of_member(fault: ModelError) -> Told:
    """No member answered; this was the last fault."""
    if isinstance(fault, RateLimited):
        return Told(429, "upstream_busy", fault.message, retry_after=fault.retry_after)
    if isinstance(fault, RequestRejected):
        return Told(400, "upstream_rejected", fault.message)
    if isinstance(fault, AnswerTimeout):
        return Told(504, "upstream_timeout", fault.message)
    if isinstance(fault, KeyRejected):
        return Told(
            502, "upstream_key",
            Text("成员的密钥没有被接受，请告诉网关的主人。",
                 "A member's key was not accepted; tell whoever runs this gateway."),
        )  # fmt: skip
    return Told(502, "upstream_failed", fault.message)


def of_visitor(fault: MinganError) -> Told:
    """What the visitor sent, or may do, does not allow it; or our own store failed."""
    if isinstance(fault, KeyRejected):
        return Told(401, "invalid_api_key", fault.message)
    if isinstance(fault, RateLimited):
        return Told(429, "limit_reached", fault.message, retry_after=fault.retry_after)
    if isinstance(fault, InputError):
        return Told(400, "invalid_request", fault.message)
    return Told(503, "unavailable", fault.public)


def bad(zh: str, en: str, *, status: int = 400, code: str = "invalid_request") -> Told:
    """The body cannot be used."""
    return Told(status, code, Text(zh, en))
