"""What each service is told by its environment, in a cluster on one machine and on many."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.kernel.vocabulary import Service
from shared.kit.installation import FILES, RoleUrls

PRIVATE = 0o600


def service_environment(
    service: Service, urls: RoleUrls, *, nats_servers: Sequence[str], home: Path
) -> dict[str, str]:
    """Return what every node of a service needs to know; where it listens is each node's own."""
    told = {
        "DATABASE_URL": urls.service(service).dsn,
        "SWEEP_URL": urls.sweep(service).dsn,
        "NATS_SERVERS": json.dumps(list(nats_servers)),
        "KEYS_FILE": str(home / "keys.json"),
    }
    if service is Service.GATEWAY:
        told["FILES"] = str(home / FILES)
    return {f"FIRSTREPLY_{service.upper()}_{name}": value for name, value in told.items()}


def write_environment(path: Path, variables: Mapping[str, str]) -> None:
    """Write variables as `NAME='value'` lines that a shell, systemd and docker read the same.

    The file holds passwords: it is its owner's alone, and whole or not there.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}='{value}'\n" for name, value in variables.items())
    beside.replace(path)
