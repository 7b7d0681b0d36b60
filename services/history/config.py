"""What history may be told from outside; read by app.py and __main__.py only."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from shared.kit.web.edge import EdgeSettings


class HistorySettings(EdgeSettings):
    """FIRSTREPLY_HISTORY_DATABASE_URL and _SWEEP_URL: libpq URLs of history's two roles."""

    model_config = SettingsConfigDict(
        env_prefix="FIRSTREPLY_HISTORY_", env_ignore_empty=True, extra="ignore"
    )

    database_url: str
    sweep_url: str


class HistoryNodeSettings(HistorySettings):
    """What a node of its own needs besides: _HOST, _PORT, _NATS_SERVERS, _KEYS_FILE."""

    host: str = "127.0.0.1"
    port: int = 8083
    nats_servers: tuple[str, ...]
    keys_file: Path
