"""Work that may be offered only from an instant on, or while the shop is open."""

from __future__ import annotations

import pytest

from services.router.domain.policy import Policy
from services.router.domain.requests import on_the_clock
from shared.contracts.decisions import DecisionTrigger
from tests.support.clock import START
from tests.support.routing import Desk, an_agent, hours_from
from tests.support.work import TARGET_MS, asks


class TestNotBefore:
    def test_it_is_offered_to_nobody_before_its_time_and_to_somebody_then(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1, not_before=START + 30_000)
        desk.wait(29_999)
        assert desk.asked(1) == []
        desk.wait(1)
        assert desk.asked(1) == [1]
        assert desk.conversation(1).respond_by == START + 30_000 + TARGET_MS

    def test_the_decision_says_that_it_became_due(self) -> None:
        desk = Desk(an_agent(1))
        asks(desk, 1, not_before=START + 30_000)
        desk.now += 30_000
        (decision,) = desk.do_tick().decisions
        assert decision.trigger is DecisionTrigger.WORK_DUE

    def test_a_closed_shop_offers_it_when_it_opens(self) -> None:
        desk = Desk(an_agent(1), policy=Policy(hours=hours_from("14:20")))
        asks(desk, 1)
        assert desk.asked(1) == []
        desk.opens(None)
        assert desk.asked(1) == [1]

    def test_new_hours_let_nothing_out_before_its_time(self) -> None:
        desk = Desk(an_agent(1), policy=Policy(hours=hours_from("14:20")))
        asks(desk, 1, not_before=START + 3_600_000)
        desk.opens(None)
        assert desk.conversation(1).held_until == START + 3_600_000

    def test_a_conversation_has_no_such_clock(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        with pytest.raises(TypeError):
            on_the_clock(desk.engine.state, desk.conversation(1), START)
