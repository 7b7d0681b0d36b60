"""Token buckets: a burst, then so many a second, and room for a bounded number of keys."""

from __future__ import annotations

from hypothesis import given, strategies as st

from shared.kernel.rates import Bucket, Buckets, Rate
from tests.support.clock import START

RATE = Rate(burst=3, per_s=2)


class TestBucket:
    def test_a_burst_is_taken_at_once_and_the_next_one_must_wait(self) -> None:
        bucket = Bucket(RATE)

        assert [bucket.take(START) for _ in range(3)] == [0, 0, 0]
        assert bucket.take(START) == 501

    def test_there_is_one_again_when_it_said_so(self) -> None:
        bucket = Bucket(RATE)
        for _ in range(3):
            bucket.take(START)
        wait_ms = bucket.take(START)

        assert bucket.take(START + wait_ms - 2) > 0
        assert bucket.take(START + wait_ms) == 0

    def test_a_bucket_left_alone_is_full_again_and_no_fuller(self) -> None:
        bucket = Bucket(RATE)
        for _ in range(3):
            bucket.take(START)

        assert not bucket.is_full(START + 1_499)
        assert bucket.is_full(START + 1_500)
        later = START + 3_600_000
        assert [bucket.take(later) == 0 for _ in range(4)] == [True, True, True, False]

    @given(st.lists(st.integers(0, 2_000), max_size=200))
    def test_nobody_gets_more_than_the_burst_and_the_rate(self, pauses_ms: list[int]) -> None:
        bucket, now, taken = Bucket(RATE), START, 0
        for pause_ms in pauses_ms:
            now += pause_ms
            taken += bucket.take(now) == 0

            assert taken <= RATE.burst + RATE.per_s * (now - START) / 1_000


class TestBuckets:
    def test_one_key_does_not_use_up_anothers(self) -> None:
        buckets = Buckets(RATE, keys_max=10)
        for _ in range(4):
            buckets.take("one", START)

        assert buckets.take("one", START) > 0
        assert buckets.take("two", START) == 0

    def test_full_buckets_make_room_first(self) -> None:
        buckets = Buckets(RATE, keys_max=10)
        for _ in range(4):
            buckets.take("busy", START)
        for number in range(9):
            buckets.take(number, START)

        buckets.take("new", START + 600)

        assert len(buckets) == 2
        assert buckets.take("busy", START + 600) == 0
        assert buckets.take("busy", START + 600) > 0

    def test_the_oldest_make_room_when_all_are_in_use(self) -> None:
        buckets = Buckets(RATE, keys_max=10)
        for number in range(1_000):
            buckets.take(number, START)

            assert len(buckets) <= 10

    def test_what_is_given_back_can_be_taken_again_and_no_more(self) -> None:
        buckets = Buckets(RATE, keys_max=10)
        while buckets.take("one", START) == 0:
            pass

        buckets.give_back("one")
        buckets.give_back("forgotten")

        assert buckets.take("one", START) == 0
        assert buckets.take("one", START) > 0
