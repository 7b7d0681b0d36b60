"""Killed while it erases people: it goes on after the restart, and no word of theirs is left."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from services.demo.people import SHOP_ID
from shared.contracts.claims import Principal
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.installation import DATABASE_NAME
from shared.kit.new_ids import new_id
from shared.kit.postgres.pid_file import parse_pid_file
from shared.kit.system_clock import SystemClock
from tests.support.canaries import Canaries, a_contact, an_order
from tests.support.chat_client import chat_client
from tests.support.demo_shop import demo_customer
from tests.support.dump import dumped, hits, on_disk
from tests.support.stack import Stack

KILLS = int(os.environ.get("FIRSTREPLY_ERASURE_KILLS", "1"))
PEOPLE = 8
LOOK_EVERY_S = 0.002
BEGUN_WITHIN_S = 90.0
ERASED_WITHIN_S = 45.0
"""What was under way when it was killed is claimed for nine seconds, and the rest is seconds."""
HOUR_MS = 3_600_000
SCOPES = (
    *(Scope.ADMIN, Scope.OPERATOR, Scope.CUSTOMERS_READ),
    *(Scope.ORDERS_WRITE, Scope.CONTACTS_WRITE),
)

STANDING = """
    SELECT count(*) FILTER (WHERE finished_at IS NULL) AS left,
        count(*) FILTER (WHERE finished_at IS NULL AND gateway_at IS NOT NULL) AS half
    FROM history.erasures
    """


@pytest.mark.timeout(240 + 240 * KILLS)
async def test_erasures_killed_half_way_go_on_after_the_restart_and_leave_no_word(
    stack: Stack,
) -> None:
    await asyncio.to_thread(stack.start)
    canary = Canaries("rosa")
    await ask_for_erasures(stack, canary)
    half_way = 0
    for _ in range(KILLS):
        half_way += await killed_half_way(stack)
        await asyncio.to_thread(stack.start)
    await all_done(stack)

    left = hits(canary.words, await dumped(place_of(stack)) | on_disk(stack.home / "files"))
    assert left == {}
    assert len(canary.words) > 5 * PEOPLE
    assert half_way > 0, "no kill fell between the services"


async def ask_for_erasures(stack: Stack, canary: Canaries) -> None:
    """Meet people in every way there is, and have all of them erased."""
    async with office(stack) as http:
        met = [await customer(stack, http, f"77{number:02}", canary) for number in range(PEOPLE)]
        kept = hits(canary.words, await dumped(place_of(stack)))
        assert sorted(kept) == sorted(canary.words)
        for customer_id in met:
            await call(http, "POST", f"/v1/customers/{customer_id}/erasure")


@asynccontextmanager
async def office(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The demo shop's administration, as the installation's operator reaches it."""
    keys, now = Keyring.open(stack.home / "keys.json"), SystemClock().now()
    caller = Principal(shop_id=SHOP_ID, scopes=SCOPES, name="root", expires_at=now + HOUR_MS)
    headers = {"Authorization": f"Bearer {sign_principal(keys, caller)}"}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=20.0) as http:
        yield http


async def call(http: httpx.AsyncClient, method: str, path: str, **options: Any) -> Any:
    answer = await http.request(method, path, headers={"Idempotency-Key": new_id().hex}, **options)
    assert answer.is_success, answer.text
    return answer.json()


async def customer(stack: Stack, http: httpx.AsyncClient, number: str, canary: Canaries) -> str:
    """Have somebody order, write in the past, and talk and leave now; return their id."""
    order = an_order(number, f"{canary('mail')}@mail.example", canary)
    await call(http, "POST", "/v1/orders/batches", json={"orders": [order]})
    contacts = {"contacts": [a_contact(number, canary)]}
    await call(http, "POST", "/v1/contacts/batches", json=contacts)
    async with chat_client(**await demo_customer(stack, number)) as talking:
        await talking.say(canary("said"))
        await talking.tell("leave")
        await talking.until(lambda: "ended" in {one["kind"] for one in talking.items.values()})
    found = await call(http, "GET", f"/v1/contacts/search?q={order['reference']}")
    customer_id: str = found["hits"][0]["customer_id"]
    return customer_id


async def killed_half_way(stack: Stack) -> bool:
    """Kill it and its database as soon as one service has erased and another has not."""
    async with asyncio.timeout(BEGUN_WITHIN_S):
        database = await asyncpg.connect(place_of(stack))
        standing = await database.fetchrow(STANDING)
        while standing is not None and standing["left"] and not standing["half"]:
            await asyncio.sleep(LOOK_EVERY_S)
            standing = await database.fetchrow(STANDING)
    await asyncio.to_thread(stack.kill, whole_group=True)
    database.terminate()
    return standing is not None and bool(standing["half"])


async def all_done(stack: Stack) -> None:
    database = await asyncpg.connect(place_of(stack))
    async with asyncio.timeout(ERASED_WITHIN_S):
        while await database.fetchval(f"SELECT t.left FROM ({STANDING}) t"):  # noqa: S608, ASYNC110
            await asyncio.sleep(LOOK_EVERY_S * 100)
    await database.close()


def place_of(stack: Stack) -> str:
    """Return where the superuser connects to the embedded server."""
    pid_file = parse_pid_file((stack.home / "pg" / "postmaster.pid").read_text())
    assert pid_file is not None
    return f"postgresql://postgres@/{DATABASE_NAME}?host={pid_file.socket_dir}"
