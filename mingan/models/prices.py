"""What an answer cost, from its tokens and the prices on its model's card."""

from __future__ import annotations

from mingan.records import ModelCard, Usage


def cost_of(usage: Usage, card: ModelCard) -> float | None:
    """What an answer cost in the card's currency; None where price or tokens are unknown.

    Cached input tokens are part of the input tokens and cost `price_cached` where that is given.
    Reasoning tokens are part of the output tokens, as endpoints report them.
    """
    if card.price_in is None or card.price_out is None:
        return None
    if usage.tokens_in is None or usage.tokens_out is None:
        return None
    cached = min(usage.tokens_cached or 0, usage.tokens_in)
    price_cached = card.price_in if card.price_cached is None else card.price_cached
    dear = (usage.tokens_in - cached) * card.price_in + usage.tokens_out * card.price_out
    return (dear + cached * price_cached) / 1e6
