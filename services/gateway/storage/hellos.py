"""Finds the sites and opens the sessions of many hellos, by one call each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from services.gateway.storage.failures import sorted_failures
from services.gateway.usecases.greet_together import SiteWish
from services.gateway.usecases.ports import OpenedSession, SessionWish, Site
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Channel
from shared.kit.database import Database

_FIND = "SELECT * FROM gateway.sites_for_hellos($1, $2, $3)"
_OPEN = """
    SELECT * FROM gateway.open_sessions(
        $1, $2, $3, $4, $5, $6, $7::jsonb[], $8, $9, $10, $11, $12)
    """


class PostgresHellos:
    """The HelloStore on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_all(self, wishes: Sequence[SiteWish]) -> Sequence[Site | None]:
        """See `HelloStore.find_all`."""
        columns: list[list[UUID | None]] = [list(column) for column in zip(*wishes, strict=True)]
        with sorted_failures():
            records = await self._database.call(_FIND, *columns)
        found: list[Site | None] = [None] * len(wishes)
        for place, *fields in records:
            key, secret, origins, *rest = fields
            found[place - 1] = Site(key, secret, tuple(origins), *rest)
        return found

    async def open_all(self, wishes: Sequence[SessionWish]) -> Sequence[OpenedSession | None]:
        """See `HelloStore.open_all`."""
        columns = [list(column) for column in zip(*map(_row, wishes), strict=True)]
        with sorted_failures():
            records = await self._database.call(_OPEN, *columns)
        opened: list[OpenedSession | None] = [None] * len(wishes)
        for place, *fields in records:
            opened[place - 1] = OpenedSession(*fields)
        return opened


def _row(wish: SessionWish) -> tuple[object, ...]:
    customer = wish.customer
    return (
        wish.shop_id,
        wish.site_id,
        wish.session_id,
        wish.digest,
        wish.new_session_id,
        wish.new_digest,
        json.dumps(_summary(wish)),
        customer.kind.value if customer else None,
        customer.value if customer else None,
        customer.verified if customer else False,
        customer.name if customer else None,
        wish.proof,
    )


def _summary(wish: SessionWish) -> dict[str, object]:
    """Return what every event will say of this session's conversations (ConversationSummary)."""
    told = {} if wish.locale is None else {"locale": wish.locale}
    return {
        **told,
        "site_id": encode(IdKind.SITE, wish.site_id),
        "session_id": encode(IdKind.SESSION, wish.new_session_id),
        "channel": Channel.CHAT.value,
        "customer": wish.customer.model_dump(mode="json") if wish.customer else None,
    }
