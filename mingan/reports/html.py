"""One offline HTML file: everything in it, nothing fetched, nothing from a model ever run.

Style and script are inlined and named by their SHA-256 in a content security policy that allows
nothing else, so that even a mistake in escaping could not run. The module places what `page` and
`payload` prepare; it must not compute anything about models.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from mingan.language import Lang, current
from mingan.reports.data import ReportData
from mingan.reports.files import whole_file
from mingan.reports.page import page
from mingan.reports.page_questions import NAMES, SIGNS
from mingan.reports.payload import for_script, payload
from mingan.reports.words import words

if TYPE_CHECKING:
    from jinja2 import Template

_SCRIPT_WORDS = (
    "reference", "no_reference", "grader", "aliases", "permalink", "extracted", "reasoning",
    "show_all", "show_less", "repeat", "no_text", "shown", "nothing", "right", "wrong", "unsure",
    "ungraded", "ok", "refused", "truncated", "empty", "failed", "by_model", "by_user",
    "by_user_anew", "drawing",
)  # fmt: skip


def render(data: ReportData, lang: Lang | None = None) -> str:
    """The report as one HTML document, which can be encoded as UTF-8 whatever is in `data`."""
    spoken = lang or current()
    style = _asset("style.css") + _asset("charts/style.css")
    script = _asset("script.js")
    word = words(spoken)
    return _template().render(
        page(data, spoken),
        policy=_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        words=Markup(for_script({key: word[key] for key in _SCRIPT_WORDS})),
        payload=Markup(for_script(payload(data.questions, [s.model for s in data.scores], spoken))),
        legend=[(NAMES[letter], SIGNS[letter], word[NAMES[letter]]) for letter in NAMES],
    )


def write(data: ReportData, path: str | Path, lang: Lang | None = None) -> None:
    """Write `render(data, lang)` to `path`: the whole file, or nothing and an error.

    Raises:
        DiskFullError, UsageError: see `files.whole_file`.
    """
    text = render(data, lang)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _policy(style: str, script: str) -> str:
    return (
        "default-src 'none'; "
        f"script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> str:
    """A file of this room; a browser hashes it with plain newlines, so that is what it gets."""
    text = resources.files("mingan.reports").joinpath(name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


@cache
def _template() -> Template:
    """Jinja is imported here: every command would otherwise pay for it, and few write a report."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("template.html.j2")
