"""What the crowd's conversations came to, as the service itself tells of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any
from uuid import UUID

import httpx

from services.demo.live.faults import Faults
from shared.contracts.routing import RoutingState
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import ConversationStatus

TARGET_MS = 10_000
"""Promise 1: ten seconds."""
AT_ONCE = 8
"""Conversations asked for at the same time."""
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Figures:
    """What a crowd left behind. Times are the service's own, in milliseconds.

    `within_target_percent` is of the conversations that were answered or closed unanswered.
    """

    conversations: int
    answered: int
    unanswered: int
    open: int
    first_response_p50_ms: int | None
    first_response_p90_ms: int | None
    queue_wait_p50_ms: int | None
    within_target: int
    within_target_percent: float | None
    served_by: dict[str, int]
    races_lost: dict[str, int]
    errors: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return asdict(self)


def figures_of(states: Sequence[RoutingState], faults: Faults) -> Figures:
    """Return the figures of conversations."""
    first = sorted(s.first_response_ms for s in states if s.first_response_ms is not None)
    waits = sorted(s.queue_wait_ms for s in states if s.queue_wait_ms is not None)
    is_open = [s for s in states if s.status is not ConversationStatus.ENDED]
    over = [s for s in states if s not in is_open and s.first_response_ms is None]
    within = sum(took <= TARGET_MS for took in first)
    judged = len(first) + len(over)
    served = Counter(s.agent.name for s in states if s.agent is not None)
    return Figures(
        conversations=len(states),
        answered=len(first),
        unanswered=len(over),
        open=len(is_open),
        first_response_p50_ms=percentile(first, 50),
        first_response_p90_ms=percentile(first, 90),
        queue_wait_p50_ms=percentile(waits, 50),
        within_target=within,
        within_target_percent=round(100 * within / judged, 1) if judged else None,
        served_by=dict(served.most_common()),
        races_lost=dict(faults.races),
        errors=dict(faults.errors),
    )


def percentile(ordered: Sequence[int], percent: int) -> int | None:
    """Return the smallest value that so many percent do not exceed (nearest rank)."""
    if not ordered:
        return None
    return ordered[ceil(percent * len(ordered) / 100) - 1]


class Ledger:
    """The conversations the crowd began, and the state the service last told of each."""

    def __init__(self, http: httpx.AsyncClient, faults: Faults) -> None:
        self._http = http
        self._faults = faults
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._states: dict[UUID, RoutingState | None] = {}

    def begin(self, conversation_id: UUID) -> None:
        """Note a conversation."""
        self._states.setdefault(conversation_id, None)

    @property
    def states(self) -> list[RoutingState]:
        """Return what the service told so far."""
        return [state for state in self._states.values() if state is not None]

    @property
    def begun(self) -> int:
        """Return how many conversations there are."""
        return len(self._states)

    async def refresh(self, *, everything: bool = False) -> None:
        """Ask for the conversations that may have changed what the display shows, or for all."""
        wanted = [
            conversation_id
            for conversation_id, state in self._states.items()
            if everything or state is None or state.first_response_ms is None
        ]
        await self._each(wanted)

    async def close(self, conversation_ids: Iterable[UUID]) -> None:
        """End conversations as a supervisor."""
        for conversation_id in conversation_ids:
            await self._ask("POST", conversation_id, "/close")

    async def _each(self, conversation_ids: Iterable[UUID]) -> None:
        async with asyncio.TaskGroup() as group:
            for conversation_id in conversation_ids:
                group.create_task(self._ask("GET", conversation_id))

    async def _ask(self, method: str, conversation_id: UUID, action: str = "") -> None:
        path = f"/v1/routing/conversations/{encode(IdKind.CONVERSATION, conversation_id)}{action}"
        async with self._gate:
            try:
                response = await self._http.request(method, path)
            except httpx.TransportError as fault:
                self._faults.count("figures", type(fault).__name__)
                return
        if response.status_code == httpx.codes.NOT_FOUND:
            return  # the router has not heard of its first message yet
        if response.is_success:
            self._states[conversation_id] = RoutingState.model_validate_json(response.content)
        else:
            self._faults.refused("figures", response)
