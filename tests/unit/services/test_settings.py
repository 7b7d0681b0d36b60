"""What the environment says to one machine's installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.gateway.config import GatewaySettings
from services.history.config import HistorySettings
from services.router.config import RouterSettings
from services.settings import Settings

VARIABLES = ("FIRSTREPLY_HOST", "FIRSTREPLY_PORT", "FIRSTREPLY_HOME", "DATABASE_URL", "PG_BIN")


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    unset = Settings()
    for name in VARIABLES:
        monkeypatch.setenv(name, "")

    assert Settings() == unset
    assert (unset.home, unset.database_url) == (Path("var"), None)


@pytest.mark.parametrize("settings", [GatewaySettings, RouterSettings, HistorySettings])
def test_a_service_takes_no_empty_url_for_its_database(
    settings: type[GatewaySettings | RouterSettings | HistorySettings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prefix = settings.model_config["env_prefix"]
    for name in ("DATABASE_URL", "SWEEP_URL"):
        monkeypatch.setenv(f"{prefix}{name}", "")

    with pytest.raises(ValueError, match="Field required"):
        settings()


@pytest.mark.parametrize(("host", "place"), [("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")])
def test_an_address_is_written_as_urls_write_it(host: str, place: str) -> None:
    assert Settings(host=host).place == place


def test_on_loopback_only_this_machines_names_and_the_given_ones_are_ours() -> None:
    assert "localhost" in Settings(host="127.0.0.1").names
    assert Settings(host="127.0.0.1", hosts=("chat.example",)).names[-1] == "chat.example"
    assert Settings(host="192.0.2.1").names == ()
