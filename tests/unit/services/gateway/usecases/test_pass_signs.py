"""One statement for a group of signs, and only what moved is told, to whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from services.gateway.background.latest import LatestValues
from services.gateway.usecases.note_context import ContextRow, NoteContext
from services.gateway.usecases.pass_signs import Noted, PassSigns, SignRow
from services.gateway.usecases.ports import RefusedGroupError, UnknownOutcomeError
from shared.contracts.context import Cart, ConversationContext
from shared.contracts.signs import (
    AgentTyping,
    CustomerTyping,
    LiveSign,
    MessageDelivered,
    MessageRead,
    Receipt,
)
from shared.contracts.wire import Readable
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import EventType
from tests.support.items import CONVERSATION

SHOP, ANNA = UUID(int=1), UUID(int=2)
OTHER = UUID(int=0xC7)


class World:
    """A SignStore, a ContextStore and a SignTeller that remember; `serving` is who serves what."""

    def __init__(self) -> None:
        self.serving: dict[UUID, UUID | None] = {CONVERSATION: ANNA}
        self.kept: dict[tuple[UUID, UUID | None], tuple[int, int]] = {}
        self.groups: list[Sequence[SignRow]] = []
        self.contexts: list[Sequence[ContextRow]] = []
        self.failure: Exception | None = None
        self.agents_told: list[tuple[UUID, EventType, Readable]] = []
        self.customers_told: list[LiveSign] = []

    async def note(self, rows: Sequence[SignRow]) -> Sequence[Noted | None]:
        if self.failure is not None:
            raise self.failure
        self.groups.append(rows)
        return [self._noted(row) for row in rows]

    def _noted(self, row: SignRow) -> Noted | None:
        serves = self.serving.get(row.conversation_id)
        if row.conversation_id not in self.serving or row.agent_id not in {None, serves}:
            return None
        key = (row.conversation_id, row.agent_id)
        before = self.kept.get(key, (0, 0))
        after = max(before[0], row.received_seq, row.read_seq), max(before[1], row.read_seq)
        self.kept[key] = after
        return Noted(
            row.conversation_id, serves, *after, after[0] > before[0], after[1] > before[1]
        )

    async def tell_agent(self, agent_id: UUID, event: EventType, body: Readable) -> None:
        self.agents_told.append((agent_id, event, body))

    async def tell_customer(self, sign: LiveSign) -> None:
        self.customers_told.append(sign)


class Pages:
    """A ContextStore that remembers."""

    def __init__(self) -> None:
        self.groups: list[Sequence[ContextRow]] = []
        self.failure: Exception | None = None

    async def note(self, rows: Sequence[ContextRow]) -> None:
        if self.failure is not None:
            raise self.failure
        self.groups.append(rows)

    async def read(self, shop_id: UUID, conversation_id: UUID) -> ConversationContext | None:
        raise NotImplementedError


def customers(**values: int | bool) -> SignRow:
    return SignRow(SHOP, CONVERSATION, **values)  # type: ignore[arg-type]  # by name


def agents(agent_id: UUID = ANNA, **values: int | bool) -> SignRow:
    return SignRow(SHOP, CONVERSATION, agent_id, **values)  # type: ignore[arg-type]  # by name


class TestOfCustomers:
    async def test_an_agent_is_told_what_the_customer_of_theirs_received_and_read(self) -> None:
        world = World()
        passing = PassSigns(world, world)
        await passing([customers(received_seq=2)])
        await passing([customers(received_seq=3, read_seq=3)])

        said = [
            Receipt(conversation_id=CONVERSATION, received_seq=2, read_seq=0),
            Receipt(conversation_id=CONVERSATION, received_seq=3, read_seq=3),
        ]
        assert world.agents_told == [
            (ANNA, EventType.MESSAGE_DELIVERED, said[0]),
            (ANNA, EventType.MESSAGE_READ, said[1]),
        ]

    async def test_a_thousand_signs_of_one_customer_are_one_row_and_one_event(self) -> None:
        world = World()

        await PassSigns(world, world)([customers(read_seq=seq) for seq in range(1, 1_001)])

        assert [len(group) for group in world.groups] == [1]
        assert [event for _, event, _ in world.agents_told] == [EventType.MESSAGE_READ]

    async def test_what_moves_nothing_is_not_told_again(self) -> None:
        world = World()
        passing = PassSigns(world, world)
        await passing([customers(read_seq=3)])
        await passing([customers(read_seq=2)])

        assert len(world.agents_told) == 1

    async def test_a_customer_who_types_is_shown_to_whoever_serves(self) -> None:
        world = World()
        await PassSigns(world, world)([customers(typing=True)])
        world.serving[CONVERSATION] = None
        await PassSigns(world, world)([customers(typing=True)])

        ((agent_id, event, body),) = world.agents_told
        assert (agent_id, event) == (ANNA, EventType.CUSTOMER_TYPING)
        assert isinstance(body, CustomerTyping)


class TestOfAgents:
    async def test_a_customer_is_told_that_the_agent_types_received_and_read(self) -> None:
        world = World()
        passing = PassSigns(world, world)
        await passing([agents(typing=True, received_seq=1)])
        await passing([agents(read_seq=2)])

        typing, delivered, read = world.customers_told
        assert isinstance(typing, AgentTyping)
        assert delivered == MessageDelivered(conversation_id=CONVERSATION, through_seq=1)
        assert read == MessageRead(conversation_id=CONVERSATION, through_seq=2)

    async def test_who_does_not_serve_it_is_told_that_there_is_no_such_conversation(self) -> None:
        """LESSONS 25."""
        world = World()
        unknown = SignRow(SHOP, OTHER, ANNA, typing=True)

        answers = await PassSigns(world, world)([agents(UUID(int=9), typing=True), unknown])

        assert [str(answer) for answer in answers] == [
            "not_found: There is no such conversation."
        ] * 2
        assert world.customers_told == []


class TestFailures:
    @pytest.mark.parametrize("failure", [RefusedGroupError(), UnknownOutcomeError()])
    async def test_what_could_not_be_kept_is_said_so_and_told_nobody(
        self, failure: Exception
    ) -> None:
        world, pages = World(), Pages()
        world.failure = pages.failure = failure

        (answer,) = await PassSigns(world, world)([agents(read_seq=2)])
        (kept,) = await NoteContext(pages)([ContextRow(SHOP, UUID(int=7), locale="nl")])

        assert isinstance(answer, RefusedError)
        assert isinstance(kept, RefusedError)
        assert answer.code is kept.code is ErrorCode.TRY_AGAIN
        assert world.customers_told == []

    async def test_a_lane_that_has_stopped_drops_a_customers_sign_without_a_word(self) -> None:
        world, pages = World(), Pages()
        latest = LatestValues(PassSigns(world, world), NoteContext(pages))
        latest.signs._close()
        latest.contexts._close()

        latest.sign(customers(typing=True))
        latest.note_context(ContextRow(SHOP, UUID(int=7), locale="nl"))
        latest.note_context(ContextRow(SHOP, UUID(int=7)))

    async def test_a_group_of_many_shops_is_cut_to_the_size_of_a_scope(self) -> None:
        world, pages = World(), Pages()
        shops = [UUID(int=number) for number in range(1, 21)]

        await PassSigns(world, world)([SignRow(shop, UUID(int=shop.int + 100)) for shop in shops])
        await NoteContext(pages)([ContextRow(shop, shop, locale="nl") for shop in shops])

        assert [len(group) for group in world.groups] == [8, 8, 4]
        assert [len(group) for group in pages.groups] == [8, 8, 4]


async def test_the_last_word_of_a_page_counts_and_what_it_leaves_out_stays() -> None:
    pages = Pages()
    cart = Cart(value_minor=4_000, currency="EUR", lines=("A teapot",))
    session = UUID(int=7)

    await NoteContext(pages)(
        [
            ContextRow(SHOP, session, page_url="https://shop.example/a", cart=cart),
            ContextRow(SHOP, session, page_url="https://shop.example/b", locale="nl"),
        ]
    )

    assert pages.groups == [[ContextRow(SHOP, session, "https://shop.example/b", "nl", cart)]]
