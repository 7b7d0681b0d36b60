"""What agents' consoles were told of routing, beside what the tables hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from services.router.domain.effects import Effects
from services.router.domain.model import Rows
from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, OfferStatus


@dataclass
class Told:
    """What the agents' consoles were told, as whoever hears every event sees it.

    Each is told its own version, its pending offers, and what it serves in which version.
    """

    versions: dict[UUID, int] = field(default_factory=dict)
    offers: set[tuple[UUID, UUID]] = field(default_factory=set)
    served: dict[tuple[UUID, UUID], int] = field(default_factory=dict)

    @classmethod
    def standing(cls, rows: Rows) -> Told:
        """Return what a gateway node is answered that asks what its consoles should know."""
        version_of = {one.id: one.version for one in rows.conversations}
        return cls(
            versions={agent.id: agent.version for agent in rows.agents},
            offers={(offer.agent_id, offer.id) for offer in rows.offers},
            served={
                (one.agent_id, one.conversation_id): version_of[one.conversation_id]
                for one in rows.assignments
                if one.status is AssignmentStatus.ACTIVE
            },
        )

    def hear(self, effects: Effects) -> None:
        for news in effects.offers_told:
            key = (news.offer.agent_id, news.offer.id)
            pending = news.offer.status is OfferStatus.PENDING
            (self.offers.add if pending else self.offers.discard)(key)
        for told in effects.conversations_told:
            for agent in told.audience:
                self.served.pop((agent, told.conversation.id), None)
                if told.conversation.status is ConversationStatus.ASSIGNED:
                    self.served[agent, told.conversation.id] = told.conversation.version
        for taken in effects.taken_from:
            self.served.pop((taken.agent_id, taken.conversation.id), None)
        self.versions.update({agent.id: agent.version for agent in effects.agents_told})
