"""One customer, told of and erased in whole: canaries in every field, then none anywhere."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from shared.kernel.ids import IdKind, decode
from shared.kit.new_ids import new_id
from tests.support import canaries, shopify
from tests.support.agent_client import AgentClient
from tests.support.canaries import Canaries
from tests.support.chat_client import ChatClient, chat_client
from tests.support.dump import dumped, hits, on_disk
from tests.support.shop_people import a_token, at_work, offered, program_token
from tests.support.shop_server import ServedShop, ShopServer
from tests.support.uploading import FileClient

ERASED_WITHIN_S = 30.0
POLL_S = 0.1
ROSA, BEN = "7711", "7712"
"""The shop's own ids of the customer who is erased, and of one who is not."""


@dataclass
class Shop:
    """A shop that takes Shopify's webhooks, with an agent at work and its administrator."""

    server: ShopServer
    facts: ServedShop
    agent: AgentClient
    http: httpx.AsyncClient
    admin: str
    importer: str
    webhook_path: str

    async def ask(self, method: str, path: str, *, token: str | None = None, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or self.admin}"}
        headers["Idempotency-Key"] = new_id().hex
        answer = await self.http.request(method, path, headers=headers, **options)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def export(self, customer_id: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        query: dict[str, str] = {}
        while True:
            page = await self.ask("GET", f"/v1/customers/{customer_id}/export", params=query)
            records += page["records"]
            if page["next_cursor"] is None:
                return records
            query = {"cursor": page["next_cursor"]}

    async def contents(self, records: list[dict[str, Any]]) -> str:
        """Return what stands in the files that an export names."""
        urls = [one["data"]["url"] for one in records if one["kind"] == "files"]
        answers = [(await self.http.get(url)).raise_for_status() for url in urls]
        return " ".join(answer.text for answer in answers)

    async def erase(self, customer_id: str) -> dict[str, Any]:
        await self.ask("POST", f"/v1/customers/{customer_id}/erasure")
        async with asyncio.timeout(ERASED_WITHIN_S):
            while True:
                told = await self.progress(customer_id)
                if told["finished_at"] is not None:
                    return told
                await asyncio.sleep(POLL_S)

    async def progress(self, customer_id: str) -> dict[str, Any]:
        told: dict[str, Any] = await self.ask("GET", f"/v1/customers/{customer_id}/erasure")
        return told

    async def stands_in(self, words: list[str]) -> dict[str, list[str]]:
        told = await dumped(self.server.database_url("postgres"))
        return hits(words, told | on_disk(self.server.home / "files"))


@pytest.fixture
async def shop(server: ShopServer, pair: ServedShop) -> AsyncIterator[Shop]:
    async with (
        at_work(server, pair) as agent,
        httpx.AsyncClient(base_url=server.url, timeout=20.0) as http,
    ):
        admin = await program_token(http, pair.admin_key)
        importer = await program_token(http, pair.api_key)
        shop = Shop(server, pair, agent, http, admin, importer, "")
        store = {"platform": "shopify", "store": shopify.STORE, "webhook_secret": shopify.SECRET}
        made = await shop.ask("POST", "/v1/orders/connections", json=store)
        shop.webhook_path = made["webhook_path"]
        hook: dict[str, Any] = {
            "url": "https://8.8.8.8/events",
            "events": ["conversation.*", "message.created"],
        }
        hook |= {"internal": True}
        await shop.ask("POST", "/v1/routing/webhooks", json=hook)
        yield shop


async def brought(shop: Shop, number: str, canary: Canaries) -> str:
    """Bring a customer's orders, cart and contacts by every way; return the customer's id."""
    email = f"{canary('mail')}@mail.example"
    for topic, body in (
        ("orders/create", canaries.a_shopify_order(number, email, canary)),
        ("checkouts/create", canaries.a_shopify_cart(number, canary)),
    ):
        raw = shopify.raw(body)
        headers = shopify.signed(raw, topic)
        answer = await shop.http.post(shop.webhook_path, content=raw, headers=headers)
        assert answer.json()["outcome"] == "taken", answer.text
    order, contact = canaries.an_order(number, email, canary), canaries.a_contact(number, canary)
    ingest = {"token": shop.importer}
    await shop.ask("POST", "/v1/orders/batches", json={"orders": [order]}, **ingest)
    await shop.ask("POST", "/v1/contacts/batches", json={"contacts": [contact]}, **ingest)
    found = await shop.agent.get(f"/v1/contacts/search?q={contact['first_words']}")
    return str(found["hits"][0]["customer_id"])


async def talked(shop: Shop, customer: ChatClient, canary: Canaries) -> str:
    """Have a conversation with a file, a note and a promise; return its id while it is open."""
    assert customer.session_token is not None
    cart = {"value_minor": 1, "currency": "EUR", "lines": [canary("basket")]}
    page = f"https://kettle.example/{canary('page')}"
    await customer.tell("context", page_url=page, cart=cart)
    conversation: str = (await customer.say(canary("said")))["conversation_id"]
    files = FileClient(shop.http, customer.session_token)
    sent = await files.upload(canary("content").encode(), f"{canary('file')}.txt", "text/plain")
    await customer.send_files(sent["id"])
    await customer.until(lambda: "f1" in customer.acks)
    unsent = canary("unsentfile")
    await files.upload(canary("unsent").encode(), f"{unsent}.txt", "text/plain")
    await customer.tell("leave_address", client_id="a1", address=f"{canary('left')}@mail.example")
    offer = await offered(shop.agent, conversation)
    grant = (await shop.agent.accept(offer["id"]))["grant"]
    (await shop.agent.say(conversation, canary("told"), grant)).raise_for_status()
    note = {"text": canary("among")}
    key = {"Idempotency-Key": new_id().hex}
    (
        await shop.agent.post(f"/v1/conversations/{conversation}/notes", note, **key)
    ).raise_for_status()
    return conversation


async def closed(shop: Shop, conversation: str, customer_id: str, canary: Canaries) -> None:
    """Close it with a promise, and write down what it was about."""
    key = {"Idempotency-Key": new_id().hex}
    due = {"due_at": "2026-12-24T10:00:00Z", "words": canary("promise")}
    path = f"/v1/routing/conversations/{conversation}"
    (await shop.agent.post(f"{path}/follow-up", due, **key)).raise_for_status()
    about = f"/v1/customers/{customer_id}"
    await shop.ask(
        "POST", f"{about}/notes", json={"text": canary("remark")}, token=shop.agent.token
    )
    async with asyncio.timeout(ERASED_WITHIN_S):
        while not (contact := await _contact(shop, conversation, customer_id)):  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
    summary = {"topic": canary("topic"), "summary": canary("summary")}
    await shop.ask("PATCH", f"/v1/contacts/{contact}", json=summary, token=shop.agent.token)


async def _contact(shop: Shop, conversation: str, customer_id: str) -> str | None:
    listed = await shop.agent.get(f"/v1/contacts?customer_id={customer_id}")
    mine = [one for one in listed["contacts"] if one["conversation_id"] == conversation]
    return mine[0]["id"] if mine else None


def talking(shop: Shop, number: str) -> Any:
    token = a_token(shop.facts, number)
    return chat_client(shop.server.socket_url, shop.facts.site_key, customer_token=token)


class TestOneCustomer:
    async def test_a_customer_is_exported_and_erased_in_whole_and_nobody_else(
        self, shop: Shop
    ) -> None:
        hers, his = Canaries("rosa"), Canaries("ben")
        customer_id, other_id = await brought(shop, ROSA, hers), await brought(shop, BEN, his)
        async with talking(shop, ROSA) as rosa, talking(shop, BEN) as ben:
            conversation = await talked(shop, rosa, hers)
            await closed(shop, conversation, customer_id, hers)
            his_conversation = await talked(shop, ben, his)
            await closed(shop, his_conversation, other_id, his)

            kept = await shop.stands_in(hers.words)
            records = await shop.export(customer_id)
            told = {"export": str(records), "files": await shop.contents(records)}
            exported, of_others = hits(hers.words, told), hits(his.words, told)
            done = await shop.erase(customer_id)

            await rosa.until(lambda: rosa.byes != [])
            items = (await shop.agent.get(f"/v1/conversations/{conversation}/items"))["items"]
        left, theirs = await shop.stands_in(hers.words), await shop.stands_in(his.words)

        assert [one for one in hers.words if one not in kept] == []
        assert [one for one in hers.words if one not in exported] == []
        assert of_others == {}
        assert [one["service"] for one in done["services"]] == ["gateway", "router", "history"]
        assert left == {}
        assert [one for one in his.words if one not in theirs] == []
        assert [one["seq"] for one in items] == list(range(1, len(items) + 1))
        assert {one["erased"] for one in items} == {True}
        assert {one["text"] for one in items} == {""}

    async def test_a_supervisor_reads_to_whom_a_card_was_offered_and_shown_also_once_erased(
        self, shop: Shop
    ) -> None:
        customer_id = await brought(shop, ROSA, Canaries("rosa"))
        async with talking(shop, ROSA) as rosa:
            await offered(shop.agent, (await rosa.say("Hello?"))["conversation_id"])
            await shop.agent.get(f"/v1/customers/{customer_id}")
            path = f"/v1/customers/{customer_id}/audit"
            async with asyncio.timeout(ERASED_WITHIN_S):
                while not (shown := await shop.ask("GET", path))["records"]:  # noqa: ASYNC110
                    await asyncio.sleep(POLL_S)
            query = {"cursor": shown["next_cursor"]}
            asked = await shop.ask("GET", path, params=query)
            await rosa.tell("leave")
            await shop.erase(customer_id)
            shown_still = await shop.ask("GET", path)
            asked_still = await shop.ask("GET", path, params=query)

        agent = shop.agent.agent
        (view,), (offer,) = shown["records"], asked["records"]
        assert (view["kind"], view["data"]["viewer_id"]) == ("card_views", agent["id"])
        assert (offer["kind"], offer["data"]["agent_id"]) == ("offers", agent["id"])
        assert asked["next_cursor"] is None
        assert shown_still == shown
        (still,) = asked_still["records"]
        for name in ("id", "agent_id", "agent_name", "created_at"):
            assert still["data"][name] == offer["data"][name]

    async def test_an_erasure_waits_while_the_customer_talks(self, shop: Shop) -> None:
        hers = Canaries("rosa")
        customer_id = await brought(shop, ROSA, hers)
        async with talking(shop, ROSA) as rosa:
            conversation = await talked(shop, rosa, hers)
            await shop.ask("POST", f"/v1/customers/{customer_id}/erasure")
            async with asyncio.timeout(ERASED_WITHIN_S):
                while (told := await shop.progress(customer_id))["waits_for"] is None:  # noqa: ASYNC110
                    await asyncio.sleep(POLL_S)
            (await rosa.say(hers("still")))["conversation_id"]

            await shop.agent.close(conversation)
            done = await shop.erase(customer_id)

        assert told["waits_for"] == "open_conversation"
        assert done["id"] == told["id"]
        assert await shop.stands_in(hers.words) == {}


AGED = (
    "UPDATE gateway.conversations SET ended_at = ended_at - interval '40 days' WHERE id = $1",
    "UPDATE router.conversations SET ended_at = ended_at - interval '40 days' WHERE id = $1",
    (
        "UPDATE router.decisions SET id = overlay(id::text placing '00000000' from 1)::uuid "
        "WHERE conversation_id = $1"
    ),
)
"""As if the conversation had been forty days ago; the id of a decision begins with the time."""


class TestRetention:
    async def test_what_was_said_longer_ago_than_the_shop_keeps_it_is_erased_and_nothing_newer(
        self, shop: Shop
    ) -> None:
        old, new = Canaries("old"), Canaries("new")
        conversations = []
        for canary, number in ((old, ROSA), (new, BEN)):
            async with talking(shop, number) as customer:
                conversation = await talked(shop, customer, canary)
                await shop.agent.close(conversation)
                conversations.append(decode(IdKind.CONVERSATION, conversation))
        database = await asyncpg.connect(shop.server.database_url("postgres"))
        for statement in AGED:
            await database.execute(statement, conversations[0])
        await database.close()

        rules = {"conversations_days": 30, "decisions_days": 30, "contacts_days": 3_650}
        await shop.ask("PUT", "/v1/retention", json=rules)
        async with asyncio.timeout(ERASED_WITHIN_S):
            while (told := await shop.ask("GET", "/v1/retention"))["swept_at"] is None:  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)

        said = [one for one in old.words if re.search("said|told|among|left|file|content", one)]
        unsent = [one for one in said if "unsent" in one]
        left = await shop.stands_in([one for one in said if one not in unsent])
        kept = await shop.stands_in(new.words)
        assert {name for names in left.values() for name in names} <= ELSEWHERE
        assert [one for one in new.words if one not in kept] == []
        assert told["erased"]["gateway.conversations"] == 1
        assert told["erased"]["gateway.files"] == 1
        assert told["erased"]["router.conversations"] == 1
        assert told["erased"]["router.decisions"] >= 1


ELSEWHERE = {"router.webhook_deliveries", "history.contacts", "history.searchable"}
ELSEWHERE |= {"history.conversations", "router.kept_answers"}
"""What has a rule of its own, or goes by itself."""
