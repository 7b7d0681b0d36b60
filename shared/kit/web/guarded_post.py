"""Posts to an address that a stranger has chosen: a public one, or nothing.

LESSONS 28, as `guarded_fetch`. Nothing of the answer but its status is kept; a redirect is an
answer like any other.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import Enum
from typing import Final

import httpcore

from shared.kernel.addresses import Address, host_of, is_public, is_this_machine
from shared.kit.web.guarded_network import AddressRefusedError, GuardedNetwork

POST_WITHIN_S: Final = 10.0
"""From the look-up of the name to the answer's head."""
READ_MAX_BYTES: Final = 16 * 1_024
"""Of an answer, so that the connection may be used again; a longer one is cut off."""
READ_WITHIN_S: Final = 1.0
"""From the answer's head to its end, likewise."""
CONNECTIONS_MAX: Final = 256
IDLE_S: Final = 15.0
_BROKEN: Final = (httpcore.NetworkError, httpcore.ProtocolError, OSError)


class PostFault(Enum):
    """Why there is no answer."""

    ADDRESS_REFUSED = "address_refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"


class PostFailedError(Exception):
    """There is no answer.

    Attributes:
        fault: why.
    """

    def __init__(self, fault: PostFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class GuardedPost:
    """Posts bytes. Open it with `guarded_post`."""

    def __init__(
        self, public: httpcore.AsyncConnectionPool, here: httpcore.AsyncConnectionPool | None
    ) -> None:
        self._public = public
        self._here = here

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Return the status that was answered.

        Raises:
            PostFailedError: there is no answer.
        """
        try:
            async with asyncio.timeout(POST_WITHIN_S) as limit:
                return await self._post(url, headers, body, limit)
        except (TimeoutError, httpcore.TimeoutException):
            raise PostFailedError(PostFault.TIMED_OUT) from None
        except AddressRefusedError:
            raise PostFailedError(PostFault.ADDRESS_REFUSED) from None
        except _BROKEN:
            raise PostFailedError(PostFault.UNREACHABLE) from None

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes, limit: asyncio.Timeout
    ) -> int:
        here = is_this_machine(host_of(url))
        pool = self._here if here else self._public
        if pool is None or (not here and not url.startswith("https://")):
            raise AddressRefusedError
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        async with pool.stream("POST", url, headers=lines, content=body) as answer:
            limit.reschedule(None)  # the head is the answer, however the rest comes or ends
            await _read_some(answer)
            return answer.status


async def _read_some(answer: httpcore.Response) -> None:
    read = 0
    with suppress(TimeoutError, httpcore.TimeoutException, *_BROKEN):
        async with asyncio.timeout(READ_WITHIN_S):
            async for chunk in answer.aiter_stream():
                read += len(chunk)
                if read > READ_MAX_BYTES:
                    break


@asynccontextmanager
async def guarded_post(
    *,
    to_this_machine: bool = False,
    allows: Callable[[Address], bool] = is_public,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[GuardedPost]:
    """Post while the block runs.

    Args:
        to_this_machine: also to this machine, when it is named as such; by http, too.
        allows: which addresses other names may stand for; for tests another one.
        tls: how the other end proves itself; by default as the system trusts.
    """
    trusted = tls or ssl.create_default_context()
    async with AsyncExitStack() as stack:
        public = await stack.enter_async_context(_pool(allows, trusted))
        here = None
        if to_this_machine:
            here = await stack.enter_async_context(_pool(_is_loopback, trusted))
        yield GuardedPost(public, here)


def _pool(allows: Callable[[Address], bool], tls: ssl.SSLContext) -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncConnectionPool(
        ssl_context=tls,
        network_backend=GuardedNetwork(allows),
        max_connections=CONNECTIONS_MAX,
        max_keepalive_connections=CONNECTIONS_MAX // 4,
        keepalive_expiry=IDLE_S,
    )


def _is_loopback(address: Address) -> bool:
    return address.is_loopback
