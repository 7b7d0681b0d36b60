"""Takes other services' events: contacts grow and positions move, both or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.history.domain.events import fact_of
from services.history.usecases.ports import ContactStore
from shared.contracts.events import Envelope


async def record_events(
    store: ContactStore, events: Sequence[Envelope]
) -> Mapping[tuple[UUID, str], int]:
    """Record what events say, each once, however often and in any order the streams come.

    Returns where each (shop, stream) stands.

    Raises:
        pydantic.ValidationError: one of them cannot be read; nothing was recorded.
    """
    return await store.apply([fact_of(event) for event in events])
