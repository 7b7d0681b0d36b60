"""What an engine holds at an instant, as rows from which the same engine is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.router.domain.model import Agent, Assignment, Conversation, Heard, Offer, Rows
from services.router.domain.paces import AgentPace, TeamPace
from services.router.domain.policy import Policy
from services.router.domain.queues import RoutingQueue
from services.router.domain.state import ShopState


@dataclass(frozen=True, slots=True)
class Standing:
    """A copy of what stands: references to rows, which nobody changes.

    It is taken on the hot path, so it holds what is cheap to take; `rows` are made when they are
    asked for.
    """

    policy: Policy
    agents: tuple[Agent, ...]
    queues: tuple[RoutingQueue, ...]
    conversations: tuple[Conversation, ...]
    offers: tuple[Offer, ...]
    assignments: tuple[Assignment, ...]
    heard: Mapping[UUID, int]
    team_paces: tuple[TeamPace, ...]
    agent_paces: tuple[AgentPace, ...]

    @property
    def size(self) -> int:
        """Return how many rows it has, roughly: those that there may be many of."""
        many = (self.agents, self.conversations, self.offers, self.assignments)
        return sum(map(len, many))

    @property
    def rows(self) -> Rows:
        """Return what an engine is made from."""
        return Rows(
            agents=self.agents,
            queues=self.queues,
            conversations=self.conversations,
            offers=self.offers,
            assignments=self.assignments,
            heard=tuple(Heard(one, version) for one, version in self.heard.items()),
            team_paces=self.team_paces,
            agent_paces=self.agent_paces,
        )


def standing_of(state: ShopState) -> Standing:
    """Return what a shop's engine holds now, the ended that it remembers first."""
    return Standing(
        policy=state.policy,
        agents=tuple(state.agents.values()),
        queues=tuple(state.queues.by_id.values()),
        conversations=(*state.ended.values(), *state.conversations.values()),
        offers=tuple(state.offers.values()),
        assignments=tuple(state.assignments.values()),
        heard=dict(state.heard),
        team_paces=tuple(state.predictor.team.values()),
        agent_paces=tuple(state.predictor.agents.values()),
    )
