"""Built pages as static files; knows none of them by name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

HASHED_FOLDER = "/assets/"
"""Where the bundler puts files whose names change with their content."""

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


class Pages(StaticFiles):
    """Static files that browsers may keep by name, under paths that no API uses."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file; below /v1 only endpoints answer, and they say which methods."""
        if scope["type"] == "http" and _is_api(scope):
            await _refuse(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file."""
        response = await super().get_response(path, scope)
        if isinstance(response, RedirectResponse):
            response.headers["location"] = _into_folder(scope)
        lasting = HASHED_FOLDER in f"/{path}"
        response.headers["Cache-Control"] = FOR_EVER if lasting else ASK_FIRST
        return response


def _is_api(scope: Scope) -> bool:
    path = str(scope["path"])
    return path == "/v1" or path.startswith("/v1/")


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Have the endpoint that knows the path refuse the method; 404 when none does."""
    for route in scope["app"].routes:
        match, found = route.matches(scope)
        if match is Match.PARTIAL:
            scope.update(found)
            await route.handle(scope, receive, send)
            return
    raise HTTPException(404)


def _into_folder(scope: Scope) -> str:
    """Return a reference from a folder's name to the folder, that names no host (RFC 3986, 4.2).

    Starlette's own is built from the Host header, which is the caller's word.
    """
    name = quote(scope["path"].rpartition("/")[2])
    query = scope["query_string"].decode("latin-1")
    return f"./{name}/?{query}" if query else f"./{name}/"
