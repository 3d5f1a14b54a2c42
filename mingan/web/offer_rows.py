"""Models on offer as rows of a form: how they are shown, their keys taken, and checked in time.

Whoever chooses models, to be asked or to judge, does it by the same rows. A key is never sent
back to a page. The module knows no page.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from mingan.asking import Budget
from mingan.errors import UsageError
from mingan.language import Text
from mingan.models import keys
from mingan.records import ModelCard
from mingan.reports.safe import one_line
from mingan.web.run_models import ModelOffer, on_offer
from mingan.web.visit import Visit


def offers_of(visit: Visit) -> tuple[list[ModelOffer], Text | None]:
    """The models that can be chosen here, and what is wrong with models.toml if something is."""
    return on_offer(visit.bench.workspace, visit.bench.models_file)


def offer_row(visit: Visit, offer: ModelOffer) -> dict[str, Any]:
    """A model for a template."""
    return {
        "hash": offer.card.hash,
        "name": one_line(offer.card.name, 80),
        "state": offer.state,
        "about": visit.say(offer.about),
        "key_field": offer.key_field,
        "can_test": offer.state in ("ready", "key"),
    }


def take_keys(visit: Visit, found: Sequence[ModelOffer], chosen: Collection[str]) -> None:
    """Hold the keys that were typed beside the chosen models."""
    for offer in found:
        if offer.card.hash in chosen:
            take_key(visit, offer)


def take_key(visit: Visit, offer: ModelOffer) -> None:
    """Hold the key that was typed beside a model of the list."""
    key = visit.field(offer.key_field)
    if key and offer.card.api_key_env:
        keys.hold(offer.card.api_key_env, key)


def check_chosen(
    cards: Sequence[ModelCard], found: Sequence[ModelOffer], budget: Budget | None
) -> None:
    """See that the models chosen can be asked, before anything is begun.

    Raises:
        UsageError: one lacks its key or cannot be run here, or the budget cannot be kept.
    """
    if budget is not None:
        budget.check([card for card in cards if card.kind == "openai"])
    states = {offer.card.hash: offer for offer in found}
    for card in cards:
        offer = states[card.hash]
        if offer.state == "lacking":
            raise UsageError(f"{card.name}：{offer.about.zh}", f"{card.name}: {offer.about.en}")
        if card.api_key_env and not keys.find(card.api_key_env):
            raise UsageError(
                f"{card.name} 还没有密钥，请填在它下面的格子里。",
                f"{card.name} has no key yet; fill it in below its name.",
            )
