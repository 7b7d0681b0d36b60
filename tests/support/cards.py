"""Cards as the contract has them, of what the service answers."""

from __future__ import annotations

from services.history.domain.cards import StoredCard, card_json
from shared.contracts.cards import Card
from shared.kernel.clock import Instant


def card_from(told: bytes) -> Card:
    """Read a card, and assert that the contract would have written these very bytes."""
    card = Card.model_validate_json(told)
    assert card.to_json() == told
    return card


def card_at(stored: StoredCard, at: Instant) -> Card:
    """Return the card of what is stored as it is true at an instant."""
    return card_from(card_json(stored, at))
