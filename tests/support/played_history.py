"""History as the router's tests play it: one customer, answered when the test lets it."""

from __future__ import annotations

import asyncio

from shared.contracts.cards import Card, CardAnswer, CardCustomer, CardRequest, MayBe
from shared.kit.new_ids import new_id


class PlayedHistory:
    """Answers each question for a card with the same one, once it is let.

    Attributes:
        asked: every question so far.
        may_answer: set unless the test has history take its time.
        card: the card, or None where nobody is known.
        may_be: who the customer may be, where nobody is known.
    """

    def __init__(self) -> None:
        self.asked: list[CardRequest] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.may_be: tuple[MayBe, ...] = ()
        self.card: Card | None = Card(
            customer=CardCustomer(
                id=new_id(),
                name="Maria Silva",
                email="maria@example.com",
                phone="+551155",
                city="Campinas",
                region="SP",
                order_count=3,
                contact_count=1,
                spent_minor=12_345,
                currency="BRL",
            ),
            orders=(),
            contacts=(),
        )

    async def answer(self, raw: bytes) -> bytes:
        self.asked.append(CardRequest.model_validate_json(raw))
        await self.may_answer.wait()
        return CardAnswer(card=self.card, may_be=self.may_be).to_json()
