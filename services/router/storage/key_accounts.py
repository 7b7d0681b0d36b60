"""API keys as administrators make, read and revoke them; knows no key's text."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.router.storage.account_rows import read_api_key
from services.router.storage.gate import Gate
from services.router.storage.revocations import revoke
from shared.contracts.accounts import ApiKey
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kernel.clock import Clock, to_datetime, to_iso
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import SignInEnd
from shared.kit.change_log import ChangeLog, compared, created
from shared.kit.database import ReadTransaction

_COLUMNS = "id, name, scopes, last_four, created_at, revoked_at"
_ADD = """
    INSERT INTO router.api_keys (shop_id, id, name, digest, scopes, last_four)
    VALUES (:shop_id, :id, :name, :digest, :scopes, :last_four)
    """
_ONE = f"SELECT {_COLUMNS} FROM router.api_keys WHERE shop_id = :shop_id AND id = :id"  # noqa: S608  a literal of ours
_PAGE = f"""
    SELECT {_COLUMNS} FROM router.api_keys
    WHERE shop_id = :shop_id AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT :limit
    """  # noqa: S608  a literal of ours
_REVOKE = """
    UPDATE router.api_keys SET revoked_at = :now
    WHERE shop_id = :shop_id AND id = :id AND revoked_at IS NULL
    """


class KeyAccounts:
    """See `usecases.administration_ports.KeyBook`."""

    def __init__(self, gate: Gate, log: ChangeLog, clock: Clock) -> None:
        self._gate = gate
        self._log = log
        self._clock = clock

    async def add(
        self, caller: Principal, key: ApiKey, digest: bytes, once: Once
    ) -> tuple[ApiKey, bool]:
        """Make a key; return it, and whether it is new: a repeated request gets the first one."""
        async with self._gate.write(caller) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return ApiKey.model_validate(kept, strict=False), False
            scopes = [scope.value for scope in key.scopes]
            row = {
                "shop_id": caller.shop_id,
                "id": key.id,
                "name": key.name,
                "digest": digest,
                "scopes": scopes,
                "last_four": key.last_four,
            }
            await tx.execute(_ADD, row)
            made = await _find(tx, caller.shop_id, key.id)
            if made is None:
                raise LookupError("a key just made is there")
            target = encode(IdKind.API_KEY, key.id)
            fields = created(name=key.name, scopes=[*scopes], last_four=key.last_four)
            await self._log.record(tx, caller, "api_key.created", target, fields)
            await self._log.keep(tx, caller, once, made.model_dump(mode="json"))
        return made, True

    async def find(self, caller: Principal, key_id: UUID) -> ApiKey | None:
        """Return a key of the caller's shop."""
        async with self._gate.read(caller) as tx:
            return await _find(tx, caller.shop_id, key_id)

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[ApiKey]:
        """Return keys of the caller's shop after an id."""
        async with self._gate.read(caller) as tx:
            wanted = {"shop_id": caller.shop_id, "after": after, "limit": limit}
            return [read_api_key(row) for row in await tx.rows(_PAGE, wanted)]

    async def revoke(self, caller: Principal, key_id: UUID) -> ApiKey | None:
        """Revoke a key and the tokens it got, once; None: there is no such key."""
        now = self._clock.now()
        async with self._gate.write(caller) as tx:
            named = {"shop_id": caller.shop_id, "id": key_id}
            if await tx.execute(_REVOKE, {**named, "now": to_datetime(now)}):
                await revoke(tx, caller.shop_id, key_id, SignInEnd.KEY_REVOKED)
                fields = compared({"revoked_at": None}, {"revoked_at": to_iso(now)})
                target = encode(IdKind.API_KEY, key_id)
                await self._log.record(tx, caller, "api_key.revoked", target, fields)
            return await _find(tx, caller.shop_id, key_id)


async def _find(tx: ReadTransaction, shop_id: UUID, key_id: UUID) -> ApiKey | None:
    row = await tx.row(_ONE, {"shop_id": shop_id, "id": key_id})
    return None if row is None else read_api_key(row)
