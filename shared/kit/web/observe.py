"""The outermost layer of every request: its id, its one log line, its metrics."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from shared.kit.web.problems import REQUEST_ID_KEY
from shared.kit.web.sse import MEDIA_TYPE as EVENT_STREAM

log = structlog.get_logger()

REQUEST_SECONDS = Histogram(
    "firstreply_http_request_seconds",
    "From a request's head to the end of its answer; for an event stream, to its head",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
REQUESTS = Counter(
    "firstreply_http_requests_total",
    "Requests answered, by status",
    ["method", "route", "status"],
)

UNMATCHED = "unmatched"
"""The route of a request that no route took: a raw path would make labels without bound."""

CLIENT_CLOSED = 499
"""nginx's status for a client that left before the answer began."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET_ROUTES = frozenset({"/health", "/ready", "/metrics"})
"""Asked every few seconds by machines: counted, and logged only at debug."""

_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9_.:-]{1,64}")


@dataclass(slots=True)
class _Answer:
    """What is known of the answer so far."""

    began: float = field(default_factory=time.perf_counter)
    status: int = CLIENT_CLOSED
    head_after: float | None = None
    is_stream: bool = False

    def note_head(self, message: Message) -> None:
        self.status = message["status"]
        self.head_after = time.perf_counter() - self.began
        self.is_stream = any(
            name == b"content-type" and value.startswith(EVENT_STREAM.encode())
            for name, value in message["headers"]
        )


class Observe:
    """Plain ASGI: awaits the app within the request's own task and buffers nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the request, have it answered, tell of it once."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope[REQUEST_ID_KEY] = _request_id(scope)
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        answer = _Answer()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.note_head(message)
                head = [*message["headers"], (b"x-request-id", request_id.encode())]
                message = {**message, "headers": head}
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        finally:
            _record(scope, answer)


def route_of(scope: Scope) -> str:
    """Return the template of the route that took the request, such as /v1/orders/{id}."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    for route in (included, scope.get("route")):
        path = getattr(route, "path", None)
        if isinstance(path, str):
            return path
    return UNMATCHED


def _method(scope: Scope) -> str:
    method = scope["method"]
    return method if method in _METHODS else "other"


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return encode(IdKind.REQUEST, new_id())


def _record(scope: Scope, answer: _Answer) -> None:
    method, route = _method(scope), route_of(scope)
    total = time.perf_counter() - answer.began
    counted = answer.head_after if answer.is_stream and answer.head_after else total
    REQUEST_SECONDS.labels(method, route).observe(counted)
    REQUESTS.labels(method, route, str(answer.status)).inc()
    write = log.debug if route in _QUIET_ROUTES else log.info
    write(
        "request",
        method=method,
        route=route,
        status=answer.status,
        duration_ms=round(total * 1_000, 1),
    )
