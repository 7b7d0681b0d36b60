"""Which status each code of history's own refusals has; what all services share is in the kit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.kernel.errors import ErrorCode

STATUSES: Mapping[ErrorCode, int] = MappingProxyType(
    {ErrorCode.BAD_IMPORT: 422, ErrorCode.BAD_SIGNATURE: 401, ErrorCode.NO_EVIDENCE: 409}
)
