"""Letting a customer in: what a hello proves, and where its `last_seq` stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.gateway.domain.keys import session_token, site_key
from services.gateway.usecases.greet import Greeter, Greeting, catch_up, greet
from services.gateway.usecases.ports import (
    NewSite,
    OpenedSession,
    SessionWish,
    Site,
    StoredPage,
)
from shared.contracts.frames import Hello
from shared.contracts.items import CustomerRef, IdentityKind, Item
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Visibility
from tests.support.items import CONVERSATION, an_item

SHOP, SITE_ID, SESSION = UUID(int=0x51), UUID(int=0x61), UUID(int=0x71)
KEY = site_key(SHOP, SITE_ID, "0" * 16)
TOKEN = session_token(SHOP, SESSION, "A" * 43)
EARLIER = UUID(int=0xB0)
OPENED = OpenedSession(SESSION, False, 1, 2, CONVERSATION, 5)
ROSA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="rosa", verified=True)


class World:
    """Sites, sessions and items as a greeting sees them."""

    def __init__(self, opened: OpenedSession | None = OPENED) -> None:
        self.opened = opened
        self.wish: SessionWish | None = None
        self.asked: list[tuple[UUID, int]] = []
        self.reach_of_named = 9
        self.left: tuple[Item, ...] = ()
        self.site = Site(KEY, "secret", ("https://fern.example",))
        self.met_by: UUID | None = None

    async def find(
        self, shop_id: UUID, site_id: UUID, session_id: UUID | None = None
    ) -> Site | None:
        self.met_by = session_id
        return self.site if (shop_id, site_id) == (SHOP, SITE_ID) else None

    async def create(self, new: NewSite) -> bool:
        raise NotImplementedError

    async def open(self, wish: SessionWish) -> OpenedSession | None:
        self.wish = wish
        return self.opened

    async def page(
        self, shop_id: UUID, conversation_id: UUID, after_seq: int, limit: int
    ) -> StoredPage | None:
        self.asked.append((conversation_id, after_seq))
        return StoredPage((an_item(after_seq + 1),), after_seq + 1, 5, 1)

    async def left_over(self, *asked: object) -> tuple[Item, ...]:
        return self.left

    async def reach_in_session(
        self, shop_id: UUID, session_id: UUID, conversation_id: UUID
    ) -> int | None:
        return self.reach_of_named if conversation_id == EARLIER else None

    async def serves(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> bool:
        raise NotImplementedError

    async def of_agent(self, shop_id: UUID, agent_id: UUID) -> tuple[Item, ...]:
        raise NotImplementedError

    async def reach(
        self, shop_ids: Sequence[UUID], conversation_ids: Sequence[UUID]
    ) -> dict[UUID, int]:
        raise NotImplementedError

    async def verify_by_keys(
        self, token: str, shop_id: UUID, site_id: UUID
    ) -> tuple[CustomerRef, bytes]:
        if (token, shop_id, site_id) != ("under a key", SHOP, SITE_ID):
            raise RefusedError(ErrorCode.BAD_CUSTOMER_TOKEN, "No.")
        return ROSA, b"key"

    def greeter(self) -> Greeter:
        return Greeter(
            sites=self,
            sessions=self,
            items=self,
            verify=verified,
            verify_by_keys=self.verify_by_keys,
            new_id=lambda: UUID(int=0x99),
            new_secret=lambda: "B" * 43,
        )


def verified(token: str, secret: str) -> CustomerRef:
    if token != f"signed with {secret}":
        raise RefusedError(ErrorCode.BAD_CUSTOMER_TOKEN, "No.")
    return ROSA


async def hello(world: World, origin: str | None = None, **fields: Any) -> Greeting:
    frame = Hello(**{"type": "hello", "site_key": KEY, **fields})
    return await greet(frame, origin, world.greeter())


async def refusal(world: World, origin: str | None = None, **fields: Any) -> ErrorCode:
    with pytest.raises(RefusedError) as refused:
        await hello(world, origin, **fields)
    return refused.value.code


class TestRefusals:
    async def test_a_key_that_is_none_or_names_nothing_is_an_unknown_site(self) -> None:
        for key in ("nonsense", KEY[:-1] + "1", site_key(SHOP, SESSION, "0" * 16)):
            assert await refusal(World(), site_key=key) is ErrorCode.UNKNOWN_SITE

    async def test_another_page_is_refused(self) -> None:
        assert await refusal(World(), "https://evil.example") is ErrorCode.ORIGIN_REFUSED

    async def test_a_bad_customer_token_is_refused(self) -> None:
        assert await refusal(World(), customer_token="bad") is ErrorCode.BAD_CUSTOMER_TOKEN

    async def test_a_closed_site_is_unknown_but_to_who_has_a_conversation_under_way(self) -> None:
        world = World()
        world.site = replace(world.site, closed=True)
        assert await refusal(world, session_token=TOKEN) is ErrorCode.UNKNOWN_SITE
        assert world.met_by == SESSION
        world.site = replace(world.site, under_way=True)
        assert (await hello(world, session_token=TOKEN)).session is not None

    async def test_a_session_that_is_not_proved_is_unknown(self) -> None:
        other_shops = session_token(UUID(int=0x52), SESSION, "A" * 43)
        for token in ("nonsense", other_shops):
            assert await refusal(World(), session_token=token) is ErrorCode.UNKNOWN_SESSION
        assert await refusal(World(None), session_token=TOKEN) is ErrorCode.UNKNOWN_SESSION


class TestRotations:
    async def test_the_old_key_and_the_old_secret_are_good_while_they_are_in_force(self) -> None:
        world = World()
        old = world.site
        fresh = site_key(SHOP, SITE_ID, "1" * 16)
        world.site = replace(
            old, key=fresh, old_key=KEY, customer_secret="new", old_secret="secret"
        )
        for secret in ("new", "secret"):
            await hello(world, customer_token=f"signed with {secret}")
        await hello(world, site_key=fresh)
        world.site = replace(world.site, old_key=None, old_secret=None)
        assert await refusal(world) is ErrorCode.UNKNOWN_SITE
        late = {"site_key": fresh, "customer_token": "signed with secret"}
        assert await refusal(world, **late) is ErrorCode.BAD_CUSTOMER_TOKEN


class TestResuming:
    async def test_a_first_hello_begins_a_session_with_a_token_of_its_own(self) -> None:
        world = World(replace(OPENED, is_new=True, conversation_id=None, last_seq=0))

        greeting = await hello(world, customer_token="signed with secret")

        assert greeting.token == session_token(SHOP, UUID(int=0x99), "B" * 43)
        assert world.wish is not None
        assert (world.wish.session_id, world.wish.customer) == (None, ROSA)
        found = await catch_up(greeting, world)
        assert (found.items, found.last_seq, found.through_seq) == ((), 0, 0)

    async def test_a_customer_goes_on_where_they_stopped(self) -> None:
        greeting = await hello(World(), session_token=TOKEN, last_seq=3)

        assert (greeting.token, greeting.after_seq, greeting.reset) == (TOKEN, 3, False)

    @pytest.mark.parametrize("fields", [{"last_seq": 6}, {"last_seq": 3, "epoch": 9}])
    async def test_a_customer_ahead_of_us_or_of_another_epoch_begins_afresh(
        self, fields: dict[str, Any]
    ) -> None:
        world = World()
        greeting = await hello(world, session_token=TOKEN, **fields)

        assert greeting.after_seq == 0
        assert (await catch_up(greeting, world)).reset

    @pytest.mark.parametrize(
        ("named", "last_seq"), [(UUID(int=0xDEAD), 1), (EARLIER, 10)], ids=["unknown", "ahead"]
    )
    async def test_a_customer_who_holds_another_conversation_than_there_is_begins_afresh(
        self, named: UUID, last_seq: int
    ) -> None:
        world = World()
        world.left = (an_item(8, conversation_id=EARLIER),)
        greeting = await hello(world, session_token=TOKEN, last_seq=last_seq, conversation_id=named)

        found = await catch_up(greeting, world)

        assert found.reset
        assert [item.conversation_id for item in found.items] == [CONVERSATION]

    @pytest.mark.parametrize("opened", [{"is_new": True}, {}], ids=["new", "without a word"])
    @pytest.mark.parametrize(
        ("holds", "reset"),
        [({}, False), ({"last_seq": 1}, True), ({"conversation_id": EARLIER}, True)],
    )
    async def test_a_session_without_a_conversation_resets_whoever_holds_items(
        self, opened: dict[str, Any], holds: dict[str, Any], reset: bool
    ) -> None:
        world = World(replace(OPENED, conversation_id=None, last_seq=0, **opened))

        greeting = await hello(world, session_token=TOKEN, **holds)

        assert (await catch_up(greeting, world)).reset is reset

    async def test_the_end_of_an_earlier_conversation_is_told_first(self) -> None:
        world = World()
        world.left = (
            an_item(8, conversation_id=EARLIER),
            an_item(9, conversation_id=EARLIER, visibility=Visibility.AGENTS),
        )
        greeting = await hello(
            world, session_token=TOKEN, last_seq=7, conversation_id=EARLIER, epoch=1
        )

        found = await catch_up(greeting, world)

        assert (greeting.named_id, greeting.named_after_seq) == (EARLIER, 7)
        assert [(item.conversation_id, item.seq) for item in found.items] == [
            (EARLIER, 8),
            (CONVERSATION, 1),
        ]
        assert world.asked == [(CONVERSATION, 0)]
