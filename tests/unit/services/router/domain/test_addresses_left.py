"""An address that somebody leaves stands with their conversation, and proves nothing."""

from __future__ import annotations

from dataclasses import replace

from services.router.domain.effects import Effects
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.vocabulary import ItemKind
from tests.support.routing import Desk, a_message, conversation_id, shape_of

ROSA = CustomerRef(kind=IdentityKind.EMAIL, value="rosa@mail.example", verified=False)
MARIA = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="c-17", verified=True)


def leaves(desk: Desk, number: int, customer: CustomerRef = ROSA) -> Effects:
    message = a_message(conversation_id(number), 2, desk.now)
    return desk.do(replace(message, kind=ItemKind.ADDRESS, customer=customer))


def test_it_stands_with_a_conversation_of_nobody_and_is_told_to_nobody() -> None:
    desk = Desk()
    desk.customer_writes(1)
    effects = leaves(desk, 1)
    assert desk.conversation(1).customer == ROSA
    assert effects.conversations_told == ()
    assert shape_of(desk.rebuild()) == shape_of(desk.engine)


def test_it_changes_nothing_of_somebody_who_is_known_or_of_no_conversation() -> None:
    desk = Desk()
    desk.customer_writes(1)
    leaves(desk, 1, MARIA)
    desk.do(replace(a_message(conversation_id(1), 3, desk.now), kind=ItemKind.ADDRESS))
    assert desk.conversation(1).customer == MARIA
    message = a_message(conversation_id(2), 1, desk.now)
    desk.do(replace(message, kind=ItemKind.ADDRESS, customer=ROSA))
    assert conversation_id(2) not in desk.tables.conversations
