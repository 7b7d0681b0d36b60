"""The gateway alone, on a port of its own, for installations of many nodes."""

from __future__ import annotations

import asyncio
from contextlib import closing

from services.gateway.app import run_gateway
from services.gateway.config import GatewayNodeSettings
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.nats import NatsBus
from shared.kit.logs import configure_logging
from shared.kit.system_clock import SystemClock
from shared.kit.web.app import create_app
from shared.kit.web.server import bind_port, run_main, serve, stop_on_signals


async def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = GatewayNodeSettings()
    clock = SystemClock()
    configure_logging(clock)
    keys = Keyring.open(settings.keys_file)  # signs the URLs of files
    stopping = asyncio.Event()
    with stop_on_signals(stopping), closing(bind_port(settings.host, settings.port)) as listener:
        async with (
            NatsBus(settings.nats_servers, name="gateway") as bus,
            run_gateway(settings, clock=clock, bus=bus, keys=keys, stopping=stopping) as gateway,
        ):
            app = create_app(
                title="Firstreply gateway",
                routers=gateway.routers,
                statuses=gateway.statuses,
                checks=gateway.checks,
                static=settings.pages,
                hosts=settings.hosts,
                metrics_token=settings.metrics_token,
            )
            await serve(
                app,
                listener,
                stopping=stopping,
                ws=gateway.websocket,
                trusted_proxies=settings.trusted_proxies,
            )


if __name__ == "__main__":
    run_main(main())
