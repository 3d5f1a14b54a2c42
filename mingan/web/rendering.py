"""Templates: where they are, what they may call, and how they are escaped.

Every value is escaped; the only markup that passes is what our own drawing functions marked safe.
The module knows no page.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from mingan.language import Lang
from mingan.reports.safe import one_line, short_name, visible
from mingan.web.languages import catalogue

if TYPE_CHECKING:
    from jinja2 import Environment

_ROOTS = {
    "static": ("mingan.web", "static"),
    "report": ("mingan.reports", ""),
}


@cache
def environment(lang: Lang) -> Environment:
    """The templates in one language."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from jinja2.loaders import ChoiceLoader

    made = Environment(
        loader=ChoiceLoader(
            [PackageLoader("mingan.web", "pages"), PackageLoader("mingan.web", "partials")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = catalogue(lang)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True
    )
    made.filters |= {"visible": visible, "one_line": one_line, "short_name": short_name}
    made.globals["asset"] = asset
    return made


def render(template: str, lang: Lang, context: dict[str, Any]) -> str:
    """A template, filled in."""
    return environment(lang).get_template(template).render(context)


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes when the file does so that caches are right."""
    root, _, path = name.partition("/")
    package, folder = _ROOTS[root]
    found = resources.files(package)
    for part in (*filter(None, [folder]), *path.split("/")):
        found = found.joinpath(part)
    digest = hashlib.sha256(found.read_bytes()).hexdigest()[:10]
    return f"/{name}?{digest}"
