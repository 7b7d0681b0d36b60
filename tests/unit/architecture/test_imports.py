"""The import contracts catch what they forbid: each is broken on purpose, in a copy of the tree."""

from __future__ import annotations

import configparser
import json
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

CHECKOUT = Path(__file__).parents[3]
PROGRAM = CHECKOUT / "tests" / "support" / "import_verdicts.py"

INDEPENDENT = "Services never import one another"
BELOW = "Services may import shared; shared imports no service"
BESIDE = "Beside the services stand the named rooms of the installation and no others"
DOORS = "From outside, a service is entered by its app alone"
PLAYED = "The simulation plays by the router's rules and knows no other part of a service"
REPLAY = "The replay knows the simulation, and no part of a service"
ROOMS = "Every service has the same rooms, in the same order"
SHARED = "kit over contracts over kernel"
PURE = "The domain does no I/O and reads no clock"
SHAPES = "Contracts are shapes: they carry, and do nothing"
USECASES = "Use cases know ports and transactions, not drivers"
ENTRIES = "Endpoints and loops go through use cases, never straight to a driver"
STORAGE = "Storage speaks to the database and to nothing else"
CLIENTS = "Clients call others and hold no table"
SHIPPED = "What ships imports no tests and no benches"
CIRCLES = "No package imports in circles"

PLANTINGS: dict[str, tuple[str, dict[str, str]]] = {
    "a service imports another": (
        INDEPENDENT,
        {"services/gateway/usecases/planted.py": "import services.router.domain"},
    ),
    "a service imports another within a function": (
        INDEPENDENT,
        {"services/history/domain/planted.py": "def late():\n    import services.router.domain"},
    ),
    "the kit imports a service": (BELOW, {"shared/kit/planted.py": "import services.gateway"}),
    "a new module stands beside the services": (BESIDE, {"services/planted.py": ""}),
    "a service imports the demo": (
        BESIDE,
        {"services/router/usecases/planted.py": "import services.demo"},
    ),
    "the demo reaches into a service's tables": (
        DOORS,
        {"services/demo/planted.py": "import services.history.storage"},
    ),
    "the cluster reaches into a service's use cases": (
        DOORS,
        {"services/cluster/planted.py": "import services.router.usecases"},
    ),
    "the replay reaches into the router's tables": (
        REPLAY,
        {"services/replaying/planted.py": "import services.router.storage"},
    ),
    "the staffing knows the replay": (
        BESIDE,
        {"services/staffing/planted.py": "import services.replaying.days"},
    ),
    "the staffing reaches into the router's tables": (
        DOORS,
        {"services/staffing/planted.py": "import services.router.storage"},
    ),
    "a service imports the staffing": (
        BESIDE,
        {"services/router/domain/planted.py": "import services.staffing.erlang"},
    ),
    "the demo imports the cluster": (
        BESIDE,
        {"services/demo/planted.py": "import services.cluster.ports"},
    ),
    "a service imports the simulation": (
        BESIDE,
        {"services/router/usecases/planted.py": "import services.simulation.runs"},
    ),
    "the simulation opens the router's tables": (
        PLAYED,
        {"services/simulation/planted.py": "import services.router.storage"},
    ),
    "the simulation's core starts processes": (
        PURE,
        {"services/simulation/domain/planted.py": "import concurrent.futures"},
    ),
    "a service has a room without a name": (ROOMS, {"services/router/planted.py": ""}),
    "a use case imports storage": (
        ROOMS,
        {"services/history/usecases/planted.py": "import services.history.storage"},
    ),
    "the domain imports a use case": (
        ROOMS,
        {"services/router/domain/planted.py": "import services.router.usecases"},
    ),
    "storage imports clients": (
        ROOMS,
        {"services/gateway/storage/planted.py": "import services.gateway.clients"},
    ),
    "an endpoint imports a loop": (
        ROOMS,
        {"services/gateway/api/planted.py": "import services.gateway.background"},
    ),
    "shared has a room without a name": (SHARED, {"shared/planted.py": ""}),
    "the kernel imports a contract": (
        SHARED,
        {"shared/kernel/planted.py": "import shared.contracts.wire"},
    ),
    "a contract imports the kit": (
        SHARED,
        {"shared/contracts/planted.py": "import shared.kit.tasks"},
    ),
    "a domain imports asyncio": (PURE, {"services/router/domain/planted.py": "import asyncio"}),
    "a domain reads the time": (PURE, {"services/history/domain/planted.py": "import time"}),
    "a domain opens files": (PURE, {"services/gateway/domain/planted.py": "import pathlib"}),
    "a domain imports a driver": (PURE, {"services/gateway/domain/planted.py": "import asyncpg"}),
    "a domain imports the kit": (
        PURE,
        {"services/router/domain/planted.py": "import shared.kit.system_clock"},
    ),
    "a channel calls the network": (PURE, {"services/gateway/channels/planted.py": "import httpx"}),
    "a shop platform logs": (PURE, {"services/history/shops/planted.py": "import logging"}),
    "the kernel draws at random": (PURE, {"shared/kernel/planted.py": "import random"}),
    "a contract reads the environment": (SHAPES, {"shared/contracts/planted.py": "import os"}),
    "a use case imports a driver": (
        USECASES,
        {"services/router/usecases/planted.py": "import asyncpg"},
    ),
    "a use case imports the web": (
        USECASES,
        {"services/gateway/usecases/planted.py": "from fastapi import HTTPException"},
    ),
    "a use case imports the bus": (
        USECASES,
        {"services/gateway/usecases/planted.py": "import shared.kit.bus"},
    ),
    "an endpoint imports storage": (
        ENTRIES,
        {"services/gateway/api/planted.py": "import services.gateway.storage"},
    ),
    "a loop imports the database's driver": (
        ENTRIES,
        {"services/router/background/planted.py": "import sqlalchemy"},
    ),
    "storage calls the network": (
        STORAGE,
        {"services/history/storage/planted.py": "import httpx"},
    ),
    "storage publishes": (
        STORAGE,
        {"services/history/storage/planted.py": "import shared.kit.bus"},
    ),
    "a client holds a table": (
        CLIENTS,
        {"services/router/clients/planted.py": "import sqlalchemy"},
    ),
    "the kit imports a test's fake": (
        SHIPPED,
        {"shared/kit/planted.py": "import tests.support.clock"},
    ),
    "two siblings import each other": (
        CIRCLES,
        {
            "shared/kit/planted_one.py": "import shared.kit.planted_two",
            "shared/kit/planted_two.py": "import shared.kit.planted_one",
        },
    ),
}
"""What is planted, and the contract that must break."""

ALLOWED = {
    "nothing planted": {},
    "a use case takes a transaction": {
        "services/router/usecases/planted.py": "from shared.kit.database import WriteTransaction"
    },
    "a domain speaks the kernel's and the contracts' words": {
        "services/router/domain/planted.py": "import shared.kernel.clock, shared.contracts.routing"
    },
}

PURE_ROOMS = (
    "services.gateway.domain",
    "services.router.domain",
    "services.history.domain",
    "services.simulation.domain",
    "services.gateway.channels",
    "services.history.shops",
    "shared.kernel",
)
PURE_STANDARD_LIBRARY = {
    *("__future__", "abc", "base64", "bisect", "collections", "copy", "csv", "dataclasses"),
    *("datetime", "decimal", "email", "enum", "fractions", "functools", "hashlib", "heapq"),
    *("hmac", "html", "ipaddress", "itertools", "json", "math", "operator", "re"),
    *("statistics", "string", "struct", "types", "typing", "unicodedata", "uuid", "zoneinfo"),
}
"""Modules that compute and do no more; a new one is added here with a thought, not by habit.

`datetime` and `uuid` can read clocks: ruff's banned-api names the functions that do.
"""
PURE_PACKAGES = {
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
    "phonenumbers",
}
"""Pydantic's errors are part of the contracts that the domain reads."""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The contracts that each planting breaks."""
    tree = tmp_path_factory.mktemp("tree")
    skipped = shutil.ignore_patterns("__pycache__", "static")
    for package in ("services", "shared"):
        shutil.copytree(CHECKOUT / package, tree / package, ignore=skipped)
    shutil.copy(CHECKOUT / ".importlinter", tree)
    plantings = {name: files for name, (_, files) in PLANTINGS.items()} | ALLOWED
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, PROGRAM],
        input=json.dumps(plantings),
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    broken: dict[str, list[str]] = json.loads(done.stdout)
    return broken


class TestContracts:
    @pytest.mark.parametrize("planting", PLANTINGS)
    def test_a_contract_breaks_when(self, planting: str, verdicts: dict[str, list[str]]) -> None:
        assert PLANTINGS[planting][0] in verdicts[planting]

    @pytest.mark.parametrize("planting", ALLOWED)
    def test_every_contract_is_kept_when(
        self, planting: str, verdicts: dict[str, list[str]]
    ) -> None:
        assert verdicts[planting] == []

    def test_every_contract_is_broken_by_a_planting(self) -> None:
        config = configparser.ConfigParser()
        config.read(CHECKOUT / ".importlinter")
        contracts = {config[name]["name"] for name in config.sections() if ":" in name}
        assert contracts == {contract for contract, _ in PLANTINGS.values()}


class TestPureRooms:
    def test_a_pure_room_imports_only_what_computes(self) -> None:
        graph = grimp.build_graph(
            "services", "shared", include_external_packages=True, cache_dir=None
        )
        imported = {
            name
            for room in PURE_ROOMS
            for module in {room} | graph.find_descendants(room)
            for name in graph.find_modules_directly_imported_by(module)
        }
        outside = {name for name in imported if name.split(".")[0] not in ("services", "shared")}
        assert outside <= PURE_STANDARD_LIBRARY | PURE_PACKAGES

    def test_the_kernel_imports_the_standard_library_alone(self) -> None:
        graph = grimp.build_graph("shared", include_external_packages=True, cache_dir=None)
        imported = {
            name
            for module in {"shared.kernel"} | graph.find_descendants("shared.kernel")
            for name in graph.find_modules_directly_imported_by(module)
            if not name.startswith("shared.kernel")
        }
        assert imported <= PURE_STANDARD_LIBRARY
