"""What may stand in a video service's `options` in models.toml, checked key by key.

Every fault is one sentence that names the key and never repeats the value, which might be a key of
another kind. The module must not know HTTP or jobs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from mingan.errors import ModelsFileError
from mingan.models.card_form import check_no_secret, unknown_key

Service = Literal["wan", "veo", "gemini"]
SERVICES: tuple[str, ...] = ("wan", "veo", "gemini", "first-frame")
THROUGH: tuple[str, ...] = ("wan", "veo", "gemini")

_CHOICES: dict[str, tuple[str, ...]] = {
    "service": SERVICES,
    "through": THROUGH,
    "resolution": ("720p", "1080p"),
    "upload": ("oss", "inline"),
    "auth": ("key", "bearer"),
}
_NUMBERS: dict[str, tuple[float, float]] = {
    "price": (0.0, 1e6),
    "cap": (0.0, 1e9),
    "poll": (0.001, 600.0),
    "timeout": (0.01, 86_400.0),
    "request_timeout": (0.01, 3600.0),
    "max_mb": (0.001, 1024.0),
}
_ONLY: dict[str, str] = {"through": "first-frame", "upload": "wan", "auth": "gemini"}
_NEEDED = ("service", "price", "cap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A service, as a card describes it.

    Attributes:
        service: whose wire; `from_frame`: only the last frame is shown.
        price: by the second that is paid for, in `currency`; `cap` of all that may be spent.
        resolution: lines that are sent and asked for.
        upload: how a clip gets to Wan; `auth`: how a key gets to Gemini.
        poll, timeout, request_timeout: seconds between looks, for a job, for one request.
        max_mb: of a clip that comes back.
    """

    service: Service
    from_frame: bool
    price: float
    cap: float
    currency: str = "USD"
    resolution: str = "720p"
    upload: str = "oss"
    auth: str = "key"
    poll: float = 10.0
    timeout: float = 1800.0
    request_timeout: float = 180.0
    max_mb: float = 64.0


def read_options(options: Mapping[str, Any], *, where: str) -> Options:
    """The options of a card; `where` names file and model in sentences.

    Raises:
        ModelsFileError: a key is unknown, missing, of the wrong kind or out of place.
    """
    check_no_secret(dict(options), where)
    for key in options:
        if key not in (*_CHOICES, *_NUMBERS, "currency"):
            raise unknown_key(key, [*_CHOICES, *_NUMBERS, "currency"], where)
    for key in _NEEDED:
        if key not in options:
            raise _missing(key, where)
    for key, value in options.items():
        _check(key, value, where)
    named = str(options["service"])
    service = str(options.get("through", "wan")) if named == "first-frame" else named
    for key, only in _ONLY.items():
        if key in options and only not in (named, service):
            raise ModelsFileError(
                f"{where}：options 里的 {key} 只用于 {only}，请删掉。",
                f"{where}: {key} in options is for {only} only; take it out.",
            )
    rest = {k: v for k, v in options.items() if k not in ("service", "through")}
    return Options(service=cast(Service, service), from_frame=named == "first-frame", **rest)


def _check(key: str, value: Any, where: str) -> None:
    if key in _CHOICES:
        if value not in _CHOICES[key]:
            names = ", ".join(_CHOICES[key])
            raise ModelsFileError(
                f"{where}：options 里的 {key} 应当是这些之一：{names}。",
                f"{where}: {key} in options should be one of {names}.",
            )
    elif key in _NUMBERS:
        least, most = _NUMBERS[key]
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        if not usable or not math.isfinite(value) or not least <= value <= most:
            raise ModelsFileError(
                f"{where}：options 里的 {key} 应当是 {least:g} 到 {most:g} 之间的数。",
                f"{where}: {key} in options should be a number from {least:g} to {most:g}.",
            )
    elif not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()):
        raise ModelsFileError(
            f"{where}：options 里的 {key} 应当是三个大写字母的货币代号，如 USD。",
            f"{where}: {key} in options should be a currency code of three capitals such as USD.",
        )


def _missing(key: str, where: str) -> ModelsFileError:
    hints = {
        "service": ("用哪家的接口", "whose interface it is"),
        "price": ("每秒视频多少钱，免费的写 0", "money by the second of clip, 0 where it is free"),
        "cap": ("总共最多花多少钱", "the most that may be spent in all"),
    }
    zh, en = hints[key]
    return ModelsFileError(
        f"{where}：options 里缺少 {key}（{zh}），请补上。",
        f"{where}: {key} ({en}) is missing in options; add it.",
    )
