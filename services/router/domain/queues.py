"""Queues: what conversations in them need, how urgent they are, and where they go when it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.router.domain.needs import Skills
from services.router.domain.policy import Policy, Weights
from shared.contracts.accounts import OpeningHours
from shared.contracts.wire import QueueId
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class Step:
    """What changes for a conversation that nobody has taken after a while.

    `skills` replace those of the queue; `queue_id` is the queue that it overflows into, with that
    one's skills. The steps of that one are not taken: no two queues pass it to and fro.
    """

    after_ms: Millis
    skills: Skills | None = None
    any_language: bool = False
    queue_id: QueueId | None = None


@dataclass(frozen=True, slots=True)
class RoutingQueue:
    """One queue as routing sees it. The default one's target and hours are the policy's."""

    id: QueueId
    name: str = ""
    is_default: bool = False
    skills: Skills = ()
    priority: int = 0
    target_ms: Millis = 10_000
    hours: OpeningHours | None = None
    capacity: int | None = None
    """What agents without a capacity of their own hold when asked for this queue."""
    weights: Weights = ()
    channels: tuple[Channel, ...] = ()
    """Conversations of these channels begin here."""
    max_waiting: int | None = None
    """With so many waiting, whoever comes next overflows at once."""
    steps: tuple[Step, ...] = ()
    retired: bool = False


NO_QUEUE: Final = RoutingQueue(UUID(int=0), is_default=True)
"""The default queue of a shop whose tables name none."""


class Queues:
    """A shop's queues by their ids."""

    def __init__(self) -> None:
        self.by_id: dict[UUID, RoutingQueue] = {}
        self.default = NO_QUEUE

    def put(self, queue: RoutingQueue) -> None:
        """Take a queue's new state."""
        self.by_id[queue.id] = queue
        if queue.is_default:
            self.default = queue

    def find(self, queue_id: UUID | None) -> RoutingQueue:
        """Return a queue; the default one for none and for one that is not there."""
        return self.default if queue_id is None else self.by_id.get(queue_id, self.default)

    def open_to(self, queue_id: UUID | None) -> RoutingQueue | None:
        """Return a queue that takes conversations from others, if it is there and in use."""
        queue = None if queue_id is None else self.by_id.get(queue_id)
        return None if queue is None or queue.retired else queue

    def for_channel(self, channel: Channel) -> RoutingQueue:
        """Return where a channel's conversations begin: the oldest such queue, or the default."""
        named = (one for one in self.by_id.values() if channel in one.channels and not one.retired)
        return min(named, key=lambda one: one.id, default=self.default)


def target_of(queue: RoutingQueue, policy: Policy) -> Millis:
    """Return how soon conversations of a queue are to be answered."""
    return policy.first_response_target_ms if queue.is_default else queue.target_ms


def hours_of(queue: RoutingQueue, policy: Policy) -> OpeningHours | None:
    """Return when a queue is staffed: its own hours, or else the shop's."""
    return policy.hours if queue.is_default or queue.hours is None else queue.hours
