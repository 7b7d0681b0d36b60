"""The demo shop's fixed names: made up by us, the same on every machine."""

from __future__ import annotations

import unicodedata
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
"""Those who sit at the console: whoever tries it signs in as one of them."""

SUPERVISOR = DemoAgent(
    UUID("01920000-0000-7000-8000-00000000da09"), "Vera Lindqvist", "vera@fern.example"
)
"""Who looks at the wallboard and takes no conversations."""

STAND_INS = (
    DemoAgent(UUID("01920000-0000-7000-8000-00000000db01"), "Bram Hoekman", "bram@fern.example"),
    DemoAgent(UUID("01920000-0000-7000-8000-00000000db02"), "Ioana Mureșan", "ioana@fern.example"),
    DemoAgent(
        UUID("01920000-0000-7000-8000-00000000db03"), "Tiago Figueiredo", "tiago@fern.example"
    ),
    DemoAgent(UUID("01920000-0000-7000-8000-00000000db04"), "Ewa Sikorska", "ewa@fern.example"),
    DemoAgent(
        UUID("01920000-0000-7000-8000-00000000db05"), "Кремена Дончева", "kremena@fern.example"
    ),
    DemoAgent(UUID("01920000-0000-7000-8000-00000000db06"), "Owen Prichard", "owen@fern.example"),
)
"""Those whom `firstreply demo --live` plays, so that the others are free for people."""


def email_of(name: str, number: int) -> str:
    """Return an address in the domain that never is anybody's (RFC 2606)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = "".join(letter if letter.isalnum() else "." for letter in plain.lower())
    local = ".".join(part for part in words.split(".") if part)
    return f"{local or 'customer'}.{number}@mail.example"
