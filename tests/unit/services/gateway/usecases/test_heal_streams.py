"""One question each to tables and router, for all agents of a node; a lost publish is healed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.gateway.domain.standing import Mark, News, Standing
from services.gateway.usecases.heal_streams import MAX_AGENTS, StreamHealer
from shared.contracts.standings import AgentStanding, ServedConversation
from shared.kernel.errors import ErrorCode, RefusedError
from tests.support.clock import VirtualClock
from tests.support.gateway import ANNA, PIOTR, SHOP

CONVERSATION = UUID(int=3)


class Tables:
    """Answers as tables and router do, and remembers the questions."""

    def __init__(self) -> None:
        self.reach: list[tuple[UUID, UUID, int]] = []
        self.versions: dict[UUID, int] = {ANNA: 1}
        self.away = False
        self.reach_asked: list[int] = []
        self.agents_asked: list[int] = []

    async def reach_of_agents(
        self, shop_of: Mapping[UUID, UUID]
    ) -> Sequence[tuple[UUID, UUID, int]]:
        self.reach_asked.append(len(shop_of))
        return self.reach

    async def standings(self, agents: Sequence[tuple[UUID, UUID]]) -> Sequence[AgentStanding]:
        self.agents_asked.append(len(agents))
        if self.away:
            raise RefusedError(ErrorCode.ROUTING_UNAVAILABLE, "Nobody answers.")
        return [
            AgentStanding(
                agent_id=one,
                agent_version=version,
                offers=(),
                conversations=(ServedConversation(conversation_id=CONVERSATION, version=1),),
            )
            for one, version in self.versions.items()
        ]


class Stream:
    """A stream that remembers how often it was healed."""

    def __init__(
        self, agent_id: UUID = ANNA, shop_id: UUID = SHOP, standing: Standing | None = None
    ) -> None:
        self.shop_id = shop_id
        self.agent_id = agent_id
        self.standing = standing
        self.healed = 0

    def heal(self) -> None:
        self.healed += 1


def told() -> Standing:
    return Standing(
        {
            (Mark.AGENT, ANNA): 1,
            (Mark.CONVERSATION, CONVERSATION): 1,
            (Mark.ITEMS, CONVERSATION): 1,
        }
    )


def a_healer(tables: Tables, clock: VirtualClock, *streams: Stream) -> StreamHealer:
    return StreamHealer(lambda: streams, tables, tables, clock)


async def looks(healer: StreamHealer, clock: VirtualClock, times: int) -> None:
    for _ in range(times):
        await healer.heal()
        clock.advance(1_000)


async def test_only_the_stream_that_lost_something_starts_afresh(clock: VirtualClock) -> None:
    """Two consoles of one agent: each counts for itself."""
    tables = Tables()
    behind, whole = Stream(standing=told()), Stream(standing=told())
    healer = a_healer(tables, clock, behind, whole, Stream(PIOTR, standing=Standing({})))
    tables.reach = [(ANNA, CONVERSATION, 2), (PIOTR, CONVERSATION, 2)]

    await healer.heal()
    assert whole.standing is not None
    whole.standing.hear(News(Mark.ITEMS, CONVERSATION, 2))
    clock.advance(1_000)
    await healer.heal()

    assert (behind.healed, whole.healed) == (1, 0)


async def test_a_stream_that_missed_what_the_router_told_starts_afresh(clock: VirtualClock) -> None:
    tables = Tables()
    tables.versions[ANNA] = 2
    stream = Stream(standing=told())

    await looks(a_healer(tables, clock, stream), clock, 2)

    assert stream.healed == 1


async def test_a_stream_that_is_busy_or_about_to_start_afresh_is_left_alone(
    clock: VirtualClock,
) -> None:
    tables = Tables()
    tables.versions[ANNA] = 2
    busy = Stream(standing=None)

    await looks(a_healer(tables, clock, busy), clock, 3)

    assert busy.healed == 0


async def test_a_router_that_is_away_does_no_harm_and_is_asked_again(clock: VirtualClock) -> None:
    """A stream that starts afresh needs the router: it would end instead."""
    tables = Tables()
    tables.away = True
    tables.versions[ANNA] = 2
    tables.reach = [(ANNA, CONVERSATION, 2)]
    stream = Stream(standing=told())
    healer = a_healer(tables, clock, stream)

    await looks(healer, clock, 3)
    assert stream.healed == 0

    tables.away = False
    await looks(healer, clock, 2)
    assert stream.healed == 1
    assert tables.agents_asked == [1] * 5


async def test_an_agent_the_router_does_not_know_is_left_alone(clock: VirtualClock) -> None:
    tables = Tables()
    tables.versions.clear()
    tables.reach = [(ANNA, CONVERSATION, 2)]
    stream = Stream(standing=told())

    await looks(a_healer(tables, clock, stream), clock, 3)

    assert stream.healed == 0


async def test_all_agents_of_a_node_are_one_question_each(clock: VirtualClock) -> None:
    """Two streams of one agent are one agent."""
    tables = Tables()
    streams = [Stream(UUID(int=n), UUID(int=n % 9)) for n in range(MAX_AGENTS)]

    await a_healer(tables, clock, *streams, *streams).heal()

    assert tables.reach_asked == tables.agents_asked == [MAX_AGENTS]


async def test_a_node_without_streams_asks_nothing(clock: VirtualClock) -> None:
    tables = Tables()

    await a_healer(tables, clock).heal()

    assert tables.agents_asked == []
