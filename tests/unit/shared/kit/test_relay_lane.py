"""The relay's memory for one receiver, under a virtual clock and a receiver of any mood."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from shared.contracts.events import Envelope, EventBatch
from shared.kit import relay_lane
from shared.kit.arrivals import sort_out
from shared.kit.relay_lane import (
    MAX_EVENTS,
    MAX_HELD,
    PAUSE_MS,
    RETRY_MS,
    STUCK_MAX_MS,
    Batch,
    Outcome,
    RelayLane,
    StreamKey,
)
from tests.support.clock import VirtualClock
from tests.support.events import SHOP, event, events

A: StreamKey = (SHOP, "a")
B: StreamKey = (SHOP, "b")


def sent(batch: Batch | None) -> list[tuple[str, int]]:
    assert batch is not None
    read = EventBatch.model_validate_json(batch.to_json())
    return [(event.stream, event.version) for event in read.events]


def taken(lane: RelayLane, clock: VirtualClock) -> Batch:
    batch = lane.take(clock.now())
    assert batch is not None
    return batch


class TestTake:
    def test_what_was_offered_is_sent_at_once_in_order_of_version(
        self, clock: VirtualClock
    ) -> None:
        lane = RelayLane()
        lane.offer([event(2, stream="a"), event(1, stream="a"), event(1, stream="b")])
        assert sent(lane.take(clock.now())) == [("a", 1), ("a", 2), ("b", 1)]

    def test_nothing_offered_is_nothing_to_send(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        assert lane.take(clock.now()) is None
        assert lane.next_due() is None

    def test_what_lies_beyond_a_hole_waits_for_the_next_batch(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer([event(1), event(3)])
        batch = taken(lane, clock)
        assert sent(batch) == [("conv_a", 1)]
        lane.answered(batch, {(SHOP, "conv_a"): 1}, clock.now())
        assert sent(lane.take(clock.now())) == [("conv_a", 3)]

    def test_a_batch_is_bounded_and_streams_take_turns(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer(events(MAX_EVENTS + 10, stream="a"))
        lane.offer(events(5, stream="b"))
        first = taken(lane, clock)
        assert len(first.events) == MAX_EVENTS
        lane.answered(first, {A: MAX_EVENTS}, clock.now())
        second = sent(lane.take(clock.now()))
        assert second[:5] == [("b", version) for version in range(1, 6)]
        assert len(second) == 15

    def test_a_batch_stays_below_what_the_bus_carries(
        self, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relay_lane, "MAX_BYTES", 1_000)
        lane = RelayLane()
        lane.offer(event(version, body="x" * 400) for version in range(1, 6))
        lane.offer([event(1, stream="b", body="x" * 5_000)])
        sizes = []
        position = 0
        while lane.held:
            batch = taken(lane, clock)
            sizes.append(len(batch.events))
            position = max(position, *(last for _, last in batch.spans.values()))
            lane.answered(batch, dict.fromkeys(batch.spans, position), clock.now())
        assert max(sizes) < 5

    def test_beyond_its_bound_the_lane_leaves_events_to_the_sweep(
        self, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert MAX_HELD == 10_000
        monkeypatch.setattr(relay_lane, "MAX_HELD", 3)
        lane = RelayLane()
        lane.offer(events(5, stream="a"))
        lane.offer(events(1, stream="b"))
        assert lane.held == 3
        assert set(lane.streams) == {A}


class TestFailed:
    def test_nothing_is_lost_and_everything_is_tried_again(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer(events(3, stream="a"))
        lane.failed(taken(lane, clock), clock.now())
        assert lane.take(clock.now()) is None
        due = lane.next_due()
        assert due == clock.now() + PAUSE_MS
        clock.advance(PAUSE_MS)
        assert len(sent(lane.take(clock.now()))) == 3

    def test_rests_grow_and_end_at_a_second(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer(events(1, stream="a"))
        rests = []
        for _ in range(8):
            lane.failed(taken(lane, clock), clock.now())
            due = lane.next_due()
            assert due is not None
            rests.append(due - clock.now())
            clock.advance(due - clock.now())
        assert rests == sorted(rests)
        assert rests[-1] == relay_lane.RETRY_MAX_MS

    def test_fresh_events_wait_no_longer_than_the_pause(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer(events(1, stream="a"))
        for _ in range(8):
            lane.failed(taken(lane, clock), clock.now())
            due = lane.next_due()
            assert due is not None
            clock.advance(due - clock.now())
        lane.failed(taken(lane, clock), clock.now())
        lane.offer(events(1, stream="b"))
        clock.advance(PAUSE_MS)
        assert sent(lane.take(clock.now())) == [("b", 1)]


class TestAnswered:
    def test_what_was_taken_is_done_and_forgotten(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer(events(3, stream="a"))
        outcome = lane.answered(taken(lane, clock), {A: 3}, clock.now())
        assert outcome.done == {A: 3}
        assert outcome.gaps == {}
        assert lane.held == 0
        assert lane.next_due() is None

    def test_what_came_meanwhile_is_still_to_be_sent(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer(events(1, stream="a"))
        batch = taken(lane, clock)
        lane.offer([event(2, stream="a")])
        lane.answered(batch, {A: 1}, clock.now())
        assert sent(lane.take(clock.now())) == [("a", 2)]

    def test_a_stream_left_out_of_the_answer_rests_and_holds_up_no_other(
        self, clock: VirtualClock
    ) -> None:
        lane = RelayLane()
        lane.offer([*events(1, stream="a"), *events(1, stream="b")])
        outcome = lane.answered(taken(lane, clock), {B: 1}, clock.now())
        assert outcome.done == {B: 1}
        lane.offer([event(2, stream="b")])
        assert sent(lane.take(clock.now())) == [("b", 2)]
        clock.advance(RETRY_MS)
        assert ("a", 1) in sent(lane.take(clock.now()))

    def test_a_stream_that_never_gets_on_rests_at_most_half_a_minute(
        self, clock: VirtualClock
    ) -> None:
        lane = RelayLane()
        lane.offer(events(1, stream="a"))
        for _ in range(30):
            lane.answered(taken(lane, clock), {}, clock.now())
            due = lane.next_due()
            assert due is not None
            assert due - clock.now() <= STUCK_MAX_MS
            clock.advance(due - clock.now())

    def test_a_stream_is_tried_each_second_while_its_part_of_the_receiver_may_be_between_owners(
        self, clock: VirtualClock
    ) -> None:
        lane, rests = RelayLane(), []
        lane.offer(events(1, stream="a"))
        for _ in range(relay_lane.PATIENT_TRIES + 1):
            lane.answered(taken(lane, clock), {}, clock.now())
            due = lane.next_due()
            assert due is not None
            rests.append(due - clock.now())
            clock.advance(rests[-1])
        *patient, stuck = rests
        assert max(patient) == relay_lane.RETRY_MAX_MS
        assert sum(patient) >= 6_000
        assert stuck > relay_lane.RETRY_MAX_MS

    def test_a_part_taken_leaves_the_rest(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer(events(4, stream="a"))
        outcome = lane.answered(taken(lane, clock), {A: 2}, clock.now())
        assert outcome.done == {A: 2}
        assert outcome.gaps == {}
        clock.advance(RETRY_MS)
        assert sent(lane.take(clock.now())) == [("a", 3), ("a", 4)]

    def test_an_answer_that_comes_twice_changes_nothing(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer(events(2, stream="a"))
        batch = taken(lane, clock)
        first = lane.answered(batch, {A: 2}, clock.now())
        assert lane.answered(batch, {A: 2}, clock.now()) == first


class TestUnclear:
    def gap(self, clock: VirtualClock) -> tuple[RelayLane, Outcome]:
        lane = RelayLane()
        lane.offer([event(4, stream="a")])
        outcome = lane.answered(taken(lane, clock), {A: 1}, clock.now())
        assert outcome.unclear == outcome.gaps == {A: 1}
        assert outcome.done == {A: 1}
        return lane, outcome

    def test_a_gap_is_filled_from_the_outbox_and_sent_at_once(self, clock: VirtualClock) -> None:
        lane, outcome = self.gap(clock)
        assert lane.refill(outcome, [event(v, stream="a") for v in (2, 3, 4)]) == {}
        assert sent(lane.take(clock.now())) == [("a", 2), ("a", 3), ("a", 4)]

    def test_a_gap_that_others_closed_is_forgotten(self, clock: VirtualClock) -> None:
        lane, outcome = self.gap(clock)
        assert lane.refill(outcome, []) == {}
        assert lane.held == 0
        assert lane.refill(outcome, []) == {}

    def test_a_gap_that_stays_is_told_and_rests(self, clock: VirtualClock) -> None:
        lane, outcome = self.gap(clock)
        assert lane.refill(outcome, [event(4, stream="a")]) == {A: 1}
        assert lane.take(clock.now()) is None
        clock.advance(RETRY_MS)
        assert sent(lane.take(clock.now())) == [("a", 4)]

    def test_a_gap_that_comes_again_and_again_does_not_spin(self, clock: VirtualClock) -> None:
        lane, outcome = self.gap(clock)
        rows = [event(v, stream="a") for v in (2, 3, 4)]
        lane.refill(outcome, rows)
        again = lane.answered(taken(lane, clock), {A: 0}, clock.now())
        lane.refill(again, [event(1, stream="a"), *rows])
        assert lane.take(clock.now()) is None

    def test_a_first_version_that_memory_lost_is_found_for_a_receiver_that_knows_none(
        self, clock: VirtualClock
    ) -> None:
        """Such a receiver has no position to answer with."""
        lane = RelayLane()
        lane.offer([event(2, stream="a")])
        outcome = lane.answered(taken(lane, clock), {}, clock.now())
        assert outcome.unclear == {A: 0}
        assert lane.refill(outcome, events(2, stream="a")) == {}
        clock.advance(RETRY_MS)
        assert sent(lane.take(clock.now())) == [("a", 1), ("a", 2)]

    def test_a_stream_left_out_that_others_brought_is_forgotten(self, clock: VirtualClock) -> None:
        lane = RelayLane()
        lane.offer([event(2, stream="a")])
        lane.refill(lane.answered(taken(lane, clock), {}, clock.now()), [])
        assert lane.held == 0


class World:
    """An outbox, a lane and a receiver, with one seed for everything that can go wrong."""

    def __init__(self, seed: int, streams: int, versions: int) -> None:
        self.random = Random(seed)  # noqa: S311  repeatable on purpose
        self.clock = VirtualClock()
        self.lane = RelayLane()
        self.outbox = {(SHOP, f"s{n}"): events(versions, stream=f"s{n}") for n in range(streams)}
        self.applied: dict[StreamKey, list[int]] = {key: [] for key in self.outbox}
        self.deleted = dict.fromkeys(self.outbox, 0)
        rows = [row for rows in self.outbox.values() for row in rows]
        self.offers = [row for row in rows if self.chance(0.8)]  # the rest fell out of memory
        self.random.shuffle(self.offers)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def step(self) -> None:
        """Let some time pass, offer a little, sweep perhaps, and send what is due."""
        self.lane.offer([self.offers.pop() for _ in self.offers[: self.random.randrange(4)]])
        if not self.offers and self.chance(0.1):
            self.sweep()
        self.clock.advance(self.random.choice((0, 1, 60, 2_000)))
        batch = self.lane.take(self.clock.now())
        if batch is not None:
            self.carry(batch)

    def sweep(self) -> None:
        for key in self.outbox.keys() - self.lane.streams:
            self.lane.offer(self.left(key, 0))

    def left(self, key: StreamKey, position: int) -> list[Envelope]:
        after = max(position, self.deleted[key])
        return [row for row in self.outbox[key] if row.version > after]

    def carry(self, batch: Batch) -> None:
        """Lose the batch, or the answer after the commit, or neither."""
        lost = self.chance(0.15)
        positions = {} if lost else self.commit(batch)
        if lost or self.chance(0.15):
            self.lane.failed(batch, self.clock.now())
            return
        outcome = self.lane.answered(batch, positions, self.clock.now())
        self.deleted.update(outcome.done)
        unclear = outcome.unclear.items()
        self.lane.refill(outcome, [row for key, at in unclear for row in self.left(key, at)])

    def commit(self, batch: Batch) -> dict[StreamKey, int]:
        """Apply as a receiver does, but leave a stream out now and then."""
        positions: dict[StreamKey, int] = {}
        read = EventBatch.model_validate_json(batch.to_json()).events
        for key in batch.spans:
            if self.chance(0.1):
                continue
            arriving = [event.version for event in read if (event.shop_id, event.stream) == key]
            arrival = sort_out(len(self.applied[key]), arriving)
            self.applied[key] += arrival.new
            if arrival.position:  # a receiver may have nothing to say of a stream it never saw
                positions[key] = arrival.position
        return positions


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 25))
def test_whatever_the_weather_every_event_is_applied_once_and_in_order(
    seed: int, streams: int, versions: int
) -> None:
    """Offers come shuffled and with holes; batches fail, are answered in part or not at all."""
    world = World(seed, streams, versions)
    all_of_them = {key: list(range(1, versions + 1)) for key in world.outbox}
    for _ in range(3_000):
        world.step()
        if world.applied == all_of_them:
            break
    assert world.applied == all_of_them
