"""The answer to a ping finds its stream, on this node or another."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from services.gateway.domain.pulse import GONE_AFTER_MS, PING_EVERY_MS
from services.gateway.usecases.answer_ping import Pulses, StreamPulse
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock

ANNA, PIOTR = UUID(int=1), UUID(int=2)


class Nodes:
    """Gateway nodes that reach one another at once."""

    def __init__(self, clock: VirtualClock, count: int = 2) -> None:
        self.passed_on = 0
        ids = [new_id() for _ in range(count)]
        self._of = {node_id: Pulses(node_id, clock, new_id, self._tell) for node_id in ids}

    async def _tell(self, node_id: UUID, agent_id: UUID, nonce: str) -> None:
        self.passed_on += 1
        self._of[node_id].hear(agent_id, nonce)

    def __iter__(self) -> Iterator[Pulses]:
        return iter(self._of.values())


def gone_at(stream: StreamPulse) -> int:
    return stream.pulse.gone_at


async def test_an_answer_counts_at_the_node_of_its_stream() -> None:
    clock = VirtualClock()
    nodes = Nodes(clock)
    one, two = nodes
    stream = one.opened(ANNA)
    for passed_on, node in enumerate((one, two)):
        clock.advance(PING_EVERY_MS)

        await node.answer(ANNA, one.ask(stream))

        assert gone_at(stream) == clock.now() + GONE_AFTER_MS
        assert nodes.passed_on == passed_on


async def test_only_the_agent_of_a_stream_answers_for_it() -> None:
    clock = VirtualClock()
    one, two = Nodes(clock)
    stream = one.opened(ANNA)
    due = gone_at(stream)
    clock.advance(PING_EVERY_MS)
    nonce = one.ask(stream)

    for node in (one, two):
        await node.answer(PIOTR, nonce)

    assert gone_at(stream) == due


async def test_what_belongs_to_no_stream_does_nothing() -> None:
    clock = VirtualClock()
    one, two = Nodes(clock)
    closed, stream = one.opened(ANNA), one.opened(ANNA)
    due = gone_at(stream)
    nonce = one.ask(closed)
    one.closed(closed)

    for node in (one, two):
        await node.answer(ANNA, nonce)
        await node.answer(ANNA, "nonsense")
    one.hear(ANNA, "nonsense")

    assert gone_at(stream) == due
