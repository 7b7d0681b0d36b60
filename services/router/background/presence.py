"""Hears from gateway nodes whose streams are open and tells the shops' engines what changed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeAlias
from uuid import UUID

import structlog
from pydantic import ValidationError

from services.router.domain.commands import PresenceChanged
from services.router.domain.model import Agent
from services.router.domain.presence import PresenceBook, PresenceNews
from services.router.usecases.ownership import NotOwnedError, OwnDesk
from services.router.usecases.route_commands import Owners
from shared.contracts import subjects
from shared.contracts.routing import PresenceBeat, PresenceChange
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.bus.interface import Bus

log = structlog.get_logger()

Said: TypeAlias = PresenceChange | PresenceBeat

LOOK_S: Final = 0.5
"""How late a silent node may be noticed, beyond its three seconds; also the pause of a retry."""


class PresenceLoop:
    """Every change reaches its engine: one the lane refuses is told again.

    Every router hears every node. What is about another router's shop is remembered and not told:
    its owner hears the same, and whoever takes the shop compares the next beats with its tables.
    """

    def __init__(self, desk: OwnDesk, owners: Owners, clock: Clock) -> None:
        self._desk = desk
        self._owners = owners
        self._clock = clock
        self._book = PresenceBook()
        self._said: deque[Said] = deque()
        self._untold: list[PresenceNews] = []
        self._wake = asyncio.Event()

    def built(self, shop_id: UUID, agents: Sequence[Agent]) -> None:
        """Take over what a freshly built engine holds of its agents' streams."""
        streams = [(agent.id, node) for agent in agents for node in agent.nodes]
        self._book.adopt(shop_id, streams, self._clock.now())

    @asynccontextmanager
    async def listening(self, bus: Bus) -> AsyncIterator[None]:
        """Hear the nodes while the block runs."""
        change = await bus.subscribe(subjects.PRESENCE_CHANGE, self._on_change)
        beat = await bus.subscribe(subjects.PRESENCE_BEAT, self._on_beat)
        try:
            yield
        finally:
            await beat.close()
            await change.close()

    async def run(self) -> None:
        """Tell the engines until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            self._wake.clear()
            news = [*self._untold, *self._read(), *self._book.silent(self._clock.now())]
            self._untold = await self._tell(news)

    def _read(self) -> list[PresenceNews]:
        news: list[PresenceNews] = []
        now = self._clock.now()
        while self._said:
            said = self._said.popleft()
            if isinstance(said, PresenceBeat):
                people = [(one.shop_id, one.agent_id) for one in said.agents]
                news += self._book.beat(said.node_id, people, now)
            else:
                person = (said.shop_id, said.agent_id)
                self._book.change(said.node_id, person, said.presence, now)
                command = PresenceChanged(said.agent_id, said.node_id, said.presence)
                news.append(PresenceNews(said.shop_id, command))
        return news

    async def _tell(self, news: Sequence[PresenceNews]) -> list[PresenceNews]:
        """Post every change in its order; return those that must be told again."""
        taken = await asyncio.gather(*(self._take(one) for one in news))
        return [one for one, done in zip(news, taken, strict=True) if not done]

    async def _take(self, news: PresenceNews) -> bool:
        if self._owners.elsewhere(news.shop_id):
            return True
        try:
            await self._desk.post(news.shop_id, news.command)
            self._book.told(news)
        except NotOwnedError as other:
            self._owners.learn(news.shop_id, other.holder)
        except RefusedError as refusal:
            return refusal.code is ErrorCode.NOT_FOUND
        except Exception:  # an engine's defect is rebuilt; the next beat is compared with that
            log.exception("router.presence_failed")
        return True

    def _on_change(self, payload: bytes) -> None:
        with suppress(ValidationError):  # a newer release may say more than this one can read
            self._hear(PresenceChange.model_validate_json(payload))

    def _on_beat(self, payload: bytes) -> None:
        with suppress(ValidationError):
            self._hear(PresenceBeat.model_validate_json(payload))

    def _hear(self, said: Said) -> None:
        self._said.append(said)
        self._wake.set()
