"""Many shops' rows are asked about in questions that a shop scope can hold."""

from __future__ import annotations

from uuid import UUID

from shared.kit.database import MAX_SHOPS
from shared.kit.shares import shares


def test_every_id_is_asked_about_once_with_its_shop_in_scope() -> None:
    shop_of = {UUID(int=n): UUID(int=n % (2 * MAX_SHOPS + 1)) for n in range(100)}

    asked = list(shares(shop_of, 7))

    assert sorted(one for _, ids in asked for one in ids) == sorted(shop_of)
    for shops, ids in asked:
        assert len(shops) <= MAX_SHOPS
        assert len(ids) <= 7
        assert {shop_of[one] for one in ids} <= set(shops)


def test_nothing_is_no_question() -> None:
    assert list(shares({}, 7)) == []
