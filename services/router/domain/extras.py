"""Offers beside another of the same conversation: what gives way first; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from services.router.domain.model import Offer
from services.router.domain.ordered import Key, OrderedKeys


class Extras:
    """Such offers by their keys, the newest first."""

    def __init__(self) -> None:
        self._keys = OrderedKeys()

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def change(
        self, before: tuple[Offer, ...], after: tuple[Offer, ...]
    ) -> Iterator[tuple[UUID, int]]:
        """Take in which ones a conversation has now; yield whose agent has one less, or one more.

        Nothing is taken in but what is asked for: go through all of it.
        """
        if not before and not after:
            return
        gone, new = {one.id for one in after}, {one.id for one in before}
        for offer in (one for one in before if one.id not in gone):
            self._keys.remove(offer.extra_key)
            yield offer.agent_id, -1
        for offer in (one for one in after if one.id not in new):
            self._keys.add(offer.extra_key)
            yield offer.agent_id, 1
