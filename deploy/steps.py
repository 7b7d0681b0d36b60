"""The manners of a set-up step: skipped when nothing changed, silent unless it fails.

Knows nothing of what is set up. Readable by Python 3.8, like all that bootstrap.py imports.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".firstreply"
CACHE = VENV / "cache"
NOT_OURS = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")  # they would point our programs elsewhere


class SetupError(Exception):
    """Why the set-up cannot go on, as one sentence that says what to do."""


def digest(paths: Iterable[Path]) -> str:
    """One digest over the names and contents of files, in the order given."""
    total = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return total.hexdigest()


def is_current(name: str, inputs: str) -> bool:
    """Whether the step was finished with exactly these inputs."""
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text().strip() == inputs


def remember(name: str, inputs: str) -> None:
    """Keep what the step was finished with."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(inputs + "\n")


def forget(name: str) -> None:
    """Let the step run again, whatever its inputs."""
    with contextlib.suppress(FileNotFoundError):
        (STAMPS / name).unlink()


@contextlib.contextmanager
def step(sentence: str) -> Iterator[None]:
    """Say what is being done, and at its end how long it took."""
    print(f"==> {sentence} ...", flush=True)
    begun = time.monotonic()
    yield
    print(f"    {time.monotonic() - begun:.1f} s", flush=True)


def run(what: str, *words: object, cwd: Path = ROOT) -> None:
    """Run a program in silence; when it fails, show what it said and raise SetupError."""
    done = subprocess.run(
        [str(word) for word in words],
        env=surroundings(),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        raise SetupError(
            f"{what} failed, and the lines above say why: mend that, then run the same again."
        )


def surroundings() -> dict[str, str]:
    """The caller's environment, with .venv first on the path and caches where we may write."""
    env = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    env["PATH"] = os.pathsep.join([str(VENV / "bin"), env.get("PATH", os.defpath)])
    env["PIP_USER"] = "0"
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    env["UV_COMPILE_BYTECODE"] = "1"  # the first start is as quick as the second
    env["npm_config_update_notifier"] = "false"
    if not home_is_ours():
        env.setdefault("PIP_CACHE_DIR", str(CACHE / "pip"))
        env.setdefault("UV_CACHE_DIR", str(CACHE / "uv"))
        env.setdefault("npm_config_cache", str(CACHE / "npm"))
    return env


def home_is_ours() -> bool:
    """Whether the home folder exists and takes files: that of `nobody` does neither."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.expanduser raises where there is no home
    return home.is_dir() and os.access(home, os.W_OK | os.X_OK)


def require_writable(folder: Path) -> None:
    """Stop with a sentence when files cannot be made in the folder."""
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SetupError(
            f"The folder {folder} is not writable by this user: "
            "run `make` as its owner, or work in a copy that you own."
        )
