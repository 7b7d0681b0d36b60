"""The lanes of latest values: signs, and what customers' pages tell. What is refused is dropped."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from services.gateway.usecases.note_context import ContextRow, NoteContext
from services.gateway.usecases.pass_signs import Noted, PassSigns, SignRow
from shared.kernel.errors import RefusedError
from shared.kit.lanes import GroupLane


class LatestValues:
    """Takes latest values of customers without a wait; an agent is told what became of one.

    Attributes:
        signs: the lane of both parties' signs.
        contexts: the lane of the customers' pages and carts.
    """

    def __init__(self, pass_signs: PassSigns, note_context: NoteContext) -> None:
        self.signs: Final[GroupLane[SignRow, Noted]] = GroupLane("gateway.signs", pass_signs)
        self.contexts: Final[GroupLane[ContextRow, None]] = GroupLane(
            "gateway.contexts", note_context
        )

    def sign(self, row: SignRow) -> None:
        """Pass a customer's sign on, if there is room: the next one makes up for it."""
        with suppress(RefusedError):
            _ = self.signs.post(row)

    def note_context(self, row: ContextRow) -> None:
        """Keep what a customer's page tells, if it tells anything and there is room."""
        if row.says_something:
            with suppress(RefusedError):
                _ = self.contexts.post(row)
