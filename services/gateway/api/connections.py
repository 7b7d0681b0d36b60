"""Which connection of each session is the newest on this node."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Replaceable(Protocol):
    """A connection that can be told that another one took its place."""

    def replaced(self) -> None:
        """Say so and close."""
        ...


class Connections:
    """The newest connection of each session; older ones are replaced."""

    def __init__(self) -> None:
        self._newest: dict[UUID, tuple[int, Replaceable]] = {}

    def __len__(self) -> int:
        return len(self._newest)

    def claim(self, session_id: UUID, connection_no: int, connection: Replaceable) -> bool:
        """Make this the session's connection; false when a newer one is here already."""
        held = self._newest.get(session_id)
        if held is not None and held[0] > connection_no:
            return False
        self._newest[session_id] = (connection_no, connection)
        if held is not None:
            held[1].replaced()
        return True

    def replace(self, session_id: UUID, connection_no: int) -> None:
        """Close this node's connection of a session if another node has a newer one."""
        held = self._newest.get(session_id)
        if held is not None and held[0] < connection_no:
            del self._newest[session_id]
            held[1].replaced()

    def release(self, session_id: UUID, connection: Replaceable) -> None:
        """Forget a connection that is gone; does nothing when it was replaced."""
        held = self._newest.get(session_id)
        if held is not None and held[1] is connection:
            del self._newest[session_id]
