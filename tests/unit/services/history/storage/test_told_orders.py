"""Rows of orders as the database takes them, held against the contract's own JSON."""

from __future__ import annotations

import hashlib
from uuid import UUID

from hypothesis import given, strategies as st
from pydantic import TypeAdapter

from services.history.domain.digests import digest_of
from services.history.storage.told_orders import ToldOrder, states_of, told_orders
from shared.contracts.orders import IngestOrder, OrderLine, OrderParts, Refund, Return, ReturnedLine
from shared.kernel.vocabulary import ReturnStatus
from tests.support.clock import START
from tests.support.orders import line, order, person

LINES, PARTS = TypeAdapter(tuple[OrderLine, ...]), TypeAdapter(OrderParts)
MISLEADING = st.sampled_from(
    [',"lines":', ',"parts":{', '],"parts":', "}", "\\", '"', "żółw", "\n", "kettle"]
)
TEXTS = st.lists(MISLEADING, min_size=1, max_size=4).map("".join)


@st.composite
def orders(draw: st.DrawFn) -> IngestOrder:
    """Orders whose texts look like the ends of JSON, with and without lines and parts."""
    back = Return(
        reference=draw(TEXTS),
        status=ReturnStatus.REQUESTED,
        opened_at=START,
        lines=tuple(ReturnedLine(line_no=n, quantity=1) for n in range(1, draw(st.integers(1, 3)))),
    )
    refund = Refund(reference="R-1", amount_minor=5, refunded_at=START, reason=draw(TEXTS))
    return order(
        draw(TEXTS),
        number=draw(TEXTS),
        note=draw(TEXTS),
        customer=person(draw(TEXTS), city=draw(TEXTS)),
        lines=tuple(line(n, title=draw(TEXTS)) for n in range(1, draw(st.integers(1, 4)))),
        parts=OrderParts(
            refunds=draw(st.sampled_from([(), (refund,)])),
            returns=draw(st.sampled_from([(), (back,)])),
        ),
    )


def told(one: IngestOrder) -> ToldOrder:
    (only,) = told_orders(states_of([one]))
    return only


@given(orders())
def test_lines_and_parts_are_what_the_contract_writes_of_them(one: IngestOrder) -> None:
    row = told(one)
    assert row.lines == LINES.dump_json(one.lines, exclude_defaults=True).decode()
    assert row.parts == PARTS.dump_json(one.parts, exclude_defaults=True).decode()


@given(orders())
def test_a_digest_is_that_of_the_whole_order(one: IngestOrder) -> None:
    written = one.model_dump_json(exclude_defaults=True).encode()
    assert told(one).digest == hashlib.sha256(written).digest() == bytes.fromhex(digest_of(one))


def test_lines_and_parts_are_the_last_fields_of_an_order_and_no_other_fields_are_named_so() -> None:
    fields = list(IngestOrder.model_fields)
    assert fields[-2:] == ["lines", "parts"]
    before = set(type(person()).model_fields) | set(OrderLine.model_fields)
    assert not before & {"lines", "parts"}


def test_ids_of_a_batch_are_all_apart_and_of_the_newest_kind() -> None:
    rows = told_orders(states_of([order(f"A-{n}") for n in range(100)]))
    ids = {row.order_id for row in rows} | {row.customer_id for row in rows}
    assert len(ids) == 200
    assert {UUID(bytes=one.bytes).version for one in ids} == {7}


def test_ids_of_merges_are_made_where_an_address_is_proven() -> None:
    proven = order(customer=person(email="anna@mail.example", email_verified=True))
    assert told(proven).merge_id is not None
    assert told(order()).merge_id is None
