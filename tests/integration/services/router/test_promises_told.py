"""History is told of promises to customers, so that their card shows what is still to be kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from services.router import storage
from services.router.storage.people import PersonTables
from shared.contracts.events import Envelope
from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.privacy import PersonAsked
from shared.contracts.promises import PromiseChanged
from shared.kernel import ids
from shared.kernel.clock import to_iso
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import AuthorKind, EventType, Service
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.integration.services.router.test_hands import post
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase
from tests.support.router import Console, Rig

ROSA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="rosa", verified=True, name="Rosa")
MIGRATION = Path(storage.__path__[0]) / "migrations" / "sql" / "0022_promises_told.sql"


async def promised(rig: Rig, anna: Console) -> UUID:
    """Let her close a conversation with a promise; return the conversation."""
    conversation = new_id()
    await rig.message(anna.shop_id, conversation, customer=ROSA)
    await anna.accept(await anna.wait_for(EventType.OFFER_CREATED))
    place = ids.encode(IdKind.CONVERSATION, conversation)
    await rig.message(anna.shop_id, conversation, 2, author=AuthorKind.AGENT)
    due = to_iso(rig.clock.now() + 60_000)
    wish = {"due_at": due, "words": "Refund it.", "order_reference": "R-1"}
    assert (await post(anna, place, "follow-up", wish))[0] == 200
    return conversation


async def told_of_promises(rig: Rig, count: int) -> list[Envelope]:
    def found() -> list[Envelope]:
        kind = EventType.PROMISE_CHANGED
        return [one for one in rig.events[Service.HISTORY] if one.type is kind]

    await rig.until(lambda: len(found()) >= count)
    return found()


def read(event: Envelope) -> PromiseChanged:
    return PromiseChanged.model_validate(event.body, strict=False)


async def test_history_alone_is_told_when_one_is_made_and_when_it_is_kept(rig: Rig) -> None:
    anna = await rig.console(await rig.shop())
    conversation = await promised(rig, anna)
    made = read((await told_of_promises(rig, 1))[0])
    assert (made.conversation_id, made.version, made.over) == (conversation, 1, False)
    assert (made.text, made.order_reference) == ("Refund it.", "R-1")
    assert (made.due_at, made.promised_by) == (rig.clock.now() + 60_000, "Anna")
    assert made.customer == ROSA

    place = ids.encode(IdKind.CONVERSATION, conversation)
    assert (await post(anna, place, "follow-up-solved"))[0] == 200
    first, last = await told_of_promises(rig, 2)
    kept = read(last)
    assert (kept.id, kept.over) == (made.id, True)
    assert kept.version > made.version
    assert first.stream != last.stream, "each is a stream of its own"
    assert {one.type for one in rig.events[Service.GATEWAY]}.isdisjoint({first.type})


async def test_those_of_before_are_told_by_the_migration_in_the_same_words(
    rig: Rig, database: TestDatabase
) -> None:
    anna = await rig.console(await rig.shop())
    await promised(rig, anna)
    (made,) = await told_of_promises(rig, 1)
    async with database.server.admin(database.name) as admin:
        async with asyncio.timeout(WAIT_S):
            while await admin.fetchval("SELECT count(*) FROM router.outbox"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        rig.events[Service.HISTORY].clear()
        await admin.execute(MIGRATION.read_text())
    (again,) = await told_of_promises(rig, 1)
    assert (again.stream, again.version, again.body) == (made.stream, 1, made.body)


async def test_an_erasure_waits_for_promises_on_their_way(rig: Rig, database: TestDatabase) -> None:
    anna = await rig.console(await rig.shop())
    conversation = await promised(rig, anna)
    (made,) = await told_of_promises(rig, 1)
    asked = PersonAsked(shop_id=anna.shop_id, proven=(), given=(), conversation_ids=(conversation,))
    async with (
        open_database(database.service_url(Service.ROUTER)) as db,
        database.server.admin(database.name) as admin,
    ):
        rows = PersonTables(db)
        async with asyncio.timeout(WAIT_S):
            while await rows.unsent(asked):  # noqa: ASYNC110  the relay tells nobody
                await asyncio.sleep(0.02)
        await admin.execute(
            """INSERT INTO router.outbox
                (receiver, shop_id, stream, version, event_id, type, occurred_at, body)
            VALUES ('nobody', $1, $2, 1, gen_random_uuid(), 'promise.changed', now(), '{}')""",
            anna.shop_id,
            made.stream,
        )
        assert await rows.unsent(asked)
