"""Customers who are silent for long take no capacity until they write."""

from __future__ import annotations

from services.router.domain.commands import Tick
from services.router.domain.policy import Policy
from shared.kernel.vocabulary import ConversationStatus
from tests.support.routing import Desk, agent_id, an_agent

IDLE = Policy(idle_after_ms=120_000)


def answered(policy: Policy = IDLE) -> Desk:
    """The one place of agent 1 is taken by an answered customer."""
    desk = Desk(an_agent(1, capacity=1), policy=policy).assigned(1)
    desk.agent_writes(1)
    return desk


def test_a_silent_customer_gives_the_place_back_and_stays_with_the_agent() -> None:
    desk = answered()
    desk.wait(110_000)
    desk.customer_writes(2)
    assert desk.asked(2) == []
    desk.wait(10_000)
    assert desk.asked(2) == [1]
    assert desk.conversation(1).agent_id == agent_id(1)


def test_a_customer_who_writes_again_has_the_place_before_what_is_only_offered() -> None:
    desk = answered()
    desk.wait(120_000)
    desk.customer_writes(2)
    desk.customer_writes(1)
    assert desk.asked(2) == []
    assert desk.conversation(2).status is ConversationStatus.QUEUED
    assert desk.agent(1).load == 1


def test_a_router_that_takes_over_knows_from_the_tables_who_is_silent() -> None:
    desk = answered()
    desk.wait(120_000)
    assert desk.rebuild().apply(Tick(), desk.now).changes_nothing
    assert desk.agent(1).load == 0


def test_whoever_writes_now_and_then_is_not_silent() -> None:
    desk = answered()
    desk.wait(100_000)
    desk.customer_writes(1)
    desk.wait(100_000)
    assert desk.agent(1).load == 1


def test_a_customer_who_waits_for_words_is_never_idle() -> None:
    desk = Desk(an_agent(1), policy=IDLE).assigned(1)
    desk.wait(600_000)
    assert desk.agent(1).load == 1


def test_without_the_policy_a_customer_keeps_the_place() -> None:
    desk = answered(Policy())
    desk.wait(600_000)
    desk.customer_writes(1)
    assert desk.agent(1).load == 1
    assert desk.conversation(1).heard_at is None
