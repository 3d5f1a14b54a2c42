"""What an endpoint's refusal means: slow down, try again, wrong key, or blocked by a filter.

Takes a status, headers and the body of a failed call, and says which `ModelError` it is, in one
sentence in each language. What the endpoint wrote is quoted only after the key was cut out of
it, and control characters and length were taken away. A content filter is no error at all: the
provider withheld an answer, and that is an answer's state. This module must not know sockets.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mingan.errors import KeyRejected, ModelError, RateLimited, RequestRejected, ServerFault

EXCERPT = 200
_READ = 8_000
_SECRET = 16

_FILTER_CODES = re.compile(
    r"content_?filter|content_?policy|content_?risk|data_?inspection|responsible_?ai_?policy"
    r"|sensitive|moderation|censorship|prompt_?blocked"
)
_FILTER_NUMBERS = {"1301", "1026", "1027"}
_FILTER_PHRASES = (
    "content exists risk",
    "content management policy",
    "inappropriate content",
    "censorship",
)
_FILTER_STATUS = (400, 403, 422, 451)
_NO_MONEY = ("insufficient_quota", "exceeded_current_quota", "insufficient_balance", "arrearage")
_LOOKS_SECRET = re.compile(r"\b(?:sk|ak|pk|key)-[\w.-]{6,}|\bBearer\s+\S+", re.IGNORECASE)


def is_filter(status: int, body: bytes) -> bool:
    """Whether a failed call means that the provider's content filter stepped in.

    Judged by the error's code and type and by a few fixed phrases; not by loose words in a
    message, where "sensitive" may well speak of a case-sensitive model name.
    """
    if status == 451:
        return True
    if status not in _FILTER_STATUS:
        return False
    codes, message = _words(body)
    if any(code in _FILTER_NUMBERS or _FILTER_CODES.search(code) for code in codes):
        return True
    return any(phrase in message for phrase in _FILTER_PHRASES)


def fault(
    status: int, headers: Mapping[str, str], body: bytes, *, who: str, key: str
) -> ModelError:
    """The error for a failed call; `who` names the model and its host, `key` is cut out.

    Returns it rather than raising, so that the caller decides from where.
    """
    codes, _ = _words(body)
    # Who refuses a key likes to quote it, and may do so in a form that we do not see through.
    said = excerpt(body, key) if status not in (401, 403) else ""
    said_zh = f"对方说：{said}" if said else ""
    said_en = f" It said: {said}" if said else ""
    if status == 402 or any(code in _NO_MONEY or code.startswith(_NO_MONEY) for code in codes):
        return KeyRejected(
            f"{who} 的账户余额或额度用完了（{status}）。请先充值，再接着跑。{said_zh}",
            f"The account of {who} has no money or quota left ({status}). Top it up, then "
            f"resume.{said_en}",
        )
    if status in (401, 403):
        return KeyRejected(
            f"{who} 不接受这个密钥（{status}）。请检查 models.toml 里 api_key_env 指的环境变量。",
            f"{who} refused the key ({status}). Check the environment variable that api_key_env "
            "names in models.toml.",
        )
    if status == 429:
        return RateLimited(
            f"{who} 嫌问得太快（429）。{said_zh}",
            f"{who} asks us to slow down (429).{said_en}",
            retry_after=retry_after(headers),
        )
    if status >= 500 or status in (408, 425):
        return ServerFault(
            f"{who} 的服务器出错了（{status}）。{said_zh}",
            f"The server of {who} failed ({status}).{said_en}",
        )
    return _rejected(status, who, said_zh, said_en)


def _rejected(status: int, who: str, said_zh: str, said_en: str) -> RequestRejected:
    hint_zh, hint_en = (
        "请检查 models.toml 里的 model 和 generation。",
        ("Check model and generation in models.toml."),
    )
    if status in (404, 405) or 300 <= status < 400:
        hint_zh = "请检查 models.toml 里的 base_url（常以 /v1 结尾）和 model 的名字。"
        hint_en = "Check base_url (it often ends in /v1) and the name in model in models.toml."
    return RequestRejected(
        f"{who} 不受理这个请求（{status}）。{hint_zh}{said_zh}",
        f"{who} will not take this request ({status}). {hint_en}{said_en}",
    )


def status_of(error: Any) -> int:
    """The status meant by an `error` object that came with status 200; 502 if it names none."""
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and code.isdecimal():
        code = int(code[:4])
    if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600:
        return code
    return 502


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `Retry-After` (seconds or an HTTP date)."""
    milliseconds = _seconds(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("Retry-After", "").strip()
    seconds = _seconds(value)
    if seconds is not None or not value:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def excerpt(body: bytes, key: str) -> str:
    """What the endpoint wrote, fit to be shown: no key, no control characters, short.

    The key is cut out of the text after the invisible characters are gone and before it is
    shortened, so that neither a hidden character nor the cut can leave a piece of it.
    """
    text = body[:_READ].decode("utf-8", "replace")
    found = _load(body)
    message = _message(found) if isinstance(found, dict) else ""
    return redact(message or text, key)


def without_key(text: str, key: str) -> str:
    """An answer without the key, should an endpoint repeat the request that it was sent.

    A short one, such as the "EMPTY" that local servers are given, is no secret and may be a word
    of the answer; it stays.
    """
    return text.replace(key, "***") if len(key) >= _SECRET and key in text else text


def redact(text: str, key: str) -> str:
    """`text` on one line, without the key, without control characters, and short."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text[:_READ]).split())
    if len(key) >= 4:
        text = text.replace(key, "***")
    text = _LOOKS_SECRET.sub("***", text)
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"


def _load(body: bytes) -> Any:
    if len(body) > 1_000_000:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _inner(found: dict[str, Any]) -> dict[str, Any]:
    error = found.get("error")
    return error if isinstance(error, dict) else found


def _message(found: dict[str, Any]) -> str:
    inner = _inner(found)
    for place in (inner.get("message"), found.get("message"), found.get("error")):
        if isinstance(place, str) and place.strip():
            return place
    return ""


def _words(body: bytes) -> tuple[list[str], str]:
    """(codes and types, message) of an error body, in lower case."""
    found = _load(body)
    if not isinstance(found, dict):
        return [], ""
    inner = _inner(found)
    deeper = inner.get("innererror")
    places = [inner, found, deeper if isinstance(deeper, dict) else {}]
    codes = [
        str(place[name]).lower()
        for place in places
        for name in ("code", "type")
        if isinstance(place.get(name), str | int)
    ]
    return codes, _message(found).lower()
