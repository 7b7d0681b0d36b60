"""Who writes while the shop is closed: kept, told when, and offered at the opening, in order."""

from __future__ import annotations

from services.router.domain.commands import Tick
from services.router.domain.policy import Policy
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import ConversationStatus, EventType
from tests.support.clock import START
from tests.support.routing import Desk, an_agent, hours_from, shape_of

MINUTE = 60_000
OPENING: Instant = START - START % MINUTE + 2 * MINUTE
"""The day of these tests begins on a Monday at 14:13:20 UTC; the shop opens at 14:15."""


def a_closed_desk(agents: int = 1) -> Desk:
    team = [an_agent(number, capacity=1) for number in range(agents)]
    return Desk(*team, policy=Policy(hours=hours_from("14:15")))


def test_a_conversation_waits_for_the_opening_and_its_clock_starts_there() -> None:
    desk = a_closed_desk()

    effects = desk.customer_writes(1)

    kept = desk.conversation(1)
    assert (kept.status, kept.respond_by) == (ConversationStatus.QUEUED, OPENING + 10_000)
    assert [told.type for told in effects.conversations_told] == [EventType.CONVERSATION_QUEUED]
    assert not desk.offers_of(1)
    assert desk.engine.next_deadline() == OPENING


def test_it_is_offered_in_the_instant_of_the_opening() -> None:
    desk = a_closed_desk()
    desk.customer_writes(1)

    desk.now = OPENING
    effects = desk.do(Tick())

    assert desk.asked(1) == [0]
    assert [one.trigger for one in effects.decisions] == [DecisionTrigger.SHOP_OPENED]


def test_those_who_waited_are_offered_in_the_order_they_came() -> None:
    desk = a_closed_desk()
    for number in (3, 1, 2):
        desk.customer_writes(number)
        desk.now += 1_000

    desk.now = OPENING
    desk.do(Tick())

    offered = [number for number in (1, 2, 3) if desk.offers_of(number)]
    assert offered == [1], "all are due at the same instant: the id decides, as ever"


def test_queue_wait_and_first_response_count_from_the_opening() -> None:
    desk = a_closed_desk()
    desk.customer_writes(1)
    desk.wait(OPENING - desk.now + 2_000)
    desk.accepts(desk.offer_of(1))
    desk.now += 3_000

    desk.agent_writes(1)

    answered = desk.conversation(1)
    assert (answered.queue_wait_ms, answered.first_response_ms) == (2_000, 5_000)


def test_a_conversation_that_began_in_hours_is_still_offered_after_closing() -> None:
    desk = Desk(policy=Policy(hours=hours_from("14:13")))
    desk.customer_writes(1)
    desk.opens(hours_from("15:00"))

    assert desk.conversation(1).held_until is None


def test_new_hours_count_at_once_for_those_who_wait() -> None:
    desk = a_closed_desk()
    desk.customer_writes(1)

    desk.opens(hours_from("14:20"))
    assert desk.conversation(1).held_until == OPENING + 5 * MINUTE

    desk.opens(None)
    assert desk.asked(1) == [0]
    assert desk.conversation(1).respond_by == desk.now + 10_000


def test_an_ended_conversation_that_is_written_in_after_hours_waits_for_the_opening() -> None:
    desk = Desk(an_agent(0)).assigned(1)
    desk.closes(1, 0)
    desk.opens(hours_from("14:15"))

    desk.customer_writes(1)

    assert desk.conversation(1).held_until == OPENING
    desk.wait(OPENING - desk.now)
    assert desk.asked(1) == [0]


def test_one_who_gives_up_before_the_opening_is_offered_to_nobody() -> None:
    desk = a_closed_desk()
    desk.customer_writes(1)
    desk.closes(1, None)

    desk.wait(OPENING - desk.now)

    assert desk.conversation(1).status is ConversationStatus.ENDED
    assert desk.engine.next_deadline() is None


def test_a_rebuilt_engine_opens_at_the_same_instant() -> None:
    desk = a_closed_desk()
    desk.customer_writes(1)

    rebuilt = desk.rebuild()
    assert rebuilt.next_deadline() == OPENING
    rebuilt.apply(Tick(), desk.now)
    assert shape_of(rebuilt) == shape_of(desk.engine)
