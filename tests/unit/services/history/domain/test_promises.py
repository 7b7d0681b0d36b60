"""What history keeps of a promise that the router tells of."""

from __future__ import annotations

from typing import Any

from services.history.domain.contacts import KnownCustomer
from services.history.domain.events import fact_of
from services.history.domain.promises import PromiseFact
from shared.contracts.items import CustomerRef, IdentityKind
from tests.support.clock import START
from tests.support.promises import CONVERSATION, HOUR_MS, PROMISE, promise_told


def kept(**changes: Any) -> PromiseFact:
    content = fact_of(promise_told(2, **changes)).content
    assert isinstance(content, PromiseFact)
    return content


def test_an_open_promise_is_kept_with_its_words_and_for_whom_it_is() -> None:
    assert kept() == PromiseFact(
        promise_id=str(PROMISE),
        promise_version=2,
        conversation_id=str(CONVERSATION),
        customer=KnownCustomer(IdentityKind.SHOP_CUSTOMER, "anna", "Anna Kos"),
        text="Call her back.",
        due_at=START + HOUR_MS,
        order_reference="A-1",
        promised_at=START,
        promised_by="Piotr",
        is_over=False,
    )


def test_of_one_that_is_over_no_words_are_kept() -> None:
    over = kept(over=True)
    assert (over.is_over, over.text, over.order_reference) == (True, "", None)


def test_a_promise_to_nobody_who_is_known_for_certain_is_on_no_card() -> None:
    """A typed address proves nothing (LESSONS 24)."""
    typed = CustomerRef(kind=IdentityKind.EMAIL, value="anna@mail.example", verified=False)
    assert fact_of(promise_told(2, customer=typed)).content is None
    assert fact_of(promise_told(2, customer=None)).content is None
