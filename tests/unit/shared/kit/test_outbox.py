"""What a transaction writes into an outbox: each event for each receiver, whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import JsonValue

from shared.contracts.events import Envelope
from shared.kernel.clock import to_iso
from shared.kernel.vocabulary import EventType, Service
from shared.kit.new_ids import new_id
from shared.kit.outbox import outbox_rows
from tests.support.clock import START
from tests.support.events import event

BODY: JsonValue = {"text": 'ü€🙂 "quoted" \\ back', "list": [None, True, 0.5]}


def written(*events: Envelope) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(outbox_rows(events))
    return rows


def test_an_event_for_several_receivers_is_a_whole_row_for_each() -> None:
    one = event(3, body=BODY)
    other = one.model_copy(update={"receiver": Service.HISTORY})
    row = {
        "shop_id": str(one.shop_id),
        "stream": one.stream,
        "version": 3,
        "event_id": str(one.event_id),
        "type": "message.created",
        "occurred_at": to_iso(one.occurred_at),
        "body": BODY,
    }
    assert written(one, other) == [{**row, "receiver": "router"}, {**row, "receiver": "history"}]


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        ({"version": 4}, {"version": 4}),
        ({"stream": "conv_b"}, {"stream": "conv_b"}),
        ({"body": {"n": 1}}, {"body": {"n": 1}}),
        ({"occurred_at": START}, {"occurred_at": to_iso(START)}),
        ({"type": EventType.CONVERSATION_ENDED}, {"type": "conversation.ended"}),
    ],
)
def test_what_differs_from_the_row_before_is_written_as_it_is(
    changed: Mapping[str, Any], row: Mapping[str, Any]
) -> None:
    one = event(3, body=BODY)
    other = one.model_copy(update={"receiver": Service.HISTORY, **changed})
    first, second = written(one, other)
    assert second == {**first, "receiver": "history", **row}


def test_events_of_two_ids_and_two_shops_that_share_a_body_are_apart() -> None:
    one = event(3, body=BODY)
    others = [one.model_copy(update={name: new_id()}) for name in ("event_id", "shop_id")]
    rows = written(one, *others)
    assert [row["event_id"] for row in rows] == [str(each.event_id) for each in (one, *others)]
    assert [row["shop_id"] for row in rows] == [str(each.shop_id) for each in (one, *others)]


def test_nothing_is_an_empty_list() -> None:
    assert written() == []
