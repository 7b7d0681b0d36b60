"""Which status each of the gateway's refusals has."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from shared.kernel.errors import ErrorCode

STATUSES: Mapping[ErrorCode, int] = MappingProxyType(
    {
        ErrorCode.NOT_ASSIGNED: HTTPStatus.FORBIDDEN,
        ErrorCode.ALREADY_ENDED: HTTPStatus.CONFLICT,
        ErrorCode.CLIENT_ID_CONFLICT: HTTPStatus.UNPROCESSABLE_ENTITY,
        ErrorCode.TEXT_LENGTH: HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
