"""Which addresses a model may be asked at, when somebody types one into a page.

Addresses of this machine and of the local network must be allowed: that is where people's own
models are. What is refused is where no model ever is and where a cloud machine gives away its own
secrets: link-local addresses and the metadata services of the large clouds, however they are
written (a name is looked up, so a number in disguise is seen through). Only the owner of a
workspace may add addresses at all. The module knows no page.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from mingan.errors import UsageError
from mingan.models.openai import chat_url

_METADATA = {
    "100.100.100.200",  # Alibaba Cloud
    "168.63.129.16",  # Azure
    "192.0.0.192",  # Oracle Cloud
    "fd00:ec2::254",  # AWS, by IPv6
}


def check(base_url: str, name: str = "") -> str:
    """The address to be asked, if a model may be there.

    Raises:
        ModelsFileError: it is no http or https address.
        UsageError: it is one of those where no model ever is.
    """
    url = chat_url(base_url, name)
    host = urlsplit(url).hostname or ""
    for found in _addresses(host):
        if found.is_link_local or found.is_multicast or str(found) in _METADATA:
            raise UsageError(
                f"{host} 是云主机内部用的特殊地址，那里不会有模型，所以不收。",
                f"{host} is a special address inside cloud machines; no model is there, so it is "
                "refused.",
            )
    return url


def _addresses(host: str) -> list[IPv4Address | IPv6Address]:
    """What a host name stands for; nothing where it cannot be looked up now."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    seen = []
    for *_, place in found:
        address = ip_address(str(place[0]).partition("%")[0])
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        seen.append(mapped or address)
    return seen
