"""Everything a card holds beside orders and contacts, on a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.contracts import subjects
from shared.contracts.cards import Card, CardRequest, CardsChanged
from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.orders import IngestCart, OrderParts, Payment, Return
from shared.kernel.vocabulary import (
    AuthorKind,
    ItemKind,
    MatterKind,
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
    Scope,
)
from shared.kit.new_ids import new_id
from tests.integration.services.history.test_events import Talk, send
from tests.integration.services.history.test_people import post, wire
from tests.support.clock import START
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import DAY_MS, line, order, person

if TYPE_CHECKING:
    from tests.support.history import RunningService, Stores

DATELESS: dict[str, Any] = {"promised_at": None, "delivered_at": None}
ANNA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="anna", verified=True)


async def card_of(service: RunningService) -> Card:
    card = await service.card(CardRequest(shop_id=SHOP, customer=ANNA))
    assert card is not None
    return card


def under_way() -> list[Any]:
    """Seven orders: one is coming back, one is unpaid, one is late, one was returned."""
    told: list[dict[str, Any]] = [{} for _ in range(7)]
    failed = Payment(reference="P", status=PaymentStatus.FAILED, amount_minor=2_995, at=START)
    back = Return(reference="R", status=ReturnStatus.REQUESTED, opened_at=START)
    told[0] = {"parts": OrderParts(returns=(back,))}
    told[1] = {"parts": OrderParts(payments=(failed,)), "status": OrderStatus.CREATED}
    told[5] = {"status": OrderStatus.SHIPPED, "promised_at": START - 3 * DAY_MS}
    told[6] = {"returned_at": START, "currency": "PLN"}
    return [
        order(f"A-{age}", placed_at=START - (20 - age) * DAY_MS, **(DATELESS | one))
        for age, one in enumerate(told)
    ]


class TestWholeCard:
    async def test_card_says_what_is_open_of_old_orders_too(
        self, service: RunningService, stores: Stores
    ) -> None:
        await stores.orders.ingest(SHOP, under_way(), None)
        cart = IngestCart(
            platform="test",
            reference="C",
            shop_ref="anna",
            updated_at=START - 1,
            currency="EUR",
            total_minor=12_900,
            lines=(line(),),
        )
        await stores.orders.ingest_carts(SHOP, [cart])
        card = await card_of(service)
        assert [(one.kind, one.order, one.days) for one in card.open_now] == [
            (MatterKind.LATE_PARCEL, "A-5", 3),
            (MatterKind.PAYMENT_FAILED, "A-1", None),
            (MatterKind.RETURN_UNDER_WAY, "A-0", None),
            (MatterKind.CART_IN_PROGRESS, None, None),
        ]
        assert [one.reference for one in card.orders] == ["A-6", "A-5", "A-4", "A-3", "A-2"]
        assert [(one.currency, one.minor) for one in card.customer.spent] == [
            ("EUR", 6 * 2_995),
            ("PLN", 2_995),
        ]
        assert (card.customer.order_count, card.customer.returned_count) == (7, 1)
        assert card.customer.known_by == (IdentityKind.SHOP_CUSTOMER,)
        assert (card.facts.late_days, card.facts.cart_value_minor) == (3, 12_900)

    async def test_third_contact_about_an_order_is_told_and_so_is_how_it_was_rated(
        self, service: RunningService, stores: Stores
    ) -> None:
        await stores.orders.ingest(SHOP, [order("A-100", number="#2001"), order("A-101")], None)
        for words in ("Where is 2001?", "And a-100, please?"):
            talk = Talk()
            asked = talk.item(7, AuthorKind.CUSTOMER, ItemKind.MESSAGE, words)
            rated = talk.item(8, AuthorKind.CUSTOMER, ItemKind.SURVEY, "", rating=2)
            await send(service, [*talk.events(), asked, rated])
        card = await card_of(service)
        again = card.repetition
        assert again is not None
        assert (again.contacts, again.about_order, again.order) == (2, 2, "#2001")
        assert [one.rating for one in card.contacts] == [2, 2]

    async def test_suggestions_are_what_others_bought_with_it(
        self, service: RunningService, stores: Stores
    ) -> None:
        others = [
            order(f"B-{number}", customer=person(f"b{number}"), lines=(line(1), line(2)))
            for number in range(3)
        ]
        alone = [
            order(f"D-{number}", customer=person(f"d{number}"), lines=(line(9),))
            for number in range(5)
        ]
        twice = order("E", customer=person("e"), lines=(line(1), line(4)))
        await stores.orders.ingest(SHOP, [*others, *alone, twice, order("A-1")], None)
        assert (await card_of(service)).suggestions == ()
        assert await stores.cards.count_together(SHOP, 100, 3, 5) == 2
        (found,) = (await card_of(service)).suggestions
        assert (found.product_ref, found.together) == ("P-2", 3)
        assert (found.support, found.lift) == (0.3, 2.0)
        assert await stores.cards.count_together(OTHER_SHOP, 100, 3, 5) == 0
        assert len((await card_of(service)).suggestions) == 1

    async def test_notes_stand_on_the_card(self, service: RunningService, stores: Stores) -> None:
        await stores.orders.ingest(SHOP, [order()], None)
        who = wire((await card_of(service)).customer.id)
        async with service.client(Scope.AGENT) as client:
            noted = await post(client, f"{who}/notes", text="Deaf in one ear.")
        assert noted.status_code == 201
        assert [one.text for one in (await card_of(service)).notes] == ["Deaf in one ear."]

    async def test_somebody_elses_customer_can_be_noted_nothing_of(
        self, service: RunningService, stores: Stores
    ) -> None:
        """LESSONS 25 (Chatwoot CVE-2026-115725; Rocket.Chat loadHistory)."""
        await stores.orders.ingest(SHOP, [order()], None)
        known = (await card_of(service)).customer.id
        told = []
        for customer_id in (known, new_id()):
            async with service.client(Scope.AGENT, shop_id=OTHER_SHOP) as eve:
                answer = await post(eve, f"{wire(customer_id)}/notes", text="Eve was here")
            told.append((answer.status_code, answer.json()["code"]))
        assert told == [(404, "not_found")] * 2

    async def test_changed_order_is_told_to_who_shows_the_card(
        self, service: RunningService
    ) -> None:
        heard: list[CardsChanged] = []
        await service.bus.subscribe(
            subjects.CARDS_CHANGED, lambda raw: heard.append(CardsChanged.model_validate_json(raw))
        )
        await service.history.orders.ingest(SHOP, [order()], None)
        await service.until(lambda: len(heard) == 1)
        assert (heard[0].shop_id, [one.value for one in heard[0].customers]) == (SHOP, ["anna"])
        await service.history.orders.ingest(SHOP, [order()], None)
        await service.history.orders.ingest(SHOP, [order(note="Broken")], None)
        await service.until(lambda: len(heard) == 2)

    @pytest.mark.parametrize("scope", [Scope.CUSTOMERS_READ, Scope.ORDERS_WRITE])
    async def test_only_agents_note(self, service: RunningService, scope: Scope) -> None:
        async with service.client(scope) as client:
            refused = await post(client, f"{wire(new_id())}/notes", text="x")
        assert refused.status_code == 403
