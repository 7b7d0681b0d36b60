"""The names a server is called by: requests for others are refused.

A page of a stranger's can have its own name lead to this machine (DNS rebinding), and would then
read here as if it came from here. Its Host header tells.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kernel.errors import ErrorCode
from shared.kit.web.problems import REQUEST_ID_KEY, Problems

MISDIRECTED = 421
SENTENCE = "This server does not answer to that name."


class Hosts:
    """Names without ports; none at all means any name."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(name.lower() for name in names)

    def know(self, host: str | None) -> bool:
        """Say whether a Host header names us; its port is not looked at."""
        return not self._names or (host is not None and _name(host) in self._names)


def _name(host: str) -> str:
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


class KnownHost:
    """Plain ASGI: refuses requests for names that are not ours."""

    def __init__(self, app: ASGIApp, hosts: Hosts, problems: Problems) -> None:
        self._app = app
        self._hosts = hosts
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request answered if it is for us."""
        if scope["type"] != "http" or self._hosts.know(host_of(scope)):
            await self._app(scope, receive, send)
            return
        response = self._problems.response(
            scope.get(REQUEST_ID_KEY),
            ErrorCode.INVALID_REQUEST,
            status=MISDIRECTED,
            detail=SENTENCE,
        )
        await response(scope, receive, send)


def host_of(scope: Scope) -> str | None:
    """Return the one Host header of a request; None: there is none, or several."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return hosts[0] if len(hosts) == 1 else None
