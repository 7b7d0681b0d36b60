"""The whole product with three shops of a test's own, told apart by their names.

Run as `python -m tests.support.shop_server HOME`; prints one line of JSON and serves until its
standard input closes. Everything is the shipped code; only the shops are the test's.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.settings import Settings
from services.standalone import Product, open_product
from shared.contracts.cards import IngestBatch, IngestCustomer, IngestOrder
from shared.kernel.clock import from_iso
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import OrderStatus, Scope
from shared.kit.logs import configure_logging
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from shared.kit.web.server import bind_port, run_main, serve

HOST = "127.0.0.1"
PASSWORD = "only for a test"
SHOPS = {"pair": (2, 4), "ten": (10, 1), "other": (1, 4)}
"""Name -> how many agents, and the capacity of each."""
KNOWN_CUSTOMER = "customer-7"
KNOWN_EMAIL = "rosa@mail.example"
KNOWN_ORDER = "R-7"
STOP_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class ServedShop:
    """One shop of the server, and what its people and programs show to be let in."""

    shop_id: str
    site_key: str
    customer_secret: str
    api_key: str
    agents: tuple[str, ...]
    """E-mail addresses."""


@dataclass(frozen=True)
class ShopServer:
    """A running server with a shop of each name in SHOPS."""

    url: str
    database: str
    shops: dict[str, ServedShop]

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/v1/chat"

    def database_url(self, role: str) -> str:
        """Return where a role of the running database connects."""
        return self.database.replace("//@", f"//{role}@")


async def _make_shop(product: Product, name: str) -> dict[str, Any]:
    shop_id, (agents, capacity) = new_id(), SHOPS[name]
    emails = [f"{name}{number}@agents.example" for number in range(agents)]
    set_up = product.router.set_up
    await set_up.create_shop(shop_id, name)
    for email in emails:
        await set_up.create_agent(
            shop_id, new_id(), name=email, email=email, password=PASSWORD, capacity=capacity
        )
    site = await product.gateway.create_site(
        shop_id=shop_id, site_id=new_id(), name=name, origins=("*",)
    )
    await product.history.take_orders(shop_id, IngestBatch(orders=(_known_order(),)))
    return {
        "shop_id": encode(IdKind.SHOP, shop_id),
        "site_key": site.key,
        "customer_secret": site.customer_secret,
        "api_key": await set_up.create_api_key(
            shop_id, new_id(), name="import", scopes=(Scope.ORDERS_WRITE,)
        ),
        "agents": emails,
    }


def _known_order() -> IngestOrder:
    customer = IngestCustomer(shop_ref=KNOWN_CUSTOMER, name="Rosa", email=KNOWN_EMAIL)
    return IngestOrder(
        platform="test",
        reference=KNOWN_ORDER,
        customer=customer,
        status=OrderStatus.SHIPPED,
        placed_at=from_iso("2026-11-01T10:00:00Z"),
        currency="EUR",
        total_minor=1_295,
    )


async def main(home: Path) -> None:
    """Serve until standard input closes."""
    configure_logging(SystemClock(), level="WARNING")
    stopping = asyncio.Event()
    with closing(bind_port(HOST, 0)) as listener:
        settings = Settings(host=HOST, port=0, home=home)
        async with open_product(settings, stopping=stopping) as product:
            told = {
                "url": f"http://{HOST}:{listener.getsockname()[1]}",
                "database": product.urls.place,
                "shops": {name: await _make_shop(product, name) for name in SHOPS},
            }

            async def stop_with_input() -> None:
                await asyncio.to_thread(sys.stdin.read)
                stopping.set()

            async with asyncio.TaskGroup() as group:
                group.create_task(stop_with_input())
                await serve(
                    product.web(),
                    listener,
                    stopping=stopping,
                    ws=product.gateway.websocket,
                    on_ready=lambda: print(json.dumps(told), flush=True),  # noqa: T201  the line
                )


@contextmanager
def running_shop_server() -> Iterator[ShopServer]:
    """Run the server in a process and a folder of its own while the block runs."""
    with tempfile.TemporaryDirectory(prefix="fr-shops-") as name:
        Path(name).chmod(0o711)  # the database's own user must be able to pass
        with subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "tests.support.shop_server", f"{name}/home"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                told = json.loads(process.stdout.readline())
                shops = {
                    shop: ServedShop(**{**facts, "agents": tuple(facts["agents"])})
                    for shop, facts in told["shops"].items()
                }
                yield ShopServer(told["url"], told["database"], shops)
            finally:
                process.stdin.close()
                process.wait(STOP_TIMEOUT_S)


if __name__ == "__main__":
    run_main(main(Path(sys.argv[1])))
