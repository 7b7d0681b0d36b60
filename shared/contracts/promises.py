"""What the router tells history of promises, so that the customer's card shows them."""

from __future__ import annotations

from shared.contracts.items import CustomerRef
from shared.contracts.wire import ConversationId, FollowUpId, Readable, WireInstant


class PromiseChanged(Readable):
    """Body of the durable `promise.changed`: a follow-up as it stands, `over` when it is kept.

    Each is the only event of its stream: of two of the same promise the greater `version` holds,
    in whatever order they come.
    """

    id: FollowUpId
    version: int
    conversation_id: ConversationId
    customer: CustomerRef | None
    text: str
    due_at: WireInstant
    order_reference: str | None = None
    promised_at: WireInstant
    promised_by: str | None = None
    over: bool
