"""The outermost layer of every request: its id, its one log line, its metrics."""

from __future__ import annotations

import re
import time
from functools import lru_cache

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

_OBSERVED = "firstreply.observed"
"""Where the ASGI scope holds how the request is observed."""
_EVENT_STREAM = EVENT_STREAM.encode()
_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9_.:-]{1,64}")


class Observation:
    """One request: what the log calls it, and what is told of it when it has ended."""

    __slots__ = ("_began", "_head_after", "_is_stream", "request_id", "status")

    def __init__(self, scope: Scope) -> None:
        self._began = time.perf_counter()
        self._head_after: float | None = None
        self._is_stream = False
        self.status = CLIENT_CLOSED
        self.request_id = scope[REQUEST_ID_KEY] = _request_id(scope)
        clear_contextvars()
        bind_contextvars(request_id=self.request_id)

    def note_head(self, message: Message) -> None:
        """Note what an answer's head says."""
        self.status = message["status"]
        self._head_after = time.perf_counter() - self._began
        self._is_stream = any(
            name == b"content-type" and value.startswith(_EVENT_STREAM)
            for name, value in message["headers"]
        )

    def tell(self, scope: Scope) -> None:
        """Count the request, and write its one line."""
        method, route = _method(scope), route_of(scope)
        total = time.perf_counter() - self._began
        counted = self._head_after if self._is_stream and self._head_after else total
        seconds, requests = _counted(method, route, self.status)
        seconds.observe(counted)
        requests.inc()
        write = log.debug if route in _QUIET_ROUTES else log.info
        write(
            "request",
            method=method,
            route=route,
            status=self.status,
            duration_ms=round(total * 1_000, 1),
        )


def observation_of(scope: Scope) -> Observation:
    """Return how a request is observed; whoever asks first begins with it."""
    begun: Observation | None = scope.get(_OBSERVED)
    if begun is None:
        begun = scope[_OBSERVED] = Observation(scope)
    return begun


class Observe:
    """Plain ASGI: awaits the app within the request's own task and buffers nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the request, have it answered, tell of it once."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = observation_of(scope)

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.note_head(message)
                head = [*message["headers"], (b"x-request-id", seen.request_id.encode())]
                message = {**message, "headers": head}
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        finally:
            seen.tell(scope)


@lru_cache(maxsize=1_024)
def _counted(method: str, route: str, status: int) -> tuple[Histogram, Counter]:
    """Return what counts such requests: to look both up costs more than to count."""
    return REQUEST_SECONDS.labels(method, route), REQUESTS.labels(method, route, str(status))


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
