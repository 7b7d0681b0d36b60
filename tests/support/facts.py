"""History as routing hears it: what it knows of a customer, as values."""

from __future__ import annotations

from typing import Any

from services.router.domain.commands import FactsKnown
from services.router.domain.effects import Effects
from shared.contracts.cards import CardFacts
from tests.support.routing import Desk, conversation_id


def learns(desk: Desk, number: int, **facts: Any) -> Effects:
    """Let history say what it knows of a conversation's customer."""
    return desk.do(FactsKnown(conversation_id(number), CardFacts(**facts)))
