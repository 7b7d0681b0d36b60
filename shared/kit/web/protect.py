"""What every answer's head must say to browsers, and how much a request may send for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.urls import CUSTOMERS, UPLOADS, BodyLimits
from shared.kernel.errors import ErrorCode
from shared.kit.web.problems import REQUEST_ID_KEY, Problems

BODY_MAX_BYTES = 1 << 20
"""1 MiB: the largest batch of orders is well under it, a message is 20 KiB at most."""

BODY_DEADLINE_S = 15.0
"""From a request's head to its body's last byte: 1 MiB on a 0.6 Mbit/s line."""

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""For our own pages. Inline styles: the console's components set them; scripts are files only.
Pictures that were sent come as blobs, which their own page fetched with its sign-in."""

_NOT_MODIFIED = 304
_FIXED_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
_DATA_POLICY = (b"content-security-policy", API_POLICY.encode())
_NOT_KEPT = (b"cache-control", b"no-store")
DATA_HEADERS = (*_FIXED_HEADERS, _DATA_POLICY, _NOT_KEPT)
"""What every answer has that is data and says nothing of this itself."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a body may be and how long it may take to arrive."""

    body_max_bytes: int = BODY_MAX_BYTES
    body_deadline_s: float = BODY_DEADLINE_S
    others: tuple[BodyLimits, ...] = (UPLOADS, CUSTOMERS)
    """Where endpoints stream what comes and judge the caller before they do, and where anybody may
    ask."""

    def at(self, path: str) -> Limits:
        """Return the limits of a request to this path."""
        for other in self.others:
            if path.startswith(other.prefixes):
                return Limits(other.max_bytes, other.deadline_s)
        return self


class Protect:
    """Plain ASGI: refuses large and slow bodies, sets the security headers."""

    def __init__(
        self, app: ASGIApp, problems: Problems, limits: Limits, page_policy: str = PAGE_POLICY
    ) -> None:
        self._app = app
        self._problems = problems
        self._limits = limits
        self._policy_of_pages = (b"content-security-policy", page_policy.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request answered within the limits, the answer's head completed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                head = self._protected(message["headers"], message["status"])
                message = {**message, "headers": head}
            await send(message)

        limits = self._limits.at(scope["path"])
        if _declared_length(scope) > limits.body_max_bytes:
            await self._refuse_early(scope, receive, send_protected)
            return
        body = _LimitedBody(receive, limits)
        await self._app(scope, body.receive, send_protected)

    async def _refuse_early(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._problems.response(
            scope.get(REQUEST_ID_KEY),
            ErrorCode.BODY_TOO_LARGE,
            headers={"Connection": "close"},  # else the server would read the rest to throw it away
        )
        await response(scope, receive, send)

    def _protected(
        self, headers: Iterable[tuple[bytes, bytes]], status: int
    ) -> list[tuple[bytes, bytes]]:
        head = [*headers, *_FIXED_HEADERS]
        said = dict(head)
        # A 304 has no type, and its headers replace those of the kept page (RFC 9111, 3.2):
        # data's policy on it would forbid that page everything.
        if b"content-security-policy" not in said and status != _NOT_MODIFIED:
            is_page = said.get(b"content-type", b"").startswith(b"text/html")
            head.append(self._policy_of_pages if is_page else _DATA_POLICY)
        if b"cache-control" not in said:
            head.append(_NOT_KEPT)
        return head


class _LimitedBody:
    """Hands a body on until it is too large or too slow."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._limits = limits
        self._deadline = asyncio.get_running_loop().time() + limits.body_deadline_s
        self._size = 0
        self._is_whole = False

    async def receive(self) -> Message:
        if self._is_whole:  # what follows is the client's leaving, however late
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        self._size += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._size > self._limits.body_max_bytes:
            raise HTTPException(413, headers={"Connection": "close"})
        return message


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
