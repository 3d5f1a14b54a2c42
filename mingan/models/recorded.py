"""A model whose answers were imported: a card to hang them on, and nobody to ask.

Its answers are in the store, brought there by an importer. This module must not know the store;
it only says, in a plain sentence, that a live question cannot be put to such a model.
"""

from __future__ import annotations

from mingan.errors import RequestRejected
from mingan.models.protocol import Reply, Request, Source
from mingan.records import ModelCard


class RecordedModel:
    """The card of imported answers."""

    source: Source = "recorded"
    concurrency: int | None = 1

    def __init__(self, card: ModelCard) -> None:
        self.card = card

    async def answer(self, request: Request) -> Reply:
        """There is nobody to ask.

        Raises:
            RequestRejected: always.
        """
        raise RequestRejected(
            f"{self.card.name} 的回答是导入的，没有人可以再问。要补上缺的题，请再导入一次；"
            '要现场提问，请在 models.toml 里写一个 kind = "openai" 或 "local" 的模型。',
            f"The answers of {self.card.name} were imported; there is nobody to ask. Import the "
            'missing ones, or describe a model of kind "openai" or "local" in models.toml.',
        )

    async def close(self) -> None:
        """Nothing to let go of."""
