"""Fetches a document from an address that a stranger may have chosen: a public one, or nothing.

LESSONS 28: no private address is reached, by name, by redirect or by a name that changes its mind:
the address that was looked at is the one that is connected to, and redirects are not followed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Final

import httpcore

from shared.kernel.addresses import Address, is_public, may_name
from shared.kit.web.guarded_network import AddressRefusedError, GuardedNetwork

FETCH_WITHIN_S: Final = 3.0
DOCUMENT_MAX_BYTES: Final = 256 * 1_024
_OK = 200


class FetchRefusedError(Exception):
    """Nothing was fetched; the text says why in one sentence, and holds nothing of the address."""


class GuardedFetch:
    """Fetches documents.

    Args:
        allows: which addresses may be connected to; for tests of this machine alone another one.
        schemes: which may be fetched.
        tls: how the other end proves itself; by default as the system trusts.
    """

    def __init__(
        self,
        *,
        allows: Callable[[Address], bool] = is_public,
        schemes: Sequence[str] = ("https",),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._schemes = tuple(schemes)
        self._backend = GuardedNetwork(allows)
        self._tls = tls or ssl.create_default_context()

    async def __call__(self, url: str) -> bytes:
        """Return what is there.

        Raises:
            FetchRefusedError: it may not be fetched, is not there, too large or too slow.
        """
        if not may_name(url, self._schemes):
            raise FetchRefusedError("this is no https address that may be fetched")
        try:
            async with asyncio.timeout(FETCH_WITHIN_S):
                return await self._fetch(url)
        except TimeoutError:
            raise FetchRefusedError("the other end took too long") from None
        except AddressRefusedError as refusal:
            raise FetchRefusedError(str(refusal)) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
            raise FetchRefusedError("the other end could not be reached") from None

    async def _fetch(self, url: str) -> bytes:
        headers = [(b"accept", b"application/json"), (b"user-agent", b"firstreply")]
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls, network_backend=self._backend, max_connections=1
            ) as pool,
            pool.stream("GET", url, headers=headers) as response,
        ):
            if response.status != _OK:
                raise FetchRefusedError(f"the other end answered {response.status}")
            body = bytearray()
            async for chunk in response.aiter_stream():
                body += chunk
                if len(body) > DOCUMENT_MAX_BYTES:
                    raise FetchRefusedError("the document is too large")
        return bytes(body)
