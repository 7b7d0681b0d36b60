"""What a caller may choose about the embedded PostgreSQL; reads no environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

START_TIMEOUT_S = 120.0
"""Recovery after a crash replays the log first; two minutes is far above any replay we measured."""
STOP_TIMEOUT_S = 30.0
"""A fast shutdown writes one checkpoint; past this the server is told to stop without it."""


@dataclass(frozen=True)
class PostgresOptions:
    """How and where to run the server.

    Attributes:
        home: the folder that holds everything (`pg`, `run`, `log`, `lock`); made when missing.
        pg_bin: the folder of `postgres` and `initdb` to use instead of any other (PG_BIN).
        bundled_only: never take the machine's own PostgreSQL (FIRSTREPLY_BUNDLED_ONLY).
        ephemeral: for tests: nothing is flushed to disk, a power cut may spoil the data.
        settings: server settings that go before ours, but not where and how it listens.
        start_timeout_s: seconds to wait for the first answer.
        stop_timeout_s: seconds of fast shutdown before an immediate one.
    """

    home: Path
    pg_bin: Path | None = None
    bundled_only: bool = False
    ephemeral: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    start_timeout_s: float = START_TIMEOUT_S
    stop_timeout_s: float = STOP_TIMEOUT_S
