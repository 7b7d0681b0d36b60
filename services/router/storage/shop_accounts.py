"""Shops and their record of changes, as administrators make and read them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.router.storage.account_rows import read_shop
from services.router.storage.gate import Gate
from shared.contracts.accounts import Shop
from shared.contracts.changes import Change, Once
from shared.contracts.claims import Principal
from shared.kernel.clock import Millis
from shared.kernel.ids import IdKind, encode
from shared.kit.change_log import ChangeLog, compared, created
from shared.kit.database import Database

_ADD_SHOP = "INSERT INTO router.shops (shop_id, name) VALUES (:shop_id, :name)"
_ADD_QUEUE = """
    INSERT INTO router.queues (shop_id, id, name, is_default, first_response_target_ms)
    VALUES (:shop_id, :shop_id, 'default', true, :target)
    """
_SHOP = "SELECT shop_id, name, created_at FROM router.shops WHERE shop_id = :shop_id"
_LOCKED = f"{_SHOP} FOR NO KEY UPDATE"
_RENAME = "UPDATE router.shops SET name = :name WHERE shop_id = :shop_id"
_PAGE = """
    SELECT shop_id, name, created_at FROM router.shops
    WHERE $1::uuid IS NULL OR shop_id > $1 ORDER BY shop_id LIMIT $2
    """


class ShopAccounts:
    """See `usecases.administration_ports.ShopBook`."""

    def __init__(self, gate: Gate, sweeper: Database, log: ChangeLog) -> None:
        self._sweeper = sweeper
        self._gate = gate
        self._log = log

    async def add(
        self, caller: Principal, shop_id: UUID, name: str, target_ms: Millis, once: Once
    ) -> Shop:
        """Make a shop with its default queue, whose id is the shop's own."""
        async with self._gate.database.write(caller.shop_id, shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Shop.model_validate(kept, strict=False)
            await tx.execute(_ADD_SHOP, {"shop_id": shop_id, "name": name})
            await tx.execute(_ADD_QUEUE, {"shop_id": shop_id, "target": target_ms})
            row = await tx.row(_SHOP, {"shop_id": shop_id})
            if row is None:
                raise LookupError("a shop just made is there")
            shop = read_shop(row)
            target = encode(IdKind.SHOP, shop_id)
            fields = created(name=name, first_response_target_ms=target_ms)
            await self._log.record(tx, caller, "shop.created", target, fields, shop_id=shop_id)
            await self._log.keep(tx, caller, once, shop.model_dump(mode="json"))
        return shop

    async def page(self, after: UUID | None, limit: int) -> Sequence[Shop]:
        """Return shops after an id, as the one role that sees all of them."""
        return [read_shop(row) for row in await self._sweeper.call(_PAGE, after, limit)]

    async def find(self, caller: Principal) -> Shop | None:
        """Return the caller's shop."""
        async with self._gate.read(caller) as tx:
            row = await tx.row(_SHOP, {"shop_id": caller.shop_id})
        return None if row is None else read_shop(row)

    async def rename(self, caller: Principal, name: str) -> None:
        """Give the caller's shop another name."""
        async with self._gate.write(caller) as tx:
            before = await tx.row(_LOCKED, {"shop_id": caller.shop_id})
            fields = compared({"name": None if before is None else before["name"]}, {"name": name})
            if not fields:
                return
            await tx.execute(_RENAME, {"shop_id": caller.shop_id, "name": name})
            target = encode(IdKind.SHOP, caller.shop_id)
            await self._log.record(tx, caller, "shop.changed", target, fields)

    async def changes(self, caller: Principal, before: UUID | None, limit: int) -> Sequence[Change]:
        """Return what was changed in the caller's shop, newest first."""
        async with self._gate.read(caller) as tx:
            return await self._log.page(tx, caller.shop_id, before, limit)
