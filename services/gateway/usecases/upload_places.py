"""Holds the places of uploads that go on: so many on a node, and few of them one uploader's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode, RefusedError

PLACES: Final = 64
"""Each holds an open file and half a megabyte at most."""
PLACES_OF_ONE: Final = 4
RETRY_AFTER_MS: Final[Millis] = 2_000


class UploadPlaces:
    """The uploads that go on at this node."""

    def __init__(self, places: int = PLACES, of_one: int = PLACES_OF_ONE) -> None:
        self._places = places
        self._of_one = of_one
        self._taken: Counter[UUID] = Counter()

    @contextmanager
    def hold(self, uploader_id: UUID) -> Iterator[None]:
        """Hold a place while the block runs.

        Raises:
            RefusedError: RATE_LIMITED when the uploader has enough, TRY_AGAIN when the node has.
        """
        if self._taken[uploader_id] >= self._of_one:
            raise self._refusal(ErrorCode.RATE_LIMITED)
        if self._taken.total() >= self._places:
            raise self._refusal(ErrorCode.TRY_AGAIN)
        self._taken[uploader_id] += 1
        try:
            yield
        finally:
            self._taken[uploader_id] -= 1
            if not self._taken[uploader_id]:
                del self._taken[uploader_id]

    def _refusal(self, code: ErrorCode) -> RefusedError:
        detail = "Too many uploads go on at once: wait a little."
        return RefusedError(code, detail, retry_after_ms=RETRY_AFTER_MS)
