"""Agents who are alike are in the same sets; what is remembered of that changes nothing."""

from __future__ import annotations

import pytest

from services.router.domain import pool
from services.router.domain.effects import DecisionRecord
from tests.support.routing import Desk, an_agent


def a_morning() -> list[DecisionRecord]:
    """Everybody differs, and each takes as many as they may."""
    team = [an_agent(n, capacity=1 + n, skills=(("wine", 1 + n),)) for n in range(4)]
    desk = Desk(*team)
    for number in range(9):
        desk.customer_writes(number)
        for offer in desk.offers_of(number):
            desk.accepts(offer)
    desk.closes(2, None)
    desk.customer_writes(10)
    return desk.made


def test_what_is_forgotten_of_who_is_alike_is_made_out_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remembered = a_morning()
    monkeypatch.setattr(pool, "NAMES_KEPT", 1)
    assert a_morning() == remembered
    assert len(remembered) >= 10
