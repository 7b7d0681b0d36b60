"""Whose a shop is: the desks that take its commands, and the ports of leases and other routers."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.router.domain.commands import Command
from services.router.domain.effects import Answer
from shared.kernel.clock import Millis


class NotOwnedError(Exception):
    """A shop is not this router's, so a command for it certainly took no effect here.

    Attributes:
        holder: the router that holds its lease, where that is known.
    """

    def __init__(self, holder: UUID | None = None) -> None:
        super().__init__("the shop is another router's")
        self.holder = holder


class OwnDesk(Protocol):
    """This process's decide lane: it decides for the shops that are this router's."""

    def post(self, shop_id: UUID, command: Command) -> Awaitable[Answer]:
        """Put a command in line; awaiting it gives its answer after the commit.

        Commands of one shop take effect in the order they are posted. A shop whose lease nobody
        holds becomes this router's.

        Raises:
            RefusedError: TRY_AGAIN (also when awaited: the outcome may be unknown), NOT_FOUND
                (when awaited: there is no such shop).
            NotOwnedError: when awaited: it took no effect here.
        """
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """A command for one shop's engine."""

    shop_id: UUID
    command: Command


class Desk(Protocol):
    """The engines of every shop, whichever router owns them, as a use case sees them."""

    async def post(self, shop_id: UUID, command: Command) -> Answer:
        """Return the answer to a command after its commit.

        Raises:
            RefusedError: TRY_AGAIN (the outcome may be unknown), ROUTING_UNAVAILABLE (nobody has
                done it), NOT_FOUND (there is no such shop).
        """
        ...

    async def post_events(self, orders: Sequence[Order]) -> Sequence[Answer | Exception]:
        """Return the answer or refusal of each; of one shop they take effect in their order.

        Meant for what comes again by itself: it does not wait for an owner who cannot be found.
        """
        ...


class LeaseTables(Protocol):
    """The leases across shops; every instant in them is PostgreSQL's."""

    async def renew(self, tokens: Mapping[UUID, int]) -> frozenset[UUID]:
        """Let these leases live on; return the shops whose token still is this one.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        ...

    async def release(self) -> None:
        """End every lease of this router now.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        ...

    async def free(self, limit: int) -> Sequence[UUID]:
        """Return some of the shops whose lease nobody holds, in no order.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        ...

    async def holders(self, shops: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Return who holds the living leases among these shops', this router left out.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        ...


class OwnerLookup(Protocol):
    """Finds the holders of leases; questions asked together are answered together."""

    async def holder(self, shop_id: UUID) -> UUID | None:
        """Return the other router that holds a shop's lease; None: whoever asks may take it.

        Raises:
            RefusedError: TRY_AGAIN, the tables cannot be reached.
        """
        ...


class UnheardError(Exception):
    """A router was sent commands and gave no answer.

    Attributes:
        sent: it may have got them, and may have done them.
    """

    def __init__(self, *, sent: bool) -> None:
        super().__init__("a router gave no answer")
        self.sent = sent


class OtherRouters(Protocol):
    """The other routers, by the ids under which they hold leases."""

    async def ask(
        self, router_id: UUID, orders: Sequence[Order], wait_ms: Millis
    ) -> Sequence[Answer | Exception]:
        """Return a router's answer to each order, a RefusedError or a NotOwnedError.

        Raises:
            UnheardError: no answer within wait_ms.
        """
        ...
