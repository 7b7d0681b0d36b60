"""Brings the answer to a ping to the stream that asked, on whichever node that is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from services.gateway.domain.pulse import Nonce, Pulse, read_nonce
from shared.kernel.clock import Clock

PassOn: TypeAlias = Callable[[UUID, UUID, str], Awaitable[None]]
"""(node, agent, nonce): tell another node; never raises."""


@dataclass(frozen=True, slots=True)
class StreamPulse:
    """One stream open on this node, and whether its console answers."""

    stream_id: UUID
    agent_id: UUID
    pulse: Pulse


class Pulses:
    """The pulses of the streams open on this node."""

    def __init__(
        self, node_id: UUID, clock: Clock, new_id: Callable[[], UUID], pass_on: PassOn
    ) -> None:
        self._node_id = node_id
        self._new_id = new_id
        self._clock = clock
        self._pass_on = pass_on
        self._open: dict[UUID, StreamPulse] = {}

    def opened(self, agent_id: UUID) -> StreamPulse:
        """Begin to listen for the answers of a stream that opens now."""
        stream = StreamPulse(self._new_id(), agent_id, Pulse(self._clock.now()))
        self._open[stream.stream_id] = stream
        return stream

    def closed(self, stream: StreamPulse) -> None:
        """Forget a stream."""
        del self._open[stream.stream_id]

    def ask(self, stream: StreamPulse) -> str:
        """Return the nonce of a ping that goes out now."""
        return str(Nonce(self._node_id, stream.stream_id, stream.pulse.ping(self._clock.now())))

    async def answer(self, agent_id: UUID, nonce: str) -> None:
        """Take an agent's answer; one that belongs to no stream of this agent does nothing."""
        read = read_nonce(nonce)
        if read is None:
            return
        if read.node_id == self._node_id:
            self.hear(agent_id, nonce)
        else:
            await self._pass_on(read.node_id, agent_id, nonce)

    def hear(self, agent_id: UUID, nonce: str) -> None:
        """Take an answer to a stream of this node, wherever it came in."""
        read = read_nonce(nonce)
        stream = self._open.get(read.stream_id) if read else None
        if read and stream and stream.agent_id == agent_id:
            stream.pulse.answered(read.number, self._clock.now())
