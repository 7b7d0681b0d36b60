"""What routers ask one another: commands for shops that another one owns, and news of leases."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue

from shared.contracts.wire import NodeId, Readable, ShopId
from shared.kernel.errors import ErrorCode


class ShopCommand(Readable):
    """A command for one shop's engine; `kind` says how `body` is read."""

    shop_id: ShopId
    kind: str
    body: JsonValue


class CommandBatch(Readable):
    """Commands for shops of one router; those of one shop take effect in their order."""

    commands: tuple[ShopCommand, ...]


class CommandVerdict(StrEnum):
    """What became of a command."""

    ANSWERED = "answered"
    """The engine's answer is committed: `kind` and `body`."""
    REFUSED = "refused"
    """The desk refused it: `code`, `detail`, `retry_after_ms`."""
    NOT_OWNER = "not_owner"
    """It took no effect here: the shop is another router's."""
    UNREADABLE = "unreadable"
    """It took no effect here: it is of a newer release."""


class CommandOutcome(Readable):
    """What became of one command."""

    verdict: CommandVerdict
    kind: str | None = None
    body: JsonValue = None
    code: ErrorCode | None = None
    detail: str = ""
    retry_after_ms: int | None = None


class CommandAnswers(Readable):
    """What became of each command of a batch, in its order."""

    outcomes: tuple[CommandOutcome, ...]


class LeasesReleased(Readable):
    """A router that stops has let all its shops go: whoever looks now finds them."""

    router_id: NodeId
