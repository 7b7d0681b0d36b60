"""Which state may follow which, as data; decides nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, OfferStatus

S = TypeVar("S", ConversationStatus, OfferStatus, AssignmentStatus)

CONVERSATION: Mapping[ConversationStatus | None, frozenset[ConversationStatus]] = MappingProxyType(
    {
        None: frozenset({ConversationStatus.QUEUED}),
        # Assigned at once by hand, or by a colleague who passes it on.
        ConversationStatus.QUEUED: frozenset(
            {ConversationStatus.OFFERED, ConversationStatus.ASSIGNED, ConversationStatus.ENDED}
        ),
        ConversationStatus.OFFERED: frozenset(
            {ConversationStatus.QUEUED, ConversationStatus.ASSIGNED, ConversationStatus.ENDED}
        ),
        # Offered: its owner went while others were being asked beside it.
        ConversationStatus.ASSIGNED: frozenset(
            {
                ConversationStatus.QUEUED,
                ConversationStatus.OFFERED,
                ConversationStatus.WRAP_UP,
                ConversationStatus.ENDED,
            }
        ),
        # Over for its customer, whose next words are heard all the same.
        ConversationStatus.WRAP_UP: frozenset(
            {ConversationStatus.QUEUED, ConversationStatus.ENDED}
        ),
        # A customer who writes into an ended conversation is heard: it waits again.
        ConversationStatus.ENDED: frozenset({ConversationStatus.QUEUED}),
    }
)

OFFER: Mapping[OfferStatus | None, frozenset[OfferStatus]] = MappingProxyType(
    {
        None: frozenset({OfferStatus.PENDING}),
        OfferStatus.PENDING: frozenset(
            {
                OfferStatus.ACCEPTED,
                OfferStatus.DECLINED,
                OfferStatus.EXPIRED,
                OfferStatus.RESCINDED,
            }
        ),
    }
)

ASSIGNMENT: Mapping[AssignmentStatus | None, frozenset[AssignmentStatus]] = MappingProxyType(
    {
        None: frozenset({AssignmentStatus.ACTIVE}),
        AssignmentStatus.ACTIVE: frozenset({AssignmentStatus.WRAP_UP, AssignmentStatus.ENDED}),
        AssignmentStatus.WRAP_UP: frozenset({AssignmentStatus.ENDED}),
    }
)


class IllegalTransitionError(Exception):
    """The engine tried a step its own tables forbid: a defect, never a caller's fault."""


def check(table: Mapping[S | None, frozenset[S]], before: S | None, after: S) -> None:
    """Let a state follow another, or itself.

    Raises:
        IllegalTransitionError: the table has no such step.
    """
    if before is not after and after not in table.get(before, frozenset()):
        raise IllegalTransitionError(f"{before} -> {after}")
