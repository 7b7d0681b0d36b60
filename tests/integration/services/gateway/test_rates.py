"""What one customer's connection and one address may ask of a gateway."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.support.chat_client import raw_chat
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import one_gateway

MS_PER_S = 1_000
LINES = 8
"""Two are taken at once; the others would have to take more than a second to be within the rate."""


async def test_a_script_that_sends_too_fast_is_told_so_and_loses_nothing(
    database: TestDatabase,
) -> None:
    async with (
        one_gateway(database, sends_burst=2, sends_per_s=5) as served,
        served.customer() as customer,
    ):
        for number in range(LINES):
            await customer.post(f"Line {number}", f"m{number}")
        await customer.until(lambda: len(customer.acks) + len(customer.refusals) == LINES)
        told = {frame["client_id"]: frame["retry_after_ms"] for frame in customer.refusals}
        assert {frame["code"] for frame in customer.refusals} == {"rate_limited"}
        assert told
        assert all(told.values())

        for client_id in sorted(told):
            await asyncio.sleep(max(told.values()) / MS_PER_S)
            await customer.post(customer.sent[client_id], client_id)
        await customer.until(lambda: not customer.unacknowledged)

    assert sorted(ack["seq"] for ack in customer.acks.values()) == list(range(1, LINES + 1))


async def test_an_address_with_too_many_new_connections_is_turned_away_alone(
    database: TestDatabase,
) -> None:
    async with one_gateway(database, arrivals_burst=2, arrivals_per_s=0.01) as served:
        for _ in range(2):
            async with raw_chat(served.chat_url):
                pass
        with pytest.raises(InvalidStatus) as refused:
            async with raw_chat(served.chat_url):
                pass
        headers = {"X-Forwarded-For": "198.51.100.7"}
        async with connect(served.chat_url, additional_headers=headers, proxy=None):
            pass  # by the proxy on this machine, from elsewhere

    assert refused.value.response.status_code == 429
    assert 0 < int(refused.value.response.headers["Retry-After"]) <= 100


async def test_a_customer_has_one_rate_over_all_connections(database: TestDatabase) -> None:
    async with (
        one_gateway(database, sends_burst=2, sends_per_s=0.1) as served,
        served.customer() as customer,
    ):
        await customer.say("One")
        async with served.customer(session_token=customer.session_token) as again:
            await again.say("Two")
            await again.post("Three")
            await again.until(lambda: len(again.refusals) == 1)

    assert again.refusals[0]["code"] == "rate_limited"
    assert 0 < again.refusals[0]["retry_after_ms"] <= 10_001


async def test_all_customers_of_a_shop_have_one_together(database: TestDatabase) -> None:
    async with (
        one_gateway(database, shop_sends_burst=1, shop_sends_per_s=0.1) as served,
        served.customer() as customer,
        served.customer() as other,
    ):
        await customer.say("One")
        await other.post("Two")
        await other.until(lambda: len(other.refusals) == 1)

    assert other.refusals[0]["code"] == "rate_limited"
    assert 0 < other.refusals[0]["retry_after_ms"] <= 10_001
