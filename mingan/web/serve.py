"""Serving the bench: who may come, and a clean end.

Beyond this machine a page is guarded by tokens, always. The module starts the web server and
prints nothing: what is to be said comes back as sentences.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

from mingan.language import Lang, Text, current
from mingan.store.web_secret import web_secret
from mingan.web.app import make_app
from mingan.web.bench import Bench
from mingan.web.people import Door, Role
from mingan.web.place import Place, find_place, is_loopback
from mingan.workspace import Workspace

__all__ = ["Place", "find_place", "invitations", "is_loopback", "make_bench", "serve"]

_ROLES: dict[Role, Text] = {
    "owner": Text("主人（什么都能做）", "owner (may do everything)"),
    "reader": Text("读者（只看结果）", "reader (sees results)"),
    "grader": Text("评分人（只进盲评）", "grader (grades blind, nothing else)"),
}


def make_bench(
    workspace: Workspace, place: Place, *, tokens: bool = False, renew: bool = False,
    models_file: str | Path | None = None, ladder: Path | None = None,
) -> Bench:  # fmt: skip
    """The bench of a workspace, with a guarded door beyond this machine or where `tokens` is on.

    Raises:
        StoreError: the file of the web secret cannot be used.
    """
    secret = web_secret(workspace.store.place, renew=renew)
    door = Door(secret, guarded=tokens or not place.loopback)
    return Bench(workspace, door=door, models_file=models_file, ladder=ladder)


def invitations(bench: Bench, place: Place, lang: Lang | None = None) -> list[tuple[Text, str]]:
    """Who may come by which address; one line where everybody here is the owner."""
    front = f"{place.url}/{lang or current()}/"
    if not bench.door.guarded:
        return [(Text("打开", "Open"), front)]
    base = front if place.loopback else front.replace(place.url, f"http://{_name(place)}")
    return [(text, f"{base}?token={bench.door.token(role)}") for role, text in _ROLES.items()]


def serve(bench: Bench, place: Place) -> None:
    """Serve until interrupted; then stop runs cleanly."""
    import uvicorn

    config = uvicorn.Config(
        make_app(bench, loopback=place.loopback),
        log_level=os.environ.get("MINGAN_LOG", "error"),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # the way to end it, not a failure
        server.run(sockets=[place.socket])


def _name(place: Place) -> str:
    """The name by which others reach this machine, as well as can be told."""
    host = place.host if place.host not in ("0.0.0.0", "::") else socket.gethostname()
    return f"[{host}]:{place.port}" if ":" in host else f"{host}:{place.port}"
