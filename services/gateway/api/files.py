"""Files over HTTP: ask for an upload, bring the bytes; ask for a link, fetch the bytes."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Final, TypeAlias
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.gateway.api.callers import RequireUploader
from services.gateway.usecases.download_file import Downloading, link_file, open_file
from services.gateway.usecases.file_ports import OpenedBytes, Uploader, WrongLengthError
from services.gateway.usecases.upload_file import Uploading, ask_upload, receive_upload
from shared.contracts.files import FileLink, NewFile, StoredFile, UploadPlace
from shared.contracts.wire import FileId
from shared.kit.web.bodies import JsonBody

FETCHED_WITHIN_S: Final = 600.0
"""For 10 MiB at 18 KiB/s; whoever reads slower than that only holds the file open."""
_ANY_BYTES: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def file_routes(caller: RequireUploader, up: Uploading, down: Downloading) -> APIRouter:
    """Return the endpoints under /v1/files."""
    router = APIRouter(prefix="/v1/files", tags=["files"])
    Caller: TypeAlias = Annotated[Uploader, Depends(caller)]

    @router.post("", status_code=201)
    async def ask_for_upload(caller: Caller, new: JsonBody[NewFile]) -> UploadPlace:
        """Return where to PUT a file's bytes, within ten minutes."""
        return await ask_upload(caller, new, up)

    @router.put(
        "/upload/{signed}",
        status_code=201,
        openapi_extra={"requestBody": {"required": True, "content": _ANY_BYTES}},
    )
    async def bring_bytes(signed: str, request: Request) -> StoredFile:
        """Keep the bytes of an upload: the raw body, of exactly the size that was asked for.

        What kind of file it is, its bytes say; the answer tells. Send its `id` with a message
        within a day: what was not sent by then is removed.
        """
        return await receive_upload(signed, _length(request), _body(request), up)

    @router.get(
        "/content/{signed}",
        response_class=Response,
        responses={200: {"content": _ANY_BYTES, "description": "The file, as an attachment"}},
    )
    async def fetch_bytes(signed: str) -> Response:
        """Return a file's bytes to whoever has its link; the whole of it, never a range."""
        return FileContent(*await open_file(signed, down))

    @router.get("/{file_id}")
    async def ask_for_link(caller: Caller, file_id: FileId) -> FileLink:
        """Return a link to a file of a conversation that one may read; it lasts five minutes."""
        return await link_file(caller, file_id, down)

    return router


class FileContent(Response):
    """A file's bytes, which no browser shows as a page nor runs."""

    def __init__(self, file: StoredFile, opened: OpenedBytes) -> None:
        super().__init__(media_type=file.media_type, headers=_headers(file, opened))
        self._opened = opened

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the bytes piece by piece, as they are read by the other end."""
        start = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }
        async with asyncio.timeout(FETCHED_WITHIN_S), aclosing(self._opened.pieces()) as pieces:
            await send(start)
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


def _headers(file: StoredFile, opened: OpenedBytes) -> dict[str, str]:
    return {
        "Content-Length": str(opened.size_bytes),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, max-age=300",
        "Accept-Ranges": "none",
    }


def _length(request: Request) -> int | None:
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else None


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect:
        raise WrongLengthError from None
