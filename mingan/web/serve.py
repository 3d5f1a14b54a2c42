"""Serving the bench: which address, who may come, and a clean end.

Beyond this machine a page is guarded by tokens, always. The module starts the web server and
prints nothing: what is to be said comes back as sentences.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mingan.errors import UsageError
from mingan.language import Lang, Text, current
from mingan.store.web_secret import web_secret
from mingan.web.app import make_app
from mingan.web.bench import Bench
from mingan.web.people import Door, Role
from mingan.workspace import Workspace

HOST, PORT = "127.0.0.1", 8660
_PORTS_TRIED = 20
_ROLES: dict[Role, Text] = {
    "owner": Text("主人（什么都能做）", "owner (may do everything)"),
    "reader": Text("读者（只看结果）", "reader (sees results)"),
    "grader": Text("评分人（只进盲评）", "grader (grades blind, nothing else)"),
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the bench is served. `socket` is bound already, so the address is taken."""

    socket: socket.socket
    host: str
    port: int
    loopback: bool

    @property
    def url(self) -> str:
        """The address for this machine's own browser."""
        name = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}"


def find_place(host: str = HOST, port: int | None = None) -> Place:
    """Take an address: the port asked for, or the first free one from 8660 on.

    Raises:
        UsageError: there is no such host on this machine, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = port if port is not None else PORT + _PORTS_TRIED
    for number in range(port if port is not None else PORT, last + 1):
        # The protocol is named so that asyncio turns Nagle's delay off: 40 ms an answer else.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, number))
            bound.listen()  # until it listens, another may bind the same port beside it
        except (OSError, OverflowError) as fault:
            bound.close()
            if isinstance(fault, socket.gaierror) or not isinstance(fault, OSError):
                break
            continue
        real = bound.getsockname()[1]
        return Place(socket=bound, host=host, port=real, loopback=is_loopback(host))
    raise UsageError(
        f"{host}:{port or PORT} 用不了：端口被占，或这台机器没有这个地址。换一个 --port 试试。",
        f"{host}:{port or PORT} cannot be used: the port is taken, or this machine has no such "
        "address. Try another --port.",
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
