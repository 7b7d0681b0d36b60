"""Stands in for the router's word on who was signed out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from shared.contracts import subjects
from shared.contracts.claims import Principal
from shared.contracts.revocations import Revocation, RevocationPage
from shared.kernel.clock import Clock, Instant
from shared.kernel.vocabulary import SignInEnd
from shared.kit.auth.callers import Callers
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.revocations import Revocations
from shared.kit.bus.interface import Bus
from shared.kit.system_clock import SystemClock

DAY_MS = 24 * 3_600_000


def a_revocation(
    caller: Principal,
    subject: UUID | None,
    *,
    now: Instant,
    reason: SignInEnd = SignInEnd.SIGNED_OUT,
    epoch: int = 0,
) -> Revocation:
    assert subject is not None
    return Revocation(
        shop_id=caller.shop_id,
        subject=subject,
        token_epoch=epoch,
        reason=reason,
        revoked_at=now,
        until=now + DAY_MS,
    )


@asynccontextmanager
async def nobody_revoked(bus: Bus) -> AsyncIterator[None]:
    """Answer, as a router does, that every sign-in stands."""

    async def tell(_: bytes) -> bytes:
        return RevocationPage(revocations=(), as_of=SystemClock().now()).to_json()

    telling = await bus.serve(subjects.REVOCATIONS, tell)
    try:
        yield
    finally:
        await telling.close()


async def callers_of(keys: Keyring, clock: Clock) -> Callers:
    """Return who may call where nobody was signed out."""

    async def ask(_: Instant) -> RevocationPage:
        return RevocationPage(revocations=(), as_of=clock.now())

    revocations = Revocations(ask, clock)
    await revocations.look()
    return Callers(keys, revocations, clock)
