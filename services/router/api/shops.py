"""Shops over HTTP, and the record of what was changed in them."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.usecases.manage_shops import ManageShops
from shared.contracts.accounts import NewShop, Shop, ShopChange, ShopPage
from shared.contracts.changes import ChangePage
from shared.contracts.claims import Principal
from shared.contracts.wire import ShopId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once
from shared.kit.web.paging import Page, paged

ADMINS = (Scope.ADMIN, Scope.OPERATOR)


def shops_router(manage: ManageShops, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/shops."""
    router = APIRouter(prefix="/v1/shops", tags=["administration"])
    operator = Annotated[Principal, Depends(require(Scope.OPERATOR, callers))]
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.post("", status_code=201)
    async def create_shop(caller: operator, new: JsonBody[NewShop], key: IdempotencyKey) -> Shop:
        """Make a shop with its default queue. For the installation's operator alone."""
        return await manage.create(caller, new, once(key, "shop", new))

    @router.get("")
    async def list_shops(_: operator, page: Page) -> ShopPage:
        """List the shops of this installation. For the installation's operator alone."""
        shops, cursor = paged(await manage.page(page.after, page.limit + 1), page)
        return ShopPage(shops=shops, next_cursor=cursor)

    @router.get("/{shop_id}")
    async def read_shop(caller: admin, shop_id: ShopId) -> Shop:
        """Return a shop to its admins and to the operator."""
        return await manage.show(caller, shop_id)

    @router.patch("/{shop_id}")
    async def change_shop(caller: admin, shop_id: ShopId, change: JsonBody[ShopChange]) -> Shop:
        """Change the given fields; of two changes of one field the later one stays."""
        return await manage.change(caller, shop_id, change)

    @router.get("/{shop_id}/changes")
    async def list_changes(caller: admin, shop_id: ShopId, page: Page) -> ChangePage:
        """List what was changed of the shop, its agents, queues and API keys, newest first.

        Changes of its sites are under /v1/sites/changes.
        """
        found = await manage.changes(caller, shop_id, page.after, page.limit + 1)
        changes, cursor = paged(found, page)
        return ChangePage(changes=changes, next_cursor=cursor)

    return router
