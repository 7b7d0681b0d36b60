"""What events say for a contact, and what they do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from services.history.domain.contacts import (
    KnownCustomer,
    MessageFact,
    RoutingFact,
    known_customer,
    order_numbers,
    past_conversation_id,
    shorten,
)
from services.history.domain.events import fact_of
from shared.contracts.cards import WORDS_MAX
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.clock import to_iso
from shared.kernel.vocabulary import EndReason, EventType
from tests.support.clock import START
from tests.support.events import event
from tests.support.orders import contact

CONVERSATION = "conv_01kap5e0000000000000000001"
MESSAGE = {
    "item": {
        "id": "item_01kap5e0000000000000000001",
        "conversation_id": CONVERSATION,
        "seq": 3,
        "kind": "message",
        "visibility": "everyone",
        "author": {"kind": "customer"},
        "text": "Waar is\nmijn ketel?",
        "created_at": to_iso(START),
    },
    "conversation": {
        "id": CONVERSATION,
        "site_id": "site_01kap5e0000000000000000001",
        "session_id": "sess_01kap5e0000000000000000001",
        "channel": "chat",
        "customer": {"kind": "shop_customer", "value": " anna ", "verified": True},
        "started_at": to_iso(START - 9),
    },
    "received_at": to_iso(START),
}
ROUTING = {
    "conversation_id": CONVERSATION,
    "version": 4,
    "status": "ended",
    "respond_by": to_iso(START),
    "queued_at": to_iso(START - 8),
    "agent": {"id": "agent_01kap5e0000000000000000001", "name": "Piotr"},
    "first_response_ms": 321,
    "ended_at": to_iso(START + 5),
    "end_reason": "customer_left",
}


def message(**item: object) -> MessageFact:
    body = json.loads(json.dumps(MESSAGE))
    body["item"] |= item
    fact = fact_of(event(body=body)).content
    assert isinstance(fact, MessageFact)
    return fact


def routing(kind: EventType = EventType.CONVERSATION_ENDED, **changes: Any) -> RoutingFact:
    told = event(body=json.loads(json.dumps(ROUTING | changes)))
    fact = fact_of(told.model_copy(update={"type": kind})).content
    assert isinstance(fact, RoutingFact)
    return fact


class TestMessages:
    def test_customers_message_counts_and_gives_first_words_on_one_line(self) -> None:
        fact = message()
        assert (fact.seq, fact.counts, fact.first_words) == (3, True, "Waar is mijn ketel?")
        assert fact.started_at == START - 9
        assert fact.customer == KnownCustomer(IdentityKind.SHOP_CUSTOMER, "anna", None)

    def test_agents_message_counts_and_gives_last_words(self) -> None:
        fact = message(author={"kind": "agent"})
        assert (fact.counts, fact.first_words) == (True, None)
        assert fact.last_words == "Waar is mijn ketel?"
        assert message().last_words is None

    @pytest.mark.parametrize("item", [{"kind": "joined"}, {"visibility": "agents"}])
    def test_lines_and_notes_do_not_count(self, item: dict[str, str]) -> None:
        fact = message(**item)
        assert (fact.counts, fact.first_words, fact.last_words) == (False, None, None)


class TestRouting:
    def test_ended_conversation_tells_when_and_why(self) -> None:
        fact = routing()
        assert (fact.ended_at, fact.end_reason) == (START + 5, EndReason.CUSTOMER_LEFT)
        assert (fact.agent_name, fact.first_response_ms, fact.routing_version) == ("Piotr", 321, 4)

    @pytest.mark.parametrize("missing", ["ended_at", "end_reason"])
    def test_half_an_end_is_no_end(self, missing: str) -> None:
        fact = routing(EventType.CONVERSATION_ENDED, **{missing: None})
        assert (fact.ended_at, fact.end_reason) == (None, None)

    def test_conversation_without_an_agent_tells_none(self) -> None:
        assert routing(EventType.CONVERSATION_QUEUED, agent=None).agent_name is None


class TestEvents:
    def test_event_of_no_interest_is_a_fact_without_content(self) -> None:
        told = event().model_copy(update={"type": EventType.AGENT_UPDATED})
        assert fact_of(told).content is None

    def test_unreadable_event_raises(self) -> None:
        with pytest.raises(ValidationError):
            fact_of(event(body={"item": "0e1"}))


class TestKnownCustomers:
    """LESSONS 24: only what is verified opens anything."""

    @pytest.mark.parametrize(
        "ref",
        [
            None,
            CustomerRef(kind=IdentityKind.EMAIL, value="anna@example.org", verified=False),
            CustomerRef(kind=IdentityKind.EMAIL, value="anna", verified=True),
            CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="  ", verified=True),
        ],
    )
    def test_nobody_is_known_by_nothing(self, ref: CustomerRef | None) -> None:
        assert known_customer(ref) is None

    def test_verified_address_is_normalised(self) -> None:
        ref = CustomerRef(
            kind=IdentityKind.EMAIL, value=" Anna@example.org", verified=True, name="A"
        )
        assert known_customer(ref) == KnownCustomer(IdentityKind.EMAIL, "anna@example.org", "A")


class TestShortening:
    def test_short_text_stays_as_it_is(self) -> None:
        assert shorten("x" * WORDS_MAX) == "x" * WORDS_MAX

    def test_long_text_is_cut_and_marked(self) -> None:
        cut = shorten("word " * 100)
        assert len(cut) <= WORDS_MAX
        assert cut.endswith("word…")


class TestPastContacts:
    def test_each_reference_has_a_conversation_of_its_own_whatever_it_tells(self) -> None:
        one = past_conversation_id(contact("T-1"))
        assert one == past_conversation_id(contact("T-1", first_words="Dag"))
        assert one != past_conversation_id(contact("T-2"))
        assert one != past_conversation_id(contact("T-1", platform="another"))


class TestOrderNumbers:
    @pytest.mark.parametrize(
        ("text", "numbers"),
        [
            ("Where is #1002?", ("1002",)),
            ("Mijn bestelling is nl-2026/44.", ("NL-2026/44",)),
            ("1002, 1002 and 1003!", ("1002", "1003")),
            ("I want 2 of them at 10", ()),
            ("nothing here", ()),
        ],
    )
    def test_what_may_be_a_number_is_gathered(self, text: str, numbers: tuple[str, ...]) -> None:
        assert order_numbers(text) == numbers

    def test_pasted_table_is_cut(self) -> None:
        assert len(order_numbers(" ".join(str(number) for number in range(100, 200)))) == 10
