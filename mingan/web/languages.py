"""The two languages of the bench: which one a visitor reads, and the words of the templates.

Templates are written in Chinese; the English of every msgid is in `locale/en`, compiled into one
catalogue that the standard library reads. Sentences with numbers are no business of this module:
they are `Text`.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib import resources

from mingan.language import Lang

LANGS: tuple[Lang, ...] = ("zh", "en")
HTML_LANG: dict[Lang, str] = {"zh": "zh-Hans", "en": "en"}


@cache
def catalogue(lang: Lang) -> gettext.NullTranslations:
    """The words of the templates in one language."""
    if lang == "zh":
        return gettext.NullTranslations()
    with resources.files("mingan.web").joinpath("locale/en/bench.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def preferred(accepted: str, otherwise: Lang) -> Lang:
    """The language that a browser asks for by its Accept-Language header, if it is one of ours."""
    wishes = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, parameters = part.strip().partition(";")
        weight = parameters.partition("q=")[2] or "1"
        try:
            wishes.append((-float(weight), place, tag.strip().lower()[:2]))
        except ValueError:
            continue
    for _, _, tag in sorted(wishes):
        for lang in LANGS:
            if tag == lang:
                return lang
    return otherwise
