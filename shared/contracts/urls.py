"""Which service answers which path: the first segment after /v1 decides."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
    }
)


def owner_of(path: str) -> Service | None:
    """Return the service that answers a path, or None outside /v1."""
    parts = path.split("/", 3)
    if len(parts) < 3 or parts[0] or parts[1] != "v1":  # noqa: PLR2004  "", "v1", segment
        return None
    return OWNER_OF_SEGMENT.get(parts[2])
