"""What a frame looks like on the wire."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, strategies as st

from shared.contracts.frames import Accepted
from shared.contracts.wire import Contract
from tests.support.clock import START


@given(
    st.uuids(), st.uuids(), st.integers(1, 2**63 - 1), st.none() | st.text(), st.text(min_size=1)
)
def test_an_acknowledgement_put_together_as_text_is_the_models_own(
    conversation_id: UUID, item_id: UUID, seq: int, text: str | None, client_id: str
) -> None:
    accepted = Accepted(
        client_id=client_id,
        conversation_id=conversation_id,
        item_id=item_id,
        seq=seq,
        created_at=START,
        text=text,
    )

    assert accepted.to_json() == Contract.to_json(accepted)
