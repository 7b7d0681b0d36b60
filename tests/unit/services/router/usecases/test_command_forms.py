"""What travels between routers arrives as it left, and as far as the older release can read it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args
from uuid import UUID

import pytest
from pydantic import JsonValue

from services.router.domain.commands import (
    AgentChanged,
    Command,
    ConversationClosed,
    CustomerErased,
    CustomerLeft,
    FactsKnown,
    OfferAccepted,
    OfferDeclined,
    OfferSeen,
    PolicySet,
    PresenceChanged,
    QueueChanged,
    StatusSet,
    Tick,
)
from services.router.domain.effects import (
    Answer,
    ConversationNow,
    HeardUpTo,
    Noted,
    Refused,
    Taken,
)
from services.router.domain.model import Assignment, Conversation
from services.router.domain.needs import Asked, AskedStep
from services.router.usecases.command_forms import (
    ANSWERS,
    COMMANDS,
    from_outcome,
    to_command,
    to_order,
    to_outcome,
)
from services.router.usecases.ownership import NotOwnedError, Order, UnheardError
from shared.contracts.cards import CardFacts
from shared.contracts.commands import CommandOutcome, CommandVerdict, ShopCommand
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import (
    AgentStatus,
    Channel,
    ConversationStatus,
    EndReason,
    Presence,
)
from tests.support.routing import A_CHANGE, NODE, a_message, agent_id, conversation_id
from tests.support.work import requested

SHOP, OFFER = UUID(int=1), UUID(int=0x0FFE)
NOW = 1_790_000_000_123
CUSTOMER = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value="42", verified=True, name="Zoë")

CONVERSATION = Conversation(
    id=conversation_id(1),
    status=ConversationStatus.ENDED,
    channel=Channel.CHAT,
    customer=CUSTOMER,
    preview="Where is my parcel?",
    started_at=NOW,
    queued_at=NOW + 1,
    respond_by=NOW + 10_000,
    version=5,
    agent_id=agent_id(1),
    agent_name="Anna",
    assignment_id=UUID(int=9),
    assignment_version=2,
    first_response_ms=2_500,
    queue_wait_ms=900,
    ended_at=NOW + 60_000,
    end_reason=EndReason.CLOSED_BY_AGENT,
    passed_by=((agent_id(2), NOW + 4),),
    widen_at=NOW + 5,
    offers_made=3,
    decisions_made=4,
)
ASSIGNMENT = Assignment(
    id=UUID(int=9),
    conversation_id=conversation_id(1),
    agent_id=agent_id(1),
    offer_id=OFFER,
    version=2,
    weight=1,
    started_at=NOW,
)
SAID: list[Command] = [
    replace(a_message(conversation_id(1), 3, NOW), customer=CUSTOMER),
    a_message(conversation_id(1), 1, NOW),
    PresenceChanged(agent_id(1), NODE, Presence.CONNECTED),
    StatusSet(agent_id(1), AgentStatus.AWAY),
    OfferSeen(OFFER, agent_id(1)),
    OfferAccepted(OFFER, agent_id(1)),
    OfferDeclined(OFFER, agent_id(1)),
    ConversationClosed(conversation_id(1), agent_id(1)),
    ConversationClosed(conversation_id(1), None),
    CustomerLeft(conversation_id(1)),
    CustomerErased(conversation_id(1)),
    FactsKnown(conversation_id(1), CardFacts(late_parcel=True, cart_value_minor=12_345)),
    AgentChanged(agent_id(1), "Anna B.", None, False, A_CHANGE),
    QueueChanged(30_000, replace(A_CHANGE, actor_id="agent_1", fields_json='{"hours": null}')),
    QueueChanged(None, A_CHANGE),
    requested(1, 2, Asked(SHOP, -3, (("mail", 2),), ("pt",), (AskedStep(9, (), ("en", "pt")),))),
    PolicySet((), A_CHANGE),
    PolicySet(
        (("capacity", 3), ("holding_text", "7"), ("weights", ((Channel.VOICE, 100),))), A_CHANGE
    ),
]
ANSWERED: list[Answer] = [
    Noted(),
    HeardUpTo(7),
    Taken(ASSIGNMENT, CONVERSATION),
    ConversationNow(CONVERSATION),
    Refused(ErrorCode.AT_CAPACITY),
]


def test_every_command_but_the_owners_own_tick_has_a_form() -> None:
    assert {*COMMANDS.values(), Tick} == set(get_args(Command))
    assert set(ANSWERS.values()) == set(get_args(Answer))


@pytest.mark.parametrize("command", SAID, ids=[f"{n}" for n in range(len(SAID))])
def test_a_command_arrives_as_it_left(command: Command) -> None:
    wire = to_command(Order(SHOP, command)).to_json()
    assert to_order(ShopCommand.model_validate_json(wire)) == Order(SHOP, command)


@pytest.mark.parametrize("answer", ANSWERED, ids=lambda one: type(one).__name__)
def test_an_answer_arrives_as_it_left(answer: Answer) -> None:
    wire = to_outcome(answer).to_json()
    assert from_outcome(CommandOutcome.model_validate_json(wire)) == answer


def test_ids_and_instants_have_the_form_of_the_wire() -> None:
    body = json.loads(to_command(Order(SHOP, SAID[0])).to_json())["body"]
    assert body["conversation_id"].startswith("conv_")
    assert body["received_at"].endswith("Z")


def test_fields_of_a_newer_release_are_skipped() -> None:
    wire = json.loads(to_command(Order(SHOP, SAID[3])).to_json())
    wire["body"]["mood"], wire["urgent"] = "sunny", True
    assert to_order(ShopCommand.model_validate_json(json.dumps(wire))) == Order(SHOP, SAID[3])


@pytest.mark.parametrize(
    ("kind", "body"), [("agent_renamed", {"name": "Bert"}), ("status_set", {"status": "asleep"})]
)
def test_a_command_of_a_newer_release_is_unreadable(kind: str, body: JsonValue) -> None:
    assert to_order(ShopCommand(shop_id=SHOP, kind=kind, body=body)) is None
    silence = from_outcome(CommandOutcome(verdict=CommandVerdict.UNREADABLE))
    assert isinstance(silence, UnheardError)
    assert not silence.sent


def test_an_answer_of_a_newer_release_leaves_the_outcome_unknown() -> None:
    silence = from_outcome(CommandOutcome(verdict=CommandVerdict.ANSWERED, kind="applauded"))
    assert isinstance(silence, UnheardError)
    assert silence.sent


def test_refusals_arrive_with_what_their_caller_is_told_and_defects_without_a_word() -> None:
    refusal = RefusedError(ErrorCode.TRY_AGAIN, "Busy.", retry_after_ms=250)
    told = from_outcome(to_outcome(refusal))
    assert isinstance(told, RefusedError)
    assert (told.code, told.detail, told.retry_after_ms) == (ErrorCode.TRY_AGAIN, "Busy.", 250)
    defect = from_outcome(to_outcome(ZeroDivisionError("secret")))
    assert isinstance(defect, RefusedError)
    assert (defect.code, defect.detail) == (ErrorCode.INTERNAL, "")
    assert isinstance(from_outcome(to_outcome(NotOwnedError(NODE))), NotOwnedError)
    nameless = from_outcome(CommandOutcome(verdict=CommandVerdict.REFUSED))
    assert isinstance(nameless, RefusedError)
    assert nameless.code is ErrorCode.INTERNAL
