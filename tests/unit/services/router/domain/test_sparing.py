"""Who is late already gives way to who comes next, and for how long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.router.domain.coming import Coming
from services.router.domain.policy import Policy
from services.router.domain.sparing import reserve
from services.router.domain.timers import TimerKind
from shared.kernel.vocabulary import AgentStatus, ConversationStatus, Exclusion
from tests.support.routing import Desk, agent_id, an_agent

ALONE = Policy(
    first_offers=1,
    everyone_after_ms=600_000,
    widen_after_ms=600_000,
    unseen_after_ms=600_000,
    stalled_after_ms=600_000,
    offer_ttl_ms=600_000,
)
"""Each conversation is offered to one agent, who says nothing."""
LATE_MS = 11_000
LATE, NEWEST = 80, 90


def a_full_team(agents: int = 4, policy: Policy = ALONE) -> Desk:
    """Everybody has one conversation before the eyes and no room for more; one waits, late."""
    desk = Desk(*[an_agent(number, capacity=1) for number in range(agents)], policy=policy)
    for number in (*range(agents), LATE):
        desk.customer_writes(number)
    desk.accepts(desk.offer_of(0))
    desk.agent_writes(0)
    desk.wait(LATE_MS)
    return desk


def go_from_a_screen(desk: Desk, number: int) -> None:
    """A customer goes who was before an agent's eyes."""
    desk.sees(desk.offer_of(number))
    desk.leaves(number)


def ends(desk: Desk, number: int) -> None:
    """An agent closes a conversation, and is calm: nothing was taken from the screen."""
    (agent,) = (one for one in range(9) if desk.conversation(number).agent_id == agent_id(one))
    desk.closes(number, agent)


def a_busy_shop(agents: int = 4, policy: Policy = ALONE) -> Desk:
    """The same, and one who came since had the place that was free: customers go on coming."""
    desk = a_full_team(agents, policy)
    desk.customer_writes(NEWEST)
    ends(desk, 0)
    assert is_asked_about(desk, NEWEST)
    return desk


def becomes_free(desk: Desk, *customers: int) -> None:
    """Customers go; whose screens they were on become calm."""
    for number in customers:
        go_from_a_screen(desk, number)
    desk.wait(ALONE.settle_ms)


def is_asked_about(desk: Desk, number: int) -> bool:
    return desk.conversation(number).status is ConversationStatus.OFFERED


class TestWhoIsLate:
    def test_waits_while_no_more_are_calm_than_are_kept_free(self) -> None:
        desk = a_busy_shop()
        becomes_free(desk, 1)
        assert not is_asked_about(desk, LATE)

    def test_is_asked_about_once_more_are_calm(self) -> None:
        """No command comes when they become calm: a timer looks."""
        desk = a_busy_shop()
        go_from_a_screen(desk, 1)
        go_from_a_screen(desk, 2)
        assert not is_asked_about(desk, LATE)
        assert TimerKind.GIVEN_WAY in {due.kind for due in desk.engine.state.timers.all()}
        desk.wait(ALONE.settle_ms)
        assert is_asked_about(desk, LATE)

    def test_leaves_the_place_to_who_can_still_be_answered_in_time(self) -> None:
        desk = a_busy_shop()
        becomes_free(desk, 1)
        desk.customer_writes(91)
        assert is_asked_about(desk, 91)
        assert not is_asked_about(desk, LATE)

    @pytest.mark.parametrize("most", [2, 3])
    def test_gives_way_so_often_and_no_oftener(self, most: int) -> None:
        desk = a_busy_shop(policy=replace(ALONE, overtakes_max=most))
        for number in range(1, most):
            becomes_free(desk, number)
            assert not is_asked_about(desk, LATE)
            desk.customer_writes(NEWEST + number)
        assert desk.conversation(LATE).overtaken == most
        desk.leaves(most)
        assert is_asked_about(desk, LATE)

    def test_waits_for_nobody_once_nobody_comes(self) -> None:
        """The place is kept for 45 s from the last one on, and no longer."""
        desk = a_busy_shop()
        desk.leaves(1)
        desk.wait(ALONE.kept_free_for_ms - 1)
        assert not is_asked_about(desk, LATE)
        desk.wait(1)
        assert is_asked_about(desk, LATE)

    def test_has_the_place_of_an_extra_offer_once_nobody_comes(self) -> None:
        """Nobody is free then: it is the extra offer of the newest that gives way."""
        desk = a_busy_shop(policy=replace(ALONE, widen_after_ms=3_000, unseen_after_ms=3_000))
        becomes_free(desk, 1)
        assert len(desk.offers_of(NEWEST)) == 2
        desk.wait(ALONE.kept_free_for_ms - ALONE.settle_ms - 1)
        assert not is_asked_about(desk, LATE)
        desk.wait(1)
        assert is_asked_about(desk, LATE)
        assert len(desk.offers_of(NEWEST)) == 1

    def test_gives_way_to_nobody_where_it_was_the_last_to_come(self) -> None:
        desk = a_full_team()
        desk.leaves(0)
        assert is_asked_about(desk, LATE)

    def test_gives_no_way_where_the_shop_keeps_nobody_free(self) -> None:
        desk = a_busy_shop(policy=replace(ALONE, kept_free_permille=0))
        desk.leaves(1)
        assert is_asked_about(desk, LATE)

    def test_gives_no_way_after_a_clock_that_was_set_back(self) -> None:
        """Who came in the future does not count: a step of an hour keeps nobody waiting."""
        desk = a_busy_shop()
        ahead = replace(desk.conversation(NEWEST), started_at=desk.now + 3_600_000)
        desk.tables.conversations[ahead.id] = ahead
        desk.engine = desk.rebuild()
        desk.leaves(1)
        assert is_asked_about(desk, LATE)

    def test_gives_no_way_where_nobody_else_is_here_any_more(self) -> None:
        desk = a_busy_shop()
        becomes_free(desk, 1)
        (free,) = [one for one in range(4) if not desk.engine.state.pending_with(agent_id(one))]
        for agent in set(range(4)) - {free}:
            desk.says(agent, AgentStatus.AWAY)
        assert desk.engine.state.pending_with(agent_id(free))

    def test_sends_nobody_away_who_leaves_an_offer_unanswered(self) -> None:
        """Somebody is free: nobody is missed, and the silent ones are not to blame."""
        desk = a_busy_shop(policy=replace(ALONE, stalled_after_ms=20_000))
        becomes_free(desk, 1)
        desk.wait(20_000)
        assert not is_asked_about(desk, LATE)
        assert {desk.agent(number).status for number in range(4)} == {AgentStatus.AVAILABLE}

    def test_is_told_who_is_kept_free_for_others(self) -> None:
        """LESSONS 21: why nobody was asked though somebody seemed to be free."""
        desk = a_busy_shop()
        becomes_free(desk, 1)
        effects = desk.says(desk.asked(2)[0], AgentStatus.AWAY)
        (decision,) = effects.decisions
        assert decision.candidates == ()
        assert decision.excluded == (
            (Exclusion.NOT_AVAILABLE, 1),
            (Exclusion.AT_CAPACITY, 2),
            (Exclusion.KEPT_FREE, 1),
        )

    def test_whose_owner_is_silent_gives_no_way(self) -> None:
        desk = Desk(an_agent(0, capacity=1), an_agent(1, capacity=1), policy=ALONE)
        desk.customer_writes(0)
        desk.accepts(desk.offer_of(0))
        desk.customer_writes(NEWEST)
        desk.wait(ALONE.rescue_grace_ms + 2_000)
        assert desk.conversation(0).status is ConversationStatus.ASSIGNED
        desk.customer_writes(91)
        desk.leaves(NEWEST)
        assert is_asked_about(desk, 91)
        desk.leaves(91)
        assert desk.asked(0) == [1]


def an_occupied_team(agents: int = 3, policy: Policy = ALONE) -> Desk:
    """Each has room for more, and an offer before the eyes."""
    desk = Desk(*[an_agent(number) for number in range(agents)], policy=policy)
    for number in range(agents):
        desk.customer_writes(number)
    return desk


class TestWhoCanStillBeInTime:
    def test_waits_for_somebody_calm_rather_than_for_who_has_to_decide(self) -> None:
        desk = an_occupied_team()
        desk.customer_writes(NEWEST)
        assert not is_asked_about(desk, NEWEST)
        (first,) = desk.asked(0)
        desk.declines(desk.offer_of(0))
        assert desk.asked(NEWEST) == [first]

    def test_waits_while_the_first_words_to_another_are_written(self) -> None:
        desk = an_occupied_team()
        (first,) = desk.asked(0)
        desk.accepts(desk.offer_of(0))
        desk.customer_writes(NEWEST)
        assert not is_asked_about(desk, NEWEST)
        desk.agent_writes(0)
        assert desk.asked(NEWEST) == [first]

    def test_waits_for_who_lost_an_offer_to_find_the_thread_again(self) -> None:
        """No command comes when they have: a timer looks."""
        desk = an_occupied_team()
        go_from_a_screen(desk, 0)
        desk.wait(3_000)
        desk.customer_writes(NEWEST)
        desk.wait(ALONE.settle_ms - 3_001)
        assert not is_asked_about(desk, NEWEST)
        desk.wait(1)
        assert is_asked_about(desk, NEWEST)

    def test_waits_no_longer_than_it_can_be_in_time(self) -> None:
        desk = an_occupied_team()
        desk.customer_writes(NEWEST)
        desk.wait(ALONE.first_response_target_ms - ALONE.savable_ms - 1)
        assert not is_asked_about(desk, NEWEST)
        desk.wait(1)
        assert is_asked_about(desk, NEWEST)

    def test_takes_nobodys_extra_offer_that_is_on_the_screen(self) -> None:
        desk = Desk(*[an_agent(n) for n in range(3)], policy=replace(ALONE, first_offers=3))
        desk.customer_writes(0)
        for offer in desk.offers_of(0):
            desk.sees(offer)
        desk.customer_writes(1)
        desk.customer_writes(NEWEST)
        assert (len(desk.offers_of(0)), is_asked_about(desk, NEWEST)) == (2, False)

    def test_takes_an_extra_offer_that_no_screen_has_shown_yet(self) -> None:
        """LESSONS 2: as many at once as are idle are all offered at that instant."""
        desk = Desk(*[an_agent(n) for n in range(5)], policy=replace(ALONE, first_offers=3))
        for number in range(5):
            desk.customer_writes(number)
        assert sorted(desk.asked(n)[0] for n in range(5)) == [0, 1, 2, 3, 4]
        assert all(len(desk.offers_of(n)) == 1 for n in range(5))
        assert all(desk.agent(n).settled_at <= desk.now for n in range(5))

    def test_is_told_how_many_are_occupied(self) -> None:
        """LESSONS 21: why nobody was asked though everybody has room."""
        desk = an_occupied_team()
        (decision,) = desk.customer_writes(NEWEST).decisions
        assert (decision.candidates, decision.excluded) == ((), ((Exclusion.OCCUPIED, 3),))

    @pytest.mark.parametrize(
        ("agents", "policy"), [(2, ALONE), (3, replace(ALONE, kept_free_permille=0))]
    )
    def test_is_offered_at_once_where_nobody_is_kept_free(
        self, agents: int, policy: Policy
    ) -> None:
        desk = an_occupied_team(agents, policy)
        desk.customer_writes(NEWEST)
        assert is_asked_about(desk, NEWEST)


@pytest.mark.parametrize(
    ("agents", "kept"), [(1, 0), (2, 0), (3, 1), (8, 1), (9, 2), (20, 3), (100, 7), (400, 14)]
)
def test_seven_tenths_of_the_root_of_the_team_are_kept_free(agents: int, kept: int) -> None:
    desk = Desk(*[an_agent(number) for number in range(agents)], policy=Policy())
    desk.customer_writes(1)
    state = desk.engine.state
    assert reserve(state, state.kind_of(desk.conversation(1))) == kept


def test_of_nobody_who_is_still_here_there_is_no_last_one() -> None:
    desk, coming = Desk(), Coming()
    assert coming.newest() is None
    desk.customer_writes(1)
    here = desk.conversation(1)
    coming.put(None, here)
    coming.put(here, replace(here, preview="?"))
    assert coming.newest() == here.started_at
    coming.put(here, replace(here, status=ConversationStatus.ENDED))
    assert coming.newest() is None
