"""Who is occupied is asked after others, and nobody is taken from what they do without need."""

from __future__ import annotations

from dataclasses import replace

from tests.support.clock import START
from tests.support.routing import PLAIN, Desk, agent_id, an_agent

SETTLING = replace(PLAIN, settle_ms=8_000)
AT_ONCE = replace(SETTLING, first_offers=3, widen_after_ms=60_000, unseen_after_ms=60_000)
SAVING = replace(AT_ONCE, savable_ms=4_000)


def served() -> Desk:
    """The first agent has just taken one and answered; the second is not there yet."""
    desk = Desk(an_agent(1), an_agent(2, nodes=()), policy=SETTLING).assigned(1)
    desk.agent_writes(1)
    return desk


class TestSettling:
    def test_who_writes_the_first_words_is_asked_after_others(self) -> None:
        desk = Desk(an_agent(1), an_agent(2), policy=SETTLING).assigned(1)
        desk.customer_writes(2)
        assert desk.asked(2) == [2]

    def test_who_has_written_them_is_asked_again_if_they_are_likelier(self) -> None:
        desk = served()
        desk.connects(2)
        desk.customer_writes(2)
        assert desk.asked(2) == [1]

    def test_who_has_to_answer_the_same_customer_anew_is_occupied_again(self) -> None:
        """It was passed on to them: their colleague had answered before."""
        desk = served()
        desk.connects(2)
        desk.passes_on(1, 2, by=1)
        assert desk.conversation(1).awaits_answer
        desk.customer_writes(2)
        assert desk.asked(2) == [1]
        assert not desk.engine.state.pool.is_calm(agent_id(2))

    def test_who_decides_about_an_offer_is_asked_after_who_is_less_likely(self) -> None:
        desk = served()
        desk.connects(2)
        desk.wait(8_000)
        for customer in (2, 3):
            desk.customer_writes(customer)
        assert (desk.asked(2), desk.asked(3)) == ([1], [2])

    def test_a_decision_says_who_was_occupied(self) -> None:
        desk = served()
        desk.connects(2)
        desk.wait(8_000)
        for customer in (2, 3):
            desk.customer_writes(customer)
        last = desk.last.decisions[0].candidates
        assert [(one.occupied, one.chosen) for one in last] == [(False, True), (True, False)]

    def test_who_lost_an_offer_is_asked_after_others_for_a_while(self) -> None:
        desk = Desk(*(an_agent(n) for n in (1, 2, 3)), policy=replace(AT_ONCE, first_offers=2))
        desk.customer_writes(1)
        assert desk.asked(1) == [1, 2]
        desk.sees(desk.offers_of(1)[1])
        desk.accepts(desk.offers_of(1)[0])
        assert desk.agent(2).settled_at == START + 8_000
        desk.customer_writes(2)
        assert desk.asked(2) == [3]

    def test_each_loss_costs_its_time_after_the_one_before(self) -> None:
        desk = Desk(an_agent(1), policy=SETTLING)
        for customer in (1, 2, 3):
            desk.customer_writes(customer)
        for customer in (1, 2):
            desk.sees(desk.offer_of(customer))
        desk.leaves(1)
        desk.wait(3_000)
        for customer in (2, 3):  # the third was on no screen yet
            desk.leaves(customer)
        assert desk.agent(1).settled_at == START + 16_000

    def test_a_conversation_that_a_colleague_took_over_is_a_loss(self) -> None:
        desk = Desk(an_agent(1), an_agent(2), policy=SETTLING).assigned(1)
        desk.takes(1, 2, over=True)
        assert desk.agent(1).settled_at == START + 8_000

    def test_whoever_acts_has_found_the_thread(self) -> None:
        desk = Desk(an_agent(1), policy=SETTLING)
        for customer in (1, 2, 3):
            desk.customer_writes(customer)
            desk.sees(desk.offer_of(customer))
        desk.leaves(1)
        desk.wait(1_000)
        desk.accepts(desk.offer_of(2))
        assert desk.agent(1).settled_at == START + 1_000
        desk.leaves(3)
        desk.agent_writes(2)
        assert desk.agent(1).settled_at == START + 1_000

    def test_an_agent_who_goes_and_comes_back_has_the_last_turn(self) -> None:
        desk = Desk(an_agent(1), an_agent(2), policy=SETTLING)
        desk.changes(1, active=False)
        desk.changes(1, active=True)
        desk.connects(1)
        desk.customer_writes(1)
        assert desk.asked(1) == [2]


class TestAtOnce:
    def test_a_second_is_asked_at_once_where_anybody_calm_is_left(self) -> None:
        desk = Desk(an_agent(1), an_agent(2), policy=AT_ONCE)
        desk.customer_writes(1)
        assert desk.asked(1) == [1, 2]

    def test_nobody_is_taken_from_what_they_do_for_the_sake_of_a_second(self) -> None:
        desk = Desk(an_agent(1), an_agent(2, settled_at=START + 1), policy=AT_ONCE)
        desk.customer_writes(1)
        assert desk.asked(1) == [1]

    def test_a_third_is_asked_at_once_where_enough_calm_ones_are_left(self) -> None:
        for team, asked in ((4, 2), (5, 3), (9, 3)):
            desk = Desk(*(an_agent(n) for n in range(team)), policy=AT_ONCE)
            desk.customer_writes(1)
            assert len(desk.asked(1)) == asked


class TestWhoCannotBeSaved:
    def test_one_whose_time_is_too_short_is_offered_to_one_alone(self) -> None:
        desk = Desk(an_agent(1, nodes=()), an_agent(2), an_agent(3), policy=SAVING)
        for number in (2, 3):
            desk.disconnects(number)
        desk.customer_writes(1)
        desk.wait(6_001)
        desk.changes(1, capacity=1)
        desk.engine.state.hungry.take_stirred()
        for number in (1, 2, 3):
            desk.connects(number)
        assert len(desk.asked(1)) == 1

    def test_one_who_can_still_be_answered_in_time_is_served_before_one_who_cannot(self) -> None:
        desk = Desk(an_agent(1, capacity=1), policy=SAVING).assigned(1)
        desk.customer_writes(2)
        desk.wait(6_000)
        desk.customer_writes(3)
        desk.closes(1, 1)
        assert (desk.asked(2), desk.asked(3)) == ([], [1])

    def test_who_has_time_enough_left_keeps_the_place_of_who_came_first(self) -> None:
        desk = Desk(an_agent(1, capacity=1), policy=SAVING).assigned(1)
        desk.customer_writes(2)
        desk.wait(5_999)
        desk.customer_writes(3)
        desk.closes(1, 1)
        assert (desk.asked(2), desk.asked(3)) == ([1], [])
