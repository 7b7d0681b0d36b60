"""Answers the GET of one thing ahead of FastAPI, whose parsing costs more than most such answers.

Only what could not be plainer is taken: a bearer token, an id of the right kind, nothing else in
the path, no body. All else, and so every refusal of a malformed request, stays with the router's
own endpoint, which has the same path and is what the documents show. What a hot path itself
refuses is told where all refusals are, in the midst of the app.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kernel.errors import RefusedError
from shared.kernel.ids import IdKind, decode
from shared.kit.web.hosts import Hosts, host_of
from shared.kit.web.observe import observation_of
from shared.kit.web.problems import REQUEST_ID_KEY, Problems
from shared.kit.web.protect import DATA_HEADERS

_BEARER: Final = b"Bearer "
_BODY: Final = frozenset({b"content-length", b"transfer-encoding"})
_FAILURE: Final = "firstreply.hot_failure"
"""Where the ASGI scope holds why a hot path gave no answer."""
_OK: Final = 200
_HEAD: Final = ((b"content-type", b"application/json"), *DATA_HEADERS)

Answer: TypeAlias = Callable[[str, UUID], Awaitable[bytes]]
"""Admits the bearer of a token and returns the JSON; raises RefusedError."""


@dataclass(frozen=True, slots=True)
class HotGet:
    """A path of one id at its end, such as /v1/customers/{customer_id}."""

    path: str
    kind: IdKind
    answer: Answer

    @property
    def prefix(self) -> str:
        """Return what stands before the id."""
        return self.path.partition("{")[0]


class HotRouter(APIRouter):
    """A router one of whose GETs is answered ahead of FastAPI, when it is asked for plainly."""

    hot: HotGet | None = None


def hot_paths(routers: Sequence[APIRouter]) -> tuple[HotGet, ...]:
    """Return the hot paths of these routers."""
    return tuple(one.hot for one in routers if isinstance(one, HotRouter) and one.hot is not None)


class HotPaths:
    """Plain ASGI, ahead of everything: answers what is plainly one of the hot paths.

    Everything else it hands on. An answer has the head, the line in the log and the count that the
    layers behind would have given it.
    """

    def __init__(self, app: ASGIApp, hot: Iterable[HotGet], hosts: Hosts) -> None:
        self._app = app
        self._hot = tuple((one.prefix, one) for one in hot)
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request answered."""
        found = self._taken(scope)
        if found is None or not await _answered(scope, send, *found):
            await self._app(scope, receive, send)

    def _taken(self, scope: Scope) -> tuple[HotGet, str, UUID] | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path: str = scope["path"]
        for prefix, hot in self._hot:
            if path.startswith(prefix):
                named = _id_of(hot.kind, path[len(prefix) :])
                token = _token_of(scope)
                if named is None or token is None or not self._hosts.know(host_of(scope)):
                    return None
                return hot, token, named
        return None


async def _answered(scope: Scope, send: Send, hot: HotGet, token: str, named: UUID) -> bool:
    """Answer; return False where that failed, and is still to be told."""
    scope["route"] = hot  # what metrics and the log call the route
    seen = observation_of(scope)
    try:
        body = await hot.answer(token, named)
    except Exception as failure:  # noqa: BLE001  `HotFailures` raises it, whatever it is
        scope[_FAILURE] = failure
        return False
    except BaseException:
        seen.tell(scope)
        raise
    seen.status = _OK
    told = (
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", seen.request_id.encode()),
    )
    try:
        await send({"type": "http.response.start", "status": _OK, "headers": (*_HEAD, *told)})
        await send({"type": "http.response.body", "body": body})
    finally:
        seen.tell(scope)
    return True


class HotFailures:
    """Plain ASGI, innermost: tells of a hot path's failure as of any other."""

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self._app = app
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell of the failure, or have the request answered.

        Raises:
            Exception: what the hot path raised, unless it was a refusal.
        """
        failure: Exception | None = scope.pop(_FAILURE, None)
        if failure is None:
            await self._app(scope, receive, send)
        elif isinstance(failure, RefusedError):
            await self._problems.refusal(scope.get(REQUEST_ID_KEY), failure)(scope, receive, send)
        else:
            raise failure


def _id_of(kind: IdKind, text: str) -> UUID | None:
    try:
        return decode(kind, text)
    except ValueError:
        return None


def _token_of(scope: Scope) -> str | None:
    """Return the token of the one Authorization header, if that is plainly a bearer's.

    None too for a request with a body, which is not plain.
    """
    said = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            if said is not None:
                return None
            said = value
        elif name in _BODY:
            return None
    if said is None or not said.startswith(_BEARER):
        return None
    token: str = said[len(_BEARER) :].decode("latin-1")
    return token if token and not token[0].isspace() else None
