"""From an address to a view: who may see it, what a form may bring, what goes wrong.

`get`, `post` and `live` make routes below `/{lang}`. Views are plain functions that run in a
worker thread, so that reading a workspace never holds up another visitor; only live pages are
asynchronous. An error that Mingan raises on purpose becomes a page with its sentence. The module
knows no page by name but the one for errors.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from anyio import CancelScope
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mingan.errors import InputError, MinganError, NothingYet
from mingan.language import Lang, Text
from mingan.web.bench import Bench
from mingan.web.hands import Crowded, Later
from mingan.web.languages import LANGS
from mingan.web.people import Person, Role
from mingan.web.plainly import said_plainly
from mingan.web.security import TooLarge, limited
from mingan.web.visit import Visit

View = Callable[[Visit], Response | Later[Any]]

FORM_BYTES = 2_000_000
"""Bytes that a form may bring, where a page does not say otherwise."""

_FIELDS = 3_000
_DIGITS = 15
_KEEP_ALIVE_S = 15.0
_YEAR = 365 * 24 * 3600

log = logging.getLogger("mingan.web")


class _LangConvertor(Convertor[str]):
    """The first part of an address: one of the languages that we speak, nothing else."""

    regex = "|".join(LANGS)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _SmallConvertor(Convertor[int]):
    """A whole number of a few digits; a longer one is no address of ours."""

    regex = "[0-9]{1,6}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("lang", _LangConvertor())
register_url_convertor("small", _SmallConvertor())


class Event(NamedTuple):
    """One thing that changed on a live page: its name and the markup that takes its place."""

    name: str
    html: str
    id: str = ""

    def encoded(self) -> str:
        """The event as it goes over the wire."""
        body = self.html.splitlines() or [""]
        lines = [f"event: {self.name}", *(f"data: {line}" for line in body)]
        if self.id:
            lines.insert(0, f"id: {self.id}")
        return "\n".join(lines) + "\n\n"


Events = Callable[[Visit], AsyncGenerator[Event]]


def get(path: str, view: View, *, role: Role | None = "reader", section: str = "") -> Route:
    """A page to look at, made at once or `Later`. `role` None lets everybody in."""
    return Route(
        f"/{{lang:lang}}{path}", _Page(view, role, section or path), methods=["GET", "HEAD"]
    )


def post(
    path: str, act: View, *, role: Role | None = "owner", section: str = "",
    most: int = FORM_BYTES, files: int = 0,
) -> Route:  # fmt: skip
    """Something that a form does; `most` bytes and so many files at most."""
    return Route(
        f"/{{lang:lang}}{path}", _Action(act, role, section or path, most, files), methods=["POST"]
    )


def live(
    path: str, events: Events, *, there: Callable[[Visit], object], role: Role | None = "reader"
) -> Route:
    """A stream of events, for as long as somebody looks.

    `there` raises where the thing that is looked at does not exist; the answer is then a 404, at
    which a browser does not ask again.
    """
    return Route(f"/{{lang:lang}}{path}", _Live(events, there, role, path), methods=["GET"])


class _Endpoint(ABC):
    """What pages, actions and live pages have in common."""

    def __init__(self, role: Role | None, section: str) -> None:
        self._role = role
        self._section = "/" + section.strip("/").partition("/")[0]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        visit = visit_of(request, self._section)
        refused = self._refused(visit)
        if refused is not None:
            response = refused
        else:
            response = await self._attempt(visit)
        _remember(visit, response)
        await response(scope, receive, send)

    async def _attempt(self, visit: Visit) -> Response:
        """The response; for a fault of ours a page without a word of the fault."""
        try:
            return await self._respond(visit)
        except Exception as fault:
            log.error("a page failed: %s", visit.request.url.path, exc_info=fault)
            return problem(visit, _OURS, status=500)

    @abstractmethod
    async def _respond(self, visit: Visit) -> Response:
        """What the visitor gets."""

    def _refused(self, visit: Visit) -> Response | None:
        token = visit.query.get("token")
        if token is not None and visit.request.method == "GET":
            return _come_in(visit, token)
        if self._role is None or visit.person.may(self._role):
            return None
        if visit.role is None and not visit.is_fragment:
            return visit.go("/enter", to=visit.request.url.path)
        return problem(visit, NOT_ALLOWED, status=403)


class _Page(_Endpoint):
    def __init__(self, view: View, role: Role | None, section: str) -> None:
        super().__init__(role, section)
        self._view = view

    async def _respond(self, visit: Visit) -> Response:
        return await _seen(self._view, visit)


class _Action(_Endpoint):
    def __init__(self, act: View, role: Role | None, section: str, most: int, files: int) -> None:
        super().__init__(role, section)
        self._act, self._most, self._files = act, most, files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, limited(receive, self._most), send)

    async def _respond(self, visit: Visit) -> Response:
        length = visit.request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return problem(visit, _UNREADABLE, status=400)
        if len(length) > _DIGITS or int(length) > self._most:
            return problem(visit, _too_large(self._most), status=413)
        try:
            form = await visit.request.form(
                max_files=self._files, max_fields=_FIELDS, max_part_size=self._most
            )
        except TooLarge:
            return problem(visit, _too_large(self._most), status=413)
        except (HTTPException, MultiPartException, LookupError, ValueError):
            # The last two: of an encoding that there is not, or that makes no text.
            return problem(visit, _UNREADABLE, status=400)
        try:
            given = form.get("csrf") or visit.request.headers.get("x-csrf")
            if given != visit.bench.door.csrf(visit.person):
                return problem(visit, _STALE, status=403)
            return await _seen(self._act, visit.become(form=form))
        finally:
            await form.close()


class _Live(_Endpoint):
    def __init__(
        self, events: Events, there: Callable[[Visit], object], role: Role | None, section: str
    ) -> None:
        super().__init__(role, section)
        self._events, self._there = events, there

    async def _respond(self, visit: Visit) -> Response:
        missing = await run_in_threadpool(self._missing, visit)
        return missing or StreamingResponse(
            _stream(self._events(visit)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    def _missing(self, visit: Visit) -> Response | None:
        try:
            self._there(visit)
        except InputError as fault:
            return problem(visit, said_plainly(fault), status=404)
        except MinganError as fault:
            return problem(visit, said_plainly(fault), status=409)
        return None


async def _stream(events: AsyncGenerator[Event]) -> AsyncIterator[str]:
    """Events as text, with a sign of life where nothing happens, so that a lost page is noticed.

    Where something goes wrong the stream just ends: the browser asks again by itself.
    """
    pending = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait({pending}, timeout=_KEEP_ALIVE_S)
            if not done:
                yield ": still here\n\n"
                continue
            event = pending.result()
            if event is None:
                return
            yield event.encoded()
            pending = asyncio.ensure_future(anext(events, None))
    except MinganError as fault:
        log.info("a live page ended: %s", fault)
    except Exception as fault:
        log.error("a live page failed", exc_info=fault)
    finally:
        # A visitor who leaves cancels us, again and again until we are gone. The source must have
        # stopped before it can be closed.
        with CancelScope(shield=True):
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)
            await events.aclose()


async def _seen(view: View, visit: Visit) -> Response:
    found = await run_in_threadpool(guarded, view, visit)
    return await found.response() if isinstance(found, Later) else found


def guarded(view: View, visit: Visit) -> Response | Later[Any]:
    """A view's response, or a page that says what went wrong; no fault names a place here."""
    try:
        return view(visit)
    except NothingYet as fault:
        return welcome(visit, said_plainly(fault))
    except InputError as fault:
        return problem(visit, said_plainly(fault), status=400)
    except Crowded as fault:
        return problem(visit, said_plainly(fault), status=503)
    except MinganError as fault:
        return problem(visit, said_plainly(fault), status=409)


def visit_of(request: Request, section: str = "") -> Visit:
    """The visit that a request is; an unknown language counts as Chinese."""
    bench: Bench = request.app.state.bench
    person = bench.door.recognise(request.cookies.get(bench.door.cookie))
    spoken: Lang = "en" if request.url.path.split("/")[1:2] == ["en"] else "zh"
    return Visit(request=request, bench=bench, lang=spoken, person=person, section=section)


def welcome(visit: Visit, why: Text, *, cards: Sequence[Mapping[str, str]] = ()) -> Response:
    """How to begin, instead of a page that has nothing to show yet; alarms go before it."""
    if visit.is_fragment:
        return visit.fragment("problem.html.j2", text=why)
    going = [s for s in visit.bench.workspace.store.runs() if s.state in ("waiting", "running")]
    run = visit.url(f"/run/{going[-1].run.id}") if going and visit.person.may("owner") else ""
    return visit.page("welcome.html.j2", title=_BEGIN, why=why, run=run, cards=cards)


def problem(visit: Visit, text: Text, *, status: int) -> Response:
    """A page (or for htmx a fragment) that says what went wrong and what to do."""
    if visit.is_fragment:
        return visit.fragment("problem.html.j2", status=status, text=text)
    return visit.page("problem_page.html.j2", title=PROBLEM, status=status, text=text)


def remember(visit: Visit, response: Response, person: Person) -> None:
    """Let the browser know from now on that it is this person's."""
    response.set_cookie(
        visit.bench.door.cookie, visit.bench.door.remember(person), max_age=_YEAR, httponly=True,
        samesite="lax", secure=visit.request.url.scheme == "https",
    )  # fmt: skip


def _remember(visit: Visit, response: Response) -> None:
    """Give a browser that has no cookie of ours one, unless the view has just done so."""
    door = visit.bench.door
    known = door.knows(visit.request.cookies.get(door.cookie))
    given = any(door.cookie in v for v in Headers(raw=response.raw_headers).getlist("set-cookie"))
    if not known and not given:
        remember(visit, response, visit.person)


def _come_in(visit: Visit, token: str) -> Response:
    """Someone follows a link that holds a token: take it out of the address at once."""
    role = visit.bench.door.role_of(token)
    if role is None:
        return problem(visit, WRONG_TOKEN, status=403)
    response = RedirectResponse(quote(visit.request.url.path), status_code=303)
    remember(visit, response, visit.person.with_(given=role))
    return response


def _too_large(most: int) -> Text:
    return Text(
        f"送来的东西太大了：这里最多收 {most / 1e6:g} MB。请分成几份，或用 mingan import。",
        f"That is too large: this page takes at most {most / 1e6:g} MB. Send it in parts, or use "
        "mingan import.",
    )


_BEGIN = Text("从这里开始", "Begin here")
PROBLEM = Text("没有办成", "That did not work")
NOT_ALLOWED = Text(
    "你的口令不能做这件事。需要的话，请向工作区的主人要另一个口令。",
    "Your token does not allow this. Ask the owner of the workspace for another one if you need "
    "it.",
)
WRONG_TOKEN = Text(
    "这个口令不对，可能已经换过。请向工作区的主人要新的。",
    "This token is not right; it may have been replaced. Ask the owner of the workspace for a new "
    "one.",
)
_OURS = Text(
    "明暗自己出了错，不是你的错；已经存下的都还在。详情在服务的日志里，请报告给我们。",
    "Mingan itself has failed; it is not your fault, and what was stored is safe. The details are "
    "in the server's log; please report them.",
)
_STALE = Text(
    "这张表单已经过期（可能服务重启过，或换了浏览器）。请退回去刷新页面再试，什么也没有改动。",
    "This form has expired (the server may have been restarted). Go back, reload the page and try "
    "again; nothing was changed.",
)
_UNREADABLE = Text(
    "送来的表单读不懂，或者文件太多。请退回去再试一次，什么也没有改动。",
    "The form could not be read, or it held too many files. Go back and try again; nothing was "
    "changed.",
)
