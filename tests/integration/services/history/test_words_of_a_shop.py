"""Words are looked for within a shop: its tag stands before each of them in the index."""

from __future__ import annotations

from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from services.history.domain.search import asked_for
from services.history.storage import migrations
from shared.kit import roles
from shared.kit.new_ids import new_id
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import contact, line, order

if TYPE_CHECKING:
    from tests.support.history import Stores
    from tests.support.postgres import TestDatabase

FOUND = "SELECT count(*) FROM history.search(:shop, :query, :typed, 10)"
WALKED = "SELECT count(*) FROM history.searchable WHERE words @@ history.asked_for($1, $2, $3)"
AS_IT_WAS = """
    UPDATE history.searchable SET words = CASE kind
        WHEN 'contact' THEN history.contact_words(shop_id, text)
        ELSE to_tsvector('simple', 'A-1 kettle')
            || array_to_tsvector(ARRAY['~s' || shop_id, '~order'])
    END
    """
"""What the release before made of the same texts."""
RETAG = Path(next(iter(migrations.__path__))) / "sql" / "0022_retag.sql"
TWO_BYTES = "é"


async def found(stores: Stores, shop_id: UUID, typed: str) -> int:
    asked = asked_for(typed)
    assert asked is not None
    async with stores.db.read(shop_id) as tx:
        told = {"shop": shop_id, "query": asked.query, "typed": asked.typed}
        return int(await tx.value(FOUND, told) or 0)


def shops_of_one_tag() -> tuple[UUID, UUID]:
    """Return two shops whose words begin alike: some thousand tries find them."""
    seen: dict[str, UUID] = {}
    while True:
        shop_id = new_id()
        tag = md5(str(shop_id).encode(), usedforsecurity=False).hexdigest()[:5]
        if tag in seen:
            return seen[tag], shop_id
        seen[tag] = shop_id


async def test_rows_of_other_shops_are_not_walked(
    stores: Stores, history_database: TestDatabase
) -> None:
    for shop_id, count in ((SHOP, 1), (OTHER_SHOP, 20)):
        told = [contact(f"T-{n}", first_words="My kettle leaks") for n in range(count)]
        await stores.contacts.ingest(shop_id, told)
    async with history_database.server.admin(history_database.name) as admin:
        assert await admin.fetchval(WALKED, SHOP, "'kettle':* & 'leak':*", "kettle leak") == 1


async def test_shops_of_one_tag_find_their_own_alone(stores: Stores) -> None:
    one, other = shops_of_one_tag()
    await stores.contacts.ingest(one, [contact(first_words="My kettle leaks")])
    await stores.contacts.ingest(other, [contact(first_words="My teapot leaks")])
    assert [await found(stores, shop, "kettle") for shop in (one, other)] == [1, 0]
    assert [await found(stores, shop, "leaks") for shop in (one, other)] == [1, 1]


async def test_what_was_kept_before_is_found_after_the_migration(
    stores: Stores, history_database: TestDatabase
) -> None:
    await stores.orders.ingest(SHOP, [order("A-1", lines=(line(1, title="Kettle"),))], None)
    await stores.contacts.ingest(SHOP, [contact(first_words="Where are the kettles?")])
    async with history_database.server.admin(history_database.name) as admin:
        await admin.execute(AS_IT_WAS)
        assert await admin.fetchval(WALKED, SHOP, "'kettle':*", "kettle") == 0
        await admin.execute(f"SET ROLE {roles.OWNER}")
        for statement in RETAG.read_text(encoding="utf-8").split(";\n\n"):
            await admin.execute(statement)
    assert await found(stores, SHOP, "kettle") == 2
    assert await found(stores, OTHER_SHOP, "kettle") == 0


async def test_word_that_is_longer_than_an_index_takes_is_found_by_its_beginning(
    stores: Stores,
) -> None:
    word = TWO_BYTES * 1_021
    await stores.orders.ingest(SHOP, [order("A-1", review_text=word)], None)
    assert await found(stores, SHOP, word) == 1
    assert await found(stores, SHOP, "e" * 65) == 1
