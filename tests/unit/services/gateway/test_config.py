"""The gateway's settings."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.gateway.config import GatewaySettings

ONE, OTHER = "postgresql://a", "postgresql://b"


def test_a_fault_point_is_refused_outside_tests() -> None:
    with pytest.raises(ValidationError, match="FIRSTREPLY_FAULTS=1"):
        GatewaySettings(database_url=ONE, sweep_url=OTHER, fault_after_commit=3)


def test_a_fault_point_may_be_set_by_the_environment_of_a_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIRSTREPLY_FAULTS", "1")
    monkeypatch.setenv("FIRSTREPLY_GATEWAY_FAULT_AFTER_COMMIT", "3")

    assert GatewaySettings(database_url=ONE, sweep_url=OTHER).fault_after_commit == 3
