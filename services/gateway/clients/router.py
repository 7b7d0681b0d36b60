"""Asks the router for agents' snapshots and grants, and tells it who is connected here."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from shared.contracts import subjects
from shared.contracts.changes import CallerAnswer, CallerCheck
from shared.contracts.claims import Grant, GrantAnswer, GrantRequest, Principal
from shared.contracts.hours import HoursRequest, ShopHours
from shared.contracts.routing import (
    ConnectedAgent,
    LeaveAnswer,
    LeaveRequest,
    PresenceBeat,
    PresenceChange,
    RouterSnapshot,
    SnapshotRequest,
)
from shared.contracts.standings import AgentStanding, AgentStandings, StandingsRequest
from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Presence
from shared.kit.bus.interface import Bus, BusError

ANSWER_TIMEOUT_MS: Millis = 3_000
"""DESIGN section 6: commands wait at most 3 s through a take-over."""
RETRY_AFTER_MS: Millis = 1_000

log = structlog.get_logger()


class BusRouter:
    """The RouterClient and RouterStandings over the bus."""

    def __init__(self, bus: Bus, node_id: UUID) -> None:
        self._bus = bus
        self._node_id = node_id

    async def snapshot(self, shop_id: UUID, agent_id: UUID) -> RouterSnapshot:
        """See `RouterClient.snapshot`."""
        question = SnapshotRequest(shop_id=shop_id, agent_id=agent_id)
        answer = await self._ask(subjects.AGENT_SNAPSHOT, question.to_json())
        return RouterSnapshot.model_validate_json(answer)

    async def standings(self, agents: Sequence[tuple[UUID, UUID]]) -> Sequence[AgentStanding]:
        """See `RouterStandings.standings`."""
        question = StandingsRequest(agents=_connected(agents)).to_json()
        answer = await self._ask(subjects.AGENT_STANDINGS, question)
        return AgentStandings.model_validate_json(answer).standings

    async def grant(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> Grant | None:
        """See `RouterClient.grant`."""
        standing = await self._standing(shop_id, agent_id, conversation_id)
        if standing.taken_by is not None:
            sentence = f"{standing.taken_by} has taken this conversation."
            raise RefusedError(ErrorCode.TAKEN, sentence)
        return standing.grant

    async def may_read(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> bool:
        """See `RouterClient.may_read`."""
        return (await self._standing(shop_id, agent_id, conversation_id)).may_read

    async def _standing(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> GrantAnswer:
        question = GrantRequest(shop_id=shop_id, agent_id=agent_id, conversation_id=conversation_id)
        answer = await self._ask(subjects.GRANT, question.to_json())
        return GrantAnswer.model_validate_json(answer)

    async def stands(self, caller: Principal) -> bool:
        """Tell whether a caller may administer its shop now.

        Raises:
            RefusedError: ROUTING_UNAVAILABLE.
        """
        answer = await self._ask(subjects.CALLER_CHECK, CallerCheck(principal=caller).to_json())
        return CallerAnswer.model_validate_json(answer).stands

    async def hours(self, shop_id: UUID) -> ShopHours:
        """Return whether a shop is open now.

        Raises:
            RefusedError: ROUTING_UNAVAILABLE.
        """
        answer = await self._ask(subjects.HOURS, HoursRequest(shop_id=shop_id).to_json())
        return ShopHours.model_validate_json(answer)

    async def leave(self, shop_id: UUID, conversation_id: UUID) -> None:
        """Have a conversation ended, because its customer leaves; ended already is well, too.

        Raises:
            RefusedError: ROUTING_UNAVAILABLE, or TRY_AGAIN: the router has not heard of it yet.
        """
        question = LeaveRequest(shop_id=shop_id, conversation_id=conversation_id)
        answer = await self._ask(subjects.LEAVE, question.to_json())
        if not LeaveAnswer.model_validate_json(answer).ended:
            raise RefusedError(
                ErrorCode.TRY_AGAIN, "This did not end yet.", retry_after_ms=RETRY_AFTER_MS
            )

    async def presence(self, shop_id: UUID, agent_id: UUID, presence: Presence) -> None:
        """See `RouterClient.presence`."""
        change = PresenceChange(
            node_id=self._node_id, shop_id=shop_id, agent_id=agent_id, presence=presence
        )
        await self._tell(subjects.PRESENCE_CHANGE, change.to_json())

    async def beat(self, agents: Sequence[tuple[UUID, UUID]]) -> None:
        """See `RouterClient.beat`."""
        beat = PresenceBeat(node_id=self._node_id, agents=_connected(agents))
        await self._tell(subjects.PRESENCE_BEAT, beat.to_json())

    async def _ask(self, subject: str, question: bytes) -> bytes:
        try:
            return await self._bus.request(subject, question, timeout_ms=ANSWER_TIMEOUT_MS)
        except BusError as error:
            raise RefusedError(
                ErrorCode.ROUTING_UNAVAILABLE,
                "Routing does not answer right now; try again shortly.",
                retry_after_ms=RETRY_AFTER_MS,
            ) from error

    async def _tell(self, subject: str, payload: bytes) -> None:
        try:
            await self._bus.publish(subject, payload)
        except BusError:  # the next beat says the same again
            log.warning("router.tell_failed", subject=subject)


def _connected(agents: Sequence[tuple[UUID, UUID]]) -> tuple[ConnectedAgent, ...]:
    return tuple(ConnectedAgent(shop_id=shop_id, agent_id=agent_id) for shop_id, agent_id in agents)
