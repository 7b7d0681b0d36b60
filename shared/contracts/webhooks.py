"""Webhooks out: what is subscribed to, what is posted, and what became of it."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field, JsonValue, WithJsonSchema

from shared.contracts.wire import (
    Contract,
    EventId,
    Readable,
    ShopId,
    WebhookId,
    WireInstant,
    unfit,
)
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import DeliveryFault, DeliveryStatus, EventType, WebhookEnd

DAY_MS: Final[Millis] = 86_400_000
KEEP_OLD_MAX_MS: Final[Millis] = 7 * DAY_MS
URL_MAX: Final = 2_000
DESCRIPTION_MAX: Final = 200
EVENTS_MAX: Final = 50
WEBHOOKS_MAX: Final = 20
"""Webhooks of one shop: each event is written once for each of them."""

WORK_NOUNS: Final = ("routing_request.", "follow_up.")
"""How events of other work than conversations begin."""

SENT: Final = (
    EventType.MESSAGE_CREATED,
    EventType.SLA_MISSED,
    *(event for event in EventType if event.startswith(("conversation.", *WORK_NOUNS))),
)
"""The events a webhook can have: the durable ones. Signs and offers are live and have none."""
SUBSCRIBABLE: Final = (*SENT, *sorted({f"{event.partition('.')[0]}.*" for event in SENT}))


def _check_event(name: str) -> str:
    if name not in SUBSCRIBABLE:
        raise unfit("must be an event that webhooks have, or noun.*")
    return name


EventName: TypeAlias = Annotated[
    str,
    AfterValidator(_check_event),
    WithJsonSchema({"type": "string", "enum": [str(name) for name in SUBSCRIBABLE]}),
]
EventNames: TypeAlias = Annotated[tuple[EventName, ...], Field(min_length=1, max_length=EVENTS_MAX)]
Url: TypeAlias = Annotated[str, Field(min_length=1, max_length=URL_MAX)]
Description: TypeAlias = Annotated[str, Field(max_length=DESCRIPTION_MAX)]


class NewWebhook(Contract):
    """A subscription to be made.

    `events` are names such as `conversation.ended`, or all of a noun: `conversation.*`.
    `internal`: also what agents alone may read, as notes.
    """

    url: Url
    events: EventNames
    description: Description = ""
    internal: bool = False


class WebhookChange(Contract):
    """What is to change of a webhook; what is absent stays.

    `enabled: false` keeps what waits and makes nothing new; `true` sends what waits, also after the
    service itself had ended it.
    """

    url: Url | None = None
    events: EventNames | None = None
    description: Description | None = None
    internal: bool | None = None
    enabled: bool | None = None


class Webhook(Contract):
    """One subscription. `failing_since`: no try has succeeded since then, and one has failed."""

    id: WebhookId
    url: str
    events: tuple[str, ...]
    description: str
    internal: bool
    enabled: bool
    disabled_by: WebhookEnd | None = None
    disabled_at: WireInstant | None = None
    failing_since: WireInstant | None = None
    old_secret_until: WireInstant | None = None
    created_at: WireInstant


class WebhookMade(Webhook):
    """A webhook with its new secret: shown this once, and null when the request is repeated."""

    secret: str | None


class WebhookPage(Contract):
    """Webhooks in the order of their ids; `next_cursor` is null at the end."""

    webhooks: tuple[Webhook, ...]
    next_cursor: str | None


class SecretRotation(Contract):
    """How long the old secret signs beside the new one; 0 ends it at once."""

    keep_old_ms: int = Field(default=DAY_MS, ge=0, le=KEEP_OLD_MAX_MS)


class Try(Contract):
    """One try: the status answered, if any, or why there is none. Nothing else of the answer."""

    at: WireInstant
    took_ms: int
    status: int | None = None
    fault: DeliveryFault | None = None


class WebhookDelivery(Contract):
    """One event and what became of it. `id` is the event's: the `webhook-id` of every try.

    `subject` is the id of what the event is about: events of one subject come in their order.
    """

    id: EventId
    type: str
    subject: str
    status: DeliveryStatus
    occurred_at: WireInstant
    tries: tuple[Try, ...]
    next_try_at: WireInstant | None = None


class DeliveryPage(Contract):
    """Deliveries, the newest first; `next_cursor` is null after the oldest."""

    deliveries: tuple[WebhookDelivery, ...]
    next_cursor: str | None


class Replayed(Contract):
    """How many deliveries begin anew."""

    replayed: int


class WebhookEvent(Readable):
    """What is posted. `data` is the event's body, as every other receiver of it knows it."""

    id: EventId
    type: EventType
    occurred_at: WireInstant
    shop_id: ShopId
    data: JsonValue
