"""A back-fill from a real port that plays Shopify's API, into history on another."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from services.history.app import Store as StoreAccess
from services.history.clients import shopify_api
from services.history.clients.shopify_api import LEAK_S, STANDING_PAGES_MAX, ShopifyApi
from services.importing.report import Exit, Report
from services.importing.store import run_back_fill
from shared.kernel.errors import RefusedError
from tests.integration.services.conftest import Port
from tests.support import shopify
from tests.support.patience import WAIT_S
from tests.support.real_data import real_data
from tests.support.shopify_store import TOKEN, Store, running_store

PRODUCTS = [{"id": 632, "title": "Tea kettle", "updated_at": shopify.at(0)}]
CARTS = [shopify.life(number)[0][1] | {"id": number} for number in range(1, 3)]


@pytest.fixture
def store() -> Iterator[Store]:
    orders = [shopify.order(number) for number in range(1, 9)]
    with running_store(
        Store({"orders": orders, "products": PRODUCTS, "checkouts": CARTS})
    ) as running:
        yield running


async def connected(port: Port) -> str:
    new = {"platform": "shopify", "store": shopify.STORE, "webhook_secret": shopify.SECRET}
    async with httpx.AsyncClient(base_url=port.url, headers=port.headers, timeout=WAIT_S) as http:
        answer = await http.post("/v1/orders/connections", json=new)
    return str(answer.json()["id"])


async def cursors(port: Port, connection: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=port.url, headers=port.headers, timeout=WAIT_S) as http:
        answer = await http.get(f"/v1/orders/connections/{connection}")
    found: dict[str, str] = answer.json()["cursors"]
    return found


async def filled(
    port: Port, store: Store, connection: str, report: Path, token: str = TOKEN
) -> tuple[Exit, str]:
    out = io.StringIO()
    console = Console(file=out, width=200, force_terminal=False)
    code = await asyncio.to_thread(
        run_back_fill,
        connection,
        StoreAccess(token, store.url),
        url=port.url,
        token=port.token,
        report=Report(report),
        console=console,
    )
    return code, out.getvalue()


def figure(said: str, name: str) -> str:
    (line,) = [line for line in said.splitlines() if f" {name} " in line]
    return line.split("│")[2].strip()


async def test_everything_a_store_has_comes_in_page_by_page(
    port: Port, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connection = await connected(port)
    with caplog.at_level(logging.DEBUG):
        code, said = await filled(port, store, connection, tmp_path / "r.csv")
    assert (code, figure(said, "new")) == (Exit.ALL_IN, "11")
    pages = [path for path in store.asked if path.startswith("/admin/api/2025-01/orders.json")]
    assert len(pages) == 3
    assert "status=any" in pages[0]
    assert "page_info" in pages[2]
    assert await cursors(port, connection) == {}
    assert TOKEN not in said + caplog.text
    code, said = await filled(port, store, connection, tmp_path / "r.csv")
    assert (figure(said, "new"), figure(said, "known already")) == ("0", "11")


async def test_run_that_broke_goes_on_where_it_stopped(
    port: Port, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.history.clients.shopify_api.PAUSES_S", (0.0,))
    connection = await connected(port)
    store.dies_after = 5  # products' count and page, orders' count and two pages
    code, said = await filled(port, store, connection, tmp_path / "r.csv")
    assert code is Exit.FAILED
    assert "try again later" in said
    kept = await cursors(port, connection)
    assert kept["orders"] == str(store.collections["orders"][5]["id"])
    store.dies_after, store.asked = None, []
    code, said = await filled(port, store, connection, tmp_path / "r.csv")
    assert (code, figure(said, "new")) == (Exit.ALL_IN, "4")
    assert not any("products" in path for path in store.asked)


async def test_rate_limits_and_faults_are_waited_out(store: Store) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    store.script = [(429, {"Retry-After": "2.0"}), (502, {}), (429, {})]
    store.calls = "39/40"
    headers = {"x-shopify-access-token": TOKEN}
    async with httpx.AsyncClient(base_url=store.url, headers=headers, timeout=WAIT_S) as client:
        pages = [
            page async for page in ShopifyApi(client, sleep=sleep).pages("orders", "4500000002")
        ]
    assert [len(page.objects) for page in pages] == [3, 3]
    assert slept == [2.0, 1.0, 2.0, LEAK_S, LEAK_S], "near the brim a call is let leak"


async def test_bad_object_is_listed_and_the_rest_goes_in(
    port: Port, store: Store, tmp_path: Path
) -> None:
    store.collections["orders"][1] |= {"total_price": "-1.00"}
    store.collections["orders"][2] |= {"currency": "XQQ"}
    report = tmp_path / "r.csv"
    code, said = await filled(port, store, await connected(port), report)
    assert (code, figure(said, "new")) == (Exit.SOME_ROWS_REJECTED, "9")
    assert report.read_text().splitlines() == [
        "file,line,reason",
        "orders,2,id 4500000002: has an amount that is negative",
        "orders,3,id 4500000003: has an amount that is in a currency that is not known",
    ]


async def test_token_goes_to_no_other_host(port: Port, store: Store, tmp_path: Path) -> None:
    """LESSONS 28: a next page elsewhere is none of ours, and is not asked for."""
    with running_store(Store({})) as other:
        store.link_host = other.url
        code, said = await filled(port, store, await connected(port), tmp_path / "r.csv")
        assert other.asked == []
    assert code is Exit.FAILED
    assert "is not this store" in said


async def test_pages_that_go_round_come_to_an_end(port: Port, store: Store, tmp_path: Path) -> None:
    """Each page names itself as the next one; what came stays, and nothing is asked for ever."""
    store.next_page = f"{store.url}/admin/api/2025-01/products.json?page_info=0"
    async with asyncio.timeout(30):
        code, said = await filled(port, store, await connected(port), tmp_path / "r.csv")
    assert code is Exit.FAILED
    assert "go round" in said
    assert len(store.asked) == STANDING_PAGES_MAX + 2, "a count, a page, and ten that stand still"


async def test_next_page_that_is_no_address_is_told_in_one_sentence(
    port: Port, store: Store, tmp_path: Path
) -> None:
    store.next_page = "http://[::1/x"
    code, said = await filled(port, store, await connected(port), tmp_path / "r.csv")
    assert code is Exit.FAILED
    assert "is not this store" in said


async def test_body_that_does_not_unpack_is_asked_for_again(
    port: Port, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopify_api, "PAUSES_S", (0.0,))
    connection = await connected(port)
    store.raw, store.heads = b"no gzip", {"Content-Encoding": "gzip"}
    code, said = await filled(port, store, connection, tmp_path / "r.csv")
    assert code is Exit.FAILED
    assert "import again" in said


async def test_body_without_measure_is_not_unpacked_to_its_end(
    port: Port, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopify_api, "PAGE_MAX_BYTES", 1_000_000)
    store.raw = gzip.compress(b" " * 5_000_000 + b'{"count": 1, "products": []}')
    store.heads = {"Content-Encoding": "gzip"}
    code, said = await filled(port, store, await connected(port), tmp_path / "r.csv")
    assert code is Exit.FAILED
    assert "is not this store" in said
    assert len(store.asked) == 1, "the count already was too much"


async def test_page_that_drips_is_asked_for_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopify_api, "PAGE_WITHIN_S", 0.0)
    monkeypatch.setattr(shopify_api, "PAUSES_S", ())
    async with httpx.AsyncClient(base_url=store.url) as client:
        with pytest.raises(RefusedError, match="stopped answering"):
            await ShopifyApi(client).count("orders")


async def test_refused_token_is_told_in_one_sentence(
    port: Port, store: Store, tmp_path: Path
) -> None:
    bad = "shpat_wrong"
    code, said = await filled(port, store, await connected(port), tmp_path / "r.csv", token=bad)
    assert code is Exit.FAILED
    assert "read_orders" in said
    assert bad not in said


async def test_samples_of_the_platform_come_in(port: Port, tmp_path: Path) -> None:
    folder = real_data("payloads") / "shopify"
    found = {
        name: json.loads((folder / f"{name}.json").read_text())[name]
        for name in ("orders", "checkouts")
    }
    with running_store(Store(found)) as store:
        code, said = await filled(port, store, await connected(port), tmp_path / "r.csv")
    assert (code, figure(said, "new")) == (Exit.ALL_IN, "2")
