"""Transactions of administration: every one asks first whether its caller may still do this."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Scope
from shared.kit.database import Database, ReadTransaction, WriteTransaction

_STANDS = """
    SELECT :operator
        OR EXISTS (SELECT FROM router.agents a
            WHERE a.shop_id = s.shop_id AND a.id = :agent_id AND 'admin' = ANY (a.roles)
                AND a.deactivated_at IS NULL)
        OR EXISTS (SELECT FROM router.api_keys k
            WHERE k.shop_id = s.shop_id AND k.id = :api_key_id AND 'admin' = ANY (k.scopes)
                AND k.revoked_at IS NULL)
    FROM router.shops s WHERE s.shop_id = :shop_id
    """


class Gate:
    """A token tells what was true when it was signed; the tables tell what is true now."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def stands(self, caller: Principal) -> bool:
        """Tell whether the caller may administer its shop now."""
        if Scope.ADMIN not in caller.scopes and Scope.OPERATOR not in caller.scopes:
            return False
        async with self.database.read(caller.shop_id) as tx:
            return await _stands(tx, caller)

    @asynccontextmanager
    async def read(self, caller: Principal) -> AsyncIterator[ReadTransaction]:
        """Open a read-only transaction of the caller's shop.

        Raises:
            RefusedError: NOT_SIGNED_IN, or for an operator NOT_FOUND: there is no such shop.
        """
        async with self.database.read(caller.shop_id) as tx:
            await _let_in(tx, caller)
            yield tx

    @asynccontextmanager
    async def write(self, caller: Principal) -> AsyncIterator[WriteTransaction]:
        """Open a transaction of the caller's shop; commits unless the block raises.

        Raises:
            RefusedError: NOT_SIGNED_IN, or for an operator NOT_FOUND: there is no such shop.
        """
        async with self.database.write(caller.shop_id) as tx:
            await _let_in(tx, caller)
            yield tx


async def _stands(tx: ReadTransaction, caller: Principal) -> bool:
    named = {
        "shop_id": caller.shop_id,
        "operator": Scope.OPERATOR in caller.scopes,
        "agent_id": caller.agent_id,
        "api_key_id": caller.api_key_id,
    }
    return bool(await tx.value(_STANDS, named))


async def _let_in(tx: ReadTransaction, caller: Principal) -> None:
    if await _stands(tx, caller):
        return
    if Scope.OPERATOR in caller.scopes:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such shop.")
    raise RefusedError(
        ErrorCode.NOT_SIGNED_IN, "Sign in again: this sign-in may not administer any more."
    )
