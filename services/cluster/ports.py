"""Loopback ports for the inside of the cluster, which stay theirs over every restart."""

from __future__ import annotations

import random
import socket
from contextlib import closing

LOOPBACK = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below those that the system gives to outgoing connections: while a node is down, nobody is given
its port by chance."""


def free_ports(count: int) -> list[int]:
    """Return ports that nobody has now, all different."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as trial:
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
