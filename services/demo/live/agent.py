"""A simulated agent: notices offers, accepts, answers one customer at a time, takes breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any
from uuid import UUID

import httpx

from services.demo.dice import Dice
from services.demo.live import people
from services.demo.live.agent_line import AgentLine
from services.demo.live.faults import Faults
from services.demo.live.parts import Playbook
from shared.contracts.items import Item
from shared.contracts.routing import AgentSnapshot, Offer, OfferEnded, RoutingState
from shared.kernel.vocabulary import AgentStatus, AuthorKind, EventType, ItemKind

SNAPSHOT = "snapshot"
AGAIN_S = 0.5
"""Before the stream is opened again."""
SILENT_CUSTOMER_S = 25.0
"""So long an agent waits for an answer before closing."""


class StandIn:
    """One agent at work until cancelled; `leave` tidies up after that."""

    def __init__(self, line: AgentLine, book: Playbook, faults: Faults, dice: Dice) -> None:
        self._line = line
        self._book = book
        self._faults = faults
        self._dice = dice
        self._attention = asyncio.Lock()  # whoever writes to one customer writes to no other
        self._offers: dict[UUID, asyncio.Task[None]] = {}
        self._heard: dict[UUID, asyncio.Queue[None]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._is_leaving = False
        self._locale: dict[UUID, str | None] = {}
        self._reactions: Mapping[str, Callable[[bytes], Awaitable[None]]] = {
            SNAPSHOT: self._start,
            EventType.OFFER_CREATED: self._on_offer,
            EventType.OFFER_ENDED: self._on_offer_ended,
            EventType.MESSAGE_CREATED: self._on_message,
            EventType.CONVERSATION_ENDED: self._on_end,
        }

    async def work(self) -> None:
        """Follow the stream and take breaks."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._take_breaks())
            while True:
                try:
                    async for kind, body in self._line.events():
                        await self._on_event(kind, body)
                except httpx.HTTPError as fault:
                    self._faults.count("event stream", type(fault).__name__)
                await asyncio.sleep(AGAIN_S)

    async def leave(self) -> None:
        """Say away, and close every conversation that is still this agent's.

        Nothing is accepted or written from here on, nor while this waits for what is on its way.
        """
        self._is_leaving = True
        async with self._attention:
            await self._line.set_status(AgentStatus.AWAY)
            for state in await self._line.serving():
                await self._line.close(state.conversation_id)

    async def _on_event(self, kind: str, body: bytes) -> None:
        react = self._reactions.get(kind)
        if react is not None:
            await react(body)

    async def _start(self, body: bytes) -> None:
        snapshot = AgentSnapshot.model_validate_json(body)
        await self._say_available()
        for state in snapshot.conversations:
            if state.conversation_id not in self._heard:
                _ = self._spawn(self._serve(state.conversation_id, None))
        for offer in snapshot.offers:
            self._consider(offer)

    async def _on_offer(self, body: bytes) -> None:
        self._consider(Offer.model_validate_json(body))

    async def _on_offer_ended(self, body: bytes) -> None:
        """An offer that is gone from the screen is not accepted; one on its way may be."""
        task = self._offers.pop(OfferEnded.model_validate_json(body).offer_id, None)
        if task is not None:
            task.cancel()

    async def _on_message(self, body: bytes) -> None:
        item = Item.model_validate_json(body)
        heard = self._heard.get(item.conversation_id)
        is_customers = item.author.kind is AuthorKind.CUSTOMER and item.kind is ItemKind.MESSAGE
        if heard is not None and is_customers:
            heard.put_nowait(None)

    async def _on_end(self, body: bytes) -> None:
        self._heard.pop(RoutingState.model_validate_json(body).conversation_id, None)

    def _consider(self, offer: Offer) -> None:
        if offer.id not in self._offers:
            locale = None if offer.card is None else offer.card.customer.locale
            self._locale[offer.conversation_id] = locale
            self._offers[offer.id] = self._spawn(self._notice(offer))

    async def _notice(self, offer: Offer) -> None:
        await asyncio.sleep(people.RENDER.draw(self._dice))
        await self._line.seen(offer.id)
        looks_elsewhere = self._dice.chance(people.ELSEWHERE_SHARE)
        notice = people.ELSEWHERE if looks_elsewhere else people.NOTICE
        await asyncio.sleep(notice.draw(self._dice))
        async with self._attention:
            self._offers.pop(offer.id, None)  # from here on an end of the offer comes too late
            taken = None if self._is_leaving else await self._line.accept(offer.id)
            if taken is not None:
                _ = self._spawn(self._serve(offer.conversation_id, taken.grant))

    async def _serve(self, conversation_id: UUID, grant: str | None) -> None:
        """Answer, hear, answer, hear, close; stop as soon as the conversation is not ours."""
        heard = self._heard[conversation_id] = asyncio.Queue()
        locale = self._locale.pop(conversation_id, None)
        for line in self._book.lines_for(conversation_id, locale, self._dice):
            async with self._attention:
                if self._is_leaving:
                    return
                await asyncio.sleep(people.COMPOSE.draw(self._dice))
                if await self._line.say(conversation_id, line, grant) is None:
                    return
            try:
                async with asyncio.timeout(SILENT_CUSTOMER_S):
                    await heard.get()
            except TimeoutError:
                break
        await asyncio.sleep(people.TIDY_UP.draw(self._dice))
        if conversation_id in self._heard:
            await self._line.close(conversation_id)

    async def _take_breaks(self) -> None:
        while True:
            await asyncio.sleep(people.BREAK_EVERY.draw(self._dice))
            await self._line.set_status(AgentStatus.AWAY)
            await asyncio.sleep(people.BREAK_LASTS.draw(self._dice))
            await self._say_available()

    async def _say_available(self) -> None:
        if not self._is_leaving:
            await self._line.set_status(AgentStatus.AVAILABLE)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        assert self._tasks is not None  # noqa: S101  events come only while at work
        return self._tasks.create_task(work)
