"""What conversations that the same agents can serve have in common."""

from __future__ import annotations

from typing import NamedTuple

from services.router.domain.limits import Room
from services.router.domain.model import Conversation
from services.router.domain.needs import Needs
from services.router.domain.policy import Policy
from services.router.domain.queues import Queues


class Kind(NamedTuple):
    """What a conversation takes of whoever serves it, and what that agent must bring."""

    room: Room
    needs: Needs


def kind_of(queues: Queues, policy: Policy, one: Conversation) -> Kind:
    """Return a conversation's kind now, as its queue and its stages say."""
    limit = queues.find(one.queue_id).capacity
    beyond = policy.beyond_weight if one.needs.beyond else 0
    return Kind(Room(one.channel, one.weight, limit, beyond), _of_an_agent(one.needs))


def _of_an_agent(needs: Needs) -> Needs:
    """Return what is needed without whose wish it was, nor which of its languages is liked best.

    Mostly there is nothing to leave out.
    """
    whole = not (needs.own or needs.base or needs.beyond or len(needs.languages) > 1)
    return needs if whole else Needs(needs.skills, tuple(sorted(needs.languages)))
