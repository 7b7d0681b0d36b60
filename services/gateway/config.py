"""What the environment may say to the gateway; read by app.py and __main__.py only."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class GatewaySettings(BaseSettings):
    """FIRSTREPLY_GATEWAY_*: where the two roles connect, and faults for tests.

    Attributes:
        database_url: a libpq URL for the service's role.
        sweep_url: a libpq URL for the service's sweep role.
        fault_after_commit: the process kills itself after so many group commits, before anybody
            is told; refused unless FIRSTREPLY_FAULTS=1.
    """

    model_config = SettingsConfigDict(
        env_prefix="FIRSTREPLY_GATEWAY_", populate_by_name=True, extra="ignore"
    )

    database_url: str
    sweep_url: str
    fault_after_commit: int | None = Field(default=None, ge=1)
    faults: bool = Field(default=False, validation_alias="FIRSTREPLY_FAULTS")

    @model_validator(mode="after")
    def _faults_are_for_tests(self) -> Self:
        if self.fault_after_commit is not None and not self.faults:
            raise ValueError("fault_after_commit is for tests: it needs FIRSTREPLY_FAULTS=1")
        return self


class GatewayNodeSettings(GatewaySettings):
    """What a node of its own needs besides: _HOST, _PORT, _NATS_SERVERS, _KEYS_FILE, _PAGES.

    Attributes:
        pages: the folder of the built pages, when this node serves them.
    """

    host: str = "127.0.0.1"
    port: int = 8081
    nats_servers: tuple[str, ...]
    keys_file: Path
    pages: Path | None = None
