"""What a recorded history is made of: who asked when, how long they waited, how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.kernel.clock import Instant, Millis


@dataclass(frozen=True, slots=True)
class Contact:
    """One customer who asked for a human; `line` is where the file says so."""

    line: int
    at: Instant
    """When they asked for a human."""
    waited_ms: Millis
    """How long they waited, until they were answered or left."""
    handle_ms: Millis | None
    """How long a human was busy with them; None: they left before anybody answered."""
    kind: str = ""

    @property
    def left(self) -> bool:
        """Tell whether they gave up waiting."""
        return self.handle_ms is None


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that cannot be right, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything one file says, in the order of asking."""

    contacts: tuple[Contact, ...]
    rejected: tuple[Rejected, ...] = ()
    no_demand: Mapping[str, int] = field(default_factory=dict)
    """Rows that are right and asked for no human, counted by what they are."""
    spoken: bool = False
    """Calls: whoever picks up has answered."""


class UnreadableError(Exception):
    """The file as a whole is none of the kinds known; the message is a sentence for people."""


class RowError(ValueError):
    """One row cannot be right; the message is the reason that is told."""
