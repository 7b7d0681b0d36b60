"""Writes the locks of the Python packages, or says which no longer fits; names no host in them.

Usage: ``python deploy/locks.py write|check``. `write` takes the newest versions; `check` keeps each
locked version that fits: a release on the index is not drift, a changed requirement is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"
OLDEST_PYTHON = "3.11"
LOCKS = {
    "requirements-uv.lock": ["--group", "installer"],
    "requirements.lock": ["pyproject.toml", "--extra", "local"],
    "requirements-dev.lock": [
        *["pyproject.toml", "--extra", "local", "--extra", "dev"],
        *["--constraint", "requirements.lock"],
    ],
}
COMPILE = [
    *[str(UV), "pip", "compile", "--quiet", "--no-config", "--universal", "--generate-hashes"],
    *["--python-version", OLDEST_PYTHON, "--custom-compile-command", "make lock"],
    *["--no-emit-index-url", "--no-emit-find-links", "--no-annotate"],
]


def compile_locks(folder: Path, *, upgrade: bool) -> None:
    """Compile every lock beside pyproject.toml; raises CalledProcessError when nothing fits."""
    freshness = ["--upgrade"] if upgrade else []
    # A mirror may serve the packages; further sources would change what is locked.
    kept = ("UV_CACHE_DIR", "UV_DEFAULT_INDEX")
    env = {n: value for n, value in os.environ.items() if n in kept or not n.startswith("UV_")}
    for lock, what in LOCKS.items():
        subprocess.run([*COMPILE, *freshness, *what, "-o", lock], cwd=folder, env=env, check=True)


def drifted() -> list[str]:
    """The locks that a compilation with their own versions as preference would change."""
    with tempfile.TemporaryDirectory() as scratch:
        beside = Path(scratch)
        for name in ("pyproject.toml", *LOCKS):
            shutil.copy(ROOT / name, beside / name)
        compile_locks(beside, upgrade=False)
        return [
            name for name in LOCKS if (beside / name).read_bytes() != (ROOT / name).read_bytes()
        ]


def main(words: list[str]) -> int:
    """Exit status: 0 written or in step, 1 drifted, 2 for a wrong call."""
    if words == ["write"]:
        compile_locks(ROOT, upgrade=True)
        return 0
    if words != ["check"]:
        print("usage: locks.py write|check", file=sys.stderr)
        return 2
    stale = drifted()
    if stale:
        print(
            f"{', '.join(stale)} no longer fit pyproject.toml: run `make lock` and commit.",
            file=sys.stderr,
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
