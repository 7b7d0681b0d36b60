"""The append function on a real PostgreSQL: numbered without gaps, once, by whoever may."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from uuid import UUID

from services.gateway.usecases.append import GroupCommit
from services.gateway.usecases.ports import AppendResult, AppendRow, Verdict
from shared.contracts.items import MessageCreated
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import AuthorKind, EventType
from shared.kit.lanes import GroupLane
from shared.kit.new_ids import new_id
from tests.support.gateway import (
    ANNA,
    OTHER_SHOP,
    OTHER_SITE,
    PIOTR,
    Heard,
    Stores,
    a_grant,
    a_message,
    a_routing_event,
    an_answer,
    looking_inside,
    open_stores,
)
from tests.support.postgres import TestDatabase


async def test_an_agents_id_looks_the_same_whoever_wrote_it(stores: Stores) -> None:
    """PostgreSQL writes the events' JSON, the kernel all other ids."""
    agents = [new_id(), UUID(int=0), UUID(int=2**128 - 1), *(UUID(int=1 << n) for n in range(128))]

    rows = await stores.database.call(
        "SELECT gateway.agent_wire(a) FROM unnest($1::uuid[]) WITH ORDINALITY AS r (a, n) "
        "ORDER BY n",
        agents,
    )

    assert [row[0] for row in rows] == [encode(IdKind.AGENT, agent) for agent in agents]


class TestCustomers:
    async def test_a_first_message_begins_a_conversation(self, stores: Stores) -> None:
        session_id = await stores.session()

        (result,) = await stores.appends.append([a_message(session_id)])

        assert (result.verdict, result.seq, result.current) == (Verdict.NEW, 1, True)
        assert result.announcement is not None
        body = MessageCreated.model_validate_json(result.announcement.body)
        assert body.item.text == "Hello?"
        assert body.item.author.kind is AuthorKind.CUSTOMER
        assert body.item.conversation_id == result.conversation_id
        assert body.conversation.session_id == session_id
        assert body.item.created_at == result.created_at

    async def test_messages_are_numbered_in_their_order(self, stores: Stores) -> None:
        session_id = await stores.session()

        results = await stores.appends.append(
            [a_message(session_id, f"m{number}") for number in range(5)]
        )

        assert [result.seq for result in results] == [1, 2, 3, 4, 5]
        assert len({result.conversation_id for result in results}) == 1

    async def test_a_resend_gets_the_same_answer_for_ever(self, stores: Stores) -> None:
        session_id = await stores.session()
        (first,) = await stores.appends.append([a_message(session_id)])

        for _ in range(3):
            (again,) = await stores.appends.append([a_message(session_id)])
            assert again.verdict is Verdict.KNOWN
            assert again.announcement is None
            assert (again.item_id, again.seq, again.created_at) == (
                first.item_id,
                first.seq,
                first.created_at,
            )

    async def test_a_resend_in_the_same_group_is_the_same_message(self, stores: Stores) -> None:
        session_id = await stores.session()

        first, again, other = await stores.appends.append(
            [a_message(session_id), a_message(session_id), a_message(session_id, text="Other")]
        )

        assert (first.verdict, again.verdict) == (Verdict.NEW, Verdict.KNOWN)
        assert (first.item_id, first.seq) == (again.item_id, again.seq)
        assert other.verdict is Verdict.CLIENT_ID_CONFLICT

    async def test_the_same_client_id_with_another_text_is_a_conflict(self, stores: Stores) -> None:
        session_id = await stores.session()
        await stores.appends.append([a_message(session_id)])

        (result,) = await stores.appends.append([a_message(session_id, text="Other")])

        assert result.verdict is Verdict.CLIENT_ID_CONFLICT

    async def test_two_customers_may_use_the_same_client_id(self, stores: Stores) -> None:
        one, two = await stores.session(), await stores.session()

        results = await stores.appends.append([a_message(one), a_message(two)])

        assert [result.verdict for result in results] == [Verdict.NEW, Verdict.NEW]
        assert results[0].conversation_id != results[1].conversation_id

    async def test_after_an_end_the_next_message_begins_another_conversation(
        self, stores: Stores
    ) -> None:
        session_id = await stores.session()
        (first,) = await stores.appends.append([a_message(session_id)])
        assert first.conversation_id is not None
        await stores.routing.take(
            [a_routing_event(first.conversation_id, 1, EventType.CONVERSATION_ENDED)]
        )

        resent, following = await stores.appends.append(
            [a_message(session_id), a_message(session_id, "m2")]
        )

        assert (resent.verdict, resent.conversation_id) == (Verdict.KNOWN, first.conversation_id)
        assert not resent.current
        assert (following.verdict, following.seq) == (Verdict.NEW, 1)
        assert following.conversation_id != first.conversation_id

    async def test_a_resend_alone_begins_no_new_conversation(
        self, stores: Stores, database: TestDatabase
    ) -> None:
        session_id = await stores.session()
        (first,) = await stores.appends.append([a_message(session_id)])
        assert first.conversation_id is not None
        await stores.routing.take(
            [a_routing_event(first.conversation_id, 1, EventType.CONVERSATION_ENDED)]
        )

        await stores.appends.append([a_message(session_id)])

        async with looking_inside(database) as admin:
            assert await admin.fetchval("SELECT count(*) FROM gateway.conversations") == 1


class TestAgents:
    async def test_an_agent_who_was_not_assigned_is_refused(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()

        (result,) = await stores.appends.append([an_answer(conversation_id)])

        assert result.verdict is Verdict.NOT_ASSIGNED

    async def test_an_assigned_agent_may_write(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take([a_routing_event(conversation_id, 1)])

        (result,) = await stores.appends.append([an_answer(conversation_id)])

        assert (result.verdict, result.seq) == (Verdict.NEW, 3)  # after the "joined" line
        assert result.announcement is not None
        assert result.announcement.agent_id == ANNA

    async def test_a_grant_opens_the_conversation_before_its_event_has_come(
        self, stores: Stores
    ) -> None:
        """DESIGN section 5: a conversation accepted and answered at once never gets a 403."""
        conversation_id = await stores.conversation()

        with_grant, after = await stores.appends.append(
            [
                an_answer(conversation_id, grant=a_grant(conversation_id)),
                an_answer(conversation_id, "a2", grant=a_grant(conversation_id)),
            ]
        )
        (later,) = await stores.appends.append([an_answer(conversation_id, "a3")])

        assert [with_grant.verdict, after.verdict, later.verdict] == [Verdict.NEW] * 3
        assert [with_grant.seq, after.seq, later.seq] == [2, 3, 4]

    async def test_an_older_grant_opens_nothing(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take(
            [a_routing_event(conversation_id, 1, agent_id=PIOTR, assignment_version=2)]
        )

        (result,) = await stores.appends.append(
            [an_answer(conversation_id, grant=a_grant(conversation_id, version=2))]
        )

        assert result.verdict is Verdict.NOT_ASSIGNED

    async def test_an_agent_cannot_write_into_an_ended_conversation(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take(
            [
                a_routing_event(conversation_id, 1),
                a_routing_event(conversation_id, 2, EventType.CONVERSATION_ENDED),
            ]
        )

        (result,) = await stores.appends.append([an_answer(conversation_id)])

        assert result.verdict is Verdict.ALREADY_ENDED

    async def test_another_shops_conversation_looks_like_none(self, stores: Stores) -> None:
        """LESSONS 25, also when both shops are in one group."""
        conversation_id = await stores.conversation(shop_id=OTHER_SHOP, site_id=OTHER_SITE)
        session_id = await stores.session(shop_id=OTHER_SHOP, site_id=OTHER_SITE)

        theirs, nowhere, _ = await stores.appends.append(
            [
                an_answer(conversation_id, grant=a_grant(conversation_id)),
                an_answer(UUID(int=999), "a2"),
                a_message(session_id, shop_id=OTHER_SHOP),
            ]
        )

        assert theirs == nowhere == AppendResult(Verdict.NOT_FOUND)

    async def test_a_key_used_for_another_conversation_is_a_conflict(self, stores: Stores) -> None:
        one, two = await stores.conversation(), await stores.conversation()
        await stores.appends.append([an_answer(one, grant=a_grant(one))])

        (result,) = await stores.appends.append([an_answer(two, grant=a_grant(two))])

        assert result.verdict is Verdict.CLIENT_ID_CONFLICT


class TestRaces:
    async def test_two_nodes_with_the_same_sends_leave_no_gap_and_double_nothing(
        self, stores: Stores, database: TestDatabase
    ) -> None:
        """One statement with ON CONFLICT gave 15,040 gaps in 16,000 racing sends."""
        sessions = [await stores.session() for _ in range(8)]
        sends = [a_message(session_id, f"m{n}") for session_id in sessions for n in range(25)]
        async with open_stores(database) as second:
            acks = await asyncio.gather(
                _send_all(stores, sends, seed=1), _send_all(second, sends, seed=2)
            )

        assert acks[0] == acks[1]
        assert len(acks[0]) == len(sends)
        async with looking_inside(database) as admin:
            gaps = await admin.fetchval(
                "SELECT count(*) FROM (SELECT seq, row_number() OVER (PARTITION BY "
                "conversation_id ORDER BY seq) AS n FROM gateway.items) i WHERE seq <> n"
            )
            items = await admin.fetchval("SELECT count(*) FROM gateway.items")
            conversations = await admin.fetchval("SELECT count(*) FROM gateway.conversations")
            outbox = await admin.fetchval("SELECT count(*) FROM gateway.outbox")
            version_gaps = await admin.fetchval(
                "SELECT count(*) FROM (SELECT version, row_number() OVER (PARTITION BY receiver, "
                "stream ORDER BY version) AS n FROM gateway.outbox) o WHERE version <> n"
            )
        assert (gaps, version_gaps) == (0, 0)
        assert (items, conversations) == (len(sends), len(sessions))
        assert outbox == items * 2

    async def test_a_first_message_raced_by_many_begins_one_conversation(
        self, stores: Stores, database: TestDatabase
    ) -> None:
        session_id = await stores.session()

        async with open_stores(database) as second:
            results = await asyncio.gather(
                *(
                    node.appends.append([a_message(session_id)])
                    for _ in range(4)
                    for node in (stores, second)
                )
            )

        assert len({(result.conversation_id, result.seq) for (result,) in results}) == 1
        assert sum(result.verdict is Verdict.NEW for (result,) in results) == 1


class TestLane:
    async def test_one_bad_row_spoils_no_other(self, stores: Stores) -> None:
        """A group the database refuses is tried row by row."""
        heard, failed = Heard(), []
        commit = GroupCommit(stores.appends, heard, group_failed=lambda: failed.append(1))
        session_id = await stores.session()

        good, bad = await commit([a_message(session_id), a_message(session_id, "m2", text="a\0b")])

        assert isinstance(good, AppendResult)
        assert isinstance(bad, RefusedError)
        assert bad.code is ErrorCode.TRY_AGAIN
        assert len(failed) == 1
        assert len(heard.announcements) == 1

    async def test_twenty_shops_in_one_group_are_all_committed(self, stores: Stores) -> None:
        commit = GroupCommit(stores.appends, Heard())
        shops = [UUID(int=0x900 + number) for number in range(20)]

        answers = await commit(
            [an_answer(UUID(int=1), f"a{n}", shop_id=shop) for n, shop in enumerate(shops)]
        )

        assert [answer.code for answer in answers if isinstance(answer, RefusedError)] == [
            ErrorCode.NOT_FOUND
        ] * 20


async def _send_all(
    stores: Stores, sends: Sequence[AppendRow], *, seed: int
) -> dict[tuple[UUID, str], AppendResult]:
    """Send everything through a lane of its own, shuffled, and return each one's place."""
    shuffled = list(sends)
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    lane: GroupLane[AppendRow, AppendResult] = GroupLane(
        "test", GroupCommit(stores.appends, Heard())
    )
    async with asyncio.TaskGroup() as group:
        runner = group.create_task(lane.run())
        answers = await asyncio.gather(*(lane.submit(send) for send in shuffled))
        runner.cancel()
    return {
        (send.sender_id, send.client_id): AppendResult(
            Verdict.KNOWN, answer.conversation_id, answer.item_id, answer.seq, answer.created_at
        )
        for send, answer in zip(shuffled, answers, strict=True)
    }
