"""Any order, any doubling: each version is taken once and never before the one before it."""

from hypothesis import given, strategies as st

from shared.kit.arrivals import Arrival, sort_out

VERSIONS = st.lists(st.integers(1, 30), max_size=40)


def test_the_next_versions_are_new() -> None:
    assert sort_out(2, [3, 4]) == Arrival(new=(3, 4), old=(), early=(), position=4)


def test_a_version_taken_before_is_old() -> None:
    assert sort_out(2, [1, 2]) == Arrival(new=(), old=(1, 2), early=(), position=2)


def test_a_version_beyond_a_gap_is_early() -> None:
    assert sort_out(2, [3, 5, 6]) == Arrival(new=(3,), old=(), early=(5, 6), position=3)


def test_the_first_version_of_an_unknown_stream_is_new() -> None:
    assert sort_out(0, [1]).new == (1,)


def test_nothing_leaves_the_position() -> None:
    assert sort_out(7, []) == Arrival(new=(), old=(), early=(), position=7)


@given(st.integers(0, 20), VERSIONS)
def test_every_arriving_version_is_exactly_one_of_the_three(last: int, versions: list[int]) -> None:
    arrival = sort_out(last, versions)
    assert sorted(arrival.new + arrival.old + arrival.early) == sorted(versions)


@given(st.integers(0, 20), VERSIONS)
def test_new_versions_follow_the_last_one_without_a_gap(last: int, versions: list[int]) -> None:
    arrival = sort_out(last, versions)
    assert arrival.new == tuple(range(last + 1, arrival.position + 1))
    assert all(version > arrival.position + 1 for version in arrival.early)
    assert all(version <= arrival.position for version in arrival.old)


@given(st.data())
def test_resending_in_any_order_takes_everything_once(data: st.DataObject) -> None:
    """The emitter resends after each answer; whatever the batches were, all arrive once."""
    count = data.draw(st.integers(1, 15))
    taken: list[int] = []
    batches = data.draw(st.lists(st.lists(st.integers(1, count)), max_size=10))
    for batch in [*batches, list(range(1, count + 1))]:
        taken += sort_out(len(taken), batch).new
    assert taken == list(range(1, count + 1))


@given(st.integers(0, 20), VERSIONS)
def test_taking_the_same_again_finds_nothing_new(last: int, versions: list[int]) -> None:
    first = sort_out(last, versions)
    assert sort_out(first.position, versions).new == ()
