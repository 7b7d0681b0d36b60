"""The stable codes of every refusal and the one exception that carries one to an edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable codes: they may be added to, never renamed."""

    BAD_FRAME = "bad_frame"
    UNKNOWN_FRAME = "unknown_frame"
    FRAME_TOO_LARGE = "frame_too_large"
    HELLO_FIRST = "hello_first"
    ALREADY_WELCOME = "already_welcome"
    UNKNOWN_SITE = "unknown_site"
    ORIGIN_REFUSED = "origin_refused"
    BAD_CUSTOMER_TOKEN = "bad_customer_token"  # noqa: S105  a code, not a secret
    UNKNOWN_SESSION = "unknown_session"
    REPLACED = "replaced"
    SLOW_CONSUMER = "slow_consumer"
    TEXT_LENGTH = "text_length"
    BAD_ADDRESS = "bad_address"
    CLIENT_ID_CONFLICT = "client_id_conflict"
    BAD_CLIENT_ID = "bad_client_id"
    RATE_LIMITED = "rate_limited"
    INVALID_REQUEST = "invalid_request"
    NOT_SIGNED_IN = "not_signed_in"
    BAD_CREDENTIALS = "bad_credentials"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TOO_LARGE = "body_too_large"
    NOT_ASSIGNED = "not_assigned"
    OFFER_GONE = "offer_gone"
    TAKEN = "taken"
    AT_CAPACITY = "at_capacity"
    ALREADY_ENDED = "already_ended"
    AGENT_GONE = "agent_gone"
    TRANSFER_LIMIT = "transfer_limit"
    UNKNOWN_QUEUE = "unknown_queue"
    UNKNOWN_SKILL = "unknown_skill"
    UNKNOWN_LANGUAGE = "unknown_language"
    RESPOND_BY_PAST = "respond_by_past"
    POLICY_INVALID = "policy_invalid"
    DECISION_TOO_OLD = "decision_too_old"
    ALREADY_EXISTS = "already_exists"
    IN_USE = "in_use"
    NO_EVIDENCE = "no_evidence"
    BAD_CURSOR = "bad_cursor"
    IDEMPOTENCY_KEY_REQUIRED = "idempotency_key_required"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    BAD_SIGNATURE = "bad_signature"
    BAD_IMPORT = "bad_import"
    FILE_TYPE = "file_type"
    FILE_UNFIT = "file_unfit"
    FILE_QUOTA = "file_quota"
    FILE_MISSING = "file_missing"
    UNKNOWN_FILE = "unknown_file"
    TRY_AGAIN = "try_again"
    ROUTING_UNAVAILABLE = "routing_unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that was refused, and what is wrong with it: "must be", "is"."""

    field: str
    reason: str


class RefusedError(Exception):
    """A refusal that an edge shows to its caller.

    Attributes:
        code: the stable code.
        detail: one sentence for people; holds nothing secret and echoes no input.
        retry_after_ms: when the caller may try again, if that helps.
        faults: the fields it is about, where there are any.
    """

    def __init__(
        self,
        code: ErrorCode,
        detail: str,
        *,
        retry_after_ms: int | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.retry_after_ms = retry_after_ms
        self.faults = tuple(faults)
