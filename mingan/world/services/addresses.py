"""Which addresses a service may send us to: its own, and public ones; never a machine nearby.

A service answers with the address of a clip, and an address may answer with another. Neither may
point into the network of whoever asks (SSRF): beside the service's own origin only public hosts
will do, and only https where the service itself is on https. Names are looked up by a resolver
that gives public addresses only, so that a name cannot turn private between check and use. The
module must not know what is fetched.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import SplitResult, urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from mingan.errors import ModelsFileError, RequestRejected

_PORTS = {"http": 80, "https": 443}
_NEARBY = ("localhost", "local", "internal", "lan", "home", "arpa", "localdomain")
_NUMERIC = re.compile(r"\d+|0[xX][0-9a-fA-F]*")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Places:
    """The addresses that may be used with a service at `base_url`."""

    def __init__(self, base_url: str, name: str = "") -> None:
        """Takes the address in models.toml.

        Raises:
            ModelsFileError: it is none.
        """
        parts = _split(base_url.strip())
        if parts is None or parts.query or parts.fragment:
            raise ModelsFileError(
                f"模型 {name!r} 的 base_url 不是可用的网址。应当像 "
                "https://dashscope.aliyuncs.com/api/v1，里面不写用户名、密码和参数。",
                f"The base_url of model {name!r} is not a usable address. It should look like "
                "https://dashscope.aliyuncs.com/api/v1, without user name, password or query.",
            )
        self.base = base_url.strip().rstrip("/")
        self.host = parts.hostname or ""
        self._origin = _origin(parts)

    def is_own(self, url: str) -> bool:
        """Whether an address is at the service itself, which may see the key."""
        parts = _split(url)
        return parts is not None and _origin(parts) == self._origin

    def check(self, url: str) -> None:
        """See that an address may be used.

        Raises:
            RequestRejected: it may not; the sentence names no more of it than its host.
        """
        parts = _split(url)
        if parts is None:
            raise _not_there(self.host, "…")
        if _origin(parts) == self._origin:
            return
        host = (parts.hostname or "").rstrip(".")
        if self._origin[0] == "https" and parts.scheme != "https":
            raise _not_there(self.host, host)
        if not _may_be_public(host):
            raise _not_there(self.host, host)


class PublicOnly(AbstractResolver):
    """Looks names up, and gives no address that is not public."""

    def __init__(self) -> None:
        self._inner = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of a name.

        Raises:
            RequestRejected: it has others only.
        """
        found = await self._inner.resolve(host, port, family)
        kept = [one for one in found if is_public(one["host"])]
        if found and not kept:
            raise _not_there("", host)
        return kept

    async def close(self) -> None:
        """Let go."""
        await self._inner.close()


def is_public(address: str) -> bool:
    """Whether a numeric address is one that anybody could reach."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            return False
        inner = found.ipv4_mapped or found.sixtofour
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _may_be_public(host: str) -> bool:
    """Whether a host is a public number, or a name that could be one."""
    last = host.rpartition(".")[2].lower()
    if ":" in host or _NUMERIC.fullmatch(last):
        return is_public(host)  # 127.1 and 0x7f000001 are addresses to some, and none to us
    return "." in host and last not in _NEARBY


def _split(url: str) -> SplitResult | None:
    """The parts of an http or https address; None where it is none."""
    if len(url) > 8192 or " " in url or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable and not parts.username and not parts.password else None


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


def _not_there(service: str, host: str) -> RequestRejected:
    host = "".join(c for c in host if c.isprintable())[:100]
    whose_zh, whose_en = (f"{service} ", f"{service} ") if service else ("服务商", "The service ")
    return RequestRejected(
        f"{whose_zh}指向的地址（{host}）不是公网上的 https 地址，没有去取。",
        f"{whose_en}points to an address ({host}) that is no public https one; it was not used.",
    )
