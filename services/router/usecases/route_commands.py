"""Brings each command to the engine of its shop, whichever router owns it.

A shop of our own costs nothing: no question, no hop. Any other goes to the router that held its
lease when last heard of; whoever proves wrong is asked about again. Commands may be sent again
without harm, so one whose outcome is unknown is, while there is time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import UUID

from services.router.domain.commands import Command
from services.router.domain.effects import Answer
from services.router.domain.owners import (
    COMMAND_WAIT_MS,
    EVENTS_WAIT_MS,
    OwnerBook,
    Search,
    verdict,
)
from services.router.usecases.ownership import (
    NotOwnedError,
    Order,
    OtherRouters,
    OwnDesk,
    OwnerLookup,
    UnheardError,
)
from shared.kernel.clock import Clock, Millis
from shared.kernel.errors import ErrorCode, RefusedError

RETRY_AFTER_MS: Final[Millis] = 1_000

Pause: TypeAlias = Callable[[Millis], Awaitable[None]]
Holds: TypeAlias = Callable[[UUID], bool]
Outcome: TypeAlias = Answer | Exception

_SENTENCES = {
    ErrorCode.TRY_AGAIN: "The outcome is unknown; the same request may be sent again.",
    ErrorCode.ROUTING_UNAVAILABLE: "Nobody routes this shop right now; send the request again.",
}


class Owners:
    """Where a shop's engine is: here, with another router, or for us to take."""

    def __init__(self, holds: Holds, lookup: OwnerLookup) -> None:
        self._holds = holds
        self._lookup = lookup
        self._book = OwnerBook()

    def here(self, shop_id: UUID) -> bool:
        """Tell whether a shop is ours."""
        return self._holds(shop_id)

    def elsewhere(self, shop_id: UUID) -> bool:
        """Tell whether a shop was another router's when last heard of; asks nobody."""
        return not self._holds(shop_id) and self._book.holder(shop_id) is not None

    def learn(self, shop_id: UUID, holder: UUID | None) -> None:
        """Remember what somebody has said about a shop's owner."""
        self._book.learn(shop_id, holder)

    async def find(self, shop_id: UUID) -> UUID | None:
        """Return the other router that owns a shop; None: we do, or may take it.

        Raises:
            RefusedError: TRY_AGAIN, nobody can say.
        """
        if self._holds(shop_id):
            return None
        known = self._book.holder(shop_id)
        if known is None:
            known = await self._lookup.holder(shop_id)
            self._book.learn(shop_id, known)
        return known


class CommandDesk:
    """The Desk of every use case."""

    def __init__(
        self, own: OwnDesk, owners: Owners, routers: OtherRouters, clock: Clock, pause: Pause
    ) -> None:
        self._own = own
        self._owners = owners
        self._routers = routers
        self._clock = clock
        self._pause = pause

    async def post(self, shop_id: UUID, command: Command) -> Answer:
        """Return the answer to a command after its commit; see `Desk`."""
        if self._owners.here(shop_id):  # the hot path, and the only one where one router is all
            try:
                return await self._own.post(shop_id, command)
            except NotOwnedError as other:
                self._owners.learn(shop_id, other.holder)
        (answer,) = await self._route([Order(shop_id, command)], COMMAND_WAIT_MS)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def post_events(self, orders: Sequence[Order]) -> Sequence[Outcome]:
        """Return the answer or refusal of each; of one shop they take effect in their order."""
        return await self._route(orders, EVENTS_WAIT_MS)

    async def _route(self, orders: Sequence[Order], wait_ms: Millis) -> Sequence[Outcome]:
        """Send what has no answer yet, again and again, until all have one or the time is up."""
        journey = _Journey(orders)
        search = Search(self._clock.now(), wait_ms)
        while True:
            await self._send_open(journey, search.attempt_ms(self._clock.now()))
            if not journey.open:
                return journey.answers()
            pause_ms = search.pause_ms(self._clock.now())
            if pause_ms is None:
                journey.give_up()
                return journey.answers()
            if pause_ms:
                await self._pause(pause_ms)

    async def _send_open(self, journey: _Journey, attempt_ms: Millis) -> None:
        """Send each open order to where its shop is, one request for each router."""
        places = journey.open
        where = await self._find(dict.fromkeys(journey.orders[one].shop_id for one in places))
        groups: dict[UUID | None, list[int]] = {}
        for place in places:
            there = where[journey.orders[place].shop_id]
            if isinstance(there, RefusedError):
                journey.answered[place] = there
            else:
                groups.setdefault(there, []).append(place)
        await asyncio.gather(
            *(self._send(journey, there, group, attempt_ms) for there, group in groups.items())
        )

    async def _find(self, shops: Collection[UUID]) -> Mapping[UUID, UUID | RefusedError | None]:
        if all(map(self._owners.here, shops)):
            return dict.fromkeys(shops)  # the hot path: not one more turn of the loop
        found = await asyncio.gather(*map(self._found, shops))
        return dict(zip(shops, found, strict=True))

    async def _found(self, shop_id: UUID) -> UUID | RefusedError | None:
        try:
            return await self._owners.find(shop_id)
        except RefusedError as refusal:
            return refusal

    async def _send(
        self, journey: _Journey, there: UUID | None, places: Sequence[int], attempt_ms: Millis
    ) -> None:
        orders = [journey.orders[place] for place in places]
        if there is None:
            outcomes = await post_all(self._own, orders)
        else:
            outcomes = await self._ask(there, orders, attempt_ms)
        for place, order, outcome in zip(places, orders, outcomes, strict=True):
            if isinstance(outcome, NotOwnedError):
                self._owners.learn(order.shop_id, outcome.holder)
            elif isinstance(outcome, UnheardError):
                self._owners.learn(order.shop_id, None)
                journey.sent |= {place} if outcome.sent else set()
            else:
                journey.answered[place] = outcome

    async def _ask(
        self, there: UUID, orders: Sequence[Order], attempt_ms: Millis
    ) -> Sequence[Outcome]:
        try:
            return await self._routers.ask(there, orders, attempt_ms)
        except UnheardError as silence:
            return [silence] * len(orders)


class _Journey:
    """Orders on their way: which have an answer, and which somebody may have done without one."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self.orders = orders
        self.answered: dict[int, Outcome] = {}
        self.sent: set[int] = set()

    @property
    def open(self) -> list[int]:
        """Return the places of the orders without an answer."""
        return [place for place in range(len(self.orders)) if place not in self.answered]

    def answers(self) -> Sequence[Outcome]:
        """Return every answer, in the order of the orders."""
        return [self.answered[place] for place in range(len(self.orders))]

    def give_up(self) -> None:
        """Refuse what has found no owner in time."""
        for place in self.open:
            code = verdict(sent=place in self.sent)
            refusal = RefusedError(code, _SENTENCES[code], retry_after_ms=RETRY_AFTER_MS)
            self.answered[place] = refusal


async def post_all(desk: OwnDesk, orders: Sequence[Order]) -> Sequence[Outcome]:
    """Put orders in this router's line, in their order, and return what becomes of each."""
    posted = [_begin(desk, order) for order in orders]
    return [await _end(one) for one in posted]


def _begin(desk: OwnDesk, order: Order) -> Awaitable[Answer] | RefusedError:
    try:
        return desk.post(order.shop_id, order.command)
    except RefusedError as refusal:
        return refusal


async def _end(posted: Awaitable[Answer] | RefusedError) -> Outcome:
    if isinstance(posted, RefusedError):
        return posted
    try:
        return await posted
    except Exception as failure:  # noqa: BLE001  whoever posted this one is told
        return failure
