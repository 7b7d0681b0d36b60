"""Which agents can be asked and in what order; knows no conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from services.router.domain.model import Agent
from services.router.domain.ordered import Key, OrderedKeys
from services.router.domain.policy import Policy
from shared.kernel.vocabulary import AgentStatus, Exclusion, Presence

EXCLUSION_ORDER = (
    Exclusion.DISCONNECTED,
    Exclusion.NOT_AVAILABLE,
    Exclusion.AT_CAPACITY,
)
"""The first that holds is the reason told."""


class AgentPool:
    """Agents who are here, available and below capacity: least loaded first, then longest idle."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._order = OrderedKeys()
        self._key_of: dict[UUID, Key] = {}
        self._reason_of: dict[UUID, Exclusion] = {}
        self._counts: Counter[Exclusion] = Counter()

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, agent_id: UUID) -> bool:
        return agent_id in self._key_of

    def __iter__(self) -> Iterator[UUID]:
        return (UUID(int=key[-1]) for key in self._order)

    def put(self, agent: Agent, pending: int) -> None:
        """Take an agent in as it is now, with so many offers pending."""
        self._forget(agent.id)
        if not agent.active:
            return  # nobody's reason for anything any more
        reason = self._exclusion(agent, pending)
        if reason is None:
            key = (agent.load, agent.idle_since, agent.id.int)
            self._key_of[agent.id] = key
            self._order.add(key)
        else:
            self._reason_of[agent.id] = reason
            self._counts[reason] += 1

    def excluded(self) -> dict[Exclusion, int]:
        """Return how many agents each reason keeps out, in a fixed order."""
        return {reason: self._counts[reason] for reason in EXCLUSION_ORDER if self._counts[reason]}

    def _forget(self, agent_id: UUID) -> None:
        key = self._key_of.pop(agent_id, None)
        if key is not None:
            self._order.remove(key)
        reason = self._reason_of.pop(agent_id, None)
        if reason is not None:
            self._counts[reason] -= 1

    def _exclusion(self, agent: Agent, pending: int) -> Exclusion | None:
        if agent.presence is Presence.DISCONNECTED:
            return Exclusion.DISCONNECTED
        if agent.status is not AgentStatus.AVAILABLE:
            return Exclusion.NOT_AVAILABLE
        # As many offers as one can look at use an agent up like capacity does.
        if agent.load >= agent.capacity or pending >= self._policy.max_pending_per_agent:
            return Exclusion.AT_CAPACITY
        return None
