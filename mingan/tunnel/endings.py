"""What a loss is good for: given a passage's beginning, which of four endings is its own?

Beginnings and endings come from the text that was held back; the three wrong endings are those of
other passages. A model takes the ending that it finds likeliest. Guessing gets a quarter right. The
items are the same for every rung of a ladder, so that rungs differ by what they learned and not by
the draw. Small models can do it and large ones do it better, which makes it the ability whose score
a ladder foretells by way of its loss (`scaling.ladder_scores`). The module must not know a ladder,
nor import torch when it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mingan.tunnel.batches import Tokens

if TYPE_CHECKING:
    from mingan.tunnel.decoder import Decoder

WAYS = 4
ITEMS = 400
FEWEST = 50
"""With fewer items that fit into the text no score is taken."""

_SEED = 20240415
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Endings:
    """Items, and where their endings begin.

    Attributes:
        rows: (n, WAYS, T) tokens; the first way is the right one.
        begins: place of an ending's first token.
    """

    rows: npt.NDArray[np.int64]
    begins: int


def endings(text: Tokens, context: int, *, whole: bool, items: int = ITEMS) -> Endings | None:
    """Items from a text; None where it is too short.

    Args:
        context: the model's; half of it begins an item and a quarter ends it.
        whole: tokens are bytes, and no ending may begin within a character.
    """
    begins, ends = context // 2, context // 4
    size = begins + ends + 4  # room to move to a character's first byte
    places = np.arange(0, text.size - size, size)
    if places.size < FEWEST or ends < 1:
        return None
    rng = np.random.default_rng(_SEED)
    places = np.sort(rng.permutation(places)[:items])
    if whole:
        for _ in range(3):
            places = places + ((text[places + begins] & 0xC0) == 0x80)
    rows = text[places[:, None] + np.arange(begins + ends)[None, :]].astype(np.int64)
    ways = np.repeat(rows[:, None, :], WAYS, axis=1)
    for way in range(1, WAYS):
        # Shifts of one order: no passage lends its ending to itself, nor twice to another.
        ways[:, way, begins:] = rows[(np.arange(len(rows)) + way * len(rows) // WAYS) % len(rows),
                                     begins:]  # fmt: skip
    return Endings(ways, begins)


def share_right(model: Decoder, asked: Endings, device: str = "cpu") -> float:
    """Share of items whose own ending the model finds likeliest; a draw is not right."""
    import torch

    was = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(asked.rows), _AT_ONCE):
            part = asked.rows[start : start + _AT_ONCE]
            rows = torch.from_numpy(part.reshape(-1, part.shape[-1])).to(device)
            nats = model.losses(rows)[:, asked.begins - 1 :].double().sum(dim=1).view(-1, WAYS)
            right += int((nats[:, :1] < nats[:, 1:]).all(dim=1).sum())
    model.train(was)
    return right / len(asked.rows)
