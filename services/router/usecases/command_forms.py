"""How commands and answers travel between routers: one table of each, and what refusals become.

A new command or answer is one line here. Unknown fields are skipped, so that the previous release
reads the next one's; a kind it does not know it calls unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from services.router.domain.commands import (
    AgentChanged,
    Command,
    ConversationClosed,
    ConversationTaken,
    ConversationTransferred,
    CustomerErased,
    CustomerLeft,
    FactsKnown,
    MessageArrived,
    OfferAccepted,
    OfferDeclined,
    OfferSeen,
    PolicySet,
    PresenceChanged,
    QueueChanged,
    StatusSet,
    WorkCancelled,
    WorkCompleted,
    WorkRequested,
    WorkRequeued,
    WrapUpDone,
)
from services.router.domain.effects import (
    Answer,
    ConversationNow,
    HeardUpTo,
    Noted,
    Refused,
    Taken,
)
from services.router.usecases.ownership import NotOwnedError, Order, UnheardError
from shared.contracts.commands import CommandOutcome, CommandVerdict, ShopCommand
from shared.kernel.errors import ErrorCode, RefusedError

COMMANDS: Final[Mapping[str, type]] = MappingProxyType(
    {
        "message_arrived": MessageArrived,
        "presence_changed": PresenceChanged,
        "status_set": StatusSet,
        "offer_seen": OfferSeen,
        "offer_accepted": OfferAccepted,
        "offer_declined": OfferDeclined,
        "conversation_closed": ConversationClosed,
        "conversation_taken": ConversationTaken,
        "conversation_transferred": ConversationTransferred,
        "wrap_up_done": WrapUpDone,
        "customer_left": CustomerLeft,
        "customer_erased": CustomerErased,
        "facts_known": FactsKnown,
        "work_requested": WorkRequested,
        "work_completed": WorkCompleted,
        "work_cancelled": WorkCancelled,
        "work_requeued": WorkRequeued,
        "agent_changed": AgentChanged,
        "queue_changed": QueueChanged,
        "policy_set": PolicySet,
    }
)
"""Every command that may come from another router; a Tick is the owner's own."""

ANSWERS: Final[Mapping[str, type]] = MappingProxyType(
    {
        "noted": Noted,
        "heard_up_to": HeardUpTo,
        "taken": Taken,
        "conversation_now": ConversationNow,
        "refused": Refused,
    }
)

_FORMS: Final[Mapping[type, TypeAdapter[Any]]] = {
    shape: TypeAdapter(shape) for shape in (*COMMANDS.values(), *ANSWERS.values())
}
_KINDS: Final[Mapping[type, str]] = {
    shape: kind for table in (COMMANDS, ANSWERS) for kind, shape in table.items()
}


def to_command(order: Order) -> ShopCommand:
    """Return the wire form of an order."""
    kind, body = _write(order.command)
    return ShopCommand(shop_id=order.shop_id, kind=kind, body=body)


def to_order(wire: ShopCommand) -> Order | None:
    """Return the order, or None for one that this release cannot read."""
    command: Command | None = _read(COMMANDS, wire.kind, wire.body)
    return None if command is None else Order(wire.shop_id, command)


def to_outcome(outcome: Answer | Exception) -> CommandOutcome:
    """Return the wire form of what became of an order; a defect's own words stay here."""
    if isinstance(outcome, NotOwnedError):
        return CommandOutcome(verdict=CommandVerdict.NOT_OWNER)
    if isinstance(outcome, RefusedError):
        return CommandOutcome(
            verdict=CommandVerdict.REFUSED,
            code=outcome.code,
            detail=outcome.detail,
            retry_after_ms=outcome.retry_after_ms,
        )
    if isinstance(outcome, Exception):
        return CommandOutcome(verdict=CommandVerdict.REFUSED, code=ErrorCode.INTERNAL)
    kind, body = _write(outcome)
    return CommandOutcome(verdict=CommandVerdict.ANSWERED, kind=kind, body=body)


def from_outcome(wire: CommandOutcome) -> Answer | Exception:
    """Return an answer, a RefusedError, a NotOwnedError, or an UnheardError for the unreadable."""
    if wire.verdict is CommandVerdict.NOT_OWNER:
        return NotOwnedError()
    if wire.verdict is CommandVerdict.UNREADABLE:
        return UnheardError(sent=False)
    if wire.verdict is CommandVerdict.REFUSED:
        code = wire.code or ErrorCode.INTERNAL
        return RefusedError(code, wire.detail, retry_after_ms=wire.retry_after_ms)
    answer: Answer | None = _read(ANSWERS, wire.kind or "", wire.body)
    return UnheardError(sent=True) if answer is None else answer


def _write(value: Command | Answer) -> tuple[str, Any]:
    shape = type(value)
    return _KINDS[shape], _FORMS[shape].dump_python(value, mode="json")


def _read(table: Mapping[str, type], kind: str, body: object) -> Any:
    shape = table.get(kind)
    if shape is None:
        return None
    try:
        return _FORMS[shape].validate_python(body, strict=False)
    except ValidationError:
        return None
