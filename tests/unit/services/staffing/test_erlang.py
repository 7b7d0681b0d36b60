"""The formulas agree with published figures, with a chain of states and with a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from services.staffing.erlang import (
    NOBODY_ANSWERS,
    NOBODY_ASKS,
    Waiting,
    erlang_b,
    erlang_c,
    waiting,
)
from services.staffing.patience import ENDLESS, Patience, exponential
from tests.support.one_line import simulated_line

STEPPED = Patience((5_000, 20_000, 60_000), (0.9, 0.6, 0.3), 1 / 90_000)
"""Some leave after 5 s, more after 20 s and after a minute; the rest slowly."""


def chain(rate: float, handle_s: float, agents: int, patience_s: float) -> tuple[float, float]:
    """Waiting and leaving by Erlang-A's own chain of states, cut where nobody ever is."""
    weights = [1.0]
    for held in range(1, agents + 600):
        leaving = max(0, held - agents) / patience_s
        weights.append(weights[-1] * rate / (min(held, agents) / handle_s + leaving))
    whole = sum(weights)
    queued = sum((held - agents) * weight for held, weight in enumerate(weights) if held > agents)
    return sum(weights[agents:]) / whole, queued / whole / patience_s / rate


class TestErlangBAndC:
    def test_ten_lines_and_five_erlangs_lose_as_many_as_published(self) -> None:
        # Erlang-B tables: B(10, 5) = 0.018385.
        assert erlang_b(10, 5.0) == pytest.approx(0.018385, abs=5e-7)

    def test_one_agent_is_found_busy_as_often_as_he_is_busy(self) -> None:
        assert erlang_c(1, 0.7) == pytest.approx(0.7)

    def test_everybody_waits_where_the_line_only_grows(self) -> None:
        assert erlang_c(5, 5.0) == 1.0

    def test_fifty_agents_without_patience_keep_customers_waiting_as_published(self) -> None:
        # Garnett, Mandelbaum and Reiman (2002), table 1: 48 calls a minute of one minute each,
        # 50 agents: an average wait of 20.8 s.
        mean_wait_s = erlang_c(50, 48.0) * 60 / (50 - 48)
        assert mean_wait_s == pytest.approx(20.8, abs=0.05)


class TestWaiting:
    def test_fifty_agents_with_patience_of_two_minutes_lose_as_many_as_published(self) -> None:
        # The same table with an average patience of two minutes: 3.1 % abandon, wait 3.7 s on
        # average, and the agents are 93 % busy.
        met = waiting(48 / 60, 60.0, 50, 20.0, exponential(120_000))
        assert met.left == pytest.approx(0.031, abs=5e-4)
        assert met.left * 120 == pytest.approx(3.7, abs=0.05)
        assert met.occupancy == pytest.approx(0.93, abs=5e-3)

    @pytest.mark.parametrize(
        ("rate", "handle_s", "agents", "patience_s"),
        [(0.8, 60, 50, 120), (0.1, 180, 10, 60), (0.1, 180, 30, 300), (2.0, 60, 100, 45)],
    )
    def test_exponential_patience_gives_what_its_chain_of_states_gives(
        self, rate: float, handle_s: float, agents: int, patience_s: float
    ) -> None:
        met = waiting(rate, handle_s, agents, 10.0, exponential(patience_s * 1_000))
        assert (met.waiting, met.left) == pytest.approx(
            chain(rate, handle_s, agents, patience_s), abs=1e-4
        )

    def test_endless_patience_gives_what_erlang_c_gives(self) -> None:
        met = waiting(1 / 30, 180.0, 8, 10.0, ENDLESS)
        late = erlang_c(8, 6.0) * 2.718281828459045 ** (-(8 - 6) / 180 * 10)
        assert met.left == 0
        assert met.answered_in_time == pytest.approx(1 - late, abs=1e-9)

    def test_many_agents_and_a_flood_break_no_number(self) -> None:
        flood = waiting(500.0, 200.0, 2_000, 10.0, exponential(60_000))
        calm = waiting(0.001, 60.0, 400, 10.0, exponential(60_000))
        assert flood.left == pytest.approx(0.98, abs=1e-3)
        assert calm.service_level == 1.0

    def test_steps_of_patience_give_what_a_simulation_gives(self) -> None:
        met = waiting(1 / 20, 180.0, 9, 10.0, STEPPED)
        seen = simulated_line(
            Random(7),  # noqa: S311  drawn again alike
            STEPPED,
            arrivals_per_s=1 / 20,
            handle_s=180.0,
            agents=9,
            within_s=10.0,
            customers=200_000,
        )
        assert seen == pytest.approx((met.answered_in_time, met.left_in_time, met.left), abs=0.01)

    def test_nobody_waits_where_nobody_asks_and_nobody_is_answered_where_nobody_is_there(
        self,
    ) -> None:
        assert waiting(0.0, 180.0, 3, 10.0, STEPPED) == NOBODY_ASKS
        assert waiting(1.0, 180.0, 0, 10.0, STEPPED) == NOBODY_ANSWERS
        assert NOBODY_ANSWERS.service_level == 0.0

    def test_nobody_is_answered_where_an_endless_line_only_grows(self) -> None:
        assert waiting(1.0, 180.0, 100, 10.0, ENDLESS) == NOBODY_ANSWERS

    def test_a_service_level_of_those_who_all_left_before_the_target_is_whole(self) -> None:
        assert Waiting(0.0, 1.0, 1.0, 1.0, 0.0).service_level == 1.0

    @settings(max_examples=20)
    @given(
        rate=st.floats(0.001, 3.0),
        handle_s=st.floats(5.0, 600.0),
        within_s=st.sampled_from([0.0, 5.0, 8.5, 20.0, 61.0, 400.0]),
        patience=st.sampled_from([STEPPED, exponential(30_000), exponential(600_000)]),
    )
    def test_one_more_agent_never_does_harm_and_shares_are_shares(
        self, rate: float, handle_s: float, within_s: float, patience: Patience
    ) -> None:
        most = [waiting(rate, handle_s, agents, within_s, patience) for agents in (1, 2, 5, 40, 41)]
        assert in_order([one.service_level for one in most])
        assert in_order([-one.left for one in most])
        for one in most:
            assert one.answered_in_time + one.left <= 1 + 1e-3
            assert one.left_in_time <= one.left + 1e-3
            assert 0 <= one.occupancy <= 1


def in_order(figures: Sequence[float]) -> bool:
    return all(before <= after + 1e-6 for before, after in pairwise(figures))
