"""Who is cut off when what let them in is no more (LESSONS 26)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from services.gateway.domain.proofs import SiteKeys, secret_proof
from services.gateway.usecases.cut_off import LOOK_BACK_MS, Guests, SiteStanding
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.ports import OpenedSession
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode
from tests.support.clock import START, VirtualClock

SHOP, SITE, OTHER_SITE = UUID(int=0x51), UUID(int=0x61), UUID(int=0x62)
OLD, NEW, PUBLIC = secret_proof("old"), secret_proof("new"), b"a public key"


class Connection:
    """A Guest that remembers why it was cut off."""

    def __init__(self, number: int, site_id: UUID = SITE, proof: bytes | None = None) -> None:
        session = OpenedSession(UUID(int=number), False, 1, 1, None, 0)
        self.greeting: Greeting | None = Greeting(
            SHOP, session, "fs_x", 0, site_id=site_id, proof=proof
        )
        self.why: ErrorCode | None = None

    def cut_off(self, code: ErrorCode) -> None:
        self.why = code


class Store:
    """A StandingStore that says what it is told to."""

    def __init__(self) -> None:
        self.closed: set[UUID] = set()
        self.keys = SiteKeys((OLD, NEW))
        self.ended: tuple[UUID, ...] = ()
        self.busy: set[UUID] = set()
        self.asked: list[tuple[Mapping[UUID, UUID], Instant]] = []

    async def standings(
        self, shop_of: Mapping[UUID, UUID], since: Instant
    ) -> Sequence[SiteStanding]:
        self.asked.append((shop_of, since))
        return [
            SiteStanding(site_id, site_id in self.closed, self.keys, self.ended)
            for site_id in shop_of
        ]

    async def under_way(self, shop_id: UUID, session_ids: Sequence[UUID]) -> Collection[UUID]:
        return self.busy


class Node:
    """Some connections, watched."""

    def __init__(self, *connections: Connection, public: Collection[bytes] | None = ()) -> None:
        self.store, self.clock = Store(), VirtualClock()
        self.guests = Guests(self.store, lambda _: public, self.clock)
        self.connections = connections
        for one in connections:
            assert one.greeting is not None
            self.guests.come(one, one.greeting)

    async def look(self) -> list[ErrorCode | None]:
        await self.guests.look()
        return [one.why for one in self.connections]


class TestLook:
    async def test_nobody_is_cut_off_while_all_is_as_it_was(self) -> None:
        node = Node(Connection(1), Connection(2, proof=OLD), Connection(3, proof=NEW))

        assert await node.look() == [None, None, None]

    async def test_an_ended_session_is_cut_off_alone(self) -> None:
        node = Node(Connection(1), Connection(2))
        node.store.ended = (UUID(int=2),)

        assert await node.look() == [None, ErrorCode.UNKNOWN_SESSION]

    async def test_who_was_proved_by_a_secret_rotated_out_is_cut_off(self) -> None:
        node = Node(Connection(1), Connection(2, proof=OLD), Connection(3, proof=NEW))
        node.store.keys = SiteKeys((NEW,))

        assert await node.look() == [None, ErrorCode.BAD_CUSTOMER_TOKEN, None]

    async def test_a_public_key_counts_as_long_as_it_is_published_or_not_known_here(self) -> None:
        assert await Node(Connection(1, proof=PUBLIC), public=(PUBLIC,)).look() == [None]
        assert await Node(Connection(1, proof=PUBLIC), public=None).look() == [None]
        gone = await Node(Connection(1, proof=PUBLIC), public=()).look()
        assert gone == [ErrorCode.BAD_CUSTOMER_TOKEN]

    async def test_a_closed_site_keeps_only_conversations_under_way(self) -> None:
        node = Node(Connection(1), Connection(2), Connection(3, OTHER_SITE))
        node.store.closed = {SITE}
        node.store.busy = {UUID(int=1)}

        assert await node.look() == [None, ErrorCode.UNKNOWN_SITE, None]

    async def test_sites_are_asked_about_once_and_those_without_customers_never(self) -> None:
        node = Node(Connection(1), Connection(2), Connection(3, OTHER_SITE))
        node.clock.advance(2_000)
        await node.look()
        for one in node.connections[1:]:
            assert one.greeting is not None
            node.guests.leave(one, one.greeting)
            node.guests.leave(one, one.greeting)
        assert len(node.guests) == 1
        await node.look()

        assert node.store.asked == [
            ({SITE: SHOP, OTHER_SITE: SHOP}, START - LOOK_BACK_MS),
            ({SITE: SHOP}, START + 2_000 - LOOK_BACK_MS),
        ]
