"""Reads a Shopify store's collections page by page over its Admin API, as fast as it is let.

The access token goes into one header and nowhere else: not into a URL, a log or an error.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import httpx
from pydantic_core import from_json

from services.history.shops.told import without_nul
from services.history.usecases.back_fill import Page
from shared.kernel.errors import ErrorCode, RefusedError

API: Final = "/admin/api/2025-01/"
PAGE_OBJECTS: Final = 250
"""The most Shopify gives in one page."""
TIMEOUT_S: Final = 30.0
"""Without a byte."""
PAGE_WITHIN_S: Final = 120.0
"""A whole page: one that drips is asked for again."""
PAGE_MAX_BYTES: Final = 64 * 1_024 * 1_024
"""Of a page once it is unpacked: 250 orders of a quarter of a MiB each."""
STANDING_PAGES_MAX: Final = 10
"""Pages in a row without a newer object: a store that goes on so goes round."""
PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Before each further attempt at a page: half a minute covers a fault of theirs."""
WAIT_MAX_S: Final = 60.0
"""A longer Retry-After is taken for this: a store's limit refills in 20 seconds."""
LEAK_S: Final = 0.5
"""A store's bucket of calls leaks two a second; near its brim we wait for one."""
NEARLY_FULL: Final = 0.9

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="?next"?')
_CALL_LIMIT = "x-shopify-shop-api-call-limit"
_HEADS = ("link", "retry-after", _CALL_LIMIT)
_CALLS = re.compile(r"(\d{1,6})/(\d{1,6})")


class ShopifyApi:
    """The pages of a store's collections; a page without an answer is asked for again."""

    def __init__(self, client: httpx.AsyncClient, *, sleep: Sleep = asyncio.sleep) -> None:
        self._client = client
        self._sleep = sleep

    async def count(self, collection: str) -> int | None:
        """Return how many objects a collection has, or None when the store does not say.

        Raises:
            RefusedError: the store refuses the token, or does not answer.
        """
        answer = await self._get(f"{API}{collection}/count.json", _every(collection))
        if answer.status_code != httpx.codes.OK:
            return None
        found = _object(answer).get("count")
        return found if isinstance(found, int) else None

    async def pages(self, collection: str, since: str | None) -> AsyncIterator[Page]:
        """Yield the pages after an object, oldest first; `since` is a cursor of an earlier page.

        Raises:
            RefusedError: the store refuses, does not answer, or answers something else.
        """
        params: Mapping[str, str] | None = {
            **_every(collection),
            "limit": str(PAGE_OBJECTS),
            "since_id": since or "0",
            "order": "id asc",
        }
        url: str | None = f"{API}{collection}.json"
        newest, standing = 0, 0
        while url is not None:
            answer = await self._get(url, params)
            objects = _objects(answer, collection)
            last = objects[-1].get("id") if objects else None
            yield Page(objects, None if last is None else str(last))
            standing += 1
            if isinstance(last, int) and last > newest:
                newest, standing = last, 0
            url, params = self._next(answer), None
            if url is not None and standing >= STANDING_PAGES_MAX:
                raise _round()

    def _next(self, answer: httpx.Response) -> str | None:
        """Return where the next page is: at this store, or nowhere (the token goes there)."""
        found = _NEXT.search(answer.headers.get("link", ""))
        if found is None:
            return None
        try:
            here, there = self._client.base_url, httpx.URL(found[1])
        except httpx.InvalidURL:
            raise _foreign() from None
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise _foreign()
        return found[1]

    async def _get(self, url: str, params: Mapping[str, str] | None) -> httpx.Response:
        for pause_s in (*PAUSES_S, None):
            answer = await self._try(url, params)
            wait_s = pause_s if answer is None else _wait_s(answer, pause_s)
            if answer is not None and wait_s is None:
                await self._leave_room(answer)
                return _allowed(answer)
            if wait_s is not None:
                await self._sleep(wait_s)
        raise RefusedError(
            ErrorCode.TRY_AGAIN,
            "The store stopped answering. What came is safe: "
            "import again, and it goes on from there.",
        )

    async def _try(self, url: str, params: Mapping[str, str] | None) -> httpx.Response | None:
        try:
            async with (
                asyncio.timeout(PAGE_WITHIN_S),
                self._client.stream("GET", url, params=params) as answer,
            ):
                return await _read(answer)
        except (httpx.RequestError, TimeoutError):
            return None

    async def _leave_room(self, answer: httpx.Response) -> None:
        """Wait when the store's bucket is nearly full: other programs of the shop call it too."""
        calls = _CALLS.fullmatch(answer.headers.get(_CALL_LIMIT, ""))
        if calls is not None and int(calls[1]) >= NEARLY_FULL * int(calls[2]):
            await self._sleep(LEAK_S)


async def _read(answer: httpx.Response) -> httpx.Response:
    """Return an answer with its whole body, and of its heads those that are looked at."""
    body = bytearray()
    async for some in answer.aiter_bytes(64 * 1_024):
        body += some
        if len(body) > PAGE_MAX_BYTES:
            raise _foreign()
    heads = {name: answer.headers[name] for name in _HEADS if name in answer.headers}
    return httpx.Response(answer.status_code, headers=heads, content=bytes(body))


def _every(collection: str) -> dict[str, str]:
    """Return what asks for all of a collection; Shopify gives open orders only, unless told."""
    return {} if collection == "products" else {"status": "any"}


def _wait_s(answer: httpx.Response, pause_s: float | None) -> float | None:
    """Return how long to wait before asking again, or None when this is the answer."""
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        told = answer.headers.get("retry-after", "")
        is_number = re.fullmatch(r"\d{1,6}(\.\d{1,6})?", told) is not None
        return min(float(told), WAIT_MAX_S) if is_number else pause_s
    return pause_s if answer.is_server_error else None


def _allowed(answer: httpx.Response) -> httpx.Response:
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise RefusedError(
            ErrorCode.BAD_CREDENTIALS,
            "The store refuses this access token: it needs read_orders and read_products.",
        )
    if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise RefusedError(ErrorCode.TRY_AGAIN, "The store does not answer now: try again later.")
    return answer


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = from_json(without_nul(answer.content))
    except ValueError:
        raise _foreign() from None
    if not isinstance(found, dict):
        raise _foreign()
    return found


def _objects(answer: httpx.Response, collection: str) -> list[dict[str, Any]]:
    found = _object(answer).get(collection) if answer.status_code == httpx.codes.OK else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _foreign()
    return found


def _foreign() -> RefusedError:
    return RefusedError(ErrorCode.BAD_IMPORT, "What answers there is not this store of Shopify.")


def _round() -> RefusedError:
    return RefusedError(
        ErrorCode.BAD_IMPORT, "The store's pages go round: they name ever more, and none is newer."
    )


@asynccontextmanager
async def open_shopify(url: str, token: str) -> AsyncIterator[ShopifyApi]:
    """Read the store at a URL with an access token of its Admin API."""
    async with httpx.AsyncClient(
        base_url=url,
        headers={"x-shopify-access-token": token, "accept": "application/json"},
        timeout=TIMEOUT_S,
        follow_redirects=False,  # the token goes to this store and to nobody else
    ) as client:
        yield ShopifyApi(client)
