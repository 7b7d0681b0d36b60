"""Lets the pages of a site read what customers' REST answers them; says nothing to other pages."""

from __future__ import annotations

from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

ALLOWED = "firstreply.allowed_origin"
"""Where the ASGI scope lists the page that a request was let in from."""
PREFLIGHT_KEPT_S = 7_200
"""Chromium keeps one for two hours at most, Firefox for a day."""
METHODS = "GET, POST, DELETE"
HEADERS = "Authorization, Content-Type, Idempotency-Key"
EXPOSED = b"Retry-After"


class CustomerRoute(APIRoute):
    """An endpoint whose answers, refusals too, may be read by the page it let in."""

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        pages: list[str] = []
        scope[ALLOWED] = pages

        async def send_shared(message: Message) -> None:
            if message["type"] == "http.response.start" and pages:
                message = {**message, "headers": [*message["headers"], *_shared_with(pages[0])]}
            await send(message)

        await super().handle(scope, receive, send_shared)


def share_with(scope: Scope, origin: str | None) -> None:
    """Let this page read the answer to the request."""
    if origin is not None:
        scope[ALLOWED].append(origin)


def preflight(origin: str | None) -> Response:
    """Answer what a browser asks before a request with a token; None: this page may not ask."""
    if origin is None:
        return Response(status_code=403, headers={"Vary": "Origin"})
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": HEADERS,
            "Access-Control-Max-Age": str(PREFLIGHT_KEPT_S),
            "Vary": "Origin",
        },
    )


def _shared_with(origin: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", EXPOSED),
        (b"vary", b"Origin"),
    ]
