"""The card from what is stored."""

from __future__ import annotations

from typing import Any

from services.history.domain.cards import LINES_SHOWN, PARTS_SHOWN, StoredCard
from shared.contracts.items import IdentityKind
from shared.kernel.vocabulary import Channel, EndReason, OrderStatus
from shared.kit.new_ids import new_id
from tests.support.cards import card_at
from tests.support.clock import START

LINE = {
    "line_no": 1,
    "product_ref": "P",
    "title": "Kettle",
    "quantity": 2,
    "unit_price_minor": 100,
    "freight_minor": 5,
}
CUSTOMER: dict[str, Any] = {
    "id": str(new_id()),
    "name": "Anna",
    "email": None,
    "phone": None,
    "city": None,
    "region": None,
    "locale": None,
    "since": START,
    "order_count": 1,
    "contact_count": 1,
    "spent_minor": 205,
    "currency": "EUR",
    "spent": [{"currency": "EUR", "minor": 205}],
    "returned_count": 0,
    "known_by": ["shop_customer"],
}
MORE: dict[str, Any] = {
    "cart": None,
    "notes": [],
    "follow_ups": [],
    "recent": [],
    "suggestions": [],
}
ORDER: dict[str, Any] = {
    "id": str(new_id()),
    "reference": "A-1",
    "status": "shipped",
    "placed_at": START,
    "promised_at": START + 10,
    "delivered_at": None,
    "currency": "EUR",
    "total_minor": 205,
    "review_score": None,
    "review_text": None,
    "lines": [LINE],
    "parts": {},
    "pictures": None,
}
CONTACT: dict[str, Any] = {
    "id": str(new_id()),
    "conversation_id": str(new_id()),
    "channel": "email",
    "started_at": START,
    "ended_at": START + 1,
    "end_reason": "abandoned",
    "agent_name": None,
    "first_response_ms": None,
    "message_count": 1,
    "first_words": "Hoi",
    "order_ids": [],
}


def stored(**order: Any) -> StoredCard:
    return StoredCard(CUSTOMER, [ORDER | order], [CONTACT], [], MORE)


class TestCard:
    def test_late_is_told_for_the_instant_that_is_asked(self) -> None:
        assert not card_at(stored(), START + 10).orders[0].late
        assert card_at(stored(), START + 11).orders[0].late

    def test_what_was_promised_stands_on_it(self) -> None:
        promise = {
            "id": str(new_id()),
            "conversation_id": str(new_id()),
            "text": "Call her back.",
            "due_at": START + 10,
            "order_reference": None,
            "created_at": START,
            "created_by": "Piotr",
        }
        more = MORE | {"follow_ups": [promise]}
        (shown,) = card_at(StoredCard(CUSTOMER, [ORDER], [], [], more), START).follow_ups
        assert (str(shown.id), shown.text, shown.created_by) == (
            promise["id"],
            "Call her back.",
            "Piotr",
        )

    def test_notes_stand_on_it_with_who_wrote_them(self) -> None:
        note = {
            "id": str(new_id()),
            "text": "Likes mail.",
            "created_by": "Anna",
            "created_at": START,
        }
        more = MORE | {"notes": [note]}
        (shown,) = card_at(StoredCard(CUSTOMER, [ORDER], [], [], more), START).notes
        assert (str(shown.id), shown.text, shown.created_by) == (note["id"], "Likes mail.", "Anna")

    def test_words_and_ids_are_ours_again(self) -> None:
        card = card_at(stored(), START)
        (order,), (contact,) = card.orders, card.contacts
        assert (order.status, str(order.id)) == (OrderStatus.SHIPPED, ORDER["id"])
        assert (contact.channel, contact.end_reason) == (Channel.EMAIL, EndReason.ABANDONED)
        assert (card.customer.name, card.customer.spent_minor) == ("Anna", 205)
        assert order.lines[0].quantity == 2

    def test_lines_beyond_what_fits_are_counted(self) -> None:
        lines = [LINE | {"line_no": number} for number in range(1, LINES_SHOWN + 4)]
        (order,) = card_at(stored(lines=lines), START).orders
        assert (len(order.lines), order.more_lines) == (LINES_SHOWN, 3)

    def test_shares_are_told_as_fractions_even_when_they_are_whole(self) -> None:
        one = {"product_ref": "Q", "title": "Cup", "together": 3, "support": 1, "lift": 2}
        more = MORE | {"suggestions": [one]}
        (shown,) = card_at(StoredCard(CUSTOMER, [ORDER], [], [], more), START).suggestions
        assert (shown.support, shown.lift) == (1.0, 2.0)


class TestParts:
    def test_line_is_shown_with_the_picture_of_its_product(self) -> None:
        own = "https://shop.example/own.jpg"
        lines = [LINE, LINE | {"line_no": 2, "picture_url": own}, LINE | {"product_ref": "Q"}]
        pictures = {"P": "https://shop.example/p.jpg"}
        order = ORDER | {"lines": lines, "pictures": pictures}
        (shown,) = card_at(StoredCard(CUSTOMER, [order], [], [], MORE), START).orders
        assert [one.picture_url for one in shown.lines] == [pictures["P"], own, None]

    def test_newest_parts_are_shown(self) -> None:
        refunds = [
            {
                "reference": f"R-{number}",
                "amount_minor": 1,
                "refunded_at": "2026-01-01T00:00:00.000Z",
            }
            for number in range(PARTS_SHOWN + 1)
        ]
        order = ORDER | {"parts": {"refunds": refunds}}
        (shown,) = card_at(StoredCard(CUSTOMER, [order], [], [], MORE), START).orders
        assert [one.reference for one in shown.parts.refunds] == [
            one["reference"] for one in refunds[1:]
        ]
        assert shown.parts.payments == ()

    def test_what_was_not_told_of_a_part_is_told_as_nothing(self) -> None:
        back = {
            "reference": "B",
            "status": "requested",
            "opened_at": "2026-01-01T00:00:00.000Z",
            "lines": [{"quantity": 1, "line_no": 2}],
        }
        paid = {"status": "paid", "reference": "P", "amount_minor": 205}
        parts = {"returns": [back], "payments": [paid]}
        (shown,) = card_at(stored(parts=parts), START).orders
        assert shown.parts.returns[0].lines[0].reason is None
        assert shown.parts.payments[0].method is None


class TestHints:
    def test_who_gave_the_same_address_is_named_with_what_is_the_same(self) -> None:
        hint = {"customer_id": str(new_id()), "name": None, "same": ["email", "phone"]}
        (shown,) = card_at(StoredCard(CUSTOMER, [], [], [hint], MORE), START).may_be
        assert str(shown.customer_id) == hint["customer_id"]
        assert shown.same == (IdentityKind.EMAIL, IdentityKind.PHONE)
