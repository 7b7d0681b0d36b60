"""What engines were told outlives their router for a day, and no erasure."""

from __future__ import annotations

import asyncio
import zlib
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.router.domain.commands import Tick
from services.router.domain.journal import Piece, Told
from services.router.storage.journals import JournalTables
from services.router.usecases.keep_journals import KEPT_MS, PRUNED_AFTER_MS
from shared.contracts import subjects
from shared.contracts.privacy import EraseAnswer, PersonAsked
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import Service
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.support.admin import supervisor
from tests.support.clock import START, VirtualClock
from tests.support.decisions import decided, path_of
from tests.support.patience import WAIT_MS
from tests.support.postgres import TestDatabase
from tests.support.router import Rig, running_router
from tests.support.routers import Cluster

GONE = (410, "decision_too_old")
PIECE = Piece(9, 0, None, None, (Told(Tick(), START, ()),))


async def ask(database: TestDatabase, sql: str, *args: Any) -> Any:
    async with database.server.admin(database.name) as admin:
        return await admin.fetchval(sql, *args)


async def until_kept(rig: Rig, shop: UUID) -> None:
    """Return once the router has written what its engine was told until now."""
    made = "SELECT max(decided_at) FROM router.decisions WHERE shop_id = $1"
    kept = "SELECT coalesce(max(last_at), '-infinity') FROM router.journals WHERE shop_id = $1"

    async def is_kept() -> bool:
        return bool(await ask(rig.database, f"SELECT ({kept}) >= ({made})", shop))

    await rig.until_async(is_kept)


async def test_who_takes_a_killed_routers_shop_makes_its_decisions_again(cluster: Cluster) -> None:
    first = await cluster.router()
    shop = await first.rig.shop()
    path, told = await decided(first.rig, shop)
    full = await supervisor(first.rig, shop).get(f"{path}?candidates=all")
    await until_kept(first.rig, shop)
    second = (await cluster.router()).rig
    asked = supervisor(second, shop)
    assert await asked.get(f"{path}?candidates=all") == full, "while the first one owns the shop"
    owner = await cluster.owner(shop)
    await first.kill()
    busy = httpx.codes.SERVICE_UNAVAILABLE  # as long as the one that was killed may still answer
    while (await asked.call("GET", f"{path}?candidates=all")).status_code == busy:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    assert await asked.get(f"{path}?candidates=all") == full, "while nobody does"
    await cluster.owner(shop, other_than=owner)
    assert await asked.get(f"{path}?candidates=all") == full
    assert told["candidates"] == full["candidates"][: len(told["candidates"])]


async def test_what_a_killed_router_had_not_written_is_said_to_be_gone(
    database: TestDatabase, clock: VirtualClock
) -> None:
    async with running_router(database, clock) as rig:
        shop = await rig.shop()
        path, told = await decided(rig, shop)
    await ask(database, "DELETE FROM router.journals")  # as if it had been killed before
    async with running_router(database, clock) as rig:
        assert await supervisor(rig, shop).get(path) == told
        assert await supervisor(rig, shop).refused("GET", f"{path}?candidates=all") == GONE


async def test_nothing_of_before_an_erasure_is_kept_and_what_comes_after_is(rig: Rig) -> None:
    shop = await rig.shop()
    path, told = await decided(rig, shop)
    await until_kept(rig, shop)
    conversation = decode(IdKind.CONVERSATION, told["conversation_id"])
    person = PersonAsked(shop_id=shop, proven=(), given=(), conversation_ids=(conversation,))

    async def is_erased() -> bool:
        raw = await rig.bus.request(
            subjects.erase(Service.ROUTER), person.to_json(), timeout_ms=WAIT_MS
        )
        return EraseAnswer.model_validate_json(raw).waits_for is None

    await rig.until_async(is_erased)
    told_before = "SELECT count(*) FROM router.journals WHERE shop_id = $1 AND number = 1"
    assert await ask(rig.database, told_before, shop) == 0
    assert await supervisor(rig, shop).refused("GET", f"{path}?candidates=all") == GONE
    conversation = new_id()
    await rig.message(shop, conversation)
    await until_kept(rig, shop)
    standing = "SELECT count(*) FROM router.journals WHERE shop_id = $1 AND standing IS NOT NULL"
    assert await ask(rig.database, standing, shop) == 1
    (again, *_) = (await supervisor(rig, shop).get(path_of(conversation)))["decisions"]
    full = f"{path_of(conversation)}/{again['id']}?candidates=all"
    assert (await supervisor(rig, shop).get(full))["id"] == again["id"]


async def test_what_was_noted_before_an_erasure_or_by_an_owner_of_before_is_not_written(
    rig: Rig, shop: UUID
) -> None:
    await rig.console(shop)
    token = await ask(rig.database, "SELECT token FROM router.leases WHERE shop_id = $1", shop)
    async with open_database(rig.database.service_url(Service.ROUTER)) as database:
        tables = JournalTables(database)
        epoch = await tables.epoch(shop)
        assert not await tables.keep(shop, token, epoch - 1, PIECE)
        assert not await tables.keep(shop, token - 1, epoch, PIECE)
        assert not await tables.keep(new_id(), token, epoch, PIECE)
        assert await tables.keep(shop, token, epoch, PIECE)


async def test_after_a_day_it_is_forgotten(rig: Rig, clock: VirtualClock) -> None:
    shop = await rig.shop()
    path, _ = await decided(rig, shop)
    await until_kept(rig, shop)
    until = clock.now()
    clock.advance(KEPT_MS + PRUNED_AFTER_MS + 1)

    async def is_forgotten() -> bool:
        old = "SELECT count(*) FROM router.journals WHERE last_at <= to_timestamp($1 / 1000.0)"
        return int(await ask(rig.database, old, float(until))) == 0

    await rig.until_async(is_forgotten)
    assert (await supervisor(rig, shop).get(path))["candidates"], "the record itself stays"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE router.decisions SET policy = 'likeliest_in_time/1'",
        "UPDATE router.journals SET standing = NULL",
    ],
    ids=["made by the rules of another release", "of a run whose beginning is gone"],
)
async def test_a_decision_that_would_be_made_otherwise_is_not_made_again(
    database: TestDatabase, clock: VirtualClock, change: str
) -> None:
    async with running_router(database, clock) as rig:
        shop = await rig.shop()
        path, _ = await decided(rig, shop)
    await ask(database, change)
    async with running_router(database, clock) as rig:
        assert await supervisor(rig, shop).refused("GET", f"{path}?candidates=all") == GONE


async def test_a_journal_that_another_release_wrote_is_as_good_as_none(
    database: TestDatabase, clock: VirtualClock
) -> None:
    async with running_router(database, clock) as rig:
        shop = await rig.shop()
        path, _ = await decided(rig, shop)
    unknown = zlib.compress(b"agent_applauded 1\t{}\n")
    await ask(database, "UPDATE router.journals SET entries = $1", unknown)
    async with running_router(database, clock) as rig:
        assert await supervisor(rig, shop).refused("GET", f"{path}?candidates=all") == GONE
