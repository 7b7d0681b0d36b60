"""Sets of agents as bits: whatever was put, members come in the order of their turns."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, strategies as st

from services.router.domain.agent_sets import SPARE_PLACES, AgentSets

NAMES = ("red", "blue", "round")
changes = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.one_of(st.none(), st.integers(0, 20)),
        st.frozensets(st.sampled_from(NAMES)),
    ),
    max_size=60,
)


@given(changes)
def test_every_set_holds_who_was_put_there_last_in_the_order_of_turns(
    done: list[tuple[int, int | None, frozenset[str]]],
) -> None:
    sets, there = AgentSets(), dict[int, tuple[tuple[int, int], frozenset[str]]]()
    for number, turn, names in done:
        if turn is None:
            sets.drop(UUID(int=number))
            there.pop(number, None)
        else:
            there[number] = ((turn, number), names)
            sets.put(UUID(int=number), *there[number])
    for name in NAMES:
        wanted = sorted((turn, one) for one, (turn, names) in there.items() if name in names)
        assert [one.int for one in sets.members(sets[name])] == [one for _, one in wanted]
    assert len(sets) == len(there)
    assert all(sets.turn(UUID(int=one)) == turn for one, (turn, _) in there.items())


def test_who_is_in_no_set_is_no_bit_and_an_unknown_set_is_empty() -> None:
    sets = AgentSets()
    assert sets.bit(UUID(int=1)) == sets["red"] == 0


def test_places_left_behind_are_given_anew() -> None:
    sets = AgentSets()
    for turn in range(10 * SPARE_PLACES):
        sets.put(UUID(int=turn % 3), (turn,), frozenset({"red"}))
    assert sets["red"].bit_length() <= 2 * SPARE_PLACES
    last = 10 * SPARE_PLACES - 1
    assert [one.int for one in sets.members(sets["red"])] == [(last + n) % 3 for n in (1, 2, 3)]
