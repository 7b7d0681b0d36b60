"""Sites as administrators make, change and read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.gateway.usecases.ports import NewSite, Turn
from shared.contracts.changes import Change, Once
from shared.contracts.claims import Principal
from shared.contracts.invitations import InvitationRule
from shared.contracts.sites import Appearance, Colours, Site
from shared.kernel.clock import from_datetime
from shared.kernel.ids import IdKind, encode
from shared.kit.change_log import NOT_SHOWN, ChangeLog, compared, created
from shared.kit.database import Database, ReadTransaction, WriteTransaction

_ADD = """
    INSERT INTO gateway.sites (id, shop_id, name, key, customer_secret, origins, colours,
        languages, jwks, jwks_url, token_issuer, token_audience, invitations)
    VALUES (:id, :shop_id, :name, :key, :customer_secret, :origins, CAST(:colours AS jsonb),
        :languages, CAST(:jwks AS jsonb), :jwks_url, :token_issuer, :token_audience,
        CAST(:invitations AS jsonb))
    """
_ONE = "SELECT * FROM gateway.sites WHERE shop_id = :shop_id AND id = :id"
_LOCKED = f"{_ONE} FOR NO KEY UPDATE"
_PAGE = """
    SELECT * FROM gateway.sites
    WHERE shop_id = :shop_id AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT :limit
    """
_CHANGE = """
    UPDATE gateway.sites SET name = :name, origins = :origins, colours = CAST(:colours AS jsonb),
        languages = :languages, jwks = CAST(:jwks AS jsonb), jwks_url = :jwks_url,
        token_issuer = :token_issuer, token_audience = :token_audience,
        invitations = CAST(:invitations AS jsonb),
        closed_at = CASE WHEN :closed
            THEN coalesce(closed_at, clock_timestamp()) END
    WHERE shop_id = :shop_id AND id = :id
    """
_ROTATE = {
    "key": """
        UPDATE gateway.sites SET old_key = key, key = :fresh,
            old_key_until = clock_timestamp() + :keep_ms * interval '1 millisecond'
        WHERE shop_id = :shop_id AND id = :id
        """,
    "customer_secret": """
        UPDATE gateway.sites SET old_secret = customer_secret, customer_secret = :fresh,
            old_secret_until = clock_timestamp() + :keep_ms * interval '1 millisecond'
        WHERE shop_id = :shop_id AND id = :id
        """,
}
_LOOK = """
    SELECT colours, invitations FROM gateway.sites
    WHERE shop_id = :shop_id AND id = :id AND closed_at IS NULL
        AND (key = :key OR (old_key = :key AND old_key_until > clock_timestamp()))
    """
AS_JSON = ("colours", "jwks", "invitations")
TOKEN_RULES = ("jwks", "jwks_url", "token_issuer", "token_audience")
RECORDED = ("name", "origins", "colours", "languages", "invitations", "closed", *TOKEN_RULES)
"""The fields that a change can name, and the record tells."""


class SiteAccounts:
    """See `usecases.manage_sites.SiteBook` and `usecases.show_appearance.Looks`."""

    def __init__(self, database: Database, log: ChangeLog) -> None:
        self._database = database
        self._log = log

    async def add(
        self, caller: Principal, new: NewSite, look: Mapping[str, Any], once: Once
    ) -> tuple[Site, bool]:
        """Make a site; return it, and whether it is new: a repeated request gets the first one."""
        async with self._database.write(caller.shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Site.model_validate(kept, strict=False), False
            row = {
                "id": new.id,
                "shop_id": caller.shop_id,
                "name": new.name,
                "key": new.site.key,
                "customer_secret": new.site.customer_secret,
                "origins": list(new.site.origins),
                "colours": json.dumps(look["colours"]),
                "languages": list(look["languages"]),
                **{name: look[name] for name in TOKEN_RULES},
                "jwks": _json(look["jwks"]),
                "invitations": _json(look["invitations"]),
            }
            await tx.execute(_ADD, row)
            site = await _site(tx, caller, new.id)
            shown = site.model_dump(mode="json")
            fields = created(**{name: shown[name] for name in RECORDED})
            target = encode(IdKind.SITE, new.id)
            await self._log.record(tx, caller, "site.created", target, fields)
            await self._log.keep(tx, caller, once, shown)
        return site, True

    async def find(self, caller: Principal, site_id: UUID) -> Site | None:
        """Return a site of the caller's shop."""
        async with self._database.read(caller.shop_id) as tx:
            row = await tx.row(_ONE, {"shop_id": caller.shop_id, "id": site_id})
        return None if row is None else read_site(row)

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Site]:
        """Return sites of the caller's shop after an id."""
        async with self._database.read(caller.shop_id) as tx:
            wanted = {"shop_id": caller.shop_id, "after": after, "limit": limit}
            return [read_site(row) for row in await tx.rows(_PAGE, wanted)]

    async def change(
        self, caller: Principal, site_id: UUID, fields: Mapping[str, Any]
    ) -> Site | None:
        """Set the fields; None: there is no such site."""
        async with self._database.write(caller.shop_id) as tx:
            named = {"shop_id": caller.shop_id, "id": site_id}
            row = await tx.row(_LOCKED, named)
            if row is None:
                return None
            before = read_site(row).model_dump(mode="json")
            after = {**{name: before[name] for name in RECORDED}, **fields}
            as_json = {name: _json(after[name]) for name in AS_JSON}
            await tx.execute(_CHANGE, {**named, **after, **as_json})
            differing = compared(before, after)
            if differing:
                target = encode(IdKind.SITE, site_id)
                await self._log.record(tx, caller, "site.changed", target, differing)
            return await _site(tx, caller, site_id)

    async def look(self, shop_id: UUID, site_id: UUID, key: str) -> Appearance | None:
        """Return how a site looks, over a connection that no hello and no message waits for."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_LOOK, {"shop_id": shop_id, "id": site_id, "key": key})
        if row is None:
            return None
        return Appearance(colours=_colours(row), invites=bool(row["invitations"]))

    async def changes(self, caller: Principal, before: UUID | None, limit: int) -> Sequence[Change]:
        """Return what was changed of the shop's sites, newest first."""
        async with self._database.read(caller.shop_id) as tx:
            return await self._log.page(tx, caller.shop_id, before, limit)

    async def rotate(
        self, caller: Principal, site_id: UUID, turn: Turn, once: Once
    ) -> tuple[Site, bool] | None:
        """Put a fresh key or secret in the place of the one before, which is kept for a while."""
        async with self._database.write(caller.shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Site.model_validate(kept, strict=False), False
            named = {"shop_id": caller.shop_id, "id": site_id}
            row = {**named, "fresh": turn.fresh, "keep_ms": turn.keep_old_ms}
            if await tx.execute(_ROTATE[turn.field], row) == 0:
                return None
            site = await _site(tx, caller, site_id)
            target, action = encode(IdKind.SITE, site_id), f"site.{turn.field}_rotated"
            await self._log.record(tx, caller, action, target, {turn.field: NOT_SHOWN})
            await self._log.keep(tx, caller, once, site.model_dump(mode="json"))
        return site, True


async def _site(tx: ReadTransaction | WriteTransaction, caller: Principal, site_id: UUID) -> Site:
    row = await tx.row(_ONE, {"shop_id": caller.shop_id, "id": site_id})
    if row is None:
        raise LookupError("a site just written is there")
    return read_site(row)


def read_site(row: RowMapping) -> Site:
    """Return a site from all its columns."""
    until = row["old_key_until"]
    return Site(
        id=row["id"],
        name=row["name"],
        key=row["key"],
        old_key_until=None if until is None else from_datetime(until),
        origins=tuple(row["origins"]),
        colours=_colours(row),
        languages=tuple(row["languages"]),
        invitations=tuple(map(InvitationRule.model_validate, row["invitations"])),
        closed=row["closed_at"] is not None,
        **{name: row[name] for name in TOKEN_RULES},
        created_at=from_datetime(row["created_at"]),
    )


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value)


def _colours(row: RowMapping) -> Colours | None:
    colours = row["colours"]
    return None if colours is None else Colours(**colours)
