"""Answers the GET of one thing ahead of FastAPI, whose parsing costs more than most such answers.

Only what could not be plainer is taken: a bearer token, an id of the right kind, nothing else in
the path. All else, and so every refusal of a malformed request, stays with the router's own
endpoint, which has the same path and is what the documents show.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kernel.errors import RefusedError
from shared.kernel.ids import IdKind, decode
from shared.kit.web.problems import REQUEST_ID_KEY, Problems

_BEARER: Final = b"Bearer "

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
    """Plain ASGI: answers what is plainly one of the hot paths, and hands everything else on."""

    def __init__(self, app: ASGIApp, hot: Sequence[HotGet], problems: Problems) -> None:
        self._app = app
        self._hot = tuple((one.prefix, one) for one in hot)
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request answered."""
        found = self._taken(scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        hot, token, named = found
        scope["route"] = hot  # what metrics and the log call the route
        try:
            body = await hot.answer(token, named)
        except RefusedError as refusal:
            await self._problems.refusal(scope.get(REQUEST_ID_KEY), refusal)(scope, receive, send)
            return
        head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    def _taken(self, scope: Scope) -> tuple[HotGet, str, UUID] | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path: str = scope["path"]
        for prefix, hot in self._hot:
            if path.startswith(prefix):
                named = _id_of(hot.kind, path[len(prefix) :])
                token = _token_of(scope)
                return None if named is None or token is None else (hot, token, named)
        return None


def _id_of(kind: IdKind, text: str) -> UUID | None:
    try:
        return decode(kind, text)
    except ValueError:
        return None


def _token_of(scope: Scope) -> str | None:
    """Return the token of the one Authorization header, if that is plainly a bearer's."""
    said = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(said) != 1 or not said[0].startswith(_BEARER):
        return None
    token: str = said[0][len(_BEARER) :].decode("latin-1")
    return token if token and not token[0].isspace() else None
