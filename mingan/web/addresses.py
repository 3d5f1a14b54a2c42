"""Which addresses a model may be asked at, when somebody types one into a page.

Addresses of this machine and of the local network must be allowed: that is where people's own
models are. What is refused is where no model ever is and where a cloud machine gives away its own
secrets: link-local addresses and the metadata services of the large clouds, however they are
written (a name is looked up, so a number in disguise is seen through). Only the owner of a
workspace may add addresses at all. The module knows no page.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote, urlsplit

from mingan.errors import UsageError
from mingan.models.openai import chat_url

_METADATA = {
    "100.100.100.200",  # Alibaba Cloud
    "168.63.129.16",  # Azure
    "192.0.0.192",  # Oracle Cloud
    "fd00:ec2::254",  # AWS, by IPv6
}

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))
"""Networks whose addresses end in the IPv4 address that is meant (NAT64, and an old notation)."""


def check(base_url: str, name: str = "") -> str:
    """The address to be asked, if a model may be there.

    Raises:
        ModelsFileError: it is no http or https address.
        UsageError: it is one of those where no model ever is.
    """
    url = chat_url(base_url, name)
    host = urlsplit(url).hostname or ""
    for found in _addresses(unquote(host).partition("%")[0]):  # without the zone of [fe80::1%eth0]
        if found.is_link_local or found.is_multicast or str(found) in _METADATA:
            raise UsageError(
                f"{host} 是云主机内部用的特殊地址，那里不会有模型，所以不收。",
                f"{host} is a special address inside cloud machines; no model is there, so it is "
                "refused.",
            )
    return url


def _addresses(host: str) -> Iterator[IPv4Address | IPv6Address]:
    """What a host name stands for; nothing where it cannot be looked up now."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    for *_, place in found:
        address = ip_address(str(place[0]).partition("%")[0])
        yield address
        if isinstance(address, IPv6Address):
            yield from _within(address)


def _within(address: IPv6Address) -> Iterator[IPv4Address]:
    """The older addresses that a newer one may lead to, in every way of writing them."""
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in network for network in _TRANSLATED):
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
