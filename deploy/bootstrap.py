"""Brings a fresh checkout to where it runs: .venv, locked packages, pages; knows no service.

Usage: ``python3 deploy/bootstrap.py run|dev``. Only the standard library, readable by Python 3.8,
so that an older Python meets a sentence and not a traceback. Each step leaves the digest of its
inputs in ``.venv/.firstreply``: one whose inputs have not changed costs a file read.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys

import npm
from steps import (
    ROOT,
    STAMPS,
    VENV,
    SetupError,
    digest,
    forget,
    is_current,
    remember,
    require_writable,
    run,
    step,
    surroundings,
)

OLDEST_PYTHON = (3, 11)  # asyncio.TaskGroup and StrEnum: see requires-python in pyproject.toml
INTERRUPTED = 130  # what a shell answers for a program ended by Ctrl-C
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
UV_LOCK = ROOT / "requirements-uv.lock"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"


def refuse_old_python() -> None:
    """Stop before anything that an old Python would stumble over."""
    if sys.version_info < OLDEST_PYTHON:
        have = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupError(
            f"Firstreply needs Python 3.11 or newer and {sys.executable} is {have}: "
            "install a newer one, or name it, as in `make run PYTHON=python3.12`."
        )


def require_venv_module() -> None:
    """Debian ships Python without the part of venv that installs pip."""
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise SetupError(
            f"{sys.executable} cannot make virtual environments: install its venv package "
            "(Debian and Ubuntu: `apt install python3-venv`), then run `make` again."
        )


def one_at_a_time() -> int:
    """Hold the checkout, so that two `make` in one folder do not install over each other."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("==> Waiting for another `make` that sets up this folder ...", flush=True)
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def venv_works() -> bool:
    """Whether .venv was made for this place, and its Python starts and is new enough."""
    if (STAMPS / "place").is_file() and not is_current("place", str(VENV)):
        return False
    probe = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    try:
        done = subprocess.run([PYTHON, "-c", probe], env=surroundings(), check=False)
    except OSError:
        return False
    return done.returncode == 0


def make_venv() -> None:
    """Adopt a working .venv; make one where there is none, or it was broken or moved."""
    if not venv_works():
        require_venv_module()
        require_writable(ROOT)
        with step("Creating .venv with Python {}.{}.{}".format(*sys.version_info)):
            if VENV.exists():
                require_writable(VENV)
                shutil.rmtree(VENV)
            remember("place", "unfinished")  # a kill in the middle leaves a .venv without pip
            run("Creating .venv", sys.executable, "-m", "venv", VENV)
            remember("place", str(VENV))
    if not is_current("place", str(VENV)):
        require_writable(VENV)
        remember("place", str(VENV))


def install_uv() -> None:
    """Put the locked installer into .venv with pip, which every Python brings along."""
    inputs = digest([UV_LOCK])
    if is_current("uv", inputs):
        return
    require_writable(VENV)
    with step("Installing uv"):
        pip = (PYTHON, "-m", "pip", "install", "--no-warn-script-location")
        run("Installing uv", *pip, "--require-hashes", "-r", UV_LOCK)
    remember("uv", inputs)


def install_packages(*, everything: bool) -> None:
    """Install exactly what the lock names; the lock for tests contains the lock for running."""
    if is_current("packages-dev", digest([DEV_LOCK])):
        return
    if not everything and is_current("packages-run", digest([RUN_LOCK])):
        return
    lock, name = (DEV_LOCK, "packages-dev") if everything else (RUN_LOCK, "packages-run")
    require_writable(VENV)
    with step(f"Installing the packages of {lock.name}"):
        forget("packages-dev")
        forget("packages-run")
        uv_install("the packages", "--require-hashes", "-r", lock)
    remember(name, digest([lock]))


def install_project() -> None:
    """Make `.venv/bin/firstreply`, reading this checkout in place."""
    inputs = digest([ROOT / "pyproject.toml"])
    if is_current("project", inputs) and (VENV / "bin" / "firstreply").is_file():
        return
    require_writable(VENV)
    with step("Installing firstreply from this folder"):
        uv_install("firstreply", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    remember("project", inputs)


def uv_install(what: str, *words: object) -> None:
    """`uv pip install` into our .venv."""
    run(f"Installing {what}", UV, "pip", "install", "--python", PYTHON, *words)


def set_up(*, everything: bool) -> None:
    """All that `make run` needs, and with everything what the tests need beside it."""
    holding = one_at_a_time()
    try:
        make_venv()
        install_uv()
        install_packages(everything=everything)
        install_project()
        npm.build_pages(with_tests=everything)
        if everything:
            npm.install_browser()
    finally:
        os.close(holding)


def main(words: list[str]) -> int:
    """Exit status: 0 ready, 1 with one sentence on stderr, 2 for a wrong call, 130 for Ctrl-C."""
    if words not in (["run"], ["dev"]):
        print("usage: bootstrap.py run|dev", file=sys.stderr)
        return 2
    try:
        refuse_old_python()
        set_up(everything=words == ["dev"])
    except SetupError as refusal:
        print(f"firstreply: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        where = error.filename or ROOT
        print(f"firstreply: {where}: {error.strerror}; mend that and run again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
