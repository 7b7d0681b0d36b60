"""Which service answers which path: the first segment after /v1 decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.contracts.files import FILE_MAX_BYTES
from shared.contracts.frames import FRAME_MAX_BYTES
from shared.kernel.vocabulary import Service

OWNER_OF_SEGMENT: Mapping[str, Service] = MappingProxyType(
    {
        "chat": Service.GATEWAY,
        "conversations": Service.GATEWAY,
        "agent-events": Service.GATEWAY,
        "files": Service.GATEWAY,
        "channels": Service.GATEWAY,
        "sites": Service.GATEWAY,
        "routing": Service.ROUTER,
        "routing-requests": Service.ROUTER,
        "agents": Service.ROUTER,
        "auth": Service.ROUTER,
        "queues": Service.ROUTER,
        "reports": Service.ROUTER,
        "shops": Service.ROUTER,
        "api-keys": Service.ROUTER,
        "customers": Service.HISTORY,
        "orders": Service.HISTORY,
        "contacts": Service.HISTORY,
        "insights": Service.HISTORY,
        "retention": Service.HISTORY,
        "faq": Service.HISTORY,
        "canned-replies": Service.HISTORY,
    }
)

FILE_UPLOADS: Final = "/v1/files/upload/"
FILE_CONTENTS: Final = "/v1/files/content/"
"""What the signed URLs of files begin with."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """The bodies of requests to some paths: how large they may be, how long they may take."""

    prefixes: tuple[str, ...]
    max_bytes: int
    deadline_s: float


ORDER_IMPORTS: Final = "/v1/orders/imports"
"""Where a file of orders is sent whole."""

UPLOADS: Final = BodyLimits((FILE_UPLOADS, ORDER_IMPORTS), FILE_MAX_BYTES, 60.0)
"""A minute: 10 MiB over a line of 1.4 Mbit/s."""

CUSTOMERS: Final = BodyLimits(("/v1/chat/",), FRAME_MAX_BYTES, 15.0)
"""A frame of the socket by REST: what is read of whoever nobody knows yet is no more there."""

OPEN_TO_PAGES: Final = ("/v1/files",)
"""What pages of any origin may call: who may is judged by the token, and for a customer's by the
origins of its site; the signed URLs are enough by themselves."""


def owner_of(path: str) -> Service | None:
    """Return the service that answers a path, or None outside /v1."""
    parts = path.split("/", 3)
    if len(parts) < 3 or parts[0] or parts[1] != "v1":  # noqa: PLR2004  "", "v1", segment
        return None
    return OWNER_OF_SEGMENT.get(parts[2])
