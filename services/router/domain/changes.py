"""Collects what one command changes and tells, for its effects; decides nothing."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.effects import (
    Alarm,
    Answer,
    ConversationTold,
    DecisionRecord,
    Effects,
    OfferTold,
    TakenFrom,
)
from services.router.domain.model import (
    Agent,
    Assignment,
    ChangeMade,
    Conversation,
    Heard,
    Offer,
)
from services.router.domain.paces import AgentKey, AgentPace, TeamKey, TeamPace
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.vocabulary import ConversationStatus


class Changes:
    """The changes since the command began; of each row only the last state counts."""

    def __init__(self) -> None:
        self.agents_before: dict[UUID, Agent | None] = {}
        self.agents: dict[UUID, Agent] = {}
        self.told_status: dict[UUID, ConversationStatus | None] = {}
        self.conversations: dict[UUID, Conversation] = {}
        self.offers: dict[UUID, Offer] = {}
        self.assignments: dict[UUID, Assignment] = {}
        self.heard: dict[UUID, Heard] = {}
        self.team_paces: dict[TeamKey, TeamPace] = {}
        self.agent_paces: dict[AgentKey, AgentPace] = {}
        self.changes_made: list[ChangeMade] = []
        self.decisions: list[DecisionRecord] = []
        self.conversations_told: list[ConversationTold] = []
        self.offers_told: list[OfferTold] = []
        self.agents_told: list[Agent] = []
        self.alarms: list[Alarm] = []
        self.taken_from: list[TakenFrom] = []
        self.causes: dict[UUID, DecisionTrigger] = {}
        """Why each conversation needs a decision now."""

    def effects(self, answer: Answer) -> Effects:
        """Return everything collected."""
        return Effects(
            answer=answer,
            agents=tuple(self.agents.values()),
            conversations=tuple(self.conversations.values()),
            offers=tuple(self.offers.values()),
            assignments=tuple(self.assignments.values()),
            heard=tuple(self.heard.values()),
            changes_made=tuple(self.changes_made),
            team_paces=tuple(self.team_paces.values()),
            agent_paces=tuple(self.agent_paces.values()),
            decisions=tuple(self.decisions),
            conversations_told=tuple(self.conversations_told),
            offers_told=tuple(self.offers_told),
            agents_told=tuple(self.agents_told),
            alarms=tuple(self.alarms),
            taken_from=tuple(self.taken_from),
        )
