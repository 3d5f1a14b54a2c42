"""Whom we ask: OpenAI-compatible endpoints, local files, recorded and pasted answers, a script.

A card says who it is and how to reach it; `load` reads cards from models.toml, `builtin_cards`
gives the local models that need no file, and `make` turns a card into a model. The kinds
themselves come in by the plug-in door and are imported only when one is made.
"""

from mingan.models.catalogue import DEFAULT_LOCAL, FLOOR_LOCAL, builtin_cards, load, make
from mingan.models.protocol import Message, Model, Reply, Request, Scorer

__all__ = [
    "DEFAULT_LOCAL",
    "FLOOR_LOCAL",
    "Message",
    "Model",
    "Reply",
    "Request",
    "Scorer",
    "builtin_cards",
    "load",
    "make",
]
