"""What an agent asks and says of itself: state, status, the whole picture for a new stream."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
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
from shared.contracts.standings import AgentStanding
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import AgentStatus


class AgentDesk:
    """Reads come from the tables; a status is a command."""

    def __init__(self, desk: Desk, records: Records, cards: CardDesk, offers: ServeOffers) -> None:
        self._desk = desk
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
        cards = await asyncio.gather(*(self._card(shop_id, one) for one in served))
        return routing.RouterSnapshot(
            agent=agent,
            offers=await self._offers.with_cards(shop_id, pending),
            conversations=tuple(views.routing_state(one) for one in served),
            cards=tuple(card for card in cards if card is not None),
        )

    async def standings(self, shop_of: Mapping[UUID, UUID]) -> tuple[AgentStanding, ...]:
        """Return what the consoles of these agents should know; their shops are the values.

        Any router answers for any shop: it is the tables' word.
        """
        rows = await self._records.standings(shop_of)
        return tuple(views.agent_standing(row) for row in rows)

    async def _card(self, shop_id: UUID, conversation: Conversation) -> routing.CardReady | None:
        _, card, _ = await self._cards.card(shop_id, conversation)
        if card is None:
            return None
        return routing.CardReady(conversation_id=conversation.id, card=card)
