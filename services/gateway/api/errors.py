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
        ErrorCode.BAD_FRAME: HTTPStatus.UNPROCESSABLE_ENTITY,
        ErrorCode.UNKNOWN_SITE: HTTPStatus.NOT_FOUND,
        ErrorCode.ORIGIN_REFUSED: HTTPStatus.FORBIDDEN,
        ErrorCode.UNKNOWN_SESSION: HTTPStatus.UNAUTHORIZED,
        ErrorCode.FILE_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ErrorCode.FILE_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
        ErrorCode.FILE_QUOTA: HTTPStatus.TOO_MANY_REQUESTS,
        ErrorCode.FILE_MISSING: HTTPStatus.SERVICE_UNAVAILABLE,
        ErrorCode.UNKNOWN_FILE: HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
