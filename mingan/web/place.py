"""An address of this machine to serve on, taken before anything is served, so that it stays ours.

It knows nothing of what is served there, and is quick to import: the gateway starts by it too.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from mingan.errors import UsageError

HOST, PORT = "127.0.0.1", 8660
_PORTS_TRIED = 20


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
