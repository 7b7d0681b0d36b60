"""A shop's sites over HTTP."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Callable, Coroutine
from datetime import date
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends

from services.gateway.usecases.count_invitations import CountInvitations
from services.gateway.usecases.manage_sites import ManageSites
from shared.contracts.changes import ChangePage
from shared.contracts.claims import Principal
from shared.contracts.invitations import InvitationCounts
from shared.contracts.sites import NewSite, Rotation, Site, SiteChange, SiteMade, SitePage
from shared.contracts.wire import SiteId
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once
from shared.kit.web.paging import Page, paged

ADMINS = (Scope.ADMIN, Scope.OPERATOR)
Administrator: TypeAlias = Callable[..., Coroutine[Any, Any, Principal]]


def site_routes(manage: ManageSites, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/sites."""
    router = APIRouter(prefix="/v1/sites", tags=["administration"])
    admin = Annotated[Principal, Depends(_administrator(manage, callers))]

    @router.post("", status_code=201)
    async def create_site(caller: admin, new: JsonBody[NewSite], key: IdempotencyKey) -> SiteMade:
        """Make a site and show its customer secret, this once.

        The same Idempotency-Key again returns the same site with `customer_secret: null`. The
        widget shows the colours; languages are kept for it, which does not read them yet.
        """
        return await manage.create(caller, new, once(key, "site", new))

    @router.get("")
    async def list_sites(caller: admin, page: Page) -> SitePage:
        """List the shop's sites, closed ones included."""
        found = await manage.page(caller, page.after, page.limit + 1)
        sites, cursor = paged(found, page)
        return SitePage(sites=sites, next_cursor=cursor)

    @router.get("/changes")
    async def list_changes(caller: admin, page: Page) -> ChangePage:
        """List what was changed of the shop's sites, newest first."""
        found = await manage.changes(caller, page.after, page.limit + 1)
        changes, cursor = paged(found, page)
        return ChangePage(changes=changes, next_cursor=cursor)

    @router.get("/{site_id}")
    async def read_site(caller: admin, site_id: SiteId) -> Site:
        """Return a site, never its secret."""
        return await manage.show(caller, site_id)

    @router.patch("/{site_id}")
    async def change_site(caller: admin, site_id: SiteId, change: JsonBody[SiteChange]) -> Site:
        """Change the given fields; of two changes of one field the later one stays.

        Origins hold from the next hello on. `closed: true` refuses every hello with
        `unknown_site`, except of a customer whose conversation is under way.
        """
        return await manage.change(caller, site_id, change)

    return router


def rotation_routes(manage: ManageSites, *, callers: Callers) -> APIRouter:
    """Return the endpoints that give a site another key or secret."""
    router = APIRouter(prefix="/v1/sites/{site_id}", tags=["administration"])
    admin = Annotated[Principal, Depends(_administrator(manage, callers))]

    @router.post("/rotate-key", status_code=201)
    async def rotate_key(
        caller: admin, site_id: SiteId, how: JsonBody[Rotation], key: IdempotencyKey
    ) -> Site:
        """Make another site key; the old one is good for `keep_old_ms` more, a day unless told.

        Rotating again ends the older one at once: a site has two keys at most.
        """
        what = f"rotate-key/{encode(IdKind.SITE, site_id)}"
        return await manage.rotate_key(caller, site_id, how.keep_old_ms, once(key, what, how))

    @router.post("/rotate-secret", status_code=201)
    async def rotate_secret(
        caller: admin, site_id: SiteId, how: JsonBody[Rotation], key: IdempotencyKey
    ) -> SiteMade:
        """Make another customer secret and show it, this once.

        Customer tokens under the old one are taken for `keep_old_ms` more, a day unless told.
        """
        what = f"rotate-secret/{encode(IdKind.SITE, site_id)}"
        return await manage.rotate_secret(caller, site_id, how.keep_old_ms, once(key, what, how))

    return router


def invitation_routes(manage: ManageSites, count: CountInvitations, callers: Callers) -> APIRouter:
    """Return the endpoint that tells what came of a site's invitations."""
    router = APIRouter(prefix="/v1/sites/{site_id}", tags=["administration"])
    admin = Annotated[Principal, Depends(_administrator(manage, callers))]

    @router.get("/invitations")
    async def count_invitations(
        caller: admin, site_id: SiteId, from_day: date | None = None, to_day: date | None = None
    ) -> InvitationCounts:
        """Count the invitations that were opened on these days (UTC), rule by rule.

        Without days, those of the last 30; at most 400.
        """
        return await count(caller, site_id, from_day, to_day)

    return router


def _administrator(manage: ManageSites, callers: Callers) -> Administrator:
    async def administrator(
        caller: Annotated[Principal, Depends(require(ADMINS, callers))],
    ) -> Principal:
        return await manage.let_in(caller)

    return administrator
