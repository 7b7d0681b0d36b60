"""Finds the Chromium that browser tests drive and starts it; knows nothing of our pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, async_playwright

CHECKOUT = Path(__file__).parents[2]
BUNDLED = CHECKOUT / ".venv" / "cache" / "chromium"
"""Where deploy/npm.py unpacks the npm package: the program, `lib/`, `fonts/`, `fonts.conf`."""
SYSTEM = Path("/usr/bin/chromium")
START_TIMEOUT_MS = 60_000
"""A cold start reads 200 MB from disk, and the processors may be busy."""
FLAGS = (
    "--disable-gpu",  # no drawing hardware is assumed
    "--disable-dev-shm-usage",  # containers give /dev/shm 64 MiB, two pages need more
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


@dataclass(frozen=True, slots=True)
class Chromium:
    """One Chromium on this machine, and what its process needs in its environment."""

    executable: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def bundled_chromium(folder: Path) -> Chromium:
    """The unpacked npm package: it brings its own shared libraries and a font."""
    return Chromium(
        folder / "chromium",
        {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": str(folder / "fonts.conf")},
    )


def find_chromium(environ: Mapping[str, str] = os.environ) -> Chromium:
    """Look in CHROMIUM_PATH, on the machine, in .venv; LookupError where there is none."""
    if named := environ.get("CHROMIUM_PATH"):
        found = Chromium(Path(named))
    elif SYSTEM.exists() and environ.get("FIRSTREPLY_BUNDLED_ONLY") != "1":
        found = Chromium(SYSTEM)
    else:
        found = bundled_chromium(BUNDLED)
    if not found.executable.is_file():
        raise LookupError(f"no Chromium at {found.executable}: run `make e2e`, which fetches one")
    return found


@asynccontextmanager
async def running_chromium(chromium: Chromium, home: Path) -> AsyncIterator[Browser]:
    """A headless browser, closed with everything it started; its caches stay in `home`."""
    private = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable,
            env={**os.environ, **private, **chromium.environment},
            args=list(FLAGS),
            # The sandbox wants user namespaces, which root and most containers do not give;
            # only our own pages are opened here.
            chromium_sandbox=False,
            headless=True,
            timeout=START_TIMEOUT_MS,
        )
        try:
            yield browser
        finally:
            await browser.close()
