"""Whose answer is worth more begins further ahead in the line, and no further than so much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.router.domain.effects import Noted
from services.router.domain.policy import Policy
from services.router.domain.worth import head_start_ms
from shared.contracts.cards import CardFacts
from shared.kernel.vocabulary import Channel
from tests.support.facts import learns
from tests.support.routing import NODE, Desk, an_agent
from tests.unit.services.router.domain.test_queues import EMAIL

LATE = Policy().late_parcel_head_start_ms


def a_desk(policy: Policy | None = None) -> Desk:
    """One agent, who comes when others wait already, and has one place."""
    return Desk(an_agent(1, capacity=1, nodes=()), policy=policy)


class TestTheLine:
    def test_whose_parcel_is_late_is_served_before_who_came_a_little_sooner(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        desk.wait(LATE - 1)
        desk.customer_writes(2)
        learns(desk, 2, late_parcel=True)
        desk.connects(1)
        assert desk.asked(2) == [1]

    def test_whoever_came_longer_before_comes_first_all_the_same(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        desk.wait(LATE + 1)
        desk.customer_writes(2)
        learns(desk, 2, late_parcel=True)
        desk.connects(1)
        assert desk.asked(1) == [1]

    def test_an_engine_made_from_the_tables_serves_in_the_same_order(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        desk.customer_writes(2)
        learns(desk, 2, payment_failed=True)
        assert desk.rebuild().waiting() == desk.engine.waiting() != ()
        desk.connects(1)
        assert desk.asked(2) == [1]

    def test_it_counts_beside_the_queues_priority(self) -> None:
        desk = Desk(an_agent(1, nodes=()))
        desk.queue(replace(EMAIL, priority=2))
        desk.customer_writes(1, channel=Channel.EMAIL)
        learns(desk, 1, repeat_contacts=3)
        figures = Policy()
        both = 2 * figures.head_start_ms + figures.repeat_contact_head_start_ms
        assert desk.conversation(1).head_start_ms == both

    def test_it_counts_once_however_often_it_is_told(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        for _ in range(3):
            learns(desk, 1, late_parcel=True)
        assert desk.conversation(1).head_start_ms == LATE

    def test_what_was_gained_stays_when_the_parcel_has_come(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        learns(desk, 1, late_parcel=True, payment_failed=True)
        learns(desk, 1, payment_failed=True)
        assert desk.conversation(1).head_start_ms == 2 * LATE

    def test_who_is_offered_already_keeps_what_was_gained_for_the_line(self) -> None:
        desk = Desk(an_agent(1, nodes=(NODE,)))
        desk.customer_writes(1)
        learns(desk, 1, late_parcel=True)
        desk.declines(desk.offer_of(1))
        assert desk.engine.waiting() == (desk.conversation(1).id,)
        assert desk.conversation(1).head_start_ms == LATE

    def test_of_whom_nothing_is_known_or_who_is_gone_nothing_changes(self) -> None:
        desk = a_desk()
        desk.customer_writes(1)
        for effects in (learns(desk, 1), learns(desk, 2, late_parcel=True)):
            assert (effects.answer, effects.conversations) == (Noted(), ())
        desk.leaves(1)
        assert learns(desk, 1, late_parcel=True).conversations == ()


class TestWhatCounts:
    @pytest.mark.parametrize(
        ("facts", "gained"),
        [
            (CardFacts(), 0),
            (CardFacts(late_parcel=True, late_days=4), 1),
            (CardFacts(payment_failed=True), 2),
            (CardFacts(repeat_contacts=2), 4),
            (CardFacts(cart_value_minor=4_999), 0),
            (CardFacts(cart_value_minor=5_000), 8),
            (CardFacts(late_parcel=True, repeat_contacts=9, payment_failed=True), 7),
        ],
    )
    def test_each_counts_by_its_own_figure(self, facts: CardFacts, gained: int) -> None:
        figures = Policy(
            late_parcel_head_start_ms=1,
            payment_failed_head_start_ms=2,
            repeat_contact_head_start_ms=4,
            cart_head_start_ms=8,
            cart_from_minor=5_000,
        )
        assert head_start_ms(figures, facts) == gained

    def test_a_cart_counts_only_where_the_shop_said_so(self) -> None:
        assert head_start_ms(Policy(), CardFacts(cart_value_minor=10**9)) == 0
