"""Who was signed out: kept with the change that calls for it, read for all shops together."""

from __future__ import annotations

from uuid import UUID

import asyncpg

from services.router.storage.gate import Gate
from shared.contracts.claims import Principal
from shared.contracts.revocations import Revocation, RevocationPage
from shared.kernel.clock import Instant, from_datetime, to_datetime
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import SignInEnd
from shared.kit.change_log import NOT_SHOWN, ChangeLog
from shared.kit.database import Database, WriteTransaction

PAGE = 2_000
"""Revocations in one answer: 400 KB of a bus payload."""

_END_ALL = "SELECT router.end_sign_ins(:shop_id, :agent_id, :reason)"
_REVOKE = "SELECT router.revoke(:shop_id, :subject, 0, :reason)"
_NOW = "SELECT clock_timestamp() AS as_of"
_SINCE = """
    SELECT shop_id, subject, token_epoch, reason, revoked_at, until FROM router.revocations
    WHERE revoked_at >= $1 AND until > clock_timestamp() ORDER BY revoked_at LIMIT $2
    """


async def end_sign_ins(
    tx: WriteTransaction, shop_id: UUID, agent_id: UUID, reason: SignInEnd
) -> bool:
    """End every sign-in of an agent; false: there is no such agent."""
    named = {"shop_id": shop_id, "agent_id": agent_id, "reason": reason.value}
    return bool(await tx.value(_END_ALL, named))


async def revoke(tx: WriteTransaction, shop_id: UUID, subject: UUID, reason: SignInEnd) -> None:
    """End one sign-in, or what an API key's tokens allow."""
    await tx.row(_REVOKE, {"shop_id": shop_id, "subject": subject, "reason": reason.value})


class SignInAccounts:
    """See `usecases.administration_ports.SignInBook`."""

    def __init__(self, gate: Gate, log: ChangeLog) -> None:
        self._gate = gate
        self._log = log

    async def end(self, caller: Principal) -> None:
        """End the sign-in that calls."""
        async with self._gate.database.write(caller.shop_id) as tx:
            if caller.sign_in_id is not None:
                await revoke(tx, caller.shop_id, caller.sign_in_id, SignInEnd.SIGNED_OUT)
            elif caller.agent_id is not None:  # of the release before, which named no sign-in
                await end_sign_ins(tx, caller.shop_id, caller.agent_id, SignInEnd.SIGNED_OUT)

    async def end_own(self, caller: Principal) -> None:
        """End every sign-in of the agent who calls."""
        async with self._gate.database.write(caller.shop_id) as tx:
            if caller.agent_id is not None:
                await end_sign_ins(tx, caller.shop_id, caller.agent_id, SignInEnd.SIGNED_OUT)

    async def end_of(self, caller: Principal, agent_id: UUID) -> bool:
        """End every sign-in of an agent for an administrator; false: there is no such agent."""
        async with self._gate.write(caller) as tx:
            if not await end_sign_ins(tx, caller.shop_id, agent_id, SignInEnd.SIGNED_OUT):
                return False
            target = encode(IdKind.AGENT, agent_id)
            await self._log.record(tx, caller, "agent.signed_out", target, {"sign_ins": NOT_SHOWN})
        return True


class RevocationRows:
    """The revocations of all shops; the database connects as the sweep role."""

    def __init__(self, sweeper: Database) -> None:
        self._sweeper = sweeper

    async def since(self, instant: Instant) -> RevocationPage:
        """Return what was revoked since an instant.

        Raises:
            DatabaseAwayError: the database is away or busy.
        """
        (now,) = await self._sweeper.call(_NOW)
        rows = await self._sweeper.call(_SINCE, to_datetime(instant), PAGE)
        return RevocationPage(
            revocations=tuple(_revocation(row) for row in rows),
            as_of=from_datetime(now["as_of"]),
            more=len(rows) == PAGE,
        )


def _revocation(row: asyncpg.Record) -> Revocation:
    return Revocation(
        shop_id=row["shop_id"],
        subject=row["subject"],
        token_epoch=row["token_epoch"],
        reason=SignInEnd(row["reason"]),
        revoked_at=from_datetime(row["revoked_at"]),
        until=from_datetime(row["until"]),
    )
