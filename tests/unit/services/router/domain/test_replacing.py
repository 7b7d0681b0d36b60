"""A changed copy is what `dataclasses.replace` makes, and no less a row."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from services.router.domain.model import Assignment, Conversation, Offer
from services.router.domain.paces import AgentPace
from services.router.domain.replacing import replace
from shared.kernel.vocabulary import Channel, ConversationStatus
from tests.support.routing import agent_id, an_agent, conversation_id

ROWS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (an_agent(1), {"load": 2, "nodes": ()}),
    (
        Conversation(
            id=conversation_id(1),
            status=ConversationStatus.QUEUED,
            channel=Channel.CHAT,
            customer=None,
            preview="Where is my parcel?",
            started_at=1,
            queued_at=2,
            respond_by=3,
        ),
        {"status": ConversationStatus.OFFERED, "offers_made": 1},
    ),
    (Offer(conversation_id(2), conversation_id(1), agent_id(1), 1, 1, 5, 6), {"seen_at": 9}),
    (Assignment(conversation_id(3), conversation_id(1), agent_id(1), None, 1, 1, 7), {}),
    (AgentPace(agent_id(1), Channel.CHAT), {"channel": Channel.EMAIL}),
)


@pytest.mark.parametrize(("row", "changes"), ROWS, ids=lambda one: type(one).__name__)
def test_a_changed_copy_is_the_one_that_the_library_makes(
    row: Any, changes: dict[str, Any]
) -> None:
    before = dataclasses.replace(row)
    copy = replace(row, **changes)
    expected = dataclasses.replace(row, **changes)
    assert type(copy) is type(row)
    assert (copy, hash(copy), repr(copy)) == (expected, hash(expected), repr(expected))
    assert row == before


def test_a_changed_copy_is_as_immutable_as_its_row() -> None:
    copy = replace(an_agent(1), load=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        copy.load = 3  # type: ignore[misc]


def test_a_field_that_a_row_has_not_is_refused() -> None:
    with pytest.raises(AttributeError):
        replace(an_agent(1), haste=3)  # type: ignore[call-arg]


def test_a_copy_of_a_copy_is_a_row() -> None:
    agent = an_agent(1)
    assert replace(replace(agent, load=1), load=0) == agent
