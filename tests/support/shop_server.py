"""The whole product with shops of a test's own, made as it is asked for them.

Run as `python -m tests.support.shop_server HOME`: says in one line of JSON where it is, answers
each line of standard input with a new shop, and serves until its standard input closes.
Everything is the shipped code; only the shops are the test's.
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
from shared.contracts.orders import IngestBatch, IngestCustomer, IngestOrder
from shared.kernel.clock import from_iso
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import OrderStatus, Scope
from shared.kit.logs import configure_logging
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from shared.kit.web.server import bind_port, run_main, serve

HOST = "127.0.0.1"
PASSWORD = "only for a test"
KNOWN_CUSTOMER = "customer-7"
KNOWN_EMAIL = "rosa@mail.example"
KNOWN_ORDER = "R-7"
IMPORT_SCOPES = (Scope.ORDERS_WRITE, Scope.CONTACTS_WRITE, Scope.ROUTING_WRITE)
STOP_TIMEOUT_S = 40.0


@dataclass(frozen=True)
class ServedShop:
    """One shop of the server, and what its people and programs show to be let in."""

    shop_id: str
    site_key: str
    customer_secret: str
    api_key: str
    admin_key: str
    agents: tuple[str, ...]
    """E-mail addresses."""


@dataclass(frozen=True)
class ShopServer:
    """A running server."""

    url: str
    database: str
    home: Path
    process: subprocess.Popen[str]

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/v1/chat"

    def database_url(self, role: str) -> str:
        """Return where a role of the running database connects."""
        return self.database.replace("//@", f"//{role}@")

    def new_shop(self, *, agents: int, capacity: int) -> ServedShop:
        """Have a shop made that nobody has met yet."""
        assert self.process.stdin is not None
        print(json.dumps({"agents": agents, "capacity": capacity}), file=self.process.stdin)
        self.process.stdin.flush()
        facts = _line_of(self.process)
        return ServedShop(**{**facts, "agents": tuple(facts["agents"])})


def _line_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(process.stdout.readline())
    return line


async def _make_shop(product: Product, *, agents: int, capacity: int) -> dict[str, Any]:
    shop_id = new_id()
    emails = [f"agent{number}@agents.example" for number in range(agents)]
    set_up = product.router.set_up
    await set_up.create_shop(shop_id, "A shop")
    for email in emails:
        await set_up.create_agent(
            shop_id, new_id(), name=email, email=email, password=PASSWORD, capacity=capacity
        )
    site = await product.gateway.create_site(
        shop_id=shop_id, site_id=new_id(), name="A shop", origins=("*",)
    )
    await product.history.take_orders(shop_id, IngestBatch(orders=(_known_order(),)))
    return {
        "shop_id": encode(IdKind.SHOP, shop_id),
        "site_key": site.key,
        "customer_secret": site.customer_secret,
        "api_key": await set_up.create_api_key(
            shop_id, new_id(), name="import", scopes=IMPORT_SCOPES
        ),
        "admin_key": await set_up.create_api_key(
            shop_id, new_id(), name="administration", scopes=(Scope.ADMIN,)
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


def _say(facts: dict[str, Any]) -> None:
    print(json.dumps(facts), flush=True)  # noqa: T201  what the test reads


async def _grant_wishes(product: Product, stopping: asyncio.Event) -> None:
    """Make a shop for each line; stop everything when there are no more."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        _say(await _make_shop(product, **json.loads(line)))
    stopping.set()


async def main(home: Path) -> None:
    """Serve until standard input closes."""
    configure_logging(SystemClock(), level="WARNING")
    stopping = asyncio.Event()
    with closing(bind_port(HOST, 0)) as listener:
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        settings = Settings(host=HOST, port=0, home=home)
        async with (
            open_product(settings, stopping=stopping) as product,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(_grant_wishes(product, stopping))
            await serve(
                product.web(),
                listener,
                stopping=stopping,
                ws=product.gateway.websocket,
                on_ready=lambda: _say({"url": url, "database": product.urls.place}),
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
            try:
                told = _line_of(process)
                yield ShopServer(told["url"], told["database"], Path(name, "home"), process)
            finally:
                process.stdin.close()
                process.wait(STOP_TIMEOUT_S)


if __name__ == "__main__":
    run_main(main(Path(sys.argv[1])))
