"""The application: all pages of the bench put together.

    app = make_app(bench)

A page joins by a module with `routes` in `PAGES`; one that has `at_start` has it called with the
bench when the server begins. What is here belongs to no page: static files,
the way in, the language and the theme, and what is said when something is not there.
"""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mingan.language import Text, current
from mingan.web import (
    bring,
    charts,
    compare,
    contamination,
    density,
    drift,
    enter,
    exports,
    forecast,
    grade,
    grade_new,
    grade_result,
    history,
    home,
    judges,
    ladder,
    one_answer,
    paste,
    run_new,
    runs,
    sitting,
    world,
)
from mingan.web.bench import Bench
from mingan.web.languages import preferred
from mingan.web.routing import problem, visit_of
from mingan.web.security import LOOPBACK, Guard

PAGES = (
    home,
    bring,
    exports,
    enter,
    compare,
    charts,
    one_answer,
    paste,
    grade,
    grade_new,
    grade_result,
    run_new,
    runs,
    judges,
    sitting,
    contamination,
    drift,
    history,
    density,
    forecast,
    ladder,
    world,
)
"""The modules of the pages, in any order."""

_GONE = Text(
    "这里没有这一页。它可能改了名，或者属于另一个工作区。",
    "There is no such page. It may have been renamed, or belong to another workspace.",
)
_WEEK = 7 * 24 * 3600
_STATIC = {
    "/static/": ("mingan.web", "static", (".css", ".js", ".svg", ".png", ".md")),
    "/report/": ("mingan.reports", "", ("style.css",)),
}


def make_app(bench: Bench, *, loopback: bool = True) -> Starlette:
    """The bench as an ASGI application.

    Args:
        loopback: the page is for this machine only. Unless its door is guarded, it answers to
            this machine's names only, and to no proxy.
    """

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        for page in PAGES:
            at_start = getattr(page, "at_start", None)
            if at_start is not None:
                at_start(bench)
        yield
        bench.close()

    app = Starlette(
        routes=[
            Route("/", _front),
            *(Route(f"{prefix}{{path:path}}", _static) for prefix in _STATIC),
            *(route for page in PAGES for route in page.routes),
        ],
        middleware=[
            # Whoever needs a token may come by any name, such as that of a proxy on this machine.
            Middleware(Guard, hosts=None if bench.door.guarded or not loopback else LOOPBACK),
            Middleware(GZipMiddleware, minimum_size=1500, compresslevel=5),
        ],
        exception_handlers={HTTPException: _missing},
        lifespan=life,
    )
    app.state.bench = bench
    return app


def _front(request: Request) -> Response:
    lang = preferred(request.headers.get("accept-language", ""), current())
    query = request.url.query
    return RedirectResponse(f"/{lang}/" + (f"?{query}" if query else ""), status_code=307)


def _static(request: Request) -> Response:
    """A file of ours; names are looked up among what we ship, never joined to a path."""
    prefix = "/" + request.url.path.split("/")[1] + "/"
    package, folder, endings = _STATIC[prefix]
    parts = request.path_params["path"].split("/")
    found = resources.files(package)
    for part in (*filter(None, [folder]), *parts):
        inside = {entry.name: entry for entry in found.iterdir()} if found.is_dir() else {}
        if part not in inside:
            raise HTTPException(404)
        found = inside[part]
    if not found.is_file() or not found.name.endswith(endings):
        raise HTTPException(404)
    kind = mimetypes.guess_type(found.name)[0] or "text/plain"
    return Response(
        found.read_bytes(), media_type=kind,
        headers={"cache-control": f"public, max-age={_WEEK}, immutable"},
    )  # fmt: skip


def _missing(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 404
    return problem(visit_of(request), _GONE, status=status)
