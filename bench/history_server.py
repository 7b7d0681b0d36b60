"""History on a database that is there, for `bench.history` to measure; with it, the ORM's endpoint.

Run as `python -m bench.history_server DATABASE_URL SWEEP_URL SHOP ...`; prints one line of JSON
(the port, a token for each shop, the conditions) and serves until its standard input closes. All of
it is the shipped service but `/orm`, which is `bench.history_orm`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from uuid import UUID

from bench.history_orm import orm_router
from services.history.app import run_history
from services.history.config import HistorySettings
from shared.contracts import subjects
from shared.contracts.claims import Principal
from shared.contracts.revocations import RevocationPage
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.bus.in_process import InProcessBus
from shared.kit.database import DatabaseUrl, open_database
from shared.kit.logs import configure_logging
from shared.kit.system_clock import SystemClock
from shared.kit.web.app import create_app
from shared.kit.web.server import bind_port, run_main, serve

HOST = "127.0.0.1"
LIFE_MS = 12 * 3_600_000
CONDITIONS = """
SELECT current_setting('fsync') = 'on' AS fsync,
       current_setting('synchronous_commit') = 'on' AS synchronous_commit,
       current_user AS role,
       NOT (SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user) AS held,
       (SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole) AS owned,
       (SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'history'::regnamespace
            AND relname IN ('customers', 'orders', 'contacts', 'searchable')) AS forced
"""


async def _nobody_is_revoked(_raw: bytes) -> bytes:
    return RevocationPage(revocations=(), as_of=SystemClock().now()).to_json()


def _token(keys: Keyring, shop_id: UUID) -> str:
    principal = Principal(
        shop_id=shop_id,
        scopes=(Scope.CUSTOMERS_READ,),
        name="bench",
        expires_at=SystemClock().now() + LIFE_MS,
    )
    return sign_principal(keys, principal)


async def main(url: str, sweep_url: str, shops: Sequence[str]) -> None:
    """Serve until standard input closes."""
    configure_logging(SystemClock(), level="WARNING")
    stopping, keys = asyncio.Event(), Keyring.ephemeral()
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(closing(bind_port(HOST, 0)))
        bus = await stack.enter_async_context(InProcessBus())
        await bus.serve(subjects.REVOCATIONS, _nobody_is_revoked)
        settings = HistorySettings(database_url=url, sweep_url=sweep_url)
        history = await stack.enter_async_context(
            run_history(settings, clock=SystemClock(), bus=bus, keys=keys)
        )
        orm = await stack.enter_async_context(orm_router(DatabaseUrl(url)))
        db = await stack.enter_async_context(open_database(DatabaseUrl(url), hot_pool_size=1))
        (row,) = await db.call(CONDITIONS)
        told = {
            "port": listener.getsockname()[1],
            "tokens": [_token(keys, UUID(shop)) for shop in shops],
            "conditions": dict(row),
        }
        app = create_app(
            title="history",
            routers=(*history.routers, orm),
            statuses=history.statuses,
            checks=history.checks,
        )

        async def stop_with_input() -> None:
            await asyncio.to_thread(sys.stdin.read)
            stopping.set()

        group = await stack.enter_async_context(asyncio.TaskGroup())
        group.create_task(stop_with_input())
        await serve(
            app,
            listener,
            stopping=stopping,
            on_ready=lambda: print(json.dumps(told), flush=True),
        )


if __name__ == "__main__":
    run_main(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
