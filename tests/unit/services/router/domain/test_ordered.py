"""OrderedKeys is a sorted list, only faster."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from services.router.domain import ordered
from services.router.domain.ordered import OrderedKeys

keys = st.tuples(st.integers(0, 20), st.integers(0, 20))


@given(st.lists(st.tuples(st.booleans(), keys), max_size=200))
def test_it_holds_rank_and_order_like_a_sorted_list(
    steps: list[tuple[bool, tuple[int, int]]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered, "BLOCK", 2)
        real, model = OrderedKeys(), set[tuple[int, int]]()
        for adding, key in steps:
            if adding and key not in model:
                real.add(key)
                model.add(key)
            elif not adding and key in model:
                real.remove(key)
                model.remove(key)
            assert real.first() == min(model, default=None)
            assert real.rank(key) == sum(1 for one in model if one < key)
        assert list(real) == sorted(model)
        assert len(real) == len(model)


@pytest.mark.parametrize("held", [[], [(1,)], [(1,), (3,)]])
def test_removing_a_key_that_is_not_there_raises(held: list[tuple[int]]) -> None:
    real = OrderedKeys()
    for key in held:
        real.add(key)
    with pytest.raises(KeyError):
        real.remove((2,))
