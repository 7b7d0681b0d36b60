"""A promise to a customer is work from the instant it is due, until it is solved."""

from __future__ import annotations

from dataclasses import replace

from services.router.domain.commands import ConversationClosed, CustomerErased, WorkCompleted
from services.router.domain.effects import Effects
from services.router.domain.model import Conversation, Offer, Promise
from services.router.domain.policy import Policy
from services.router.usecases.work_views import follow_up
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.vocabulary import (
    ConversationStatus,
    EventType,
    OfferStatus,
    Outcome,
    WorkKind,
)
from tests.support.routing import Desk, agent_id, an_agent, conversation_id, hours_from, shape_of
from tests.support.work import HOUR_MS, follow_up_of, promises


def promised(*more: int, policy: Policy | None = None) -> Desk:
    """The first agent has promised something; the others come after."""
    desk = Desk(an_agent(1), policy=policy).assigned(1)
    desk.agent_writes(1)
    promises(desk, 1, 1)
    for number in more:
        desk.tables.agents[agent_id(number)] = an_agent(number)
    desk.engine = desk.rebuild()
    return desk


def pending(desk: Desk, row: Conversation) -> list[Offer]:
    offers = desk.tables.offers.values()
    return [
        one for one in offers if one.conversation_id == row.id and one.status is OfferStatus.PENDING
    ]


def told(effects: Effects) -> list[EventType]:
    return [one.type for one in effects.conversations_told]


class TestWaiting:
    def test_closing_with_one_ends_the_conversation_and_offers_nothing_yet(self) -> None:
        desk = promised()
        row = follow_up_of(desk, 1)
        assert desk.conversation(1).outcome is Outcome.FOLLOW_UP
        assert desk.conversation(1).status is ConversationStatus.ENDED
        assert EventType.FOLLOW_UP_QUEUED in told(desk.last)
        assert row.work is not None
        assert (row.work.kind, row.held_until) == (WorkKind.FOLLOW_UP, desk.now + HOUR_MS)
        assert pending(desk, row) == []
        assert desk.agent(1).load == 0

    def test_it_waits_through_a_restart(self) -> None:
        desk = promised()
        assert shape_of(desk.rebuild()) == shape_of(desk.engine)

    def test_one_that_is_due_already_is_offered_at_once(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        late = Promise(desk.now - 1, "Call her.")
        who = agent_id(1)
        desk.do(ConversationClosed(conversation_id(1), who, Outcome.FOLLOW_UP, late))
        assert len(pending(desk, follow_up_of(desk, 1))) == 1


class TestDue:
    def test_whoever_promised_it_is_asked_first(self) -> None:
        desk = promised(2, 3)
        desk.now += HOUR_MS
        (decision,) = desk.do_tick().decisions
        row = follow_up_of(desk, 1)
        assert decision.trigger is DecisionTrigger.WORK_DUE
        assert [one.agent_id for one in pending(desk, row)] == [agent_id(1)]

    def test_a_colleague_is_asked_when_that_agent_is_not_there(self) -> None:
        desk = promised(2)
        desk.disconnects(1)
        desk.wait(HOUR_MS)
        assert [one.agent_id for one in pending(desk, follow_up_of(desk, 1))] == [agent_id(2)]

    def test_it_waits_for_the_shop_to_open(self) -> None:
        desk = Desk(an_agent(1)).assigned(1)
        desk.opens(hours_from("20:00"))
        promises(desk, 1, 1)
        desk.wait(HOUR_MS)
        row = follow_up_of(desk, 1)
        assert row.work is not None
        assert row.work.not_before is not None
        assert (row.held_until or 0) > row.work.not_before

    def test_nobody_has_taken_it_in_time(self) -> None:
        desk = promised()
        desk.disconnects(1)
        desk.wait(HOUR_MS)
        desk.now += desk.policy.follow_up_target_ms
        assert EventType.FOLLOW_UP_MISSED in told(desk.do_tick())

    def test_it_is_overdue_until_it_is_solved_by_whoever_takes_it(self) -> None:
        desk = promised()
        assert not follow_up(follow_up_of(desk, 1), desk.now).overdue
        desk.wait(HOUR_MS)
        row = follow_up_of(desk, 1)
        assert follow_up(row, desk.now).overdue
        (offer,) = pending(desk, row)
        desk.accepts(offer)
        assert follow_up(follow_up_of(desk, 1), desk.now).overdue
        effects = desk.do(WorkCompleted(row.id, agent_id(1)))
        assert told(effects) == [EventType.FOLLOW_UP_COMPLETED]
        solved = follow_up(follow_up_of(desk, 1), desk.now)
        assert (solved.overdue, solved.solved_at) == (False, desk.now)
        assert solved.conversation_id == conversation_id(1)


class TestSolvedBeforeItIsDue:
    def test_it_is_never_offered(self) -> None:
        desk = promised()
        desk.do(WorkCompleted(follow_up_of(desk, 1).id, None))
        desk.wait(2 * HOUR_MS)
        assert pending(desk, follow_up_of(desk, 1)) == []

    def test_doing_it_again_gives_the_same_answer(self) -> None:
        desk = promised()
        done = WorkCompleted(follow_up_of(desk, 1).id, None)
        desk.do(done)
        assert desk.do(done).changes_nothing


def test_of_a_customer_who_is_forgotten_nothing_is_known_that_was_promised() -> None:
    desk = promised()
    row = follow_up_of(desk, 1)
    desk.do(CustomerErased(row.id))
    forgotten = follow_up_of(desk, 1)
    assert forgotten.work is not None
    assert (forgotten.preview, forgotten.work.title) == ("", "")
    assert forgotten.work.order_reference is None


def test_a_conversation_that_goes_on_and_ends_anew_has_both_promises() -> None:
    desk = promised()
    desk.wait(1_000)
    desk.customer_writes(1)
    desk.accepts(desk.offer_of(1))
    promises(desk, 1, 1)
    rows = [one for one in desk.tables.conversations.values() if one.work is not None]
    assert len({one.id for one in rows}) == 2
    assert {replace(one, version=0).status for one in rows} == {ConversationStatus.QUEUED}
