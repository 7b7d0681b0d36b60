"""How long a test waits for what must come, wherever the product promises no time for it."""

from __future__ import annotations

WAIT_S = 20.0
"""A wait ends when what it waits for is there: on an idle machine in some milliseconds, on one that
runs eight checkouts' tests at once in some seconds. Only a hang takes all of it."""
WAIT_MS = int(WAIT_S * 1_000)
