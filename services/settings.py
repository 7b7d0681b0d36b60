"""What the environment may say about one machine's installation; read by the command line only."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.kit.web.edge import EdgeSettings
from shared.kit.web.hosts import LOOPBACK_NAMES


class Settings(EdgeSettings):
    """FIRSTREPLY_HOST, _PORT, _HOME, _BUNDLED_ONLY, _LOG_LEVEL; DATABASE_URL and PG_BIN."""

    model_config = SettingsConfigDict(
        env_prefix="FIRSTREPLY_", env_ignore_empty=True, populate_by_name=True, extra="ignore"
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    home: Path = Path("var")
    bundled_only: bool = False
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    pg_bin: Path | None = Field(default=None, validation_alias="PG_BIN")

    @property
    def loopback_only(self) -> bool:
        """Return whether nobody outside this machine can reach the port."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names we answer to; none: any."""
        return (*LOOPBACK_NAMES, self.host, *self.hosts) if self.loopback_only else self.hosts

    @property
    def place(self) -> str:
        """Return the host as URLs write it."""
        return f"[{self.host}]" if ":" in self.host else self.host
