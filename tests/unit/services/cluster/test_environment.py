"""What a service is told by its environment, and who may read it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from services.cluster.child import LONGEST_PAUSE_S, growing_pauses
from services.cluster.environment import service_environment, write_environment
from services.gateway.config import GatewayNodeSettings
from services.history.config import HistoryNodeSettings
from services.router.config import RouterNodeSettings
from shared.kernel.vocabulary import Service
from shared.kit.installation import RoleUrls

URLS = RoleUrls("postgresql://admin:x@db.example/firstreply?sslmode=require", b"secret")
SETTINGS = {
    Service.GATEWAY: GatewayNodeSettings,
    Service.ROUTER: RouterNodeSettings,
    Service.HISTORY: HistoryNodeSettings,
}


def environment_of(service: Service) -> dict[str, str]:
    return service_environment(
        service, URLS, nats_servers=["nats://one:4222", "nats://two:4222"], home=Path("/h")
    )


@pytest.mark.parametrize("service", Service)
def test_a_node_starts_with_what_it_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_of(service).items():
        monkeypatch.setenv(name, value)

    settings = SETTINGS[service]()

    assert settings.nats_servers == ("nats://one:4222", "nats://two:4222")
    assert settings.keys_file == Path("/h/keys.json")
    assert settings.database_url == URLS.service(service).dsn
    assert "admin" not in str(settings)


def test_the_file_of_passwords_is_its_owners_alone_and_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "cluster.env"
    path.write_text("old")
    path.chmod(0o644)

    write_environment(path, {"A": "1", "B": '["x"]'})

    assert path.read_text() == "A='1'\nB='[\"x\"]'\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_pauses_grow_to_a_limit_and_stay_there() -> None:
    pauses = growing_pauses()
    first = [next(pauses) for _ in range(10)]
    assert first[:3] == [0.1, 0.2, 0.4]
    assert first[-1] == next(pauses) == LONGEST_PAUSE_S
