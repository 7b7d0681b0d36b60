"""Finds out what an uploaded file is, from its bytes alone; what it was called proves nothing."""

from __future__ import annotations

from services.gateway.domain.files.archives import judge_archive, looks_like_archive
from services.gateway.domain.files.media import EXTENSIONS, OTHER_TYPE, Fit, ReadAt, Unfit
from services.gateway.domain.files.pictures import judge_picture, looks_like_picture
from services.gateway.domain.files.texts import judge_text
from shared.contracts.files import MediaType

HEAD = 16


def inspect(read_at: ReadAt, size: int, name: str) -> Fit | Unfit:
    """Return what the file is, or why it may not be kept.

    Args:
        read_at: reads the file; never asked for more than a directory of an archive at once.
        size: its length in bytes.
        name: what its sender calls it: it tells a table from other text, and nothing else.
    """
    head = read_at(0, HEAD)
    picture = looks_like_picture(head)
    if picture is not None:
        return judge_picture(picture, read_at)
    if head.startswith(b"%PDF-"):
        return Fit(MediaType.PDF)
    if looks_like_archive(head):
        return judge_archive(read_at, size)
    if not size:
        return OTHER_TYPE
    is_table = name.lower().endswith(EXTENSIONS[MediaType.CSV])
    return judge_text(read_at, size, is_table=is_table)
