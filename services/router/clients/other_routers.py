"""Sends commands to the router that owns their shop, over the bus; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prometheus_client import Counter
from pydantic import ValidationError

from services.router.domain.effects import Answer
from services.router.usecases.command_forms import from_outcome, to_command
from services.router.usecases.ownership import Order, UnheardError
from shared.contracts import subjects
from shared.contracts.commands import CommandAnswers, CommandBatch
from shared.kernel.clock import Millis
from shared.kit.bus.interface import Bus, BusError, NoResponderError

FORWARDED = Counter(
    "firstreply_router_commands_forwarded_total", "Commands sent to another router", ["outcome"]
)


class BusRouters:
    """The routers that can be reached over the bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def ask(
        self, router_id: UUID, orders: Sequence[Order], wait_ms: Millis
    ) -> Sequence[Answer | Exception]:
        """Return a router's answer to each order, a RefusedError or a NotOwnedError."""
        batch = CommandBatch(commands=tuple(map(to_command, orders)))
        subject = subjects.router_commands(router_id)
        try:
            raw = await self._bus.request(subject, batch.to_json(), timeout_ms=wait_ms)
            outcomes = CommandAnswers.model_validate_json(raw).outcomes
        except NoResponderError as error:
            FORWARDED.labels(outcome="no_responder").inc(len(orders))
            raise UnheardError(sent=False) from error
        except (BusError, ValidationError) as error:
            FORWARDED.labels(outcome="unknown").inc(len(orders))
            raise UnheardError(sent=True) from error
        for outcome in outcomes:
            FORWARDED.labels(outcome=outcome.verdict.value).inc()
        return [from_outcome(outcome) for outcome in outcomes]
