"""Bus subjects, in one place."""

from __future__ import annotations

from uuid import UUID

from shared.kernel.vocabulary import Service

CARD = "history.card"
"""Request: CardRequest -> CardAnswer."""

CARDS_CHANGED = "history.cards-changed"
"""Publish: CardsChanged, from history to the routers."""

AGENT_SNAPSHOT = "router.agent-snapshot"
"""Request: SnapshotRequest -> RouterSnapshot."""

AGENT_STANDINGS = "router.agent-standings"
"""Request: StandingsRequest -> AgentStandings."""

GRANT = "router.grant"
"""Request: GrantRequest -> GrantAnswer."""

HOURS = "router.hours"
"""Request: HoursRequest -> ShopHours."""

LEAVE = "router.leave"
"""Request: LeaveRequest -> LeaveAnswer."""

CALLER_CHECK = "router.caller-check"
"""Request: CallerCheck -> CallerAnswer."""

REVOCATIONS = "router.revocations"
"""Request: RevocationsRequest -> RevocationPage."""

TOKENS_REVOKED = "router.tokens-revoked"
"""Publish: nothing; who hears it asks for the REVOCATIONS at once."""

PRESENCE_CHANGE = "router.presence-change"
"""Publish: PresenceChange."""

PRESENCE_BEAT = "router.presence-beat"
"""Publish: PresenceBeat."""

LEASES_RELEASED = "router.leases-released"
"""Publish: LeasesReleased, from a router that stops to the others."""

WAITING_LINE = "router.waiting-line"
"""Publish: WaitingLine, at most once a second a shop."""

FREE_AGENTS = "router.free-agents"
"""Publish: FreeAgents, when the first agent of a shop is free or the last is not, and again."""

SESSION_OPENED = "gateway.session-opened"
"""Publish: SessionOpened, from a gateway node to the others."""


def erase(service: Service) -> str:
    """Return where a service is asked to erase a person: PersonAsked -> EraseAnswer."""
    return f"{service.value}.erase"


def retain(service: Service) -> str:
    """Return where a service is asked to erase what is old: RetentionAsked -> RetentionAnswer."""
    return f"{service.value}.retain"


def export(service: Service) -> str:
    """Return where a service is asked what it keeps of a person: ExportAsked -> ExportAnswer."""
    return f"{service.value}.export"


def events(receiver: Service) -> str:
    """Return where a service takes durable events: EventBatch -> BatchAnswer."""
    return f"events.{receiver.value}"


def router_commands(router_id: UUID) -> str:
    """Return where one router takes other routers' commands: CommandBatch -> CommandAnswers."""
    return f"router.commands.{router_id.hex}"


def router_decisions(router_id: UUID) -> str:
    """Return where one router makes decisions again: DecisionAsked -> DecisionMadeAgain."""
    return f"router.decisions.{router_id.hex}"


def stream_answered(node_id: UUID) -> str:
    """Return where a gateway node hears of answers to its streams' pings: StreamAnswered."""
    return f"gateway.stream-answered.{node_id.hex}"


def live_agent(agent_id: UUID) -> str:
    """Return where everything for one agent's streams is published: StreamEvent."""
    return f"live.agent.{agent_id.hex}"


def live_conversation(conversation_id: UUID) -> str:
    """Return where the items of one conversation are published: StreamEvent."""
    return f"live.conversation.{conversation_id.hex}"
