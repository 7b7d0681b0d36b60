"""What conversations that the same agents can serve have in common."""

from __future__ import annotations

from typing import NamedTuple

from services.router.domain.limits import Room
from services.router.domain.model import Conversation
from services.router.domain.needs import Needs
from services.router.domain.policy import Policy
from services.router.domain.queues import Queues, RoutingQueue


class Kind(NamedTuple):
    """What a conversation takes of whoever serves it, and what that agent must bring."""

    room: Room
    needs: Needs
    pressing: bool = False
    """Its owner is silent, or everyone is asked: it gives no way to who comes next."""


class Kinds:
    """Tells the kinds of conversations now, as their queues and their stages say."""

    def __init__(self, queues: Queues, policy: Policy) -> None:
        self._queues = queues
        self._policy = policy
        self._last: tuple[Conversation, RoutingQueue, Kind] | None = None
        """A decision asks for the kind of one conversation again and again."""

    def of(self, one: Conversation) -> Kind:
        """Return a conversation's kind."""
        queue, last = self._queues.find(one.queue_id), self._last
        if last is not None and last[0] is one and last[1] is queue:
            return last[2]
        beyond = self._policy.beyond_weight if one.needs.beyond else 0
        room = Room(one.channel, one.weight, queue.capacity, beyond)
        kind = Kind(room, _of_an_agent(one.needs))
        self._last = (one, queue, kind)
        return kind


def _of_an_agent(needs: Needs) -> Needs:
    """Return what is needed without whose wish it was, nor which of its languages is liked best.

    Mostly there is nothing to leave out.
    """
    whole = not (needs.own or needs.base or needs.beyond or len(needs.languages) > 1)
    return needs if whole else Needs(needs.skills, tuple(sorted(needs.languages)))
