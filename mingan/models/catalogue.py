"""models.toml in, cards out; a card in, a model out.

The local models that Mingan can fetch have their cards here and need no file. This module must
not know how any kind of model works; it finds the kinds through the plug-in door. What reads
the file is imported only when there is one to be read, because Pydantic takes its time.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

from mingan.models.protocol import Model
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Generation, ModelCard

DEFAULT_LOCAL = "qwen2.5-coder-0.5b"
FLOOR_LOCAL = "smollm2-135m"

_LOCAL_GENERATION = Generation(temperature=0.0, max_tokens=512, seed=0)


def load(path: Path | str, *, registry: Registry = installed) -> dict[str, ModelCard]:
    """The cards in a models.toml, by name, in the order of the file.

    Relative paths in it (`file`, `script`) are taken from the folder of the file.

    Raises:
        ModelsFileError: it cannot be read or used; the sentence names file, model and key.
    """
    from mingan.models.models_file import read

    return read(Path(path), registry)


def make(card: ModelCard, *, registry: Registry = installed) -> Model:
    """The model that a card describes; connects to nothing and loads nothing yet.

    Raises:
        InputError: nobody brought in a model of this kind.
        ModelsFileError: the card lacks something that its kind needs.
    """
    return cast(Model, registry.get("models", card.kind)(card))


def builtin_cards() -> dict[str, ModelCard]:
    """The local models that need no models.toml: the default, the floor, a stronger one.

    Sizes follow from the published shapes, embeddings counted once; dates are the releases'.
    """
    cards = (
        _local(DEFAULT_LOCAL, 494_032_768, date(2024, 11, 12)),
        _local(FLOOR_LOCAL, 134_515_008, date(2024, 11, 1)),
        _local("qwen2.5-coder-1.5b", 1_543_714_304, date(2024, 9, 19)),
    )
    return {card.name: card for card in cards}


def _local(name: str, params: int, released: date) -> ModelCard:
    return ModelCard(
        name=name,
        kind="local",
        model=name,
        generation=_LOCAL_GENERATION,
        params_total=params,
        params_active=params,
        released=released,
        licence="Apache-2.0",
        price_in=0.0,
        price_out=0.0,
    )
