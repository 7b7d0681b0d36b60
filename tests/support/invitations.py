"""Rules for invitations, and a place in memory where invitations are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from services.gateway.domain.effects import OpenInvitation
from services.gateway.domain.invitations import Opened
from services.gateway.usecases.greet import Greeting, KnowHours
from services.gateway.usecases.invite import Invitations, Past
from shared.contracts.hours import ShopHours
from shared.contracts.invitations import InvitationRule
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.vocabulary import InvitationState
from tests.support.clock import START


def a_rule(name: str = "big-cart", **fields: Any) -> InvitationRule:
    """Return a rule that holds at any page, unless the fields say more."""
    return InvitationRule(**{"id": name, "text": "May we help?", "page": "*", **fields})


async def always_open(_shop_id: UUID) -> ShopHours | None:
    return ShopHours(open=True)


class KeptInvitations:
    """An InvitationStore."""

    def __init__(self, *rules: InvitationRule) -> None:
        self.site_rules: Sequence[InvitationRule] = rules
        self.free = True
        self.may_open = True
        self.asked = 0
        self.before = Past((), under_way=False, ended_at=None)
        self.opened: dict[UUID, str] = {}
        self.settled: dict[UUID, InvitationState] = {}
        self._numbers = count(0x171)

    def desk(self, clock: Clock, hours: KnowHours = always_open) -> Invitations:
        return Invitations(
            self,
            clock,
            is_free=lambda _: self.free,
            hours=hours,
            new_id=lambda: UUID(int=next(self._numbers)),
        )

    async def rules(self, shop_id: UUID, site_id: UUID) -> Sequence[InvitationRule]:
        self.asked += 1
        await asyncio.sleep(0)  # the database's answer is never there at once
        return self.site_rules

    async def past(self, shop_id: UUID, session_id: UUID) -> Past:
        return self.before

    async def open(
        self, greeting: Greeting, wish: OpenInvitation, invitation_id: UUID, lapses_ms: Millis
    ) -> Instant | None:
        if not self.may_open:
            return None
        self.opened[invitation_id] = wish.rule
        return START

    async def settle(
        self, shop_id: UUID, session_id: UUID, invitation_id: UUID, state: InvitationState
    ) -> bool:
        self.settled[invitation_id] = state
        return invitation_id in self.opened


def an_invitation(number: int = 1, at: Instant = START, rule: str = "big-cart") -> Opened:
    return Opened(UUID(int=0x1A0 + number), rule, "May we help?", at)
