"""What the environment may say to the gateway; read by app.py and __main__.py only."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from services.gateway.domain.customer_rates import SHOP_SENDS
from services.gateway.domain.sending import SENDS
from shared.kit.web.edge import EdgeSettings


class GatewaySettings(EdgeSettings):
    """FIRSTREPLY_GATEWAY_*: where the two roles connect, how much one end may ask, and faults.

    Attributes:
        database_url: a libpq URL for the service's role.
        sweep_url: a libpq URL for the service's sweep role.
        files: the folder of uploaded files, which all gateways share; in the working folder
            unless told.
        files_session_bytes, files_agent_bytes, files_shop_bytes: bytes that may be uploaded within
            a day, in one customer's session, by one agent, and in one shop.
        fault_after_commit: the process kills itself after so many group commits, before anybody
            is told; refused unless FIRSTREPLY_FAULTS=1.
        sends_burst, sends_per_s: messages of one customer, over all connections to this node.
        shop_sends_burst, shop_sends_per_s: messages of all customers of one shop at this node.
        arrivals_burst, arrivals_per_s: new connections from one address. Many shoppers sit behind
            one of a mobile network: a campaign brings hundreds in a minute.
    """

    model_config = SettingsConfigDict(
        env_prefix="FIRSTREPLY_GATEWAY_",
        env_ignore_empty=True,
        populate_by_name=True,
        extra="ignore",
    )

    database_url: str
    sweep_url: str
    files: Path = Path("files")
    files_session_bytes: int = Field(default=100 << 20, ge=1)
    files_agent_bytes: int = Field(default=1 << 30, ge=1)
    files_shop_bytes: int = Field(default=20 << 30, ge=1)
    fault_after_commit: int | None = Field(default=None, ge=1)
    faults: bool = Field(default=False, validation_alias="FIRSTREPLY_FAULTS")
    sends_burst: int = Field(default=SENDS.burst, ge=1)
    sends_per_s: float = Field(default=SENDS.per_s, gt=0)
    shop_sends_burst: int = Field(default=SHOP_SENDS.burst, ge=1)
    shop_sends_per_s: float = Field(default=SHOP_SENDS.per_s, gt=0)
    arrivals_burst: int = Field(default=500, ge=1)
    arrivals_per_s: float = Field(default=50, gt=0)

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
