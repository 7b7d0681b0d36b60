"""What the environment may say about one machine's installation; read by the command line only."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
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
