"""What endpoints with a body take; a new one wants its line here."""

from __future__ import annotations

from typing import Any

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.shop_server import PASSWORD

SPAN = {"day": "mon", "opens": "09:00", "closes": "17:00"}
HOURS = {"time_zone": "Europe/Berlin", "spans": [SPAN]}
LOOK = {"accent": "#0a7d55", "text": "#ffffff"}

ANSWERS = ("faq", "canned-replies")
ANSWER = {"key": "returns", "language": "en", "title": "Returns?", "text": "In 30 days."}

ADMIN_BODIES: dict[str, dict[str, Any]] = {
    "/v1/shops": {"name": "Kettle"},
    "/v1/shops/{shop_id}": {"name": "Kettle"},
    "/v1/sites": {"name": "Kettle", "origins": ["https://kettle.example"], "colours": LOOK},
    "/v1/sites/{site_id}": {"name": "Kettle", "colours": LOOK},
    "/v1/sites/{site_id}/rotate-key": {"keep_old_ms": 0},
    "/v1/sites/{site_id}/rotate-secret": {"keep_old_ms": 0},
    "/v1/agents": {"name": "Bo", "email": "bo@kettle.example", "password": PASSWORD},
    "/v1/agents/{agent_id}": {"name": "Bo"},
    "/v1/agents/{agent_id}/password": {"password": PASSWORD},
    "/v1/agents/me/password": {"current": PASSWORD, "password": PASSWORD},
    "/v1/queues": {"name": "Returns", "first_response_target_ms": 10_000, "hours": HOURS},
    "/v1/queues/{queue_id}": {"name": "Returns", "hours": HOURS},
    "/v1/routing/policy": {"first_offers": 2, "holding_text": "One moment."},
    "/v1/routing/webhooks": {
        "url": "https://kettle.example/events",
        "events": ["conversation.*", "message.created"],
    },
    "/v1/routing/webhooks/{webhook_id}": {"description": "the back office"},
    "/v1/routing/webhooks/{webhook_id}/rotate-secret": {"keep_old_ms": 0},
    "/v1/api-keys": {"name": "a program", "scopes": ["orders:write"]},
    "/v1/orders/connections": {
        "platform": "shopify",
        "store": "kettle.example",
        "webhook_secret": "a secret of nobody",
    },
    "/v1/retention": {"contacts_days": 730},
    **{f"/v1/{path}": ANSWER for path in ANSWERS},
    **{f"/v1/{path}/{{answer_id}}": {"text": "In 14 days."} for path in ANSWERS},
    **{f"/v1/{path}/{{answer_id}}/restore": {"version": 1} for path in ANSWERS},
    "/v1/orders/connections/{connection_id}/cursors": {"cursors": {"orders": "1"}},
}
_ORDER = {
    "platform": "test",
    "reference": "B-1",
    "customer": {"shop_ref": "customer-8", "name": "Ben"},
    "status": "paid",
    "placed_at": "2026-11-02T10:00:00.000Z",
    "currency": "EUR",
    "total_minor": 100,
}
_CONTACT = {
    "platform": "test",
    "reference": "C-1",
    "shop_ref": "customer-8",
    "channel": "chat",
    "started_at": "2026-11-02T10:00:00.000Z",
    "ended_at": "2026-11-02T10:05:00.000Z",
    "end_reason": "closed_by_agent",
    "message_count": 2,
    "first_words": "Is it there?",
}
_CART = {
    "platform": "test",
    "reference": "K-1",
    "shop_ref": "customer-8",
    "updated_at": "2026-11-02T10:00:00.000Z",
    "currency": "EUR",
    "total_minor": 100,
}
_PRODUCT = {"platform": "test", "reference": "P-1", "title": "Tea kettle"}
INGEST_BODIES: dict[str, dict[str, Any]] = {
    "/v1/orders/batches": {"orders": [_ORDER]},
    "/v1/orders/carts/batches": {"carts": [_CART]},
    "/v1/orders/products/batches": {"products": [_PRODUCT]},
    "/v1/contacts/batches": {"contacts": [_CONTACT]},
}
REQUESTS = "/v1/routing-requests"
CONVERSATION_BODIES: dict[str, dict[str, Any]] = {
    "/v1/routing/conversations/{conversation_id}/follow-up": {
        "due_at": "2026-11-02T10:00:00.000Z",
        "words": "Call him back.",
    },
    "/v1/routing/conversations/{conversation_id}/transfer": {"to_line": True, "note": "Be kind."},
    REQUESTS: {"external_id": "call-1", "title": "Call Rui back"},
    "/v1/conversations/{conversation_id}/items": {"text": "How can I help?"},
    "/v1/conversations/{conversation_id}/notes": {"text": "Be kind to this one."},
    "/v1/conversations/{conversation_id}/received": {"through_seq": 1},
    "/v1/conversations/{conversation_id}/read": {"through_seq": 1},
}
CUSTOMER_BODIES: dict[str, dict[str, Any]] = {
    "/v1/customers/{customer_id}/notes": {"text": "Likes it brief."},
    "/v1/customers/{customer_id}/merges": {"other_id": encode(IdKind.CUSTOMER, new_id())},
}
CUSTOMER_BODIES["/v1/contacts/{contact_id}"] = {"topic": "Delivery"}
APPEARANCE = "/v1/sites/{site_key}/appearance"
"""Open to every page, like signing in."""
_OTHERS = ("/v1/agents/me", APPEARANCE)
_STEMS = (
    "/v1/shops",
    "/v1/sites",
    "/v1/agents",
    "/v1/queues",
    "/v1/api-keys",
    "/v1/routing/policy",
    "/v1/routing/webhooks",
    "/v1/orders/connections",
    "/v1/retention",
    *(f"/v1/{path}" for path in ANSWERS),
)
_OF_KEEPERS = ("/export", "/erasure", "/audit")
"""What is kept of a customer: for supervisors, admins and operators."""
WEBHOOKS = "/v1/orders/webhooks/{key}"
"""Open to shop platforms: their signature is over the bytes, and all else is one refusal."""


def is_administration(path: str) -> bool:
    """Tell whether an endpoint is for operators and admins."""
    at = f"{path}/"
    if path.endswith(_OF_KEEPERS):
        return True
    return any(at.startswith(f"{stem}/") for stem in _STEMS) and not path.startswith(_OTHERS)


def is_routing(path: str) -> bool:
    """Tell whether an endpoint is for programs whose work is to be routed."""
    return path.startswith(REQUESTS)


def is_ingest(path: str) -> bool:
    """Tell whether an endpoint is for programs that bring what a shop already has."""
    return path in INGEST_BODIES or (path.startswith("/v1/orders") and not is_administration(path))
