"""Built pages as static files; knows none of them by name."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HASHED_FOLDER = "/assets/"
"""Where the bundler puts files whose names change with their content."""

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


class Pages(StaticFiles):
    """Static files that browsers may keep by name, under paths that no API uses."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; 404 for everything below /v1, whatever the method."""
        if path == "v1" or path.startswith("v1/"):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        lasting = HASHED_FOLDER in f"/{path}"
        response.headers["Cache-Control"] = FOR_EVER if lasting else ASK_FIRST
        return response
