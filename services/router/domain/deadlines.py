"""When a conversation's next timers are due, from its row and the policy; sets none."""

from __future__ import annotations

from services.router.domain.model import Conversation
from services.router.domain.policy import Policy
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import ConversationStatus


def reask(policy: Policy, one: Conversation, now: Instant) -> Instant | None:
    """Return when somebody who passed a waiting conversation may be asked again.

    One that is offered, or whose owner is silent, counts as waiting once everyone is asked.
    """
    queued = one.status is ConversationStatus.QUEUED
    everyone = one.everyone_at is not None and one.everyone_at <= now
    if one.is_over or not (queued or everyone):
        return None
    instants = (at + policy.reask_after_ms for _, at in one.passed_by)
    return min((at for at in instants if at > now), default=None)


def alarm(policy: Policy, one: Conversation) -> Instant | None:
    """Return when an unanswered conversation is told to be at risk, or to be late."""
    if not one.awaits_answer or one.miss_told_at is not None:
        return None
    if one.risk_told_at is not None:
        return one.respond_by
    return one.respond_by - policy.at_risk_before_ms


def idle(policy: Policy, one: Conversation) -> Instant | None:
    """Return when a served customer, who waits for nothing, has been silent for too long."""
    if policy.idle_after_ms <= 0 or one.heard_at is None:
        return None
    if one.status is not ConversationStatus.ASSIGNED or one.awaits_answer:
        return None
    return one.heard_at + policy.idle_after_ms


def needs_less(one: Conversation) -> Instant | None:
    """Return when a conversation that nobody serves yet needs less of an agent."""
    waits = one.status in {ConversationStatus.QUEUED, ConversationStatus.OFFERED}
    return one.stages[0].at if waits and one.stages else None
