"""A card number that somebody writes is kept nowhere and told to nobody."""

from __future__ import annotations

import json

from shared.kernel.ids import IdKind, decode
from tests.support.gateway import looking_inside
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway

CARD, KEPT = "4111 1111\u00a01111-1111", "**** ****\u00a0****-1111"
DIGITS = ("4111 1111", "411111111111")
EVERYTHING = """
    SELECT coalesce(string_agg(row_to_json(i)::text, ''), '') FROM gateway.items i
    UNION ALL SELECT coalesce(string_agg(row_to_json(o)::text, ''), '') FROM gateway.outbox o
    """


class TestMasking:
    async def test_a_customers_card_number_is_masked_for_store_agents_services_and_customer(
        self, served: ServedGateway, database: TestDatabase
    ) -> None:
        async with served.customer() as customer:
            ack = await customer.say(f"My card is {CARD}!", "m1")
            again = await served_again(served, customer.session_token, f"My card is {CARD}!")
            other = await served_again(served, customer.session_token, f"My card is {KEPT}")

        assert (ack["text"], again) == (f"My card is {KEPT}!", ack), "by what was sent"
        assert other["code"] == "client_id_conflict"
        await served.router.until(lambda: len(served.router.events) == 2)
        for event in served.router.events:
            assert f"My card is {KEPT}!" in json.dumps(event.body, ensure_ascii=False)
        async with served.customer(session_token=customer.session_token) as back:
            await back.until(lambda: bool(back.items))
        assert [item["text"] for item in back.items.values()] == [f"My card is {KEPT}!"]
        await nothing_is_kept(database)

    async def test_an_agents_card_number_is_masked_too(
        self, served: ServedGateway, database: TestDatabase
    ) -> None:
        async with served.customer() as customer:
            ack = await customer.say("Which card did I pay with?")
            conversation_id = decode(IdKind.CONVERSATION, ack["conversation_id"])
            answers = [
                await served.http.post(
                    f"/v1/conversations/{ack['conversation_id']}/items",
                    json={"text": f"With {CARD}", "grant": served.grant(conversation_id)},
                    headers={**served.headers(), "Idempotency-Key": "a1"},
                )
                for _ in range(2)
            ]
            await customer.hears(f"With {KEPT}")

        assert [answer.json()["text"] for answer in answers] == [f"With {KEPT}"] * 2
        await nothing_is_kept(database)


async def served_again(served: ServedGateway, token: str | None, text: str) -> dict[str, object]:
    """Send a text as m1 over a second connection; return the answer, whatever it is."""
    async with served.customer(session_token=token) as client:
        await client.post(text, "m1")
        await client.until(lambda: "m1" in client.acks or bool(client.refusals))
        return client.acks.get("m1") or client.refusals[0]


async def nothing_is_kept(database: TestDatabase) -> None:
    async with looking_inside(database) as admin:
        rows = await admin.fetch(EVERYTHING)
    kept = "".join(str(row[0]) for row in rows)
    assert "1111" in kept
    assert [digits for digits in DIGITS if digits in kept] == []
