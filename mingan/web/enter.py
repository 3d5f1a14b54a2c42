"""The way in: the token of a role, one's name, and the choice of light or dark."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from mingan.language import Text
from mingan.reports.safe import one_line
from mingan.web.people import LONGEST_NAME
from mingan.web.routing import WRONG_TOKEN, get, post, problem, remember
from mingan.web.visit import Visit

_TITLE = Text("请进", "Come in")
_THEMES = ("", "light", "dark")


def show(visit: Visit) -> Response:
    """Asks for the token and a name."""
    return visit.page("enter.html.j2", title=_TITLE, to=_ours(visit, visit.query.get("to", "")))


def enter(visit: Visit) -> Response:
    """Lets in whoever brings a token; without a guard only the name is taken."""
    token = visit.field("token")
    role = visit.bench.door.role_of(token) if token else visit.role
    if role is None:
        return problem(visit, WRONG_TOKEN, status=403)
    name = one_line(visit.field("name"), LONGEST_NAME)
    start = "/grade" if role == "grader" else "/"
    to = _ours(visit, visit.field("to")) or visit.url(start)
    response = RedirectResponse(to, status_code=303)
    person = visit.person.with_(name=name or visit.name)
    remember(visit, response, person.with_(given=role) if token else person)
    return response


def leave(visit: Visit) -> Response:
    """Forgets who this browser is."""
    response = visit.go("/enter")
    response.delete_cookie(visit.bench.door.cookie)
    return response


def theme(visit: Visit) -> Response:
    """Light, dark, or as the system has it."""
    wanted = visit.field("theme")
    response = RedirectResponse(_ours(visit, visit.field("to")) or visit.url("/"), status_code=303)
    person = visit.person.with_(theme=wanted if wanted in _THEMES else "")
    remember(visit, response, person)
    return response


def _ours(visit: Visit, to: str) -> str:
    """An address of our own pages, or nothing: nobody is sent elsewhere from here."""
    inside = to.startswith(("/zh/", "/en/")) and "\\" not in to and "//" not in to.split("?")[0]
    return to if inside and to.isprintable() else ""


routes = [
    get("/enter", show, role=None),
    post("/enter", enter, role=None),
    post("/leave", leave, role=None),
    post("/theme", theme, role=None),
]
