"""Ids that are made many at a time are like those that are made alone."""

from __future__ import annotations

from uuid import UUID

from shared.kit.driver_ids import new_ids
from shared.kit.new_ids import new_id


def test_ids_made_at_once_are_of_now_and_all_apart() -> None:
    before, many, after = new_id(), new_ids(1_000), new_id()
    assert len(set(many)) == 1_000
    assert all(before.int >> 80 <= one.int >> 80 <= after.int >> 80 for one in many)


def test_an_id_made_with_others_is_a_uuid_like_one_made_alone() -> None:
    (one,) = new_ids(1)
    plain = UUID(int=one.int)
    assert (one, hash(one), str(one)) == (plain, hash(plain), str(plain))
    assert (plain.version, plain.variant) == (new_id().version, new_id().variant)


def test_none_are_made_where_none_are_asked_for() -> None:
    assert new_ids(0) == []
