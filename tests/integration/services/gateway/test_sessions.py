"""Sites, sessions and what a returning customer has missed, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.gateway.storage.sessions import PostgresSilentSessions
from services.gateway.usecases.create_site import create_site
from services.gateway.usecases.greet_together import SiteWish
from services.gateway.usecases.sweep_sessions import FIRST, sweep_sessions
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.vocabulary import EventType, Service
from shared.kit.database import open_database
from shared.kit.system_clock import SystemClock
from tests.support.gateway import (
    OTHER_SHOP,
    OTHER_SITE,
    SHOP,
    SITE,
    Stores,
    a_message,
    a_routing_event,
    a_wish,
    looking_inside,
)
from tests.support.postgres import TestDatabase

ROSA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="rosa", verified=True, name="Rosa")
MARIO = ROSA.model_copy(update={"value": "mario"})


class TestSites:
    async def test_a_site_made_twice_is_the_same(self, stores: Stores) -> None:
        again = await create_site(
            stores.sites, shop_id=SHOP, site_id=SITE, name="Other", origins=["*"]
        )

        assert again == stores.site

    async def test_another_shops_site_cannot_be_taken(self, stores: Stores) -> None:
        with pytest.raises(LookupError):
            await create_site(
                stores.sites, shop_id=SHOP, site_id=OTHER_SITE, name="Mine", origins=[]
            )

    async def test_a_site_is_found_in_its_own_shop_alone(self, stores: Stores) -> None:
        assert await stores.find(SHOP, SITE) == stores.site
        assert await stores.find(OTHER_SHOP, SITE) is None

    async def test_sites_of_many_shops_are_found_together_each_in_its_own(
        self, stores: Stores
    ) -> None:
        wishes = [(OTHER_SHOP, OTHER_SITE), (OTHER_SHOP, SITE), (SHOP, SITE), (SHOP, OTHER_SITE)]
        found = await stores.hellos.find_all([SiteWish(*wish, None) for wish in wishes])
        assert found == [stores.other_site, None, stores.site, None]


class TestSessions:
    async def test_each_connection_of_a_session_has_a_greater_number(self, stores: Stores) -> None:
        first = await stores.open(a_wish())
        assert first is not None
        wish = a_wish(session_id=first.session_id, digest=b"digest")

        numbers = [opened.connection_no for opened in [await stores.open(wish)] if opened]

        assert (first.is_new, first.connection_no, numbers) == (True, 1, [2])

    @pytest.mark.parametrize(
        "changes",
        [
            {"digest": b"other"},
            {"session_id": UUID(int=9)},
            {"site_id": OTHER_SITE},
            {"shop_id": OTHER_SHOP},
            {"shop_id": OTHER_SHOP, "site_id": OTHER_SITE},
        ],
    )
    async def test_a_session_that_is_not_proved_is_none(
        self, stores: Stores, changes: dict[str, object]
    ) -> None:
        """LESSONS 25."""
        first = await stores.open(a_wish())
        assert first is not None
        wish = a_wish(session_id=first.session_id, digest=b"digest")

        assert await stores.open(replace(wish, **changes)) is None  # type: ignore[arg-type]

    async def test_a_customer_who_signs_in_is_known_in_the_conversation_under_way(
        self, stores: Stores, database: TestDatabase
    ) -> None:
        first = await stores.open(a_wish())
        assert first is not None
        await stores.appends.append([a_message(first.session_id)])

        again = await stores.open(
            a_wish(session_id=first.session_id, digest=b"digest", customer=ROSA)
        )

        assert again is not None
        assert again.session_id == first.session_id
        async with looking_inside(database) as admin:
            customers = await admin.fetch(
                "SELECT customer_value, customer_verified, summary #>> '{customer,value}' "
                "FROM gateway.conversations"
            )
        assert [tuple(row) for row in customers] == [("rosa", True, "rosa")]

    async def test_sessions_of_many_shops_are_opened_together_each_in_its_own(
        self, stores: Stores
    ) -> None:
        mine = await stores.open(a_wish())
        other = await stores.open(a_wish(shop_id=OTHER_SHOP, site_id=OTHER_SITE))
        assert mine is not None
        assert other is not None
        wishes = [
            a_wish(shop_id=OTHER_SHOP, site_id=OTHER_SITE),
            a_wish(session_id=other.session_id, digest=b"digest"),
            a_wish(session_id=mine.session_id, digest=b"digest"),
            a_wish(session_id=mine.session_id, digest=b"guessed"),
            a_wish(customer=ROSA),
        ]

        begun, stolen, resumed, guessed, known = await stores.hellos.open_all(wishes)

        assert begun is not None
        assert known is not None
        assert (begun.is_new, begun.session_id) == (True, wishes[0].new_session_id)
        assert (known.is_new, known.session_id) == (True, wishes[4].new_session_id)
        assert resumed == replace(mine, is_new=False, connection_no=2)
        assert (stolen, guessed) == (None, None)
        again = await stores.open(
            a_wish(session_id=known.session_id, digest=b"digest", customer=ROSA)
        )
        assert again == replace(known, is_new=False, connection_no=2), "it is Rosa's"

    async def test_another_customer_never_gets_the_session(self, stores: Stores) -> None:
        """LESSONS 24: nor does whoever sits there after Rosa has signed out."""
        first = await stores.open(a_wish(customer=ROSA))
        assert first is not None
        known = {"session_id": first.session_id, "digest": b"digest"}

        without = await stores.open(a_wish(**known))  # type: ignore[arg-type]
        other = await stores.open(a_wish(**known, customer=MARIO))  # type: ignore[arg-type]

        same = await stores.open(a_wish(**known, customer=ROSA))  # type: ignore[arg-type]

        assert without is not None
        assert without.is_new
        assert other is not None
        assert other.is_new
        assert same is not None
        assert same.session_id == first.session_id


class TestLeftOver:
    async def test_the_rest_of_an_earlier_conversation_is_found(self, stores: Stores) -> None:
        session_id = await stores.session()
        first, latest = await _two_conversations(stores, session_id)

        left = await stores.items.left_over(SHOP, session_id, first, 1, latest)

        assert [(item.conversation_id, item.kind.value) for item in left] == [(first, "ended")]

    async def test_somebody_elses_conversation_has_no_rest(self, stores: Stores) -> None:
        session_id = await stores.session()
        first, latest = await _two_conversations(stores, session_id)
        other = await stores.conversation()

        assert await stores.items.left_over(SHOP, session_id, other, 0, latest) == ()
        assert await stores.items.left_over(OTHER_SHOP, session_id, first, 0, latest) == ()


class TestReach:
    async def test_only_the_shops_asked_for_are_told(self, stores: Stores) -> None:
        mine = await stores.conversation()
        theirs = await stores.conversation(shop_id=OTHER_SHOP, site_id=OTHER_SITE)

        assert await stores.items.reach([SHOP], [mine, theirs]) == {mine: 1}
        assert await stores.items.reach([SHOP, OTHER_SHOP], [mine, theirs]) == {mine: 1, theirs: 1}


async def _two_conversations(stores: Stores, session_id: UUID) -> tuple[UUID, UUID]:
    """Have a session's first conversation end and a second one begin."""
    (one,) = await stores.appends.append([a_message(session_id)])
    assert one.conversation_id is not None
    await stores.routing.take(
        [a_routing_event(one.conversation_id, 1, EventType.CONVERSATION_ENDED)]
    )
    (two,) = await stores.appends.append([a_message(session_id, "m2")])
    assert two.conversation_id is not None
    return one.conversation_id, two.conversation_id


class TestSilentSessions:
    @pytest.fixture
    async def sweep(self, database: TestDatabase) -> AsyncIterator[PostgresSilentSessions]:
        async with open_database(database.sweep_url(Service.GATEWAY)) as opened:
            yield PostgresSilentSessions(opened)

    async def test_a_session_without_a_word_goes_a_day_after_its_last_hello(
        self, stores: Stores, sweep: PostgresSilentSessions, database: TestDatabase
    ) -> None:
        old = await stores.session()
        fresh = await stores.session(shop_id=OTHER_SHOP, site_id=OTHER_SITE)
        back = await stores.open(a_wish())
        await age_sessions(database, except_for=fresh)
        assert back is not None
        await stores.open(a_wish(session_id=back.session_id, digest=b"digest"))

        removed = [each async for each in sweep_sessions(sweep, SystemClock().now())]

        assert sum(removed) == 1
        assert await sessions_of(database) == {fresh, back.session_id}
        assert old not in await sessions_of(database)

    async def test_a_session_with_a_conversation_stays(
        self, stores: Stores, sweep: PostgresSilentSessions, database: TestDatabase
    ) -> None:
        await stores.conversation()
        await age_sessions(database)

        assert sum([each async for each in sweep_sessions(sweep, SystemClock().now())]) == 0
        assert len(await sessions_of(database)) == 1

    async def test_a_session_that_was_invited_stays_until_it_may_be_asked_again(
        self, stores: Stores, sweep: PostgresSilentSessions, database: TestDatabase
    ) -> None:
        await stores.session()
        asked = await stores.session()
        await age_sessions(database)
        async with looking_inside(database) as inside:
            keep = "UPDATE gateway.sessions SET kept_until = now() + $2 WHERE id = $1"
            await inside.execute(keep, asked, timedelta(seconds=60))
            assert sum([each async for each in sweep_sessions(sweep, SystemClock().now())]) == 1
            assert await sessions_of(database) == {asked}
            await inside.execute(keep, asked, timedelta(seconds=-1))
        assert sum([each async for each in sweep_sessions(sweep, SystemClock().now())]) == 1

    async def test_all_pages_are_looked_through(
        self, stores: Stores, sweep: PostgresSilentSessions, database: TestDatabase
    ) -> None:
        for _ in range(5):
            await stores.session()
        await age_sessions(database)
        before, after, removed = SystemClock().now(), FIRST, 0

        for _ in range(3):
            last, gone = await sweep.remove_silent(after, before, 2)
            assert last is not None
            after, removed = last, removed + gone

        assert removed == 5
        assert await sweep.remove_silent(after, before, 2) == (None, 0)


async def age_sessions(database: TestDatabase, *, except_for: UUID = FIRST) -> None:
    async with looking_inside(database) as inside:
        await inside.execute(
            "UPDATE gateway.sessions SET greeted_at = greeted_at - interval '25 hours' "
            "WHERE id <> $1",
            except_for,
        )


async def sessions_of(database: TestDatabase) -> set[UUID]:
    async with looking_inside(database) as inside:
        return {row["id"] for row in await inside.fetch("SELECT id FROM gateway.sessions")}
