"""Ids on the wire, held against an independent implementation."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, strategies as st
from typeid import TypeID

from shared.kernel import ids
from shared.kernel.ids import IdKind

UUIDS = st.uuids()
KINDS = st.sampled_from(IdKind)
RANDOM = st.integers(min_value=0, max_value=(1 << ids.RANDOM_BITS) - 1)
NOW = st.integers(min_value=0, max_value=(1 << 48) - 1)


@given(KINDS, UUIDS)
def test_an_id_reads_back_as_the_same_id(kind: IdKind, value: UUID) -> None:
    assert ids.decode(kind, ids.encode(kind, value)) == value
    assert ids.decode_bare(ids.encode_bare(value)) == value


@given(KINDS, UUIDS)
def test_an_id_from_a_database_looks_the_same(kind: IdKind, value: UUID) -> None:
    assert ids.encode_hex(kind, str(value)) == ids.encode(kind, value)


@given(KINDS, NOW, RANDOM)
def test_an_id_looks_as_another_implementation_writes_it(
    kind: IdKind, now: int, random_bits: int
) -> None:
    value = ids.uuid7(now, random_bits)
    text = ids.encode(kind, value)
    assert str(TypeID.from_string(text)) == text
    assert UUID(str(TypeID.from_string(text).uuid)) == value


@given(NOW, RANDOM)
def test_a_uuid7_carries_its_version_variant_and_instant(now: int, random_bits: int) -> None:
    value = ids.uuid7(now, random_bits)
    assert value.version == 7
    assert value.int >> 62 & 0b11 == 0b10
    assert value.int >> 80 == now


@given(NOW, RANDOM, RANDOM)
def test_ids_of_a_later_millisecond_sort_later(now: int, one: int, other: int) -> None:
    assert ids.uuid7(now, one) < ids.uuid7(now + 1, other) or now + 1 >= 1 << 48


@pytest.mark.parametrize(
    "text",
    [
        "",
        "conv",
        "conv_",
        "agent_01h455vb4pex5vsknk084sn02q",
        "_01h455vb4pex5vsknk084sn02q",
        "conv_81h455vb4pex5vsknk084sn02q",
        "conv_01h455vb4pex5vsknk084sn02",
        "conv_01h455vb4pex5vsknk084sn02qq",
        "conv_01h455vb4pex5vsknk084sn02u",
        "conv_01H455VB4PEX5VSKNK084SN02Q",
        "CONV_01h455vb4pex5vsknk084sn02q",
    ],
)
def test_text_that_is_no_id_of_this_kind_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an id"):
        ids.decode(IdKind.CONVERSATION, text)
