"""The whole product with twenty shops of one agent each, for `bench.slice` to measure.

Run as `python -m bench.slice_server HOME`; prints one line of JSON and serves until its standard
input closes. Everything is the shipped code; only the shops are the bench's own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from services.settings import Settings
from services.standalone import Product, open_product
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Service
from shared.kit.database import open_database
from shared.kit.logs import configure_logging
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from shared.kit.web.server import bind_port, run_main, serve

HOST = "127.0.0.1"
SHOPS = 20
PASSWORD = "only for a bench"  # noqa: S105  the shops end with the bench
CONDITIONS = """
SELECT current_setting('fsync') = 'on' AS fsync,
       current_setting('synchronous_commit') = 'on' AS synchronous_commit,
       current_user AS role,
       NOT (SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user) AS held,
       (SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole) AS owned
"""


async def _make_shop(product: Product, number: int) -> dict[str, str]:
    shop_id, email = new_id(), f"agent{number}@bench.example"
    await product.router.set_up.create_shop(shop_id, f"Bench {number}")
    await product.router.set_up.create_agent(
        shop_id, new_id(), name=f"Agent {number}", email=email, password=PASSWORD
    )
    site = await product.gateway.create_site(
        shop_id=shop_id, site_id=new_id(), name=f"Bench {number}", origins=("*",)
    )
    return {
        "shop_id": encode(IdKind.SHOP, shop_id),
        "email": email,
        "password": PASSWORD,
        "site_key": site.key,
    }


async def _conditions(product: Product) -> dict[str, Any]:
    async with open_database(product.urls.service(Service.GATEWAY)) as database:
        (row,) = await database.call(CONDITIONS)
    return dict(row)


async def main(home: Path) -> None:
    """Serve until standard input closes."""
    configure_logging(SystemClock(), level="WARNING")  # standard output is read one line far
    stopping = asyncio.Event()
    settings = Settings(host=HOST, port=0, home=home)
    with closing(bind_port(HOST, 0)) as listener:
        async with open_product(settings, stopping=stopping) as product:
            shops = [await _make_shop(product, number) for number in range(SHOPS)]
            told = {
                "url": f"http://{HOST}:{listener.getsockname()[1]}",
                "database": product.urls.place,
                "conditions": await _conditions(product),
                "shops": shops,
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
                    on_ready=lambda: print(json.dumps(told), flush=True),
                )


if __name__ == "__main__":
    run_main(main(Path(sys.argv[1])))
