"""Connects to allowed addresses alone: the address that was looked at is the one connected to.

LESSONS 28: a name that stands for a private address is not connected to, nor is one that changes
its mind between the look and the connection.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final, TypeAlias

import httpcore
from typing_extensions import override

from shared.kernel.addresses import Address

LookUp: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
_Found: TypeAlias = "asyncio.Future[Sequence[str]]"

LOOK_UPS_MAX: Final = 256
"""Names that are looked up at a time; each has a thread for as long as the system takes."""


class SystemNames:
    """Looks names up as the system does, each in a thread of its own.

    The system's look-up cannot be stopped, and takes half a minute where no name server answers.
    In the event loop's few threads, a handful of such names would hold up every other name, and
    whatever else waits for these threads. A name that is being looked up is not looked up beside
    that. A thread that is left behind does not keep the process from ending.
    """

    def __init__(self) -> None:
        self._under_way: dict[str, _Found] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a name.

        Raises:
            OSError: it has none, cannot be a name, or too many are being looked up.
        """
        found = self._under_way.get(host)
        if found is None:
            found = self._start(host, port)
        return await asyncio.shield(found)

    def _start(self, host: str, port: int) -> _Found:
        if len(self._under_way) >= LOOK_UPS_MAX:
            raise OSError("too many names are being looked up")
        loop = asyncio.get_running_loop()
        found: _Found = loop.create_future()
        self._under_way[host] = found

        def end(answer: Sequence[str] | OSError) -> None:
            del self._under_way[host]
            if isinstance(answer, OSError):
                found.set_exception(answer)
                found.exception()  # who asked may have gone
            else:
                found.set_result(answer)

        def look_up() -> None:
            answer = _addresses(host, port)
            with suppress(RuntimeError):  # the loop may have ended
                loop.call_soon_threadsafe(end, answer)

        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        return found


def _addresses(host: str, port: int) -> Sequence[str] | OSError:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError:  # an empty label, or one over 63 characters
        return socket.gaierror(socket.EAI_NONAME, "this cannot be a name")
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
        self._look_up = look_up or SystemNames()
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
