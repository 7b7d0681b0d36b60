"""One conversation reaches its customer in order, gapless, never twice."""

from __future__ import annotations

from hypothesis import given, strategies as st

from services.gateway.domain.ordering import CROSSING_MS, MAX_PENDING, RETRY_MS, Delivery
from shared.contracts.frames import Accepted, Created
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item


def told(seq: int) -> Created:
    return Created(item=an_item(seq))


def accepted(seq: int) -> Accepted:
    item = an_item(seq)
    return Accepted(
        client_id=f"m{seq}",
        conversation_id=CONVERSATION,
        item_id=item.id,
        seq=seq,
        created_at=START,
    )


class TestTelling:
    def test_the_next_item_is_said_at_once(self) -> None:
        assert Delivery().tell(1, told(1), START) == [told(1)]

    def test_two_that_crossed_are_said_in_order(self) -> None:
        delivery = Delivery()

        assert delivery.tell(2, told(2), START) == []
        assert delivery.tell(1, told(1), START) == [told(1), told(2)]
        assert delivery.read_at is None

    def test_what_was_said_is_not_said_again(self) -> None:
        delivery = Delivery(position=4)

        assert delivery.tell(4, told(4), START) == []

    def test_a_late_acknowledgement_of_something_past_is_said_at_once(self) -> None:
        assert Delivery(position=4).tell(2, accepted(2), START) == [accepted(2)]

    def test_an_acknowledgement_waits_behind_a_missing_item(self) -> None:
        delivery = Delivery()

        assert delivery.tell(2, accepted(2), START) == []
        assert delivery.tell(2, None, START) == []
        assert delivery.tell(1, told(1), START) == [told(1), accepted(2)]

    def test_an_item_for_agents_takes_its_place_and_says_nothing(self) -> None:
        delivery = Delivery()

        assert delivery.tell(1, None, START) == []
        assert delivery.position == 1


class TestReading:
    def test_a_gap_is_read_after_the_time_two_publishes_need_to_cross(self) -> None:
        delivery = Delivery()
        delivery.tell(2, told(2), START)

        assert delivery.read_at == START + CROSSING_MS
        assert not delivery.start_reading(START + CROSSING_MS - 1)
        assert delivery.start_reading(START + CROSSING_MS)
        assert not delivery.start_reading(START + CROSSING_MS)

    def test_the_store_fills_a_gap_and_what_waited_follows(self) -> None:
        delivery = Delivery()
        delivery.tell(3, told(3), START)

        said = delivery.fill({1: told(1), 2: told(2)}, 2, 3, START)

        assert said == [told(1), told(2), told(3)]
        assert delivery.complete
        assert delivery.read_at is None

    def test_a_held_acknowledgement_is_said_in_place_of_the_stored_item(self) -> None:
        delivery = Delivery()
        delivery.tell(2, accepted(2), START)

        assert delivery.fill({1: told(1), 2: None}, 2, 2, START) == [told(1), accepted(2)]

    def test_a_note_for_agents_in_the_store_says_nothing(self) -> None:
        delivery = Delivery(reading=True)

        assert delivery.fill({1: None, 2: told(2)}, 3, 3, START) == [told(2)]
        assert delivery.position == 3

    def test_a_long_story_is_read_page_by_page_at_once(self) -> None:
        delivery = Delivery(reading=True)

        delivery.fill({1: told(1)}, 1, 9, START)

        assert delivery.start_reading(START)

    def test_a_page_that_brings_nothing_is_not_asked_for_again_at_once(self) -> None:
        delivery = Delivery(reading=True)

        delivery.fill({}, 0, 9, START)

        assert not delivery.start_reading(START)
        assert delivery.start_reading(START + RETRY_MS)

    def test_a_failed_read_is_tried_again_later(self) -> None:
        delivery = Delivery(reading=True)
        delivery.fail(START)

        assert delivery.read_at == START + RETRY_MS

    def test_news_while_the_store_is_being_read_start_no_second_read(self) -> None:
        delivery = Delivery(reading=True)
        delivery.learn(5, START)

        assert delivery.read_at is None

    def test_news_of_something_missing_start_a_read(self) -> None:
        delivery = Delivery()
        delivery.learn(1, START)
        delivery.learn(2, START + 1)

        assert delivery.read_at == START + CROSSING_MS

    def test_a_closing_one_is_being_read_to_its_end(self) -> None:
        delivery = Delivery(position=1)
        delivery.close()

        assert delivery.closing
        assert delivery.read_at is None


def test_a_flood_behind_a_gap_is_bounded_and_read_again() -> None:
    """Memory of one connection does not grow with what it misses; LESSONS 14."""
    delivery = Delivery()
    last = MAX_PENDING + 10
    for seq in range(2, last + 1):
        assert delivery.tell(seq, told(seq), START) == []

    first = delivery.tell(1, told(1), START)
    assert [frame.item.seq for frame in first if isinstance(frame, Created)] == list(
        range(1, MAX_PENDING + 2)
    )
    assert not delivery.complete
    assert delivery.read_at is not None


@given(st.permutations(range(1, 9)), st.sets(st.integers(1, 8)), st.booleans())
def test_any_order_with_any_loss_ends_gapless(
    order: list[int], lost: set[int], doubled: bool
) -> None:
    """LESSONS 12: after any reconnect both sides hold the same gapless conversation."""
    delivery = Delivery()
    said: list[int] = []
    for seq in [*order, *(order if doubled else [])]:
        frames = [] if seq in lost else delivery.tell(seq, told(seq), START)
        said += [frame.item.seq for frame in frames if isinstance(frame, Created)]
    at = delivery.position
    rest = delivery.fill({seq: told(seq) for seq in range(at + 1, 9)}, 8, 8, START)
    said += [frame.item.seq for frame in rest if isinstance(frame, Created)]

    assert said == list(range(1, 9))
