"""What a database would hold of a shop's routing."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from services.router.domain.effects import Effects
from services.router.domain.model import (
    Agent,
    Assignment,
    ChangeMade,
    Conversation,
    Heard,
    Offer,
    Rows,
)
from services.router.domain.paces import AgentKey, AgentPace, TeamKey, TeamPace
from services.router.domain.queues import RoutingQueue
from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, OfferStatus


@dataclass
class Tables:
    """What a database would hold after every group committed."""

    agents: dict[UUID, Agent] = field(default_factory=dict)
    queues: dict[UUID, RoutingQueue] = field(default_factory=dict)
    conversations: dict[UUID, Conversation] = field(default_factory=dict)
    offers: dict[UUID, Offer] = field(default_factory=dict)
    assignments: dict[UUID, Assignment] = field(default_factory=dict)
    heard: dict[UUID, Heard] = field(default_factory=dict)
    changes_made: list[ChangeMade] = field(default_factory=list)
    team_paces: dict[TeamKey, TeamPace] = field(default_factory=dict)
    agent_paces: dict[AgentKey, AgentPace] = field(default_factory=dict)

    def commit(self, effects: Effects) -> None:
        self.agents.update({row.id: row for row in effects.agents})
        self.conversations.update({row.id: row for row in effects.conversations})
        self.offers.update({row.id: row for row in effects.offers})
        self.assignments.update({row.id: row for row in effects.assignments})
        self.heard.update({row.conversation_id: row for row in effects.heard})
        self.changes_made += effects.changes_made
        self.team_paces.update({row.key: row for row in effects.team_paces})
        self.agent_paces.update({row.key: row for row in effects.agent_paces})

    def live_rows(self) -> Rows:
        """What a rebuild reads: everything that is not over."""
        live = [c for c in self.conversations.values() if c.status is not ConversationStatus.ENDED]
        ids = {one.id for one in live}
        return Rows(
            agents=tuple(self.agents.values()),
            queues=tuple(self.queues.values()),
            conversations=tuple(live),
            offers=tuple(o for o in self.offers.values() if o.status is OfferStatus.PENDING),
            assignments=tuple(
                a for a in self.assignments.values() if a.status is not AssignmentStatus.ENDED
            ),
            heard=tuple(h for h in self.heard.values() if h.conversation_id in ids),
            team_paces=tuple(self.team_paces.values()),
            agent_paces=tuple(self.agent_paces.values()),
        )

    def rows_of(self, conversation: UUID) -> Rows:
        """What is looked up for a conversation the engine does not hold."""
        row, heard = self.conversations.get(conversation), self.heard.get(conversation)
        return Rows(conversations=(row,) if row else (), heard=(heard,) if heard else ())
