"""Who is at the other end of a connection, and which proxies are believed about it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
"""What this machine is called by itself."""
_IPV6_SITE_BITS = 64
"""What one household or office has of IPv6; each of its machines has many addresses in it."""


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def _check_networks(value: object) -> object:
    parts = _split(value)
    if isinstance(parts, tuple):
        try:
            for part in parts:
                ip_network(part, strict=False)
        except ValueError:
            raise PydanticCustomError("networks", "it must be addresses or networks") from None
    return parts


class EdgeSettings(BaseSettings):
    """What every program with a port may be told of the network around it.

    Attributes:
        trusted_proxies: addresses or networks whose X-Forwarded-For is believed; a proxy on this
            machine is.
        hosts: the names this installation is called by; none: any. A program on a loopback address
            answers to those of this machine besides.
        metrics_token: a bearer token for /metrics; without one only this machine may read them.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, populate_by_name=True)

    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_check_networks)] = Field(
        default=("127.0.0.1", "::1"), validation_alias="FIRSTREPLY_TRUSTED_PROXIES"
    )
    hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), validation_alias="FIRSTREPLY_HOSTS"
    )
    metrics_token: str | None = Field(default=None, validation_alias="FIRSTREPLY_METRICS_TOKEN")


class Proxies:
    """The proxies that are believed."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks = [ip_network(one, strict=False) for one in trusted]

    def client(self, peer: str, forwarded: str | None) -> str:
        """Return where a connection comes from: the last address that no trusted proxy has.

        Args:
            peer: the other end of the connection.
            forwarded: the X-Forwarded-For header; each proxy added the address it was called from.
        """
        client = peer
        for hop in reversed(forwarded.split(",") if forwarded else ()):
            if not self._trusts(client) or _address(hop.strip()) is None:
                break
            client = hop.strip()
        return client

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)


def household(address: str) -> str:
    """Return what one customer's addresses have in common: all of IPv4, half of IPv6."""
    known = _address(address)
    if isinstance(known, IPv6Address):
        return str(IPv6Network((known, _IPV6_SITE_BITS), strict=False))
    return address


def is_loopback(address: str) -> bool:
    """Return whether an address is of this machine."""
    known = _address(address)
    return known is not None and known.is_loopback


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
