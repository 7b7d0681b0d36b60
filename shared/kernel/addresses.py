"""Which addresses on the network a stranger may have us ask; does no I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[1-9]\d{0,4}))?"
    r"(?:[/?][!-~]*)?",
    re.ASCII,
)
_PORT_MAX = 65_535
THIS_MACHINE = "localhost"
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


def may_be_asked(url: str, *, to_this_machine: bool = False) -> bool:
    """Return whether a stranger may have us ask an address, as far as its writing tells.

    By https, of a name or of a public address. `to_this_machine`: by http and https also of this
    machine, by its usual names.
    """
    if not may_name(url, ("https", "http") if to_this_machine else ("https",)):
        return False
    scheme, host = url.partition("://")[0], host_of(url)
    if to_this_machine and is_this_machine(host):
        return True
    try:
        literal = ip_address(host)
    except ValueError:
        return scheme == "https" and host != THIS_MACHINE
    return scheme == "https" and is_public(literal)


def is_this_machine(host: str) -> bool:
    """Return whether a host is written as this machine."""
    try:
        return host == THIS_MACHINE or ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return the host of an address that `may_name` allows, without brackets."""
    match = _URL.fullmatch(url)
    return "" if match is None else match["host"].strip("[]")
