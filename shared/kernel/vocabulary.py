"""The words of the field, one meaning each; docs/glossary.md says what each stands for."""

from __future__ import annotations

from enum import StrEnum


class Service(StrEnum):
    """The three services."""

    GATEWAY = "gateway"
    ROUTER = "router"
    HISTORY = "history"


class Channel(StrEnum):
    """The way a conversation comes in."""

    CHAT = "chat"
    WHATSAPP = "whatsapp"
    MESSENGER = "messenger"
    TELEGRAM = "telegram"
    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    TASK = "task"


class WorkKind(StrEnum):
    """What an agent is asked to take."""

    CONVERSATION = "conversation"
    ROUTING_REQUEST = "routing_request"
    FOLLOW_UP = "follow_up"


class ConversationStatus(StrEnum):
    """Where a conversation stands, as the router tells it."""

    QUEUED = "queued"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    WRAP_UP = "wrap_up"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a conversation ended."""

    CLOSED_BY_AGENT = "closed_by_agent"
    CUSTOMER_LEFT = "customer_left"
    ABANDONED = "abandoned"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What an agent says of a conversation that they close."""

    RESOLVED = "resolved"
    FOLLOW_UP = "follow_up"


class OfferStatus(StrEnum):
    """The life of an offer."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    RESCINDED = "rescinded"


class AssignmentStatus(StrEnum):
    """The life of an assignment."""

    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    ENDED = "ended"


class AgentStatus(StrEnum):
    """What agents say of themselves."""

    AVAILABLE = "available"
    AWAY = "away"
    DRAINING = "draining"
    OFFLINE = "offline"


class Presence(StrEnum):
    """What an agent's stream says of the agent."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class Exclusion(StrEnum):
    """Why an agent was not offered a conversation."""

    DISCONNECTED = "disconnected"
    NOT_AVAILABLE = "not_available"
    AT_CAPACITY = "at_capacity"
    DECLINED_BEFORE = "declined_before"
    ALREADY_OFFERED = "already_offered"
    MAY_NOT_REPLY = "may_not_reply"
    LACKS_SKILL = "lacks_skill"
    LACKS_LANGUAGE = "lacks_language"
    KEPT_FREE = "kept_free"
    OCCUPIED = "occupied"


class MissCause(StrEnum):
    """What kept a conversation from its first human answer in time."""

    NO_STAFF = "no_staff"
    CLOSED = "closed"
    STREAM_LOST = "stream_lost"
    OFFER_IGNORED = "offer_ignored"
    AGENT_SLOW = "agent_slow"


class ItemKind(StrEnum):
    """What stands at one seq of a conversation."""

    MESSAGE = "message"
    NOTE = "note"
    JOINED = "joined"
    LEFT = "left"
    TRANSFERRED = "transferred"
    ENDED = "ended"
    SURVEY = "survey"
    ADDRESS = "address"


class Visibility(StrEnum):
    """Who may see an item."""

    EVERYONE = "everyone"
    AGENTS = "agents"


class AuthorKind(StrEnum):
    """Who wrote an item."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class InvitationState(StrEnum):
    """What became of an invitation."""

    OPENED = "opened"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


class CardStatus(StrEnum):
    """Whether the context card is there."""

    READY = "ready"
    PENDING = "pending"
    UNKNOWN_CUSTOMER = "unknown_customer"


class OrderStatus(StrEnum):
    """Where an order stands, the same words for every shop platform."""

    CREATED = "created"
    PAID = "paid"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    UNAVAILABLE = "unavailable"


class PaymentStatus(StrEnum):
    """How one payment of an order stands."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    VOIDED = "voided"


class RowFault(StrEnum):
    """Why a row of a file of orders was left out."""

    NOT_UTF8 = "not_utf8"
    ZERO_BYTE = "zero_byte"
    BROKEN_QUOTES = "broken_quotes"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    CUT_OFF = "cut_off"
    MISSING = "missing"
    BAD_VALUE = "bad_value"
    ROWS_APART = "rows_apart"


class ReturnStatus(StrEnum):
    """How goods stand that come back."""

    REQUESTED = "requested"
    APPROVED = "approved"
    ON_ITS_WAY = "on_its_way"
    RECEIVED = "received"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class ShipmentStatus(StrEnum):
    """Where one parcel is."""

    PENDING = "pending"
    ON_ITS_WAY = "on_its_way"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MatterKind(StrEnum):
    """What is open between a shop and a customer."""

    LATE_PARCEL = "late_parcel"
    RETURN_UNDER_WAY = "return_under_way"
    PAYMENT_FAILED = "payment_failed"
    CART_IN_PROGRESS = "cart_in_progress"


class MergeEvidence(StrEnum):
    """What shows that two customers are one person."""

    VERIFIED_ADDRESS = "verified_address"
    SHOP_CUSTOMER = "shop_customer"
    ORDER_AND_PHONE = "order_and_phone"


class WebhookOutcome(StrEnum):
    """What became of a webhook that a shop platform signed."""

    TAKEN = "taken"
    OUTDATED = "outdated"
    IGNORED = "ignored"
    REJECTED = "rejected"


class Scope(StrEnum):
    """What a token or an API key allows."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    OPERATOR = "operator"
    ORDERS_WRITE = "orders:write"
    CONTACTS_WRITE = "contacts:write"
    CUSTOMERS_READ = "customers:read"
    ROUTING_WRITE = "routing:write"
    ANSWERS_READ = "answers:read"


class SignInEnd(StrEnum):
    """Why a bearer token is good no more."""

    EXPIRED = "expired"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a word, not a secret
    ROLES_CHANGED = "roles_changed"
    AGENT_ENDED = "agent_ended"
    KEY_REVOKED = "key_revoked"


class ActorKind(StrEnum):
    """Who changed something by administration."""

    OPERATOR = "operator"
    AGENT = "agent"
    PROGRAM = "program"
    SYSTEM = "system"


class DeliveryStatus(StrEnum):
    """Where the delivery of one event to one webhook stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class DeliveryFault(StrEnum):
    """Why one try to deliver an event was none."""

    ADDRESS_REFUSED = "address_refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    REDIRECTED = "redirected"
    STATUS = "status"


class WebhookEnd(StrEnum):
    """Why nothing is sent to a webhook any more."""

    ADMINISTRATOR = "administrator"
    GONE = "gone"
    FAILING = "failing"


class EventType(StrEnum):
    """Every event, the same string on socket, stream and bus."""

    MESSAGE_CREATED = "message.created"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_READ = "message.read"
    CUSTOMER_TYPING = "customer.typing"
    CONVERSATION_QUEUED = "conversation.queued"
    CONVERSATION_OFFERED = "conversation.offered"
    CONVERSATION_ASSIGNED = "conversation.assigned"
    CONVERSATION_RESPONDED = "conversation.responded"
    CONVERSATION_TAKEN = "conversation.taken"
    CONVERSATION_ENDED = "conversation.ended"
    CONVERSATION_WRAPPED_UP = "conversation.wrapped_up"
    ROUTING_REQUEST_QUEUED = "routing_request.queued"
    ROUTING_REQUEST_OFFERED = "routing_request.offered"
    ROUTING_REQUEST_ASSIGNED = "routing_request.assigned"
    ROUTING_REQUEST_REQUEUED = "routing_request.requeued"
    ROUTING_REQUEST_TAKEN = "routing_request.taken"
    ROUTING_REQUEST_MISSED = "routing_request.missed"
    ROUTING_REQUEST_COMPLETED = "routing_request.completed"
    ROUTING_REQUEST_CANCELLED = "routing_request.cancelled"
    FOLLOW_UP_QUEUED = "follow_up.queued"
    FOLLOW_UP_OFFERED = "follow_up.offered"
    FOLLOW_UP_ASSIGNED = "follow_up.assigned"
    FOLLOW_UP_REQUEUED = "follow_up.requeued"
    FOLLOW_UP_TAKEN = "follow_up.taken"
    FOLLOW_UP_MISSED = "follow_up.missed"
    FOLLOW_UP_COMPLETED = "follow_up.completed"
    FOLLOW_UP_CANCELLED = "follow_up.cancelled"
    PROMISE_CHANGED = "promise.changed"
    SLA_AT_RISK = "sla.at_risk"
    SLA_MISSED = "sla.missed"
    OFFER_CREATED = "offer.created"
    OFFER_ENDED = "offer.ended"
    CARD_READY = "card.ready"
    CARD_CHANGED = "card.changed"
    MAY_BE_CHANGED = "may_be.changed"
    AGENT_UPDATED = "agent.updated"
