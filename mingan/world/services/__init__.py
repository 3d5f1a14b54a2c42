"""Video services that go on with a clip: Wan, Veo, Gemini, and any of them by the last frame alone.

    continuer = continuer_of(card.options, base_url=…, model=…, api_key_env=…, journal=folder)
    made = await continuer.continue_clip(clip, prompt, seconds=3.0, seed=7)

options    what a card may say          wire   what a service's protocol has to tell
wan, veo, gemini   one wire each        job    submitted once, waited for, kept
journal    what was paid for, on disk   cost   the price and the cap
client, addresses  HTTP, and where to   faults why there is no clip
prepared   a clip at the size that services want

The room must not know models, laws, scores or the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mingan.errors import ModelsFileError

if TYPE_CHECKING:
    from mingan.world.continuing import Continuer, Shown
    from mingan.world.services.options import Options
    from mingan.world.services.wire import Wire


def continuer_of(
    options: Mapping[str, Any],
    *,
    base_url: str,
    model: str,
    api_key_env: str,
    journal: Path,
    name: str = "",
) -> Continuer:
    """The service that a card describes; connects to nothing yet.

    Args:
        options: see `options.Options`; `service`, `price` and `cap` are needed.
        base_url: up to the version, such as https://dashscope.aliyuncs.com/api/v1; for Veo up to
            the location, .../v1/projects/PROJECT/locations/us-central1.
        model: the service's name of the model.
        api_key_env: the name of the key, which is looked up at the moment of use.
        journal: a folder of this model's own, in which jobs and clips are kept. The cap holds for
            all that is in it.
        name: what people call the model; its own name where none is given.

    Raises:
        ModelsFileError: something in the card cannot be used.
        MissingExtraError: OpenCV is not installed.
    """
    from mingan.asking.retry import Retry
    from mingan.grading.motion import pictures
    from mingan.world.services.addresses import Places
    from mingan.world.services.client import Client
    from mingan.world.services.cost import Price
    from mingan.world.services.job import Patience, ServiceContinuer
    from mingan.world.services.journal import Journal
    from mingan.world.services.options import read_options

    pictures()
    name = name or model
    read = read_options(options, where=f"[[model]] {name!r}")
    if not model:
        raise ModelsFileError(
            f"[[model]] {name!r}：缺少 model（服务商那边的模型名），请补上。",
            f"[[model]] {name!r}: model (the service's own name of it) is missing; add it.",
        )
    client = Client(
        Places(base_url, name), name=name, key_env=api_key_env,
        scheme="key" if read.service == "gemini" and read.auth == "key" else "bearer",
        most=round(read.max_mb * 2**20), patience=read.request_timeout,
    )  # fmt: skip
    return ServiceContinuer(
        _wire_of(read, model),
        client,
        Journal(journal),
        Price(per_second=read.price, cap=read.cap, currency=read.currency),
        model=model,
        lines=int(read.resolution.removesuffix("p")),
        patience=Patience(every=read.poll, total=read.timeout,
                          retry=Retry(base=min(1.0, read.poll), cap=60.0)),
    )  # fmt: skip


def _wire_of(options: Options, model: str) -> Wire:
    from mingan.world.services.gemini import Gemini
    from mingan.world.services.veo import Veo
    from mingan.world.services.wan import Wan

    shown: Shown = "i2v" if options.from_frame else "v2v"
    if options.service == "wan":
        return Wan(model, shown, inline=options.upload == "inline")
    return Veo(model, shown) if options.service == "veo" else Gemini(model, shown)
