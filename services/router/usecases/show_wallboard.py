"""Shows a supervisor the shop as it stands, from the tables; reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.router.domain.model import Agent, Conversation
from shared.contracts.routing import AgentRef
from shared.contracts.wallboard import UNANSWERED_MAX, BoardAgent, Unanswered, Wallboard
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Standings:
    """A shop as it stands: its unanswered conversations, the most urgent first, and its agents.

    `asked` holds the agents with a pending offer of each of those conversations, first asked first.
    """

    unanswered: Sequence[Conversation]
    asked: Mapping[UUID, Sequence[UUID]]
    unanswered_count: int
    answered: int
    held: int
    agents: Sequence[Agent]


class ShopBoard(Protocol):
    """The tables, as a wallboard reads them."""

    async def standings(self, shop_id: UUID, limit: int) -> Standings:
        """Return a shop as it stands; at most so many unanswered conversations."""
        ...


class ShowWallboard:
    """The wallboard of one shop."""

    def __init__(self, board: ShopBoard, clock: Clock) -> None:
        self._board = board
        self._clock = clock

    async def now(self, shop_id: UUID) -> Wallboard:
        """Return the shop as it stands."""
        found = await self._board.standings(shop_id, UNANSWERED_MAX)
        names = {agent.id: agent.name for agent in found.agents}
        return Wallboard(
            at=self._clock.now(),
            unanswered=tuple(
                _unanswered(one, [_ref(agent, names) for agent in found.asked.get(one.id, ())])
                for one in found.unanswered
            ),
            unanswered_count=found.unanswered_count,
            answered=found.answered,
            held=found.held,
            agents=tuple(_agent(one) for one in found.agents if one.active),
        )


def _ref(agent_id: UUID, names: Mapping[UUID, str]) -> AgentRef:
    return AgentRef(id=agent_id, name=names.get(agent_id, ""))


def _unanswered(one: Conversation, asked: Sequence[AgentRef]) -> Unanswered:
    agent = None
    if one.agent_id is not None:
        agent = AgentRef(id=one.agent_id, name=one.agent_name or "")
    known = one.customer.name if one.customer is not None and one.customer.verified else None
    return Unanswered(
        conversation_id=one.id,
        status=one.status,
        channel=one.channel,
        customer_name=known,
        preview=one.preview,
        queued_at=one.queued_at,
        respond_by=one.respond_by,
        agent=agent,
        asked=tuple(asked),
    )


def _agent(one: Agent) -> BoardAgent:
    return BoardAgent(
        agent=AgentRef(id=one.id, name=one.name),
        status=one.status,
        presence=one.presence,
        load=one.load,
        capacity=one.capacity,
    )
