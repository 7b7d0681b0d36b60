"""Which addresses on the network a stranger may have us ask; does no I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import TypeAlias

_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[1-9]\d{0,4}))?"
    r"(?:[/?][!-~]*)?",
    re.ASCII,
)
_PORT_MAX = 65_535
_NAT64 = IPv6Network("64:ff9b::/96")

Address: TypeAlias = IPv4Address | IPv6Address


def is_public(address: Address) -> bool:
    """Return whether an address is of the public internet, however it is written."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast


def _inner(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])


def may_name(url: str, schemes: Sequence[str] = ("https",)) -> bool:
    """Return whether an address is written as one that may be fetched: no user, nothing odd."""
    match = _URL.fullmatch(url)
    return match is not None and match["scheme"] in schemes and int(match["port"] or 1) <= _PORT_MAX
