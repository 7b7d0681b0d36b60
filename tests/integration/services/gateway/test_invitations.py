"""Invitations over the socket: only while somebody is free, not twice, and counted by rule."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import pytest

from shared.contracts.hours import FreeAgents, ShopHours
from shared.contracts.subjects import FREE_AGENTS
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import EventType, Scope, Service
from shared.kit.new_ids import new_id
from tests.support.admin import Admin
from tests.support.chat_client import ChatClient
from tests.support.gateway import (
    ANNA,
    OTHER_SHOP,
    OTHER_SITE,
    SHOP,
    SITE,
    a_routing_event,
    looking_inside,
)
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway

SITE_PATH = f"/v1/sites/{encode(IdKind.SITE, SITE)}"
CART = {"value_minor": 12_900, "currency": "EUR"}
MARKUP = "<img src=x onerror=alert(1)> May we help?"
BIG_CART = {"id": "big-cart", "text": MARKUP, "cart_at_least_minor": 10_000}
AT_CHECKOUT = {"id": "checkout", "text": "Any questions?", "page": "/checkout*"}


@pytest.fixture
def admin(served: ServedGateway) -> Admin:
    return Admin(served.http, served.token(scopes=(Scope.AGENT, Scope.ADMIN)))


@pytest.fixture
async def inviting(served: ServedGateway, admin: Admin) -> ServedGateway:
    """A site with two rules, and somebody free."""
    await admin.change(SITE_PATH, {"invitations": [BIG_CART, AT_CHECKOUT]})
    await somebody_free(served)
    return served


async def somebody_free(served: ServedGateway, *, free: bool = True) -> None:
    told = FreeAgents(free=free, shops=(SHOP,))
    await served.router.bus.publish(FREE_AGENTS, told.to_json())


def invitations(customer: ChatClient) -> list[dict[str, Any]]:
    return [one for one in customer.signs if one["type"] == "invitation.opened"]


async def invited(customer: ChatClient) -> dict[str, Any]:
    await customer.until(lambda: bool(invitations(customer)))
    return invitations(customer)[-1]


async def answers(customer: ChatClient, what: str, invitation: dict[str, Any]) -> None:
    await customer.tell(f"invitation.{what}", invitation_id=invitation["invitation_id"])


async def counted(admin: Admin, rule: str = "big-cart") -> dict[str, int]:
    counts = await admin.get(f"{SITE_PATH}/invitations")
    (found,) = [one for one in counts["rules"] if one["rule"] == rule] or [{}]
    return {name: value for name, value in found.items() if name != "rule"}


async def until_counted(admin: Admin, **wanted: int) -> None:
    deadline = time.monotonic() + WAIT_S
    while not wanted.items() <= (found := await counted(admin)).items():
        assert time.monotonic() < deadline, found


class TestAsking:
    async def test_a_full_cart_is_invited_with_the_sites_own_words_as_they_are(
        self, inviting: ServedGateway
    ) -> None:
        """LESSONS 29: markup is carried as text; whoever shows it shows text."""
        async with inviting.customer() as customer:
            await customer.tell("context", cart=CART)
            frame = await invited(customer)
        assert (frame["rule"], frame["text"]) == ("big-cart", MARKUP)

    @pytest.mark.parametrize("away", ["nobody is free", "the shop is closed"])
    async def test_nobody_is_invited_to_wait(
        self, inviting: ServedGateway, admin: Admin, away: str
    ) -> None:
        if away == "the shop is closed":
            inviting.router.hours = ShopHours(open=False)
        else:
            await somebody_free(inviting, free=False)
        async with inviting.customer(page={"cart": CART}) as customer:
            await customer.say("A message, so that all before it is done")
        assert invitations(customer) == []
        assert await counted(admin) == {}

    async def test_another_sites_rules_invite_nobody_here(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        """LESSONS 25: and its counts look like those of a site that does not exist."""
        other = {"name": "Fern", "origins": ["*"], "invitations": [BIG_CART]}
        await admin.make("/v1/sites", other)
        await somebody_free(served)
        async with served.customer(page={"cart": CART}) as customer:
            await customer.say("Hello?")
        assert invitations(customer) == []
        for site in (OTHER_SITE, new_id()):
            path = f"/v1/sites/{encode(IdKind.SITE, site)}/invitations"
            assert await admin.refused("GET", path) == (404, "not_found")

    async def test_who_is_in_a_conversation_is_not_asked_not_even_on_the_next_page(
        self, inviting: ServedGateway
    ) -> None:
        async with inviting.customer() as customer:
            await customer.say("Hello?")
            await customer.tell("context", cart=CART)
            token = customer.session_token
            async with inviting.customer(session_token=token, page={"cart": CART}) as next_page:
                await next_page.say("Still here")
        assert invitations(customer) + invitations(next_page) == []


class TestOnce:
    async def test_one_that_was_dismissed_does_not_come_back(
        self, inviting: ServedGateway, admin: Admin
    ) -> None:
        async with inviting.customer(page={"cart": CART}) as customer:
            await answers(customer, "dismiss", await invited(customer))
            await until_counted(admin, dismissed=1)
            token = customer.session_token
        async with inviting.customer(session_token=token, page={"cart": CART}) as again:
            await again.say("Hello?")
        assert invitations(again) == []
        assert await counted(admin) == {
            "opened": 1,
            "accepted": 0,
            "dismissed": 1,
            "conversations": 0,
        }

    async def test_its_session_is_known_for_as_long_as_it_must_not_come_back(
        self, inviting: ServedGateway, database: TestDatabase
    ) -> None:
        async with inviting.customer(page={"cart": CART}) as customer:
            await invited(customer)
        async with looking_inside(database) as inside:
            kept = "SELECT kept_until - now() > interval '6 days' FROM gateway.sessions"
            assert await inside.fetchval(kept) is True

    async def test_one_that_nobody_answered_comes_again_and_is_the_same_one(
        self, inviting: ServedGateway, admin: Admin
    ) -> None:
        async with inviting.customer(page={"cart": CART}) as customer:
            first = await invited(customer)
            token = customer.session_token
        async with inviting.customer(session_token=token, page={"cart": CART}) as again:
            assert await invited(again) == first
        assert (await counted(admin))["opened"] == 1

    async def test_another_customers_invitation_cannot_be_answered(
        self, inviting: ServedGateway, admin: Admin
    ) -> None:
        """LESSONS 25: over the socket and over REST it looks like one that does not exist."""
        async with inviting.customer(page={"cart": CART}) as customer:
            theirs = await invited(customer)
            async with inviting.customer() as stranger:
                await answers(stranger, "accept", theirs)
                answer = await inviting.http.post(
                    "/v1/chat/invitation/accept",
                    json={"invitation_id": theirs["invitation_id"]},
                    headers={"Authorization": f"Bearer {stranger.session_token}"},
                )
                assert answer.status_code == 204
                await stranger.say("Hello?")
        assert (await counted(admin))["accepted"] == 0
        assert stranger.refusals == []


class TestWhatCameOfIt:
    async def test_an_accepted_one_is_counted_with_its_conversation_and_an_agent_sees_it(
        self, inviting: ServedGateway, admin: Admin
    ) -> None:
        async with inviting.customer(page={"cart": CART}) as customer:
            frame = await invited(customer)
            await answers(customer, "accept", frame)
            await until_counted(admin, accepted=1, conversations=0)
            place = (await customer.say("Which one is larger?"))["conversation_id"]
        assert await counted(admin) == {
            "opened": 1,
            "accepted": 1,
            "dismissed": 0,
            "conversations": 1,
        }
        inviting.router.readers.add((ANNA, decode(IdKind.CONVERSATION, place)))
        path = f"/v1/conversations/{place}/context"
        told = (await inviting.http.get(path, headers=inviting.headers())).json()
        assert told["invitation"] == {
            "invitation_id": frame["invitation_id"],
            "rule": "big-cart",
            "text": MARKUP,
        }

    async def test_whoever_writes_by_the_chats_own_button_has_accepted_it_too(
        self, inviting: ServedGateway, admin: Admin
    ) -> None:
        async with inviting.customer(page={"cart": CART}) as customer:
            await invited(customer)
            await customer.say("Which one is larger?")
        assert (await counted(admin)).items() >= {"accepted": 1, "conversations": 1}.items()

    async def test_the_next_conversation_is_not_counted_again(
        self, inviting: ServedGateway, admin: Admin
    ) -> None:
        async with inviting.customer(page={"cart": CART}) as customer:
            await answers(customer, "accept", await invited(customer))
            first = decode(IdKind.CONVERSATION, (await customer.say("One"))["conversation_id"])
            ended = a_routing_event(first, 1, EventType.CONVERSATION_ENDED)
            await inviting.router.tell(ended)
            second = (await customer.say("Two"))["conversation_id"]
            assert second != encode(IdKind.CONVERSATION, first)
        assert (await counted(admin))["conversations"] == 1

    async def test_days_are_counted_apart_and_too_many_are_refused(
        self, inviting: ServedGateway, admin: Admin, database: TestDatabase
    ) -> None:
        async with inviting.customer(page={"cart": CART}) as customer:
            await invited(customer)
        async with looking_inside(database) as inside:
            moved = "UPDATE gateway.invitations SET opened_at = '2026-03-31T23:59:59.999Z'"
            await inside.execute(moved)
        path = f"{SITE_PATH}/invitations"
        in_march = await admin.get(f"{path}?from_day=2026-03-31&to_day=2026-03-31")
        in_april = await admin.get(f"{path}?from_day=2026-04-01&to_day=2026-04-30")
        assert [one["opened"] for one in in_march["rules"]] == [1]
        assert in_april["rules"] == []
        for days in ("from_day=2026-04-02&to_day=2026-04-01", "from_day=0001-01-01"):
            assert await admin.refused("GET", f"{path}?{days}") == (422, "invalid_request")
        assert (await admin.get(f"{path}?from_day=9999-12-31&to_day=9999-12-31"))["rules"] == []

    async def test_plain_agents_and_other_shops_count_nothing(
        self, inviting: ServedGateway
    ) -> None:
        """LESSONS 25."""
        path = f"{SITE_PATH}/invitations"
        assert await Admin(inviting.http, inviting.token()).refused("GET", path) == (
            403,
            "forbidden",
        )
        scopes = (Scope.AGENT, Scope.ADMIN)
        stranger = Admin(inviting.http, inviting.token(shop_id=OTHER_SHOP, scopes=scopes))
        assert await stranger.refused("GET", path) == (404, "not_found")


async def test_raced_from_two_sides_one_invitation_is_opened(
    inviting: ServedGateway, database: TestDatabase
) -> None:
    async with inviting.customer() as customer:
        session_id = decode(IdKind.SESSION, customer.welcomes[0]["session_id"])
    call = "SELECT gateway.open_invitation($1, $2, $3, $4, $5, 'Hello?', 0, 1800000)"
    dsn = database.service_url(Service.GATEWAY).dsn
    pool = await asyncpg.create_pool(dsn, min_size=4, max_size=4)
    try:
        racing = (
            pool.fetchval(call, SHOP, SITE, session_id, new_id(), f"rule-{number}")
            for number in range(20)
        )
        opened = [at for at in await asyncio.gather(*racing) if at is not None]
    finally:
        await pool.close()
    assert len(opened) == 1
