"""Cuts a question about many shops' rows into questions that a shop scope can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from shared.kit.database import MAX_SHOPS


def shares(shop_of: Mapping[UUID, UUID], most: int) -> Iterator[tuple[list[UUID], list[UUID]]]:
    """Yield (shops, ids) until every id is asked about once, at most `most` at a time.

    Args:
        shop_of: the shop of each id.
        most: ids in one question.
    """
    of_shop: dict[UUID, list[UUID]] = {}
    for one, shop_id in shop_of.items():
        of_shop.setdefault(shop_id, []).append(one)
    shops = list(of_shop)
    for start in range(0, len(shops), MAX_SHOPS):
        share = shops[start : start + MAX_SHOPS]
        together = [one for shop_id in share for one in of_shop[shop_id]]
        for first in range(0, len(together), most):
            yield share, together[first : first + most]
