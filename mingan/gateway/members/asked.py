"""What members that answer by rule are asked: one short question, with nothing demanded beside it.

    text = sole(ask)            # None where there is a conversation, a system prompt, a need
    line = plain(text)          # folded; None where folding could change what is meant

It knows nothing of sums, units, dates or tables.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from mingan.gateway.policy import Ask
from mingan.normal import fold

LONGEST = 300
"""Characters of a question that is read by rule; whoever writes more wants more."""

_ASSISTANT = frozenset({
    "you are a helpful assistant", "you are a helpful ai assistant",
    "你是一个有用的助手", "你是一个乐于助人的助手", "你是一个有帮助的助手", "你是一个智能助手",
    "你是一个ai助手", "你是一个人工智能助手", "",
})  # fmt: skip
"""System prompts that ask for nothing. Any other may ask for a form of answer."""


def sole(ask: Ask) -> str | None:
    """The one thing that is asked; None if the ask is or demands anything more than that."""
    if ask.needs:
        return None
    said: list[str] = []
    for message in ask.messages:
        if message["role"] == "user":
            said.append(message["content"])
        elif message["role"] != "system" or not _asks_nothing(message["content"]):
            return None
    return said[0].strip() if len(said) == 1 else None


def _asks_nothing(prompt: str) -> bool:
    return prompt.strip().rstrip(".。!！").casefold() in _ASSISTANT


def plain(text: str) -> str | None:
    """The question on one line, half-width and simplified; None if it is long or unclear.

    2¹⁰ would fold to 210 and 1½ to 11/2, so of such signs only a single ² or ³ is let through.
    """
    if not text or len(text) > LONGEST or len(text.splitlines()) > 1:
        return None
    for before, sign in pairwise(" " + text):
        kind = unicodedata.category(sign)
        if kind == "No" and (sign not in "²³" or before in "²³"):
            return None
        if kind in ("Cc", "Cf") and sign != "\t":
            # What cannot be seen may turn the order of what can.
            return None
    return " ".join(fold(text).split())


def fitting(said: str | None, ask: Ask) -> str | None:
    """`said` if it surely keeps to the most that may be written: a token is at least a byte."""
    if said is None or ask.tokens_out is None:
        return said
    return said if len(said.encode("utf-8", "replace")) <= ask.tokens_out else None
