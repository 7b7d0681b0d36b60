"""Makes, shows and renames shops, and shows what was changed in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Never
from uuid import UUID

from services.router.domain.policy import Policy
from services.router.usecases.administration_ports import ShopBook
from shared.contracts.accounts import NewShop, Shop, ShopChange
from shared.contracts.changes import Change, Once
from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Scope


class ManageShops:
    """An operator manages every shop, an admin the one it belongs to."""

    def __init__(self, shops: ShopBook, new_id: Callable[[], UUID]) -> None:
        self._shops = shops
        self._new_id = new_id

    async def create(self, caller: Principal, new: NewShop, once: Once) -> Shop:
        """Make a shop with its default queue. Only operators get here."""
        target = Policy().first_response_target_ms
        return await self._shops.add(caller, self._new_id(), new.name, target, once)

    async def page(self, after: UUID | None, limit: int) -> Sequence[Shop]:
        """Return shops. Only operators get here."""
        return await self._shops.page(after, limit)

    async def show(self, caller: Principal, shop_id: UUID) -> Shop:
        """Return a shop.

        Raises:
            RefusedError: NOT_FOUND, also for a shop that is not the caller's.
        """
        shop = await self._shops.find(_in_shop(caller, shop_id))
        return shop or _no_shop()

    async def change(self, caller: Principal, shop_id: UUID, change: ShopChange) -> Shop:
        """Change a shop and return it as it is now.

        Raises:
            RefusedError: NOT_FOUND, also for a shop that is not the caller's.
        """
        there = _in_shop(caller, shop_id)
        if change.name is not None:
            await self._shops.rename(there, change.name)
        return await self._shops.find(there) or _no_shop()

    async def changes(
        self, caller: Principal, shop_id: UUID, before: UUID | None, limit: int
    ) -> Sequence[Change]:
        """Return what was changed in a shop, newest first.

        Raises:
            RefusedError: NOT_FOUND, also for a shop that is not the caller's.
        """
        return await self._shops.changes(_in_shop(caller, shop_id), before, limit)


def _in_shop(caller: Principal, shop_id: UUID) -> Principal:
    """Return the caller as who administers this shop."""
    if Scope.OPERATOR in caller.scopes:
        return caller.model_copy(update={"shop_id": shop_id})
    return caller if caller.shop_id == shop_id else _no_shop()


def _no_shop() -> Never:
    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such shop.")
