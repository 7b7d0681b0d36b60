"""What each frame of a welcome customer leads to: one line a frame in `TAKES`, one module a kind.

A new frame is a contract in `shared/contracts/frames.py`, a module of this folder that takes it,
its state (if it has any) in `Parts`, and its line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from services.gateway.domain.deliveries import Deliveries
from services.gateway.domain.effects import Effect
from services.gateway.domain.sending import Sending
from shared.contracts.frames import Send
from shared.kernel.clock import Instant


@dataclass(slots=True)
class Parts:
    """What a connection keeps for its frames."""

    deliveries: Deliveries
    sending: Sending


def _send(parts: Parts, frame: Send, now: Instant) -> list[Effect]:
    return parts.sending.take(frame, now)


TAKES: Mapping[type, Callable[[Parts, Any, Instant], list[Effect]]] = MappingProxyType(
    {
        Send: _send,
    }
)
"""Every frame but the hello -> what it leads to once the customer is welcome."""


def take(parts: Parts, frame: Send, now: Instant) -> list[Effect]:
    """Return what this frame of a welcome customer leads to."""
    return TAKES[type(frame)](parts, frame, now)
