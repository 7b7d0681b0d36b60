"""Connects to allowed addresses alone: the address that was looked at is the one connected to.

LESSONS 28: a name that stands for a private address is not connected to, nor is one that changes
its mind between the look and the connection.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any, TypeAlias

import httpcore
from typing_extensions import override

from shared.kernel.addresses import Address

LookUp: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]


async def _system_look_up(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]).partition("%")[0] for one in found]


class AddressRefusedError(Exception):
    """A name stands for an address that may not be connected to."""


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Looks a name up itself, looks at every address of it, and connects to one it looked at.

    Args:
        allows: which addresses may be connected to.
        look_up: the addresses that a name stands for now.
    """

    def __init__(self, allows: Callable[[Address], bool], look_up: LookUp | None = None) -> None:
        self._allows = allows
        self._look_up = look_up or _system_look_up
        self._network = httpcore.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = [ip_address(one) for one in await self._look_up(host, port)]
        if not addresses or not all(map(self._allows, addresses)):
            raise AddressRefusedError("the address is not of the public internet")
        return await self._network.connect_tcp(
            str(addresses[0]), port, timeout, local_address, socket_options
        )

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
