"""What gateway nodes ask the router each second, to find out what live publishes missed."""

from __future__ import annotations

from shared.contracts.routing import ConnectedAgent
from shared.contracts.wire import AgentId, ConversationId, OfferId, Readable


class StandingsRequest(Readable):
    """Asks the router, for all agents with a stream on a node, what their consoles should know."""

    agents: tuple[ConnectedAgent, ...]


class ServedConversation(Readable):
    """A conversation that an agent serves, and the version of its routing state."""

    conversation_id: ConversationId
    version: int


class AgentStanding(Readable):
    """What an agent's console should know of routing by now, without saying it."""

    agent_id: AgentId
    agent_version: int
    offers: tuple[OfferId, ...]
    conversations: tuple[ServedConversation, ...]


class AgentStandings(Readable):
    """Answer to a StandingsRequest; whoever is no agent of the named shop is left out."""

    standings: tuple[AgentStanding, ...]
