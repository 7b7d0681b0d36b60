"""History alone, on a port of its own, for installations of many nodes."""

from __future__ import annotations

import asyncio
from contextlib import closing

from services.history.app import run_history
from services.history.config import HistoryNodeSettings
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.nats import NatsBus
from shared.kit.logs import configure_logging
from shared.kit.system_clock import SystemClock
from shared.kit.web.app import create_app
from shared.kit.web.server import bind_port, run_main, serve, stop_on_signals


async def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = HistoryNodeSettings()
    clock = SystemClock()
    configure_logging(clock)
    keys = Keyring.open(settings.keys_file).public()
    stopping = asyncio.Event()
    with stop_on_signals(stopping), closing(bind_port(settings.host, settings.port)) as listener:
        async with (
            NatsBus(settings.nats_servers, name="history") as bus,
            run_history(settings, clock=clock, bus=bus, keys=keys) as history,
        ):
            app = create_app(
                title="Firstreply history",
                routers=history.routers,
                statuses=history.statuses,
                checks=history.checks,
                hosts=settings.hosts,
                metrics_token=settings.metrics_token,
            )
            await serve(app, listener, stopping=stopping, trusted_proxies=settings.trusted_proxies)


if __name__ == "__main__":
    run_main(main())
