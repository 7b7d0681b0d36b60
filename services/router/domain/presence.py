"""Which gateway nodes hold streams of which agents, across shops; knows nothing of routing.

A node that falls silent has lost its agents, but silence of all is no news: it is this router that
hears nobody, as while NATS is away, or nobody could write to a customer anyway. Its agents keep
their conversations until somebody is heard again and the others have had their time to be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from uuid import UUID

from services.router.domain.commands import PresenceChanged
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import Presence

NODE_SILENT_MS: Final[Millis] = 3_000
"""DESIGN section 5: a node beats each second; three beats missing and its agents are gone."""

BEAT_LAG_MS: Final[Millis] = 1_000
"""A beat may have left its node this long before a change that came first: the change wins."""

Person: TypeAlias = tuple[UUID, UUID]
"""A shop and one of its agents."""


@dataclass(frozen=True, slots=True)
class PresenceNews:
    """A change to be told to one shop's engine."""

    shop_id: UUID
    command: PresenceChanged


@dataclass(slots=True)
class _Node:
    heard_at: Instant
    agents: set[Person] = field(default_factory=set)
    changed_at: dict[Person, Instant] = field(default_factory=dict)


class PresenceBook:
    """What nodes have said, turned into the changes engines have not been told yet."""

    def __init__(self) -> None:
        self._nodes: dict[UUID, _Node] = {}

    def change(self, node_id: UUID, person: Person, presence: Presence, now: Instant) -> None:
        """Note one stream opened or closed; whoever calls tells the engine."""
        node = self._heard(node_id, now)
        node.changed_at[person] = now
        if presence is Presence.CONNECTED:
            node.agents.add(person)
        else:
            node.agents.discard(person)

    def beat(self, node_id: UUID, people: Iterable[Person], now: Instant) -> list[PresenceNews]:
        """Compare a node's whole list with what it said before; return what is new."""
        node = self._heard(node_id, now)
        fresh = {person for person, at in node.changed_at.items() if now - at <= BEAT_LAG_MS}
        node.changed_at = {person: node.changed_at[person] for person in fresh}
        there = set(people)
        came = sorted(there - node.agents - fresh)
        left = sorted(node.agents - there - fresh)
        node.agents = (node.agents | set(came)) - set(left)
        return [
            *_news(node_id, came, Presence.CONNECTED),
            *_news(node_id, left, Presence.DISCONNECTED),
        ]

    def adopt(self, shop_id: UUID, streams: Iterable[tuple[UUID, UUID]], now: Instant) -> None:
        """Take a shop's (agent, node) pairs as its rebuilt engine holds them.

        The next beats are then compared with what the engine knows, not with what it was told.
        """
        for node in self._nodes.values():
            node.agents = {person for person in node.agents if person[0] != shop_id}
        for agent_id, node_id in streams:
            node = self._nodes.setdefault(node_id, _Node(now))
            node.agents.add((shop_id, agent_id))

    def told(self, news: PresenceNews) -> None:
        """Note that an engine has taken a change.

        The engine may have been built after the change was heard, and adopted without it.
        """
        node = self._nodes.get(news.command.node_id)
        person = (news.shop_id, news.command.agent_id)
        if node is None:
            return
        if news.command.presence is Presence.CONNECTED:
            node.agents.add(person)
        else:
            node.agents.discard(person)

    def silent(self, now: Instant) -> list[PresenceNews]:
        """Forget nodes not heard for NODE_SILENT_MS, though others are; return who is gone."""
        news: list[PresenceNews] = []
        if self._hears_nobody(now):
            return news
        for node_id in sorted(self._nodes):
            if self._nodes[node_id].heard_at + NODE_SILENT_MS <= now:
                gone = sorted(self._nodes.pop(node_id).agents)
                news += _news(node_id, gone, Presence.DISCONNECTED)
        return news

    def _hears_nobody(self, now: Instant) -> bool:
        return all(node.heard_at + NODE_SILENT_MS <= now for node in self._nodes.values())

    def _heard(self, node_id: UUID, now: Instant) -> _Node:
        if self._hears_nobody(now):
            for other in self._nodes.values():
                other.heard_at = now
        node = self._nodes.setdefault(node_id, _Node(now))
        node.heard_at = now
        return node


def _news(node_id: UUID, people: Iterable[Person], presence: Presence) -> list[PresenceNews]:
    return [
        PresenceNews(shop_id, PresenceChanged(agent_id, node_id, presence))
        for shop_id, agent_id in people
    ]
