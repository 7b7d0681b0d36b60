"""What the environment may say about one machine's installation; read by the command line only."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import SettingsConfigDict

from shared.kit.web.edge import LOOPBACK_NAMES, EdgeSettings

RUN_FILE = "run.json"
"""Where a running installation writes, in its home, where it answers."""
PORT_MAX = 65_535
RANGES = {"port": f" (0 to {PORT_MAX})"}
"""What a value must lie in, where the complaint does not say it."""


class Settings(EdgeSettings):
    """FIRSTREPLY_HOST, _PORT, _HOME, _BUNDLED_ONLY, _LOG_LEVEL; DATABASE_URL and PG_BIN.

    Attributes:
        log_level: the least level that is logged; when not given, warnings on a terminal, where a
            line for each request would drown what people are told, and elsewhere info.
    """

    model_config = SettingsConfigDict(
        env_prefix="FIRSTREPLY_", env_ignore_empty=True, populate_by_name=True, extra="ignore"
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=PORT_MAX)
    home: Path = Path("var")
    bundled_only: bool = False
    log_level: Literal["debug", "info", "warning", "error"] | None = None
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


def complaint(error: ValidationError) -> str:
    """Return one sentence for each variable of the environment that cannot be used."""
    return " ".join(_complaints(error))


def _complaints(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        place = str(problem["loc"][0])
        service = error.title.removesuffix("Settings").upper()
        prefix = f"FIRSTREPLY_{service}_" if service else "FIRSTREPLY_"
        name = place if place.isupper() else f"{prefix}{place.upper()}"
        # pydantic's words: "Input should be a valid integer, unable to parse ..."
        must = problem["msg"].partition(", unable")[0].replace("Input should be", "it must be")
        span = RANGES.get(place, "")
        yield f"{name} is {problem['input']!r}: {must[0].lower()}{must[1:]}{span}."
