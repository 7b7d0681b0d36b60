"""Keeps invitations, and counts them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.gateway.domain.effects import OpenInvitation
from services.gateway.domain.invitations import Opened
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.invite import Past
from shared.contracts.invitations import InvitationRule, RuleCounts
from shared.kernel.clock import Instant, Millis, from_datetime
from shared.kernel.vocabulary import InvitationState
from shared.kit.database import Database

_RULES = "SELECT invitations FROM gateway.sites WHERE shop_id = :shop_id AND id = :site_id"
_PAST = "SELECT * FROM gateway.invitable($1, $2)"
_OPEN = "SELECT gateway.open_invitation($1, $2, $3, $4, $5, $6, $7, $8)"
_SETTLE = "SELECT gateway.settle_invitation($1, $2, $3, $4)"
_COUNTS = """
    SELECT rule, count(*) AS opened, count(*) FILTER (WHERE state = 'accepted') AS accepted,
        count(*) FILTER (WHERE state = 'dismissed') AS dismissed,
        count(conversation_id) AS conversations
    FROM gateway.invitations
    WHERE shop_id = :shop_id AND site_id = :site_id
        AND opened_at >= CAST(:first AS date)::timestamp AT TIME ZONE 'UTC'
        AND opened_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY rule ORDER BY rule
    """


class PostgresInvitations:
    """The InvitationStore and the InvitationBook on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(self, shop_id: UUID, site_id: UUID) -> Sequence[InvitationRule]:
        """See `InvitationStore.rules`."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_RULES, {"shop_id": shop_id, "site_id": site_id})
        return [] if row is None else [*map(InvitationRule.model_validate, row["invitations"])]

    async def past(self, shop_id: UUID, session_id: UUID) -> Past:
        """See `InvitationStore.past`."""
        (record,) = await self._database.call(_PAST, shop_id, session_id)
        columns = (record[name] or () for name in ("ids", "rules", "texts", "opened", "states"))
        shown = tuple(
            (Opened(id_, rule, text, from_datetime(at)), InvitationState(state))
            for id_, rule, text, at, state in zip(*columns, strict=True)
        )
        ended_at = record["ended_at"]
        return Past(
            shown, record["under_way"], None if ended_at is None else from_datetime(ended_at)
        )

    async def open(
        self, greeting: Greeting, wish: OpenInvitation, invitation_id: UUID, lapses_ms: Millis
    ) -> Instant | None:
        """See `InvitationStore.open`."""
        ((opened_at,),) = await self._database.call(
            _OPEN,
            greeting.shop_id,
            greeting.site_id,
            greeting.session.session_id,
            invitation_id,
            wish.rule,
            wish.text,
            wish.cool_down_ms,
            lapses_ms,
        )
        return None if opened_at is None else from_datetime(opened_at)

    async def settle(
        self, shop_id: UUID, session_id: UUID, invitation_id: UUID, state: InvitationState
    ) -> bool:
        """See `InvitationStore.settle`."""
        ((settled,),) = await self._database.call(
            _SETTLE, shop_id, session_id, invitation_id, state.value
        )
        return bool(settled)

    async def counts(
        self, shop_id: UUID, site_id: UUID, first: date, last: date
    ) -> Sequence[RuleCounts]:
        """See `InvitationBook.counts`."""
        wanted = {"shop_id": shop_id, "site_id": site_id, "first": first, "last": last}
        async with self._database.read(shop_id) as tx:
            rows = await tx.rows(_COUNTS, wanted)
        return [RuleCounts(**row) for row in rows]
