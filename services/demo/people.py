"""The demo shop's fixed names: made up by us, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

SHOP_ID = UUID("01920000-0000-7000-8000-00000000d001")
"""The same everywhere, so that a console's remembered shop still fits after the data is removed."""
SITE_ID = UUID("01920000-0000-7000-8000-00000000d002")
SHOP_NAME = "Fern & Kettle"
PASSWORD = "fern-and-kettle"  # noqa: S105  printed at start; exists only while bound to loopback


@dataclass(frozen=True)
class DemoAgent:
    """An agent who can sign in while only this machine can reach the port."""

    id: UUID
    name: str
    email: str


AGENTS = (
    DemoAgent(UUID("01920000-0000-7000-8000-00000000da01"), "Anna de Wit", "anna@fern.example"),
    DemoAgent(
        UUID("01920000-0000-7000-8000-00000000da02"), "Piotr Zieliński", "piotr@fern.example"
    ),
    DemoAgent(UUID("01920000-0000-7000-8000-00000000da03"), "Мария Петрова", "maria@fern.example"),
)
