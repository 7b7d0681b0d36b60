"""A queue as administrators see one, turned into what routing goes by."""

from __future__ import annotations

from collections.abc import Mapping

from services.router.domain.needs import Skills
from services.router.domain.policy import Weights
from services.router.domain.queues import RoutingQueue, Step
from shared.contracts.accounts import Queue, QueueStep
from shared.kernel.vocabulary import Channel

ROUTED_AS: Mapping[str, str] = {
    "name": "name",
    "skills": "skills",
    "first_response_target_ms": "target_ms",
    "hours": "hours",
    "priority": "priority",
    "capacity": "capacity",
    "weights": "weights",
    "channels": "channels",
    "max_waiting": "max_waiting",
    "steps": "steps",
    "retired": "retired",
}
"""What each field that an administrator changes is called in the domain."""


def routed(queue: Queue) -> RoutingQueue:
    """Return what an engine holds of a queue."""
    return RoutingQueue(
        id=queue.id,
        name=queue.name,
        is_default=queue.is_default,
        skills=in_order(queue.skills),
        priority=queue.priority,
        target_ms=queue.first_response_target_ms,
        hours=queue.hours,
        capacity=queue.capacity,
        weights=by_channel(queue.weights),
        channels=queue.channels,
        max_waiting=queue.max_waiting,
        steps=tuple(_step(one) for one in queue.steps),
        retired=queue.retired,
    )


def in_order(skills: Mapping[str, int]) -> Skills:
    """Return skills with their levels, by name."""
    return tuple(sorted(skills.items()))


def by_channel(weights: Mapping[Channel, int]) -> Weights:
    """Return what each channel weighs, by channel."""
    return tuple(sorted(weights.items()))


def _step(step: QueueStep) -> Step:
    skills = None if step.skills is None else in_order(step.skills)
    return Step(step.after_ms, skills, step.any_language, step.queue_id)
