"""Where the real data lies that some tests want; they say so when it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]


def real_data(name: str) -> Path:
    """Return a folder of FIRSTREPLY_DATA (else ../shared/data); skip, saying so, without it."""
    given = os.environ.get("FIRSTREPLY_DATA")
    root = Path(given) if given else REPO.parent / "shared" / "data"
    folder = root / name
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set FIRSTREPLY_DATA to have this tested")
    return folder
