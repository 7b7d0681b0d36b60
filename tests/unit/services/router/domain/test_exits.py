"""Every state that is not final is left by itself in time: held to the transition tables."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from services.router.domain import transitions
from services.router.domain.policy import Policy
from services.router.domain.timers import TimerKind
from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, OfferStatus
from tests.support.routing import Desk, an_agent, hours_from

EXITS: Mapping[object, frozenset[TimerKind]] = {
    ConversationStatus.QUEUED: frozenset({TimerKind.RESPONSE_DUE}),
    ConversationStatus.OFFERED: frozenset({TimerKind.EVERYONE_ASKED, TimerKind.RESPONSE_DUE}),
    ConversationStatus.ASSIGNED: frozenset({TimerKind.OFFER_WIDENS, TimerKind.RESPONSE_DUE}),
    ConversationStatus.WRAP_UP: frozenset({TimerKind.WRAP_UP_OVER}),
    OfferStatus.PENDING: frozenset({TimerKind.OFFER_EXPIRES}),
    AssignmentStatus.ACTIVE: frozenset({TimerKind.OFFER_WIDENS}),
    AssignmentStatus.WRAP_UP: frozenset({TimerKind.WRAP_UP_OVER}),
}
"""What wakes the engine for whatever is in a state while nobody does anything about it."""


def in_state(state: object) -> Desk:
    """A desk with one conversation, offer or assignment in this state."""
    here = state is not ConversationStatus.QUEUED
    desk = Desk(*([an_agent(1)] if here else []), policy=Policy(wrap_up_ms=30_000))
    desk.customer_writes(1)
    if state not in {
        ConversationStatus.QUEUED,
        ConversationStatus.OFFERED,
        OfferStatus.PENDING,
    }:
        desk.accepts(desk.offer_of(1))
    if state in {ConversationStatus.WRAP_UP, AssignmentStatus.WRAP_UP}:
        desk.closes(1, 1)
    return desk


def timers(desk: Desk) -> set[TimerKind]:
    return {due.kind for due in desk.engine.state.timers.all()}


def test_the_tables_have_no_other_states_that_are_not_final() -> None:
    tables = (transitions.CONVERSATION, transitions.OFFER, transitions.ASSIGNMENT)
    states = {state for table in tables for state in table if state is not None}
    assert states - {ConversationStatus.ENDED} == set(EXITS)


@pytest.mark.parametrize("state", EXITS)
def test_each_has_a_timer(state: object) -> None:
    assert timers(in_state(state)) >= EXITS[state]


def test_who_waits_for_the_opening_has_one_too_and_so_has_an_agent_who_is_gone() -> None:
    desk = Desk(an_agent(1), policy=Policy(hours=hours_from("14:20")))
    desk.customer_writes(1)
    assert TimerKind.SHOP_OPENS in timers(desk)
    served = Desk(an_agent(1)).assigned(1)
    served.disconnects(1)
    assert TimerKind.AGENT_GONE in timers(served)
