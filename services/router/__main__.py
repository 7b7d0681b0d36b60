"""The router alone, on a port of its own, for installations of many nodes."""

from __future__ import annotations

import asyncio
from contextlib import closing

from services.router.app import run_router
from services.router.config import RouterNodeSettings
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.nats import NatsBus
from shared.kit.logs import configure_logging
from shared.kit.system_clock import SystemClock
from shared.kit.web.app import create_app
from shared.kit.web.server import bind_port, run_main, serve, stop_on_signals


async def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = RouterNodeSettings()
    clock = SystemClock()
    configure_logging(clock)
    keys = Keyring.open(settings.keys_file)  # the router signs, so it holds the private keys
    stopping = asyncio.Event()
    with stop_on_signals(stopping), closing(bind_port(settings.host, settings.port)) as listener:
        async with (
            NatsBus(settings.nats_servers, name="router") as bus,
            run_router(settings, clock=clock, bus=bus, keys=keys) as router,
        ):
            app = create_app(
                title="Firstreply router",
                routers=router.routers,
                statuses=router.statuses,
                checks=router.checks,
                hosts=settings.hosts,
                metrics_token=settings.metrics_token,
            )
            await serve(app, listener, stopping=stopping, trusted_proxies=settings.trusted_proxies)


if __name__ == "__main__":
    run_main(main())
