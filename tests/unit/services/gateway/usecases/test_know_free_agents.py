"""Whether somebody is free in a shop, as routers tell it; nobody is asked."""

from __future__ import annotations

from uuid import UUID

from services.gateway.usecases.know_free_agents import GOOD_FOR_MS, FreeAgentsBook
from shared.contracts.hours import FreeAgents
from tests.support.clock import VirtualClock

SHOP, OTHER = UUID(int=1), UUID(int=2)


def test_a_shop_that_nobody_told_of_has_nobody_free(clock: VirtualClock) -> None:
    assert not FreeAgentsBook(clock).is_free(SHOP)


def test_the_last_word_on_a_shop_counts_and_not_for_ever(clock: VirtualClock) -> None:
    book = FreeAgentsBook(clock)
    book.hear(FreeAgents(free=True, shops=(SHOP, OTHER)))
    assert book.is_free(SHOP)

    book.hear(FreeAgents(free=False, shops=(SHOP,)))
    assert (book.is_free(SHOP), book.is_free(OTHER)) == (False, True)

    clock.advance(GOOD_FOR_MS)
    assert not book.is_free(OTHER)
