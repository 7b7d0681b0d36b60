"""The settings the server runs with; knows not how it is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shared.kit.postgres.socket_folder import PORT

DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "jit": "off",  # our statements are short: compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # What customers write may stand in a statement or in a DETAIL line: neither is logged.
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "logging_collector": "off",
}
"""An acknowledged commit survives a power cut."""
EPHEMERAL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}
"""For tests: everything is kept in memory as long as the kernel likes."""


def server_arguments(chosen: Mapping[str, str], *, ephemeral: bool, socket_dir: Path) -> list[str]:
    """Return the command line's `-c name=value` pairs; where and how it listens is ours alone."""
    listening = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": _quoted(socket_dir),
        "unix_socket_permissions": "0700",
    }
    merged = {**DURABLE, **(EPHEMERAL if ephemeral else {}), **chosen, **listening}
    return [word for name, value in merged.items() for word in ("-c", f"{name}={value}")]


def _quoted(folder: Path) -> str:
    """Quote a folder for a setting that is a list: a comma in a path separates nothing."""
    return '"' + str(folder).replace('"', '""') + '"'
