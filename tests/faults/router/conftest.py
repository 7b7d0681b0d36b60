"""A database, a bus and a folder of its own for each trial of routers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.cluster.programs import NATS_PINGS
from shared.kernel.vocabulary import Service
from shared.kit.postgres import PostgresOptions
from tests.support.nats import running_nats
from tests.support.postgres import Templates
from tests.support.router_nodes import Machinery
from tests.support.routing_trials import Ground


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that the database's own user may pass through, on a short path."""
    with tempfile.TemporaryDirectory(prefix="fr-rf-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "db").mkdir()
        yield folder


def nats_config(folder: Path) -> Path:
    """Have NATS cut off who stands still, as a cluster does."""
    path = folder / "nats.conf"
    path.write_text(json.dumps(NATS_PINGS))
    return path


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    with open_folder() as folder, running_nats(nats_config(folder)) as nats:
        ground = Ground(Machinery(folder, nats.url), nats, PostgresOptions(home=folder / "db"))
        try:
            ground.database = await Templates(ground.start_postgres()).clone(Service.ROUTER)
            yield ground
        finally:
            ground.stop_postgres()


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str, Mapping[str, Any]], None]:
    """Print figures though the test passes."""

    def tell(what: str, figures: Mapping[str, Any]) -> None:
        with capsys.disabled():
            print(f"\n{what}:", json.dumps(figures))  # noqa: T201

    return tell
