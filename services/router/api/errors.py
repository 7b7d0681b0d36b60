"""Which status each code of the router's own refusals has; the kit has what all share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.kernel.errors import ErrorCode

STATUSES: Mapping[ErrorCode, int] = MappingProxyType(
    {
        ErrorCode.NOT_ASSIGNED: 403,
        ErrorCode.OFFER_GONE: 409,
        ErrorCode.TAKEN: 409,
        ErrorCode.AT_CAPACITY: 409,
        ErrorCode.ALREADY_ENDED: 409,
        ErrorCode.AGENT_GONE: 409,
        ErrorCode.TRANSFER_LIMIT: 409,
        ErrorCode.UNKNOWN_QUEUE: 422,
        ErrorCode.UNKNOWN_SKILL: 422,
        ErrorCode.UNKNOWN_LANGUAGE: 422,
        ErrorCode.RESPOND_BY_PAST: 422,
        ErrorCode.POLICY_INVALID: 422,
        ErrorCode.DECISION_TOO_OLD: 410,
    }
)
