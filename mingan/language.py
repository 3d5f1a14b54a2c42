"""One sentence in two languages, and which of the two to say.

Our users read Chinese first. A sentence that reaches a person is written down twice, side by
side, where it belongs; nothing is looked up in a catalogue far away. This module knows only how
to choose between the two. It must not know who is speaking or why.
"""

from __future__ import annotations

import locale
import os
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Text(NamedTuple):
    """The same sentence in Chinese and in English."""

    zh: str
    en: str

    def say(self, lang: Lang | None = None) -> str:
        """The sentence in `lang`, or in the language of this process when none is given."""
        return getattr(self, lang or current())  # type: ignore[no-any-return]


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its English noun: "1 row", "2 rows", "1,000 rows".

    `plural` is for nouns that take more than an s, such as "boxes". Chinese needs none of this.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def current() -> Lang:
    """The language to speak: `MINGAN_LANG` if set, else by the locale, else Chinese.

    An English locale gives English; the bare C locale says nothing about the person, so it
    falls to Chinese, the language of most of our users.
    """
    wanted = os.environ.get("MINGAN_LANG", "").strip().lower()
    if wanted.startswith("en"):
        return "en"
    if wanted.startswith("zh"):
        return "zh"
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if not name:
        name = locale.getlocale()[0] or ""
    return "en" if name.lower().startswith("en") else "zh"
