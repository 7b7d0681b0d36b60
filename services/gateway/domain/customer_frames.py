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
from services.gateway.domain.effects import Effect, EndConversation
from services.gateway.domain.invitations import Inviting
from services.gateway.domain.sending import Sending
from services.gateway.domain.signs import Signs
from services.gateway.domain.whereabouts import Whereabouts
from shared.contracts.context import Context
from shared.contracts.frames import CustomerFrame, Leave, LeaveAddress, Rate, Send
from shared.contracts.invitations import InvitationAccept, InvitationDismiss
from shared.contracts.signs import Read, Received, Typing
from shared.kernel.clock import Instant, soonest
from shared.kernel.vocabulary import InvitationState


@dataclass(slots=True)
class Parts:
    """What a connection keeps for its frames."""

    deliveries: Deliveries
    sending: Sending
    signs: Signs
    whereabouts: Whereabouts
    inviting: Inviting
    leaving: bool = False
    """Whether the router is being asked to end the conversation."""

    def due(self, now: Instant) -> list[Effect]:
        """Do what of the frames is due by now."""
        timed = (self.deliveries, self.signs, self.whereabouts, self.inviting)
        return [effect for part in timed for effect in part.due(now)]

    def next_at(self) -> Instant | None:
        """Return when `due` has something, if ever."""
        later = (
            self.deliveries.next_read(),
            self.signs.next_at(),
            self.whereabouts.next_at(),
            self.inviting.next_at(),
        )
        return soonest(later)


def _send(parts: Parts, frame: Send, now: Instant) -> list[Effect]:
    return parts.sending.take(frame, now)


def _typing(parts: Parts, _frame: Typing, now: Instant) -> list[Effect]:
    current = parts.deliveries.current
    return [] if current is None else parts.signs.typing(current, now)


def _receipt(parts: Parts, frame: Received | Read, now: Instant) -> list[Effect]:
    """Another's conversation looks like one that does not exist: nothing comes of it."""
    known = parts.deliveries.knows(frame.conversation_id)
    return parts.signs.receipt(frame, now) if known else []


def _rate(parts: Parts, frame: Rate, now: Instant) -> list[Effect]:
    return parts.sending.rate(frame, now)


def _address(parts: Parts, frame: LeaveAddress, now: Instant) -> list[Effect]:
    return parts.sending.address(frame, now)


def _context(parts: Parts, frame: Context, now: Instant) -> list[Effect]:
    return parts.whereabouts.take(frame, now) + parts.inviting.take(frame, now)


def _accept(parts: Parts, frame: InvitationAccept, now: Instant) -> list[Effect]:
    return parts.inviting.settle(frame.invitation_id, InvitationState.ACCEPTED, now)


def _dismiss(parts: Parts, frame: InvitationDismiss, now: Instant) -> list[Effect]:
    return parts.inviting.settle(frame.invitation_id, InvitationState.DISMISSED, now)


def _leave(parts: Parts, _frame: Leave, _now: Instant) -> list[Effect]:
    current = parts.deliveries.current
    if current is None or parts.leaving:
        return []
    parts.leaving = True
    return [EndConversation(current)]


TAKES: Mapping[type, Callable[[Parts, Any, Instant], list[Effect]]] = MappingProxyType(
    {
        Send: _send,
        Typing: _typing,
        Received: _receipt,
        Read: _receipt,
        Rate: _rate,
        Leave: _leave,
        LeaveAddress: _address,
        Context: _context,
        InvitationAccept: _accept,
        InvitationDismiss: _dismiss,
    }
)
"""Every frame but the hello -> what it leads to once the customer is welcome."""


def take(parts: Parts, frame: CustomerFrame, now: Instant) -> list[Effect]:
    """Return what this frame of a welcome customer leads to."""
    return TAKES[type(frame)](parts, frame, now)
