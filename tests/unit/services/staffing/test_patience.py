"""Patience is estimated from waits that an answer cut short."""

from __future__ import annotations

from random import Random

import pytest

from services.staffing.patience import ENDLESS, Patience, estimate, exponential
from services.staffing.recorded import Contact

REMISSIONS = ((6, 3), (7, 1), (10, 1), (13, 1), (16, 1), (22, 1), (23, 1))
STILL_WELL = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
"""Freireich (1963), the 6-MP group: what textbooks show the estimate by (weeks; 9 relapses)."""
COPIES = 20
"""The same people many times over have the same estimate, and are enough of them for steps."""


def waits(left: dict[int, int], answered: tuple[int, ...], copies: int = 1) -> list[Contact]:
    gone = [Contact(1, 0, span, None) for span, count in left.items() for _ in range(count)]
    return copies * [*gone, *(Contact(1, 0, span, 60_000) for span in answered)]


class TestEstimating:
    def test_the_estimate_is_that_of_the_textbook(self) -> None:
        found = estimate(waits(dict(REMISSIONS), STILL_WELL, COPIES))
        assert found.ends_ms == (6, 7, 10, 13, 16, 22, 23)
        assert found.surviving == pytest.approx(
            (0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448), abs=5e-4
        )

    def test_the_answered_make_customers_more_patient_than_the_leavers_alone_say(self) -> None:
        leavers = estimate(waits({10_000: 30, 20_000: 30}, ()))
        everyone = estimate(waits({10_000: 30, 20_000: 30}, (30_000,) * 60))
        assert everyone.still_waiting(15_000) > leavers.still_waiting(15_000)

    def test_few_who_wait_longest_make_no_steps(self) -> None:
        found = estimate(waits({5_000: 10, 300_000: 1}, (6_000,) * 90))
        assert found.ends_ms == (5_000,)

    def test_nobody_who_leaves_makes_an_endless_patience(self) -> None:
        assert estimate(waits({}, (5_000, 10_000))) == ENDLESS
        assert estimate([]) == ENDLESS

    def test_the_rate_beyond_the_steps_is_the_mean_rate(self) -> None:
        assert estimate(waits({5_000: 10}, (10_000,) * 90)).tail_per_ms == pytest.approx(
            10 / 950_000
        )


class TestDrawing:
    def test_what_is_drawn_has_the_shares_it_is_drawn_from(self) -> None:
        patience = Patience((5_000, 20_000), (0.9, 0.6), 1 / 50_000)
        dice = Random(3)  # noqa: S311  drawn again alike
        drawn = [patience.drawn(1 - dice.random()) for _ in range(20_000)]
        for span in (0, 5_000, 10_000, 20_000, 70_000):
            share = sum(one > span for one in drawn) / len(drawn)
            assert share == pytest.approx(patience.still_waiting(span), abs=0.01)

    @pytest.mark.parametrize("waited", [0, 3_000, 5_000, 12_000, 20_000, 90_000])
    def test_who_waited_already_waits_longer_than_that(self, waited: int) -> None:
        patience = Patience((5_000, 20_000), (0.9, 0.6), 1 / 50_000)
        dice = Random(5)  # noqa: S311  drawn again alike
        drawn = [patience.drawn(1 - dice.random(), waited) for _ in range(500)]
        assert min(drawn) >= waited

    def test_the_endless_never_leave(self) -> None:
        assert ENDLESS.drawn(0.5) == float("inf")

    def test_exponential_patience_halves_as_it_says(self) -> None:
        assert exponential(10_000).still_waiting(6_931.47) == pytest.approx(0.5, abs=1e-5)
