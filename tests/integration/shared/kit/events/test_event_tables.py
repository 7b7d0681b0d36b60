"""Outbox and inbox on a real PostgreSQL: scope, grants, and receivers that race."""

import asyncio

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from shared.kernel.vocabulary import Service
from shared.kit.database import Database, DatabaseUrl, open_database
from shared.kit.inbox import take_new
from shared.kit.new_ids import new_id
from shared.kit.outbox import BACKLOG_MAX, OutboxRows, write_events
from tests.integration.shared.kit.events.conftest import Pair
from tests.support.events import SHOP, event, events

NOTES_HOW_A_DELETION_COMMITS = """
CREATE TABLE gateway.deletions (waits text);
CREATE FUNCTION gateway.note_deletion() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO gateway.deletions VALUES (current_setting('synchronous_commit'));
    RETURN NULL;
END $$;
CREATE TRIGGER noted AFTER DELETE ON gateway.outbox
    FOR EACH ROW EXECUTE FUNCTION gateway.note_deletion();
"""
SET_SCOPE = "SELECT set_config('app.shop_ids', $1, false)"


class TestOutbox:
    async def test_a_committed_event_comes_back_as_it_was(self, pair: Pair) -> None:
        sent = event(body={"text": 'ü€🙂 "quoted" \\ back', "n": 2**40, "list": [None, True, 0.5]})
        await pair.commit([sent])
        assert await pair.rows.after(Service.ROUTER, {(SHOP, sent.stream): 0}, limit=9) == [sent]

    async def test_an_event_of_another_shop_cannot_be_written(self, pair: Pair) -> None:
        with pytest.raises(DBAPIError, match="row-level security"):
            async with pair.gateway.write(new_id()) as tx:
                await write_events(tx, "gateway", [event()])
        assert await pair.waiting() == 0

    async def test_a_version_cannot_be_written_twice(self, pair: Pair) -> None:
        await pair.commit([event(1)])
        with pytest.raises(DBAPIError, match="duplicate key"):
            await pair.commit([event(1)])

    async def test_a_sweep_finds_what_is_old_and_leaves_what_is_held(self, pair: Pair) -> None:
        await pair.commit([*events(2, stream="a"), *events(2, stream="b")])
        query = {"older_than_ms": 1_000, "limit": 10}
        assert await pair.rows.unsent(Service.ROUTER, besides=(), **query) == []
        await pair.age()
        found = await pair.rows.unsent(Service.ROUTER, besides=[(SHOP, "a")], **query)
        assert [(e.stream, e.version) for e in found] == [("b", 1), ("b", 2)]
        assert await pair.rows.unsent(Service.HISTORY, besides=(), **query) == []

    async def test_what_a_newer_release_wrote_is_left_to_it(self, pair: Pair) -> None:
        await pair.commit(events(2))
        async with pair.test_database.server.admin(pair.test_database.name) as admin:
            await admin.execute("UPDATE gateway.outbox SET type = 'a.novelty' WHERE version = 1")
        found = await pair.rows.after(Service.ROUTER, {(SHOP, "conv_a"): 0}, limit=9)
        assert [e.version for e in found] == [2]
        assert await pair.waiting() == 2

    async def test_a_deletion_ends_at_its_version(self, pair: Pair) -> None:
        await pair.commit([*events(5, stream="a"), *events(5, stream="b")])
        await pair.rows.delete({(Service.ROUTER, SHOP, "a"): 3, (Service.ROUTER, SHOP, "b"): 5})
        left = await pair.rows.after(Service.ROUTER, {(SHOP, "a"): 0}, limit=9)
        assert [e.version for e in left] == [4, 5]
        assert await pair.waiting() == 2

    async def test_a_deletion_waits_for_no_disk_and_leaves_its_connection_as_it_was(
        self, pair: Pair
    ) -> None:
        await pair.commit([event()])
        url = DatabaseUrl(
            pair.test_database.sweep_url(Service.GATEWAY).dsn + "&synchronous_commit=on"
        )
        async with (
            pair.test_database.server.admin(pair.test_database.name) as admin,
            open_database(url, hot_pool_size=1) as sweep,
        ):
            await admin.execute(NOTES_HOW_A_DELETION_COMMITS)
            rows = OutboxRows(sweep, "gateway", Service.GATEWAY)
            await rows.delete({(Service.ROUTER, SHOP, event().stream): 1})
            (waits,) = await sweep.call("SELECT current_setting('synchronous_commit')")
            assert await admin.fetchval("SELECT waits FROM gateway.deletions") == "off"
        assert waits[0] == "on"

    async def test_several_streams_are_read_after_their_own_versions(self, pair: Pair) -> None:
        await pair.commit([*events(5, stream="a"), *events(5, stream="b"), *events(5, stream="c")])
        asked = {(SHOP, "b"): 3, (SHOP, "a"): 0}
        found = await pair.rows.after(Service.ROUTER, asked, limit=2)
        assert [(e.stream, e.version) for e in found] == [("a", 1), ("a", 2), ("b", 4), ("b", 5)]

    async def test_the_backlog_tells_rows_and_age(self, pair: Pair) -> None:
        assert (await pair.rows.backlog(Service.ROUTER)).oldest_age_ms == 0
        await pair.commit(events(3))
        await pair.age()
        backlog = await pair.rows.backlog(Service.ROUTER)
        assert backlog.rows == 3 < BACKLOG_MAX
        assert 3_600_000 <= backlog.oldest_age_ms < 3_700_000


class TestGrants:
    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM gateway.outbox",
            "UPDATE gateway.outbox SET version = 9",
            "DELETE FROM gateway.inbox",
        ],
    )
    async def test_the_service_cannot(self, pair: Pair, statement: str) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pair.gateway.call(statement)

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO gateway.inbox VALUES (gen_random_uuid(), 'router', 's', 1)",
            "UPDATE gateway.outbox SET version = 9",
            "SELECT gateway.inbox_lock(gen_random_uuid(), 'router', 's')",
            "SELECT * FROM router.outbox",
        ],
    )
    async def test_the_sweep_cannot(self, pair: Pair, statement: str) -> None:
        async with open_database(pair.test_database.sweep_url(Service.GATEWAY)) as sweep:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await sweep.call(statement)

    async def test_without_a_shop_in_scope_there_are_no_rows(self, pair: Pair) -> None:
        await pair.commit(events(3))
        for statement in ("SELECT * FROM gateway.outbox", "SELECT * FROM gateway.inbox"):
            assert await pair.gateway.call(statement) == []


class TestInboxFunctions:
    async def test_advance_is_true_for_the_next_version_only(self, pair: Pair) -> None:
        connection = await asyncpg.connect(pair.test_database.service_url(Service.ROUTER).dsn)
        await connection.fetchval(SET_SCOPE, str(SHOP))

        async def advance(version: int) -> object:
            return await connection.fetchval(
                "SELECT router.inbox_advance($1, 'gateway', 's', $2)", SHOP, version
            )

        assert [await advance(version) for version in (2, 1, 1, 3, 2, 2, 1, 3)] == [
            False, True, False, False, True, False, False, True,
        ]  # fmt: skip
        await connection.close()

    async def test_lock_tells_the_last_version_and_makes_room_for_the_first(
        self, pair: Pair
    ) -> None:
        connection = await asyncpg.connect(pair.test_database.service_url(Service.ROUTER).dsn)
        await connection.fetchval(SET_SCOPE, str(SHOP))
        lock = "SELECT router.inbox_lock($1, 'gateway', 's')"
        assert await connection.fetchval(lock, SHOP) == 0
        assert await connection.fetchval(lock, SHOP) == 0
        advance = "SELECT router.inbox_advance($1, 'gateway', 's', 1)"
        assert await connection.fetchval(advance, SHOP) is True
        assert await connection.fetchval(lock, SHOP) == 1
        await connection.close()

    async def test_of_many_racing_receivers_one_advances_each_version(self, pair: Pair) -> None:
        wins = await asyncio.gather(*(self._race(pair.router, 30) for _ in range(4)))
        assert sorted(version for won in wins for version in won) == list(range(1, 31))

    async def _race(self, router: Database, versions: int) -> list[int]:
        won = []
        for version in range(1, versions + 1):
            (row,) = await router.call(
                "SELECT router.inbox_advance($1::uuid, 'gateway', 's', $2) AS won "
                "FROM set_config('app.shop_ids', $1::uuid::text, true)",
                SHOP,
                version,
            )
            if row["won"]:
                won.append(version)
        return won


class TestTakeNew:
    async def test_new_old_and_early_events_are_told_apart(self, pair: Pair) -> None:
        await pair.apply(events(2, stream="a"))
        mixed = [event(v, stream="a") for v in (1, 2, 3, 5)] + [event(2, stream="b")]
        positions = await pair.apply(mixed)
        assert positions == {(SHOP, "a"): 3, (SHOP, "b"): 0}
        assert await pair.applied() == {(SHOP, "a"): [1, 2, 3]}

    async def test_unsorted_and_doubled_events_are_taken_all_the_same(self, pair: Pair) -> None:
        a, b = events(3, stream="a"), events(2, stream="b")
        positions = await pair.apply([a[1], b[0], a[2], a[0], a[2], b[1]])
        assert positions == {(SHOP, "a"): 3, (SHOP, "b"): 2}
        assert await pair.applied() == {(SHOP, "a"): [1, 2, 3], (SHOP, "b"): [1, 2]}

    async def test_racing_receivers_apply_each_event_once_and_in_order(self, pair: Pair) -> None:
        batch = [e for stream in "abcd" for e in events(10, stream=stream)]
        answers = await asyncio.gather(*(pair.apply(batch) for _ in range(6)))
        assert all(set(answer.values()) == {10} for answer in answers)
        assert await pair.applied() == {(SHOP, s): list(range(1, 11)) for s in "abcd"}

    async def test_an_effect_that_fails_takes_its_position_back(self, pair: Pair) -> None:
        async def fail() -> None:
            async with pair.router.write(SHOP) as tx:
                assert len((await take_new(tx, "router", events(3))).new) == 3
                raise LookupError("the effect failed")

        with pytest.raises(LookupError):
            await fail()
        assert await pair.apply(events(3)) == {(SHOP, "conv_a"): 3}

    async def test_nothing_is_nothing(self, pair: Pair) -> None:
        async with pair.router.write(SHOP) as tx:
            assert (await take_new(tx, "router", [])).positions == {}
