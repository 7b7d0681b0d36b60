"""What the router may be told from outside; read by app.py and __main__.py only."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from pydantic_settings import SettingsConfigDict

from shared.kit.web.edge import EdgeSettings


class RouterSettings(EdgeSettings):
    """FIRSTREPLY_ROUTER_DATABASE_URL and _SWEEP_URL: libpq URLs of the router's two roles.

    _ID: the id under which it holds leases, only for a router of which there cannot be two at a
    time: after a kill it need not wait for its own leases. Otherwise each start has a new one.
    _WEBHOOKS_TO_THIS_MACHINE: webhooks may name this machine, and by http; for trying things out.
    """

    model_config = SettingsConfigDict(
        env_prefix="FIRSTREPLY_ROUTER_", env_ignore_empty=True, extra="ignore"
    )

    database_url: str
    sweep_url: str
    id: UUID | None = None
    webhooks_to_this_machine: bool = False


class RouterNodeSettings(RouterSettings):
    """What a node of its own needs besides: _HOST, _PORT, _NATS_SERVERS, _KEYS_FILE."""

    host: str = "127.0.0.1"
    port: int = 8082
    nats_servers: tuple[str, ...]
    keys_file: Path
