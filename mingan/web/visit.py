"""One request, as a page sees it: who asks, in which language, for what, and how to answer.

A view takes a visit and gives a response. It need not know how cookies are signed, how addresses
are put together or how templates are found. The module knows no page by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

from markupsafe import Markup
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mingan.language import Lang, Text
from mingan.reports.units import DASH
from mingan.web.bench import Bench
from mingan.web.languages import HTML_LANG
from mingan.web.people import Person, Role
from mingan.web.rendering import render

Value = str | int | None

_NOTICE = "notice"
_NOTICE_BYTES = 3_500  # browsers drop a cookie that is larger than 4 kB with its attributes


@dataclass(frozen=True)
class Visit:
    """One request.

    Attributes:
        bench: what all pages share.
        lang: of the address.
        person: who asks; `form` is what was posted, empty otherwise.
        section: the path of the page's route, to mark where the visitor is.
    """

    request: Request
    bench: Bench
    lang: Lang
    person: Person
    section: str = ""
    form: FormData = field(default_factory=FormData)

    @property
    def role(self) -> Role | None:
        """The visitor's role."""
        return self.person.role

    @property
    def name(self) -> str:
        """What the visitor is called; may be empty."""
        return self.person.name

    @property
    def query(self) -> QueryParams:
        """What stands behind the question mark."""
        return self.request.query_params

    @property
    def path_params(self) -> Mapping[str, Any]:
        """The parts of the address that the route names."""
        return self.request.path_params

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    def field(self, name: str, default: str = "") -> str:
        """A text field of the form, without blanks around it."""
        value = self.form.get(name, default)
        return value.strip() if isinstance(value, str) else default

    def fields(self, name: str) -> list[str]:
        """All values of a text field that may occur more than once."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def say(self, text: Text | str) -> str:
        """A sentence in the visitor's language."""
        return text if isinstance(text, str) else text.say(self.lang)

    def url(self, path: str, /, **query: Value | list[str]) -> str:
        """The address of one of our pages in the visitor's language; empty values are left out."""
        return address(self.lang, path, **query)

    def other_language(self) -> str:
        """This page in the other language."""
        other = "en" if self.lang == "zh" else "zh"
        rest = self.request.url.path.removeprefix(f"/{self.lang}")
        query = self.request.url.query
        return f"/{other}{quote(rest)}" + (f"?{query}" if query else "")

    def page(
        self, template: str, *, title: Text | str, status: int = 200, **context: Any
    ) -> Response:
        """A whole page."""
        context |= {"title": self.say(title), "notice": self._notice()}
        return self._html(template, status, context)

    def fragment(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """A part of a page."""
        return self._html(template, status, context)

    def words(self, template: str, **context: Any) -> str:
        """A part of a page as text, for a live event."""
        return render(template, self.lang, self._context() | context)

    def go(self, path: str, *, notice: Text | None = None, **query: Value | list[str]) -> Response:
        """Send the visitor to another of our pages, with a sentence to be shown there once."""
        response = RedirectResponse(self.url(path, **query), status_code=303)
        if notice is not None:
            said = _kept(self.say(notice))
            response.set_cookie(
                _NOTICE, said, max_age=30, httponly=True, samesite="lax", path=f"/{self.lang}"
            )
        return response

    def become(self, **changes: Any) -> Visit:
        """The same visit with some things changed."""
        return replace(self, **changes)

    def _notice(self) -> str:
        return unquote(self.request.cookies.get(_NOTICE, ""))[:_NOTICE_BYTES]

    def _html(self, template: str, status: int, context: dict[str, Any]) -> Response:
        text = render(template, self.lang, self._context() | context)
        response = HTMLResponse(text.encode("utf-8", "replace"), status_code=status)
        if context.get("notice"):
            response.delete_cookie(_NOTICE, path=f"/{self.lang}")
        return response

    def _context(self) -> dict[str, Any]:
        csrf = self.bench.door.csrf(self.person)
        return {
            "visit": self,
            "lang": self.lang,
            "html_lang": HTML_LANG[self.lang],
            "theme": self.person.theme,
            "role": self.role,
            "guarded": self.bench.door.guarded,
            "section": self.section,
            "url": self.url,
            "say": self.say,
            "csrf": csrf,
            "csrf_field": Markup('<input type="hidden" name="csrf" value="{}">').format(csrf),
            "DASH": DASH,
        }


def _kept(notice: str) -> str:
    """As much of a sentence as a cookie can hold, where a character may take twelve bytes."""
    said = "".join(c if c.isprintable() else " " for c in notice)
    if len(quote(said)) <= _NOTICE_BYTES:
        return quote(said)
    while len(quote(said)) > _NOTICE_BYTES - len(quote("…")):
        said = said[: -max(1, (len(quote(said)) - _NOTICE_BYTES) // 12)]
    return quote(said + "…")


def address(lang: Lang, path: str, /, **query: Value | list[str]) -> str:
    """The address of a page; `path` is below the language and quoted here, empty values dropped.

    A trailing underscore in a name is dropped, so that `is_=…` can be said.
    """
    kept: list[tuple[str, str]] = []
    for name, value in query.items():
        values = value if isinstance(value, list) else [value]
        kept += [(name.rstrip("_"), str(v)) for v in values if v not in (None, "")]
    return f"/{lang}{quote(path)}" + (f"?{urlencode(kept)}" if kept else "")
