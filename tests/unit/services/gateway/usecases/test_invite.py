"""Customers are invited while an agent is free and the shop is open, and otherwise not."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from services.gateway.domain.effects import OpenInvitation
from services.gateway.domain.invitations import Opened
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.invite import (
    AGAIN_MS,
    LATER_MS,
    RULES_FRESH_FOR_MS,
    SITES_MAX,
    NotNow,
    Past,
)
from services.gateway.usecases.ports import OpenedSession
from shared.contracts.hours import ShopHours
from shared.kernel.vocabulary import InvitationState
from tests.support.clock import START, VirtualClock
from tests.support.invitations import KeptInvitations, a_rule, an_invitation

SHOP, SITE, SESSION = UUID(int=1), UUID(int=2), UUID(int=3)
WISH = OpenInvitation("big-cart", "May we help?", 1_000)


def a_greeting(site_id: UUID = SITE) -> Greeting:
    opened = OpenedSession(SESSION, True, 1, 1, None, 0)
    return Greeting(SHOP, opened, "fs_x", 0, site_id=site_id)


async def test_while_an_agent_is_free_an_invitation_is_opened(clock: VirtualClock) -> None:
    kept = KeptInvitations(a_rule())
    opened = await kept.desk(clock).open(a_greeting(), WISH)
    assert isinstance(opened, Opened)
    assert (opened.rule, opened.text, opened.at) == ("big-cart", "May we help?", START)
    assert kept.opened == {opened.id: "big-cart"}


async def test_while_nobody_is_free_nobody_is_asked_to_wait(clock: VirtualClock) -> None:
    kept = KeptInvitations(a_rule())
    kept.free = False
    assert await kept.desk(clock).open(a_greeting(), WISH) == NotNow(AGAIN_MS)
    assert kept.opened == {}


@pytest.mark.parametrize("hours", [None, ShopHours(open=False)])
async def test_a_closed_shop_and_one_of_which_nobody_knows_invite_nobody(
    clock: VirtualClock, hours: ShopHours | None
) -> None:
    async def told(_shop_id: UUID) -> ShopHours | None:
        return hours

    kept = KeptInvitations(a_rule())
    assert await kept.desk(clock, hours=told).open(a_greeting(), WISH) == NotNow(AGAIN_MS)
    assert kept.opened == {}


async def test_what_the_store_refuses_is_asked_for_much_later(clock: VirtualClock) -> None:
    kept = KeptInvitations(a_rule())
    kept.may_open = False
    assert await kept.desk(clock).open(a_greeting(), WISH) == NotNow(LATER_MS)


async def test_a_site_without_rules_costs_a_hello_no_look_at_the_tables(
    clock: VirtualClock,
) -> None:
    kept = KeptInvitations()
    desk = kept.desk(clock)
    for _ in range(100):
        assert await desk.of(a_greeting()) is None
    assert kept.asked == 1


async def test_new_rules_count_within_ten_seconds(clock: VirtualClock) -> None:
    kept = KeptInvitations()
    desk = kept.desk(clock)
    await desk.of(a_greeting())
    kept.site_rules = [a_rule()]
    clock.advance(RULES_FRESH_FOR_MS)

    invitable = await desk.of(a_greeting())

    assert invitable is not None
    assert [rule.id for rule in invitable.rules] == ["big-cart"]


async def test_those_who_come_while_rules_are_asked_for_anew_ask_no_more(
    clock: VirtualClock,
) -> None:
    kept = KeptInvitations(a_rule())
    desk = kept.desk(clock)
    await desk.of(a_greeting())
    clock.advance(RULES_FRESH_FOR_MS)

    invitables = await asyncio.gather(*(desk.of(a_greeting()) for _ in range(64)))

    assert all(one is not None for one in invitables)
    assert kept.asked == 2


async def test_what_was_shown_before_is_known_and_what_is_open_among_it(
    clock: VirtualClock,
) -> None:
    dismissed, waits = an_invitation(1, START - 9_000), an_invitation(2, START - 5, "failed")
    kept = KeptInvitations(a_rule())
    kept.before = Past(
        ((dismissed, InvitationState.DISMISSED), (waits, InvitationState.OPENED)),
        under_way=False,
        ended_at=None,
    )

    invitable = await kept.desk(clock).of(a_greeting())

    assert invitable is not None
    assert invitable.open == waits
    assert invitable.shown == {"big-cart": START - 9_000, "failed": START - 5}


async def test_sites_are_not_remembered_without_end(clock: VirtualClock) -> None:
    kept = KeptInvitations()
    desk = kept.desk(clock)
    for number in range(SITES_MAX + 1):
        await desk.of(a_greeting(UUID(int=number)))
    asked = kept.asked
    await desk.of(a_greeting(UUID(int=SITES_MAX)))
    assert kept.asked == asked
    await desk.of(a_greeting(UUID(int=0)))
    assert kept.asked == asked + 1
