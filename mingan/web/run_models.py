"""The models that can be chosen for a run, and adding one by its address and key.

A key that is typed goes into the memory of this process, or into the system's keyring if the
person wants that; the card that is kept names only where it lies. That name holds the host, so
that a key is never sent anywhere but where it was meant for. The module knows forms and cards; it
shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from mingan import shelf
from mingan.errors import ModelsFileError, UsageError
from mingan.language import Text
from mingan.models import catalogue, keys
from mingan.models.card_form import looks_secret
from mingan.models.weights import WEIGHTS
from mingan.records import ModelCard, content_hash
from mingan.reports.units import figures, size
from mingan.web import addresses
from mingan.web.conductor import unfetched
from mingan.web.numbers import amount
from mingan.web.plainly import said_plainly
from mingan.web.run_form import CURRENCIES
from mingan.workspace import Workspace

State = Literal["ready", "fetch", "key", "lacking"]
"""Can be asked; after a file is fetched; after its key is given; not on this machine."""

_NOT_ASKED = ("recorded", "pasted")
_LONGEST = 120
_MOST_PRICE = 1e7


@dataclass(frozen=True, kw_only=True)
class ModelOffer:
    """One model that can be chosen, and what is to be known before."""

    card: ModelCard
    state: State
    about: Text

    @property
    def key_field(self) -> str:
        """The name of the field in which its key is typed."""
        return f"key-{self.card.hash[:12]}"


def on_offer(
    workspace: Workspace, models_file: str | Path | None
) -> tuple[list[ModelOffer], Text | None]:
    """The models that can be chosen, and what is wrong with models.toml if something is.

    Local ones first, then those of models.toml, then those that were added or asked before. Of
    several of one name only the newest: a run cannot tell them apart either.
    """
    problem = None
    try:
        named = shelf.known_cards(models_file, registry=workspace.registry)
    except ModelsFileError as fault:
        named, problem = catalogue.builtin_cards(), said_plainly(fault)
    there = {card.name: card for card in workspace.store.cards()}
    cards = [*named.values(), *(card for name, card in there.items() if name not in named)]
    kinds = set(workspace.registry.names("models"))
    return [
        _offer(card) for card in cards if card.kind in kinds and card.kind not in _NOT_ASKED
    ], problem


def _offer(card: ModelCard) -> ModelOffer:
    if card.kind == "local":
        return _local(card)
    where = urlsplit(card.base_url).hostname or card.kind
    price = _price(card)
    about = Text(f"{where}，{price.zh}", f"{where}, {price.en}")
    needs = card.api_key_env and not keys.find(card.api_key_env)
    return ModelOffer(card=card, state="key" if needs else "ready", about=about)


def _local(card: ModelCard) -> ModelOffer:
    """A model on this machine: whether it can be run, and how much is still to be fetched."""
    zh, en = size(card.params_total, "zh"), size(card.params_total, "en")
    if find_spec("xllamacpp") is None:
        return ModelOffer(
            card=card, state="lacking",
            about=Text(
                "本机模型；要先安装：pip install 'mingan[local]'",
                "runs here; first install: pip install 'mingan[local]'",
            ),
        )  # fmt: skip
    missing = unfetched([card])
    if missing:
        mb = f"{WEIGHTS[missing[0]].size / 1e6:.0f} MB"
        about = Text(
            f"本机，{zh}参数，不花钱；开始时先下载 {mb}",
            f"on this machine, {en} parameters, free; fetches {mb} first",
        )
        return ModelOffer(card=card, state="fetch", about=about)
    sized = (f"，{zh}参数", f", {en} parameters") if card.params_total else ("", "")
    return ModelOffer(
        card=card, state="ready",
        about=Text(f"本机{sized[0]}，不花钱", f"on this machine{sized[1]}, free"),
    )  # fmt: skip


def _price(card: ModelCard) -> Text:
    if card.price_in is None or card.price_out is None:
        return Text("没有写价格", "no price given")
    if not card.price_in and not card.price_out:
        return Text("不花钱", "free")
    both = f"{figures(card.price_in)} / {figures(card.price_out)} {card.currency}"
    return Text(f"每百万 token 进 / 出 {both}", f"{both} per million tokens in / out")


def new_card(
    field: Callable[[str], str], workspace: Workspace, models_file: str | Path | None = None
) -> ModelCard:
    """The card of a model that somebody typed in; its key goes into memory, or the keyring.

    Args:
        field: gives a text field of the form by its name.

    Raises:
        UsageError, ModelsFileError: something is missing or cannot be used.
    """
    model, base_url = field("add_model"), field("add_url")
    name = field("add_name") or model
    for value, zh, en in (
        (base_url, "地址", "address"),
        (model, "模型代号", "model"),
        (name, "名字", "name"),
    ):
        _check_text(value, zh, en)
    url = addresses.check(base_url, name)
    if name in _taken(workspace, models_file):
        raise UsageError(
            f"{name} 这个名字已经是自带的或 models.toml 里的模型，请换一个名字。",
            f"The name {name} belongs to a model of ours or of models.toml; choose another.",
        )
    variable = key_name(name, urlsplit(url).netloc)
    key = field("add_key")
    if key:
        (keys.keep if field("add_keep") else keys.hold)(variable, key)
    price_in, price_out = _number(field("add_in")), _number(field("add_out"))
    if (price_in is None) is not (price_out is None):
        raise UsageError("价格要么两个都写，要么都不写。", "Give both prices, or neither of them.")
    currency = field("add_currency")
    return ModelCard(
        name=name, kind="openai", base_url=base_url, model=model,
        api_key_env=variable if keys.find(variable) else "",
        price_in=price_in, price_out=price_out,
        currency=currency if currency in CURRENCIES else CURRENCIES[0],
    )  # fmt: skip


def key_name(name: str, host: str) -> str:
    """The name under which the key of an added model lies, which no other host can have."""
    plain = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")[:40]
    return "_".join(filter(None, ["MINGAN_KEY", plain, content_hash(name, host)[:6].upper()]))


def _taken(workspace: Workspace, models_file: str | Path | None) -> set[str]:
    try:
        return set(shelf.known_cards(models_file, registry=workspace.registry))
    except ModelsFileError:
        return set(catalogue.builtin_cards())


def _check_text(value: str, zh: str, en: str) -> None:
    if not value:
        raise UsageError(f"请填上{zh}。", f"Fill in the {en}.")
    if len(value) > (2000 if en == "address" else _LONGEST) or not value.isprintable():
        raise UsageError(
            f"{zh}太长，或者含有看不见的字符。",
            f"The {en} is too long or holds invisible characters.",
        )
    if looks_secret(value):
        raise UsageError(
            f"{zh}一栏里好像填了密钥。密钥只填在「密钥」那一栏，请马上把它从别处删掉。",
            f"The {en} looks like an API key. A key belongs into the field for it and nowhere "
            "else.",
        )


def _number(text: str) -> float | None:
    value = amount(text, _MOST_PRICE)
    if text and value is None:
        raise UsageError(
            "价格要写成数字，例如 2 或 0.5（每百万 token）。",
            "A price is a number such as 2 or 0.5 (per million tokens).",
        )
    return value
