"""What nobody expected: told to the log in full, to the caller without any of it."""

from __future__ import annotations

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.errors import ErrorCode
from shared.kit.web.problems import REQUEST_ID_KEY, Problems

log = structlog.get_logger()


class LastResort:
    """Plain ASGI: turns a failure into the problem `internal`, or cuts an answer half sent."""

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self._app = app
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request answered.

        Raises:
            Exception: the failure itself when the head is out: only closing the connection can
                tell the client then, and the server does that.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head_out = False

        async def send_noted(message: Message) -> None:
            nonlocal is_head_out
            is_head_out = is_head_out or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception:  # the edge of every request: nothing above it may see internals
            log.exception("request.failed", method=scope["method"])
            if is_head_out:
                raise
            problem = self._problems.response(scope.get(REQUEST_ID_KEY), ErrorCode.INTERNAL)
            await problem(scope, receive, send)
