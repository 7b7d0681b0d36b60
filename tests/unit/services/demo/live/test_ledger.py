"""The figures a crowd leaves behind: from the service's states, nothing made up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.demo.live.faults import Faults
from services.demo.live.ledger import Ledger, figures_of, percentile
from shared.contracts.routing import AgentRef, RoutingState
from shared.kernel.vocabulary import ConversationStatus, EndReason
from shared.kit.new_ids import new_id
from tests.support.clock import START

BRAM = AgentRef(id=UUID(int=1), name="Bram")


def state(first_response_ms: int | None = None, **changes: Any) -> RoutingState:
    """An ended conversation of Bram's."""
    told: dict[str, Any] = {
        "conversation_id": new_id(),
        "version": 4,
        "status": ConversationStatus.ENDED,
        "respond_by": START + 10_000,
        "queued_at": START,
        "agent": BRAM,
        "first_response_ms": first_response_ms,
        "queue_wait_ms": 1_000,
        "ended_at": START + 60_000,
        "end_reason": EndReason.CLOSED_BY_AGENT,
    }
    return RoutingState(**{**told, **changes})


class TestFigures:
    def test_share_within_the_target_counts_those_closed_unanswered(self) -> None:
        states = [state(4_000), state(10_000), state(10_001), state(None, agent=None)]
        figures = figures_of(states, Faults())
        assert (figures.conversations, figures.answered, figures.unanswered) == (4, 3, 1)
        assert (figures.within_target, figures.within_target_percent) == (2, 50.0)
        assert (figures.first_response_p50_ms, figures.first_response_p90_ms) == (10_000, 10_001)
        assert figures.served_by == {"Bram": 3}

    def test_open_conversation_without_an_answer_is_not_judged_yet(self) -> None:
        waiting = state(status=ConversationStatus.QUEUED, agent=None, ended_at=None)
        figures = figures_of([state(4_000), waiting], Faults())
        assert (figures.open, figures.unanswered, figures.within_target_percent) == (1, 0, 100.0)

    def test_nothing_gives_no_figure_instead_of_a_good_one(self) -> None:
        figures = figures_of([], Faults())
        assert figures.within_target_percent is figures.first_response_p50_ms is None

    @pytest.mark.parametrize(("percent", "value"), [(1, 10), (50, 20), (51, 30), (90, 40)])
    def test_percentile_is_a_value_that_was_measured(self, percent: int, value: int) -> None:
        assert percentile([10, 20, 30, 40], percent) == value


class TestFaults:
    def test_lost_race_is_no_error_and_everything_else_is(self) -> None:
        faults = Faults()
        faults.refused("accept", httpx.Response(409, json={"code": "taken"}))
        faults.refused("accept", httpx.Response(403, json={"code": "forbidden"}))
        faults.refused("accept", httpx.Response(502, text="<h1>Bad gateway</h1>"))
        assert dict(faults.races) == {"accept: taken": 1}
        assert dict(faults.errors) == {"accept: 403 forbidden": 1, "accept: 502 no problem": 1}


class TestLedger:
    async def test_states_are_the_services_and_failures_are_counted(self) -> None:
        known, unheard, broken = state(4_000), state(), state()
        answers = {
            str(known.conversation_id): httpx.Response(200, content=known.to_json()),
            str(unheard.conversation_id): httpx.Response(404, json={"code": "not_found"}),
            str(broken.conversation_id): httpx.Response(500, json={"code": "internal"}),
        }
        order = list(answers.values())
        transport = httpx.MockTransport(lambda _: order.pop(0))
        faults = Faults()
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as http:
            ledger = Ledger(http, faults)
            for one in (known, unheard, broken):
                ledger.begin(one.conversation_id)
            await ledger.refresh()
        assert ledger.begun == 3
        assert ledger.states == [known]
        assert dict(faults.errors) == {"figures: 500 internal": 1}
