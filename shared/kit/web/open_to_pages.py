"""Lets the pages of any site call some paths (CORS): no cookie counts there, only tokens do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT_S: Final = 7_200
"""How long browsers ask no second time: Chromium takes no more than two hours."""
_ANY = (b"access-control-allow-origin", b"*")
_SHOWN = (b"access-control-expose-headers", b"Retry-After, X-Request-Id")
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": str(KEPT_S),
}


class OpenToPages:
    """Plain ASGI: answers what browsers ask before, and lets pages read the answers."""

    def __init__(self, app: ASGIApp, prefixes: Sequence[str]) -> None:
        self._app = app
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request answered, readable for every page where the path is open."""
        if scope["type"] != "http" or not self._is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
            return

        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], _ANY, _SHOWN]}
            await send(message)

        await self._app(scope, receive, send_open)

    def _is_open(self, path: str) -> bool:
        return any(path == one or path.startswith(f"{one}/") for one in self._prefixes)
