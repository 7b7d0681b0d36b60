"""Answers every node's question who was signed out, and tells them when to ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from shared.contracts import subjects
from shared.contracts.revocations import RevocationPage, RevocationsRequest
from shared.kernel.clock import Instant
from shared.kernel.errors import RefusedError
from shared.kit.auth.revocations import Revocations
from shared.kit.bus.interface import Bus, BusError

log = structlog.get_logger()


@asynccontextmanager
async def telling_revocations(
    bus: Bus, since: Callable[[Instant], Awaitable[RevocationPage]]
) -> AsyncIterator[None]:
    """Serve the question while the block runs; any router knows, it is the tables' word."""

    async def tell(raw: bytes) -> bytes:
        return (await since(RevocationsRequest.model_validate_json(raw).since)).to_json()

    telling = await bus.serve(subjects.REVOCATIONS, tell)
    try:
        yield
    finally:
        await telling.close()


async def spread_revocations(bus: Bus, revocations: Revocations) -> None:
    """Have every node ask now; on return this one has, unless the database is away."""
    try:
        await bus.publish(subjects.TOKENS_REVOKED, b"")
    except BusError:  # each node asks within a second anyway
        log.warning("revocations.spread_failed")
    with suppress(RefusedError, TimeoutError):
        await revocations.look()
