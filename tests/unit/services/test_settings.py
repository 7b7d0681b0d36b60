"""What the environment says to one machine's installation."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.gateway.config import GatewaySettings
from services.history.config import HistorySettings
from services.router.config import RouterSettings
from services.settings import Settings, complaint

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


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "abc", "FIRSTREPLY_PORT is 'abc': it must be a valid integer (0 to 65535)."),
        (
            "PORT",
            "70000",
            "FIRSTREPLY_PORT is '70000': it must be less than or equal to 65535 (0 to 65535).",
        ),
        (
            "LOG_LEVEL",
            "loud",
            "FIRSTREPLY_LOG_LEVEL is 'loud': it must be 'debug', 'info', 'warning' or 'error'.",
        ),
        (
            "TRUSTED_PROXIES",
            "caddy",
            "FIRSTREPLY_TRUSTED_PROXIES is 'caddy': it must be addresses or networks.",
        ),
    ],
)
def test_a_bad_value_is_told_by_its_variable_and_what_it_must_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"FIRSTREPLY_{name}", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert complaint(refused.value) == sentence


def test_a_bad_value_of_a_service_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTREPLY_GATEWAY_SENDS_BURST", "0")
    with pytest.raises(ValidationError) as refused:
        GatewaySettings(database_url="postgresql://a", sweep_url="postgresql://b")
    assert complaint(refused.value) == (
        "FIRSTREPLY_GATEWAY_SENDS_BURST is '0': it must be greater than or equal to 1."
    )
