"""What an order is found by: the same words, whichever way they were cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.history.domain.search import asked_for
from shared.contracts.orders import OrderLine
from tests.support.history import SHOP
from tests.support.orders import line, order

if TYPE_CHECKING:
    from tests.support.history import Stores

WORDS = """
    SELECT s.words::text AS kept, ts_delete(s.words, history.tag_of(s.shop_id)) AS cut,
        history.tagged(
            s.shop_id, strip(to_tsvector('simple', history.plain(CAST(:said AS text))))
        ) AS parsed
    FROM history.searchable s WHERE s.kind = 'order'
    """
FOUND = "SELECT count(*) FROM history.search(:shop, :query, :typed, 10)"
TEXTS = (
    "Tea kettle",
    'the "Grand" kettle, 2 l (steel)',
    "C:\\temp\\new\tand\nold",
    "12-34-56 1.5 0x1f 5e5 007 +31/6",
    "serial 5E5A and 12e34abc",
    "mail anna@mail.example or www.shop.example/kettle?x=1&y=<b>",
    "foo_bar baz-qux a.b.c --- ... ~order '~s' \\ \" { } [ ]",
    "żółta gęś, l'été, Größe ½",
    "чайник за чай",
    "a" * 2_100,
    "",
    "   ",
)


async def words(stores: Stores, said: str) -> Any:
    async with stores.db.read(SHOP) as tx:
        return await tx.row(WORDS, {"said": said})


@pytest.mark.parametrize("said", TEXTS, ids=[text[:20] for text in TEXTS])
@pytest.mark.parametrize("field", ["note", "review_text", "title"])
async def test_words_are_those_of_the_parser(stores: Stores, field: str, said: str) -> None:
    told: dict[str, Any] = {"note": None, "review_text": None, "lines": ()}
    if field == "title":
        said = said[:300]
        told["lines"] = (line(1, title=said), line(2, title="cup"))
    else:
        said = said[:500] if field == "note" else said
        told[field] = said
    await stores.orders.ingest(SHOP, [order("N-77", number="#5", **told)], None)
    found = await words(stores, f"N-77 #5 {said} {'cup' if field == 'title' else ''}")
    assert found["cut"] == found["parsed"], found["kept"]


async def test_order_that_is_changed_is_found_by_its_new_words_alone(stores: Stores) -> None:
    await stores.orders.ingest(SHOP, [order("N-77", note="left at noon", lines=())], None)
    await stores.orders.ingest(SHOP, [order("N-77", note="came back", lines=())], None)
    found = await words(stores, "N-77 came back")
    assert found["cut"] == found["parsed"]


async def test_names_beyond_the_fiftieth_line_are_not_looked_for(stores: Stores) -> None:
    many = tuple(line(n, title=f"cup{n}") for n in range(1, 53))
    await stores.orders.ingest(SHOP, [order("N-77", lines=many)], None)
    found = await words(stores, " ".join(["N-77", *(f"cup{n}" for n in range(1, 51))]))
    assert found["cut"] == found["parsed"]


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Serial 5E5A", "5e5a"),
        ("Serial 5E5A", "5e5"),
        ("Kettle 1/2 inch", "½"),
        ("O'Neil's cup", "o\u02bcneil"),
        ("Żółta gęś", "zolta ges"),
        ("Чайник", "чайник"),
        ("Ceașcă", "ceasca"),
        ("Garrafa térmica", "térmica"),
        ("Tea kettle", "kettl"),
        ("Waterkoker 1,5 l", "waterkoker 1,5"),
    ],
)
async def test_order_is_found_at_once(stores: Stores, title: str, typed: str) -> None:
    lines: tuple[OrderLine, ...] = (line(1, title=title),)
    await stores.orders.ingest(SHOP, [order("N-77", lines=lines)], None)
    asked = asked_for(typed)
    assert asked is not None
    async with stores.db.read(SHOP) as tx:
        found = {"shop": SHOP, "query": asked.query, "typed": asked.typed}
        assert await tx.value(FOUND, found) == 1
