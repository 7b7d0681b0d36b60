"""Takes files in: who asks gets a place for some minutes, who has the place brings the bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NoReturn
from uuid import UUID

from services.gateway.domain.card_numbers import masked
from services.gateway.domain.files.inspection import inspect
from services.gateway.domain.files.media import Fit
from services.gateway.domain.files.names import clean_name
from services.gateway.usecases.file_ports import (
    FileAction,
    FileBytes,
    FilePasses,
    FileRows,
    KeptFile,
    Pass,
    Quotas,
    UnfitFileError,
    Uploader,
    WrongLengthError,
)
from shared.contracts.files import FILE_MAX_BYTES, MediaType, NewFile, StoredFile, UploadPlace
from shared.contracts.urls import FILE_UPLOADS
from shared.kernel.clock import Clock, Millis
from shared.kernel.errors import ErrorCode, RefusedError

UPLOAD_WITHIN_MS: Final[Millis] = 10 * 60_000
"""A person's time to try again, over a poor line."""

_ALIASES = frozenset({"application/csv", "application/vnd.ms-excel", "text/comma-separated-values"})
"""What some systems call a table (CSV)."""
_TAKEN = frozenset(MediaType) | _ALIASES
_UNSAID = frozenset({"application/octet-stream", "image/jpg", "application/zip"})
"""What is said by whoever does not know."""


@dataclass(frozen=True, slots=True)
class Uploading:
    """What uploading needs."""

    rows: FileRows
    bytes: FileBytes
    passes: FilePasses
    customer_quotas: Quotas
    agent_quotas: Quotas
    take_one: Callable[[Uploader], Millis]
    """Returns how long the uploader has to wait before the next file."""
    place: Callable[[UUID], AbstractContextManager[None]]
    """Holds one of the places for uploads that go on; raises RefusedError when there is none."""
    clock: Clock
    new_id: Callable[[], UUID]


async def ask_upload(caller: Uploader, new: NewFile, needs: Uploading) -> UploadPlace:
    """Return where the file's bytes may be brought.

    Raises:
        RefusedError: BODY_TOO_LARGE, FILE_TYPE, FILE_QUOTA, RATE_LIMITED.
    """
    if new.size_bytes > FILE_MAX_BYTES:
        raise RefusedError(ErrorCode.BODY_TOO_LARGE, _TOO_LARGE)
    if new.media_type.partition(";")[0].strip().lower() not in _TAKEN | _UNSAID:
        _refuse_type()
    wait_ms = needs.take_one(caller)
    if wait_ms:
        raise RefusedError(ErrorCode.RATE_LIMITED, _TOO_OFTEN, retry_after_ms=wait_ms)
    now = needs.clock.now()
    kept = KeptFile(
        id=needs.new_id(),
        shop_id=caller.shop_id,
        uploader_id=caller.id,
        name=masked(new.name),
        media_type=new.media_type,
        size_bytes=new.size_bytes,
    )
    quotas = needs.agent_quotas if caller.is_agent else needs.customer_quotas
    if not await needs.rows.add(kept, quotas, now):
        raise RefusedError(ErrorCode.FILE_QUOTA, _TOO_MUCH)
    one = Pass(FileAction.UPLOAD, caller.shop_id, kept.id, now + UPLOAD_WITHIN_MS)
    url = f"{FILE_UPLOADS}{needs.passes.sign(one)}"
    return UploadPlace(id=kept.id, upload_url=url, expires_at=one.expires_at)


async def receive_upload(
    signed: str, length: int | None, body: AsyncIterator[bytes], needs: Uploading
) -> StoredFile:
    """Keep a file's bytes. The same bytes again are the same file, other ones are refused.

    Args:
        signed: what the upload's URL ends in.
        length: the request's Content-Length.
        body: the bytes as they come.
        needs: what uploading needs.

    Raises:
        RefusedError: NOT_FOUND, INVALID_REQUEST, FILE_TYPE, FILE_UNFIT, ALREADY_EXISTS, TRY_AGAIN.
    """
    allowed = needs.passes.read(signed, FileAction.UPLOAD, needs.clock.now())
    asked = await needs.rows.find(allowed.shop_id, allowed.file_id) if allowed else None
    if asked is None:
        raise RefusedError(ErrorCode.NOT_FOUND, _NO_PLACE)
    if length != asked.size_bytes:
        raise RefusedError(ErrorCode.INVALID_REQUEST, _WRONG_LENGTH)
    with needs.place(asked.uploader_id):
        digest, what = await _put(asked, body, needs.bytes)
    name = clean_name(asked.name, what.media_type)
    if await needs.rows.complete(asked.shop_id, asked.id, name, digest, what):
        return stored(_completed(asked, name, digest, what))
    there = await needs.rows.find(asked.shop_id, asked.id)
    if there is not None and there.digest == digest:
        return stored(there)
    await needs.bytes.delete(asked.id, digest)
    raise RefusedError(ErrorCode.ALREADY_EXISTS, _THERE_ALREADY)


async def _put(asked: KeptFile, body: AsyncIterator[bytes], into: FileBytes) -> tuple[bytes, Fit]:
    judge = partial(inspect, name=asked.name)
    try:
        return await into.put(asked.id, body, asked.size_bytes, judge)
    except WrongLengthError:
        raise RefusedError(ErrorCode.INVALID_REQUEST, _WRONG_LENGTH) from None
    except UnfitFileError as error:
        if error.why.code is ErrorCode.FILE_TYPE:
            _refuse_type()
        raise RefusedError(error.why.code, _UNFIT) from None


def _completed(asked: KeptFile, name: str, digest: bytes, what: Fit) -> KeptFile:
    return replace(
        asked,
        name=name,
        digest=digest,
        media_type=what.media_type,
        width=what.width,
        height=what.height,
    )


def stored(kept: KeptFile) -> StoredFile:
    """Return what is told of a file whose bytes have come."""
    return StoredFile(
        id=kept.id,
        name=kept.name,
        media_type=MediaType(kept.media_type),
        size_bytes=kept.size_bytes,
        width=kept.width,
        height=kept.height,
    )


def _refuse_type() -> NoReturn:
    raise RefusedError(ErrorCode.FILE_TYPE, _OTHER_TYPE) from None


_TOO_LARGE = f"A file has at most {FILE_MAX_BYTES >> 20} MiB."
_OTHER_TYPE = "Pictures (PNG, JPEG, GIF, WebP), PDF, plain text, CSV, DOCX and XLSX are taken."
_UNFIT = "This file would unpack to too much: send it smaller, or as another kind of file."
_TOO_OFTEN = "Too many files at once: wait a little."
_TOO_MUCH = "That is more than may be uploaded within a day."
_NO_PLACE = "This upload is not known, or its time is over: ask for another."
_WRONG_LENGTH = "The Content-Length must be the size_bytes that were asked for, and be kept to."
_THERE_ALREADY = "Other bytes are there already: ask for another upload."
