"""The command line answers at once: what only a running service needs is imported by `up`."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"fastapi", "sqlalchemy", "alembic", "asyncpg", "uvicorn"}


def test_a_command_that_starts_nothing_imports_no_server_and_no_database() -> None:
    script = "import sys, services.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(  # noqa: S603  our own module
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & HEAVY == set()
