"""Erasures on a real PostgreSQL: tried again until the other services are there, then forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.history.storage.erasures import SqlErasures
from services.history.storage.views import SqlViews
from services.history.usecases.erase_customer import CLAIMED_MS
from services.history.usecases.note_views import CardViews
from shared.contracts import subjects
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.privacy import EraseAnswer, ErasureWait, PersonAsked
from shared.contracts.wire import LATEST
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import Scope, Service
from shared.kit.change_log import ChangeLog, actor_of
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.history import OTHER_SHOP, SHOP, RunningService, Stores
from tests.support.orders import order, person
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase

LEFT = """
    SELECT (SELECT count(*) FROM history.customers), (SELECT count(*) FROM history.orders),
        (SELECT count(*) FROM history.identities), (SELECT count(*) FROM history.searchable)
    """
KNOWN = "SELECT proven, given FROM history.erasures"


@asynccontextmanager
async def others_there(service: RunningService) -> AsyncIterator[list[PersonAsked]]:
    """The gateway and the router, which have nothing of anybody."""
    asked: list[PersonAsked] = []

    async def erase(raw: bytes) -> bytes:
        asked.append(PersonAsked.model_validate_json(raw))
        return EraseAnswer(erased={"conversations": 0}).to_json()

    servers = [
        await service.bus.serve(subjects.erase(one), erase)
        for one in (Service.GATEWAY, Service.ROUTER)
    ]
    yield asked
    for server in servers:
        await server.close()


async def customer_of(stores: Stores, shop_ref: str) -> str:
    async with stores.db.read(SHOP) as tx:
        sql = "SELECT customer_id FROM history.identities WHERE value = :value"
        return encode(IdKind.CUSTOMER, await tx.value(sql, {"value": shop_ref}))


async def two_customers(stores: Stores) -> tuple[str, str]:
    """Anna and Ben of one shop, each with an order; and an Anna of another shop."""
    orders = [
        order("A-1", customer=person("anna", email="anna@mail.example")),
        order("B-1", customer=person("ben", email="ben@mail.example")),
    ]
    await stores.orders.ingest(SHOP, orders, None)
    await stores.orders.ingest(OTHER_SHOP, orders[:1], None)
    return await customer_of(stores, "anna"), await customer_of(stores, "ben")


async def until(service: RunningService, customer: str, what: str, *, goes_on: bool) -> Any:
    """Wait until a field of the erasure says something; the time goes on meanwhile, or stands."""
    client = service.client(Scope.SUPERVISOR)
    async with asyncio.timeout(WAIT_S):
        while True:
            told = (await client.get(f"/v1/customers/{customer}/erasure")).json()
            if told[what] is not None:
                return told
            if goes_on:
                service.clock.advance(CLAIMED_MS)
            await asyncio.sleep(0.05)


async def ask(service: RunningService, customer: str, key: str = "erase") -> Any:
    client = service.client(Scope.SUPERVISOR)
    head = {"Idempotency-Key": key}
    return await client.post(f"/v1/customers/{customer}/erasure", headers=head)


async def test_it_waits_for_services_that_are_away_and_ends_when_they_are_there(
    service: RunningService, stores: Stores
) -> None:
    anna, _ = await two_customers(stores)
    begun = (await ask(service, anna)).json()
    waiting = await until(service, anna, "waits_for", goes_on=False)
    async with others_there(service) as asked:
        done = await until(service, anna, "finished_at", goes_on=True)

    assert waiting["waits_for"] == "service_away"
    assert done["id"] == begun["id"]
    assert [one["service"] for one in done["services"]] == ["gateway", "router", "history"]
    assert {(one.kind.value, one.value) for one in asked[0].proven} == {("shop_customer", "anna")}
    assert "anna@mail.example" in asked[0].given
    async with stores.db.read(SHOP) as tx:
        assert [*(await tx.rows(LEFT))[0].values()] == [1, 1, 1, 1], "Ben's"
        (known,) = await tx.rows(KNOWN)
    assert (known["proven"], known["given"]) == ([], [])
    async with stores.db.read(OTHER_SHOP) as tx:
        assert [*(await tx.rows(LEFT))[0].values()] == [1, 1, 1, 1]


async def test_a_claim_lasts_while_it_is_renewed_and_whoever_lost_it_changes_nothing(
    stores: Stores, history_database: TestDatabase, clock: VirtualClock
) -> None:
    anna, _ = await two_customers(stores)
    log, views = ChangeLog("history", clock), CardViews(SqlViews(stores.db), clock, actor_of)
    async with open_database(history_database.sweep_url(Service.HISTORY)) as sweep:
        book = SqlErasures(stores.db, sweep, log, clock, views)
        caller = Principal(shop_id=SHOP, scopes=(Scope.ADMIN,), name="root", expires_at=LATEST)
        await book.request(
            caller, Once(key="erase", request="0" * 64), decode(IdKind.CUSTOMER, anna)
        )
        now = clock.now()
        (due,) = await book.due(now)
        first = await book.claim(due, now, now + CLAIMED_MS)
        assert first is not None
        assert await book.claim(due, now + CLAIMED_MS - 1, now + 2 * CLAIMED_MS) is None

        await book.renew(first, now + 3 * CLAIMED_MS)
        assert await book.due(now + 3 * CLAIMED_MS - 1) == []
        later = now + 3 * CLAIMED_MS
        second = await book.claim(due, later, later + CLAIMED_MS)
        assert second is not None
        await book.renew(first, later + 99 * CLAIMED_MS)
        await book.rest(first, ErasureWait.SERVICE_AWAY, later + 99 * CLAIMED_MS)
        assert await book.due(later + CLAIMED_MS) == [due], "the second one's claim stands"

        await book.finish(second)
        await book.renew(second, later + 99 * CLAIMED_MS)
        assert await book.due(LATEST) == []


async def test_asked_for_twice_it_is_one_and_nobody_elses(
    service: RunningService, stores: Stores
) -> None:
    anna, ben = await two_customers(stores)
    first, again, other = [await ask(service, anna, key) for key in ("one", "one", "two")]
    assert first.status_code == 202
    assert first.json() == again.json()
    assert other.json()["id"] == first.json()["id"], "it is under way"
    client = service.client(Scope.SUPERVISOR)
    assert (await client.get(f"/v1/customers/{ben}/erasure")).status_code == 404
    elsewhere = service.client(Scope.ADMIN, shop_id=OTHER_SHOP)
    assert (await elsewhere.get(f"/v1/customers/{anna}/erasure")).status_code == 404


async def test_agents_and_programs_neither_erase_nor_export(
    service: RunningService, stores: Stores
) -> None:
    anna, _ = await two_customers(stores)
    for scope in (Scope.AGENT, Scope.CUSTOMERS_READ, Scope.ORDERS_WRITE):
        client = service.client(scope)
        assert (await client.get(f"/v1/customers/{anna}/export")).status_code == 403
        head = {"Idempotency-Key": "mine"}
        answer = await client.post(f"/v1/customers/{anna}/erasure", headers=head)
        assert answer.status_code == 403


async def test_who_is_not_there_and_a_cursor_that_is_none_are_refused(
    service: RunningService, stores: Stores
) -> None:
    anna, _ = await two_customers(stores)
    nobody = encode(IdKind.CUSTOMER, new_id())
    assert (await ask(service, nobody)).status_code == 404
    client = service.client(Scope.SUPERVISOR)
    assert (await client.get(f"/v1/customers/{nobody}/export")).status_code == 404
    for verb, cursor in (("export", "history.nothing:0"), ("export", "x"), ("audit", "history.")):
        answer = await client.get(f"/v1/customers/{anna}/{verb}", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


async def test_who_saw_the_card_of_somebody_erased_is_told_and_nothing_of_them(
    service: RunningService, stores: Stores
) -> None:
    anna, ben = await two_customers(stores)
    agent = service.client(Scope.AGENT)
    for one in (anna, anna, ben):
        (await agent.get(f"/v1/customers/{one}")).raise_for_status()
    before = await audited(service, anna)
    async with others_there(service):
        await ask(service, anna)
        await until(service, anna, "finished_at", goes_on=True)

    client = service.client(Scope.SUPERVISOR)
    after = await client.get(f"/v1/customers/{anna}/audit")
    assert after.json() == before
    (view,) = before["records"]
    assert (view["kind"], view["data"]["times"]) == ("card_views", 2)
    assert view["data"]["customer_id"] == anna
    assert "anna@mail.example" not in after.text
    assert (await client.get(f"/v1/customers/{anna}/export")).status_code == 404
    elsewhere = service.client(Scope.SUPERVISOR, shop_id=OTHER_SHOP)
    assert (await elsewhere.get(f"/v1/customers/{anna}/audit")).status_code == 404
    assert (await agent.get(f"/v1/customers/{anna}/audit")).status_code == 403


async def audited(service: RunningService, customer: str) -> Any:
    """Return the first page of an audit, once the views are written."""
    client = service.client(Scope.SUPERVISOR)
    async with asyncio.timeout(WAIT_S):
        while True:
            told = (await client.get(f"/v1/customers/{customer}/audit")).json()
            if told["records"]:
                return told
            await asyncio.sleep(0.05)


async def test_an_export_says_so_when_another_service_is_away(
    service: RunningService, stores: Stores
) -> None:
    anna, _ = await two_customers(stores)
    client = service.client(Scope.SUPERVISOR)
    path = f"/v1/customers/{anna}/export"
    answer = await client.get(path, params={"cursor": "gateway."})
    assert (answer.status_code, answer.json()["code"]) == (503, "try_again")
