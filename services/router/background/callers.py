"""Answers other services' question whether a caller may still administer its shop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from shared.contracts import subjects
from shared.contracts.changes import CallerAnswer, CallerCheck
from shared.contracts.claims import Principal
from shared.kit.bus.interface import Bus


@asynccontextmanager
async def checking_callers(
    bus: Bus, stands: Callable[[Principal], Awaitable[bool]]
) -> AsyncIterator[None]:
    """Serve the question while the block runs."""

    async def check(raw: bytes) -> bytes:
        caller = CallerCheck.model_validate_json(raw).principal
        return CallerAnswer(stands=await stands(caller)).to_json()

    checking = await bus.serve(subjects.CALLER_CHECK, check)
    try:
        yield
    finally:
        await checking.close()
