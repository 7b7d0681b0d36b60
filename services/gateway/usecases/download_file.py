"""Lets a file out: to who may read the conversation a URL for some minutes, for it the bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.gateway.usecases.file_ports import (
    FileAction,
    FileBytes,
    FilePasses,
    FileRows,
    KeptFile,
    MissingBytesError,
    OpenedBytes,
    Pass,
    Uploader,
)
from services.gateway.usecases.upload_file import stored
from shared.contracts.files import FileLink, StoredFile
from shared.contracts.urls import FILE_CONTENTS
from shared.kernel.clock import Clock, Millis
from shared.kernel.errors import ErrorCode, RefusedError

LINK_LASTS_MS: Final[Millis] = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Downloading:
    """What downloading needs."""

    rows: FileRows
    bytes: FileBytes
    passes: FilePasses
    allow_agent: Callable[[UUID, UUID, UUID], Awaitable[None]]
    """(shop, agent, conversation): passes whoever may read it; raises RefusedError NOT_FOUND."""
    clock: Clock


async def link_file(caller: Uploader, file_id: UUID, needs: Downloading) -> FileLink:
    """Return where the file's bytes can be had.

    Raises:
        RefusedError: NOT_FOUND, the same for what is not the caller's to see; ROUTING_UNAVAILABLE.
    """
    kept = await needs.rows.find(caller.shop_id, file_id)
    if kept is None or kept.digest is None or not await _may_read(caller, kept, needs):
        raise _not_found()
    one = Pass(FileAction.DOWNLOAD, kept.shop_id, kept.id, needs.clock.now() + LINK_LASTS_MS)
    url = f"{FILE_CONTENTS}{needs.passes.sign(one)}"
    return FileLink(file=stored(kept), url=url, expires_at=one.expires_at)


async def open_file(signed: str, needs: Downloading) -> tuple[StoredFile, OpenedBytes]:
    """Return a file and its bytes to whoever has its URL.

    Raises:
        RefusedError: NOT_FOUND; FILE_MISSING: this node's folder does not have it.
    """
    allowed = needs.passes.read(signed, FileAction.DOWNLOAD, needs.clock.now())
    kept = await needs.rows.find(allowed.shop_id, allowed.file_id) if allowed else None
    if kept is None or kept.digest is None:
        raise _not_found()
    try:
        return stored(kept), await needs.bytes.open(kept.id, kept.digest)
    except MissingBytesError:
        raise RefusedError(ErrorCode.FILE_MISSING, _MISSING) from None


async def _may_read(caller: Uploader, kept: KeptFile, needs: Downloading) -> bool:
    if kept.uploader_id == caller.id or caller.reads_all:
        return True
    if not caller.is_agent:
        return kept.session_id == caller.id
    if kept.conversation_id is None:
        return False
    try:
        await needs.allow_agent(caller.shop_id, caller.id, kept.conversation_id)
    except RefusedError as refusal:
        if refusal.code is not ErrorCode.NOT_FOUND:
            raise
        return False
    return True


def _not_found() -> RefusedError:
    return RefusedError(ErrorCode.NOT_FOUND, "There is no such file, or this link is over.")


_MISSING = (
    "This server's folder does not hold the file: all gateways must share one folder of files."
)
