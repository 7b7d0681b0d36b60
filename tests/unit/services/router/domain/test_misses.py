"""What stood in the way of an answer in time, second by second."""

from __future__ import annotations

from hypothesis import given, strategies as st

from services.router.domain.misses import Miss, OfferLife, Span, main_cause, time_by_cause
from shared.kernel.vocabulary import MissCause

TARGET = 10_000


def miss(
    *offers: OfferLife, assignments: tuple[Span, ...] = (), began_closed: bool = False
) -> Miss:
    return Miss(0, TARGET, began_closed, offers, assignments)


def offer(start: int, end: int | None = None, *, seen: int | None = None) -> OfferLife:
    return OfferLife(Span(start, end), seen)


class TestOneCause:
    def test_nobody_could_be_asked(self) -> None:
        assert time_by_cause(miss()) == {MissCause.NO_STAFF: TARGET}

    def test_who_came_while_the_shop_was_closed_waits_in_the_rush_of_its_opening(self) -> None:
        assert time_by_cause(miss(began_closed=True)) == {MissCause.CLOSED: TARGET}

    def test_an_offer_is_shown_and_nobody_takes_it(self) -> None:
        spent = time_by_cause(miss(offer(0, seen=0)))
        assert spent == {MissCause.OFFER_IGNORED: TARGET}

    def test_an_offer_reaches_no_console(self) -> None:
        assert time_by_cause(miss(offer(0, 30_000))) == {MissCause.STREAM_LOST: TARGET}

    def test_who_took_it_is_silent(self) -> None:
        taken = miss(offer(0, 1, seen=0), assignments=(Span(1, None),))
        assert main_cause(time_by_cause(taken)) is MissCause.AGENT_SLOW


class TestSeveral:
    def test_each_second_has_the_cause_that_was_nearest_to_an_answer(self) -> None:
        spent = time_by_cause(
            miss(
                offer(2_000, 6_000, seen=2_300),
                offer(3_000, 5_000),
                assignments=(Span(6_000, 9_000), Span(20_000, None)),
            )
        )
        assert spent == {
            MissCause.NO_STAFF: 3_000,
            MissCause.STREAM_LOST: 300,
            MissCause.OFFER_IGNORED: 3_700,
            MissCause.AGENT_SLOW: 3_000,
        }
        assert main_cause(spent) is MissCause.OFFER_IGNORED

    def test_of_two_that_took_equally_long_the_later_chance_is_told(self) -> None:
        spent = time_by_cause(miss(assignments=(Span(5_000, None),)))
        assert main_cause(spent) is MissCause.AGENT_SLOW

    @given(
        st.lists(st.tuples(*[st.integers(-5_000, 20_000)] * 3), max_size=5),
        st.lists(st.tuples(*[st.integers(-5_000, 20_000)] * 2), max_size=3),
    )
    def test_the_causes_add_up_to_the_whole_time(
        self, offers: list[tuple[int, int, int]], assignments: list[tuple[int, int]]
    ) -> None:
        pending = [OfferLife(Span(min(a, b), max(a, b)), seen) for a, b, seen in offers]
        spans = tuple(Span(min(pair), max(pair)) for pair in assignments)
        assert sum(time_by_cause(miss(*pending, assignments=spans)).values()) == TARGET
