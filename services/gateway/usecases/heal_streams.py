"""Finds out which agents' streams on this node lost a publish, and has them start afresh."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from services.gateway.domain.standing import Key, Mark, Marks, Standing
from services.gateway.usecases.ports import AgentReach, RouterStandings, WatchedStream
from shared.contracts.routing import AgentSnapshot
from shared.contracts.standings import AgentStanding
from shared.kernel.clock import Clock
from shared.kernel.errors import RefusedError

MAX_AGENTS = 1_000
"""Agents in one question: 80 KB of a bus payload."""


def standing_after(snapshot: AgentSnapshot) -> Standing:
    """Return what a console knows that was told this snapshot and nothing since."""
    marks: dict[Key, int] = {(Mark.AGENT, snapshot.agent.id): snapshot.agent.agent_version}
    marks |= {(Mark.OFFER, offer.id): 1 for offer in snapshot.offers}
    marks |= {
        (Mark.CONVERSATION, one.conversation_id): one.version for one in snapshot.conversations
    }
    marks |= {(Mark.ITEMS, item.conversation_id): item.seq for item in snapshot.items}
    return Standing(marks)


class StreamHealer:
    """Asks what the consoles on this node should know: one question each to tables and router.

    A stream that lost something gets a snapshot, as after a reconnect; it is never patched.
    """

    def __init__(
        self,
        streams: Callable[[], Iterable[WatchedStream]],
        items: AgentReach,
        router: RouterStandings,
        clock: Clock,
    ) -> None:
        self._streams = streams
        self._items = items
        self._router = router
        self._clock = clock

    async def heal(self) -> None:
        """Ask once. While the router does not answer nothing is healed: it makes the snapshots."""
        shop_of = {stream.agent_id: stream.shop_id for stream in self._streams()}
        try:
            marks_of = await self._routing(shop_of)
        except RefusedError:
            return
        for agent_id, conversation_id, seq in await self._items.reach_of_agents(shop_of):
            if agent_id in marks_of:
                marks_of[agent_id][Mark.ITEMS, conversation_id] = seq
        self._judge(marks_of)

    async def _routing(self, shop_of: Mapping[UUID, UUID]) -> dict[UUID, dict[Key, int]]:
        agents = [(shop_id, agent_id) for agent_id, shop_id in shop_of.items()]
        marks_of: dict[UUID, dict[Key, int]] = {}
        for start in range(0, len(agents), MAX_AGENTS):
            told = await self._router.standings(agents[start : start + MAX_AGENTS])
            marks_of |= {one.agent_id: _marks(one) for one in told}
        return marks_of

    def _judge(self, marks_of: Mapping[UUID, Marks]) -> None:
        now = self._clock.now()
        for stream in self._streams():
            standing, marks = stream.standing, marks_of.get(stream.agent_id)
            if standing is not None and marks is not None and standing.lacks(marks, now):
                stream.heal()


def _marks(told: AgentStanding) -> dict[Key, int]:
    marks: dict[Key, int] = {(Mark.AGENT, told.agent_id): told.agent_version}
    marks |= {(Mark.OFFER, offer_id): 1 for offer_id in told.offers}
    marks |= {(Mark.CONVERSATION, one.conversation_id): one.version for one in told.conversations}
    return marks
