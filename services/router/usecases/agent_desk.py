"""What an agent asks and says of itself: state, status, the whole picture for a new stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeAlias
from uuid import UUID

from services.router.domain.commands import StatusSet
from services.router.domain.effects import Refused
from services.router.domain.model import Conversation
from services.router.usecases import views
from services.router.usecases.cards import CardDesk
from services.router.usecases.ownership import Desk
from services.router.usecases.ports import Records
from services.router.usecases.serve_offers import ServeOffers
from shared.contracts import routing
from shared.contracts.cards import CardReady, WhoMayBe
from shared.contracts.standings import AgentStanding
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import AgentStatus, CardStatus

ShowLater: TypeAlias = Callable[[UUID, UUID, Conversation], None]
"""Shows an agent of a shop a conversation's card once it is there."""


class AgentDesk:
    """Reads come from the tables; a status is a command."""

    def __init__(
        self,
        desk: Desk,
        records: Records,
        cards: CardDesk,
        offers: ServeOffers,
        show_later: ShowLater,
    ) -> None:
        self._desk = desk
        self._show_later = show_later
        self._records = records
        self._cards = cards
        self._offers = offers

    async def me(self, shop_id: UUID, agent_id: UUID) -> routing.AgentState:
        """Return an agent's state.

        Raises:
            RefusedError: NOT_FOUND.
        """
        agent = await self._records.agent(shop_id, agent_id)
        if agent is None:
            raise RefusedError(ErrorCode.NOT_FOUND, "There is nothing here.")
        return views.agent_state(shop_id, agent)

    async def set_status(
        self, shop_id: UUID, agent_id: UUID, status: AgentStatus
    ) -> routing.AgentState:
        """Take what an agent says of itself; return the state after it.

        Raises:
            RefusedError: NOT_FOUND, TRY_AGAIN.
        """
        answer = await self._desk.post(shop_id, StatusSet(agent_id, status))
        if isinstance(answer, Refused):
            raise RefusedError(answer.code, "There is nothing here.")
        return await self.me(shop_id, agent_id)

    async def serving(self, shop_id: UUID, agent_id: UUID) -> tuple[routing.RoutingState, ...]:
        """Return the conversations an agent serves now."""
        rows = await self._records.served_by(shop_id, agent_id)
        return tuple(views.routing_state(row) for row in rows)

    async def snapshot(self, shop_id: UUID, agent_id: UUID) -> routing.RouterSnapshot:
        """Return everything an agent's new stream starts from.

        Raises:
            RefusedError: NOT_FOUND.
        """
        agent = await self.me(shop_id, agent_id)
        pending = await self._records.pending_offers(shop_id, agent_id)
        served = await self._records.served_by(shop_id, agent_id)
        looks = await asyncio.gather(*(self._cards.card(shop_id, one) for one in served))
        for one, (status, *_) in zip(served, looks, strict=True):
            if status is CardStatus.PENDING:
                self._show_later(shop_id, agent_id, one)
        known = [(one.id, *look[1:]) for one, look in zip(served, looks, strict=True)]
        return routing.RouterSnapshot(
            agent=agent,
            offers=await self._offers.with_cards(shop_id, pending),
            conversations=tuple(views.routing_state(one) for one in served),
            cards=tuple(
                CardReady(conversation_id=place, card=card)
                for place, card, _ in known
                if card is not None
            ),
            may_be=tuple(
                WhoMayBe(conversation_id=place, may_be=may_be)
                for place, _, may_be in known
                if may_be
            ),
        )

    async def standings(self, shop_of: Mapping[UUID, UUID]) -> tuple[AgentStanding, ...]:
        """Return what the consoles of these agents should know; their shops are the values.

        Any router answers for any shop: it is the tables' word.
        """
        rows = await self._records.standings(shop_of)
        return tuple(views.agent_standing(row) for row in rows)
