"""Tells the gateway's nodes which shops have an agent free now; holds no truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

import structlog

from services.router.background.rounds import Rounds
from services.router.domain.model import Agent
from services.router.usecases.ports import Announcer, ShopWork
from shared.contracts import subjects
from shared.contracts.hours import FreeAgents
from shared.kit.bus.interface import Bus, BusError

EVERY_S: Final = 0.25
"""How late the first to be free, or the last, is told: nobody sees that an invitation waited."""
AGAIN_EVERY: Final = 20
"""Who stands free is told again each so many rounds, to nodes that began or lost something."""
SHOPS_MAX: Final = 1_000
"""Shops named in one message: 32 KB."""

log = structlog.get_logger()


class FreeAgentsTeller:
    """An Announcer before another one: notes which shops' agents moved, and tells of it by itself.

    A shop that another router took is not told of here any more: its owner does that.

    Args:
        after: whom everything committed is passed on to.
        has_free: whether somebody is free in a shop; None: the shop is not ours.
        bus: carries the word.
    """

    def __init__(self, after: Announcer, has_free: Callable[[UUID], bool | None], bus: Bus) -> None:
        self._after = after
        self._has_free = has_free
        self._bus = bus
        self._moved: set[UUID] = set()
        self._told_free: set[UUID] = set()
        self._rounds = Rounds(EVERY_S, AGAIN_EVERY)

    def committed(self, work: ShopWork) -> None:
        """See `Announcer.committed`."""
        self._after.committed(work)
        if any(effects.agents or effects.conversations for effects in work.effects):
            self._note(work.shop_id)

    def built(self, shop_id: UUID, _agents: Sequence[Agent]) -> None:
        """Take note of a shop whose engine is built anew."""
        self._note(shop_id)

    def _note(self, shop_id: UUID) -> None:
        self._moved.add(shop_id)
        self._rounds.wake()

    async def run(self) -> None:
        """Tell what moved until cancelled, and what stands now and then."""
        await self._rounds.run(self.tell, lambda: bool(self._told_free))

    async def tell(self, *, again: bool = False) -> None:
        """Publish which shops have somebody free that had nobody, and the other way round."""
        looked_at = self._moved | (self._told_free if again else set())
        self._moved = set()
        now = {shop_id: self._has_free(shop_id) for shop_id in looked_at}
        free = {shop_id for shop_id, is_free in now.items() if is_free}
        busy = {shop_id for shop_id, is_free in now.items() if is_free is False}
        await self._publish(free if again else free - self._told_free, free=True)
        await self._publish(busy & self._told_free, free=False)
        self._told_free = (self._told_free - now.keys()) | free

    async def _publish(self, shops: Iterable[UUID], *, free: bool) -> None:
        named = sorted(shops)
        for start in range(0, len(named), SHOPS_MAX):
            told = FreeAgents(free=free, shops=tuple(named[start : start + SHOPS_MAX]))
            try:
                await self._bus.publish(subjects.FREE_AGENTS, told.to_json())
            except BusError:  # said again in seconds; who hears nothing takes nobody for free
                log.warning("free_agents.publish_failed")
