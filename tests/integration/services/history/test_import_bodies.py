"""Files of orders as bodies of requests: what goes in, what is told of the rest, what is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from services.history.clients.order_files import orders_of_body
from services.history.shops.generic_wishes import file_wishes
from services.history.storage.orders import SqlOrderStore
from services.history.usecases import import_orders as importing
from services.history.usecases.import_body import ImportBodies, ImportSlots
from services.history.usecases.import_orders import FileForm
from shared.contracts.files import FILE_MAX_BYTES
from shared.contracts.orders import REJECTED_MAX
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Scope
from tests.integration.services.history.test_api import assert_problem
from tests.support import generic
from tests.support.history import SHOP

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from shared.contracts.orders import Checkpoint, Ingested, IngestOrder
    from shared.kit.database import Database
    from tests.support.history import RunningService, Stores

IMPORTS = "/v1/orders/imports"
CSV, NDJSON = "text/csv", "application/x-ndjson"
HEAD = "reference,customer,status,placed_at,currency,total,name"
PLAIN = {"dates": None, "decimal": None, "zone": None, "encoding": None}


def row(number: int, *, placed_at: str = "2026-11-20T10:00:00Z", name: str = "Anna") -> str:
    return f"F-{number},c-{number},paid,{placed_at},EUR,29.95,{name}"


def table(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


async def send(
    service: RunningService, content: Any, kind: str = CSV, **query: Any
) -> httpx.Response:
    async with service.client(Scope.ORDERS_WRITE) as client:
        head = {"content-type": kind}
        return await client.post(IMPORTS, content=content, headers=head, params=query)


def changed(answer: httpx.Response) -> dict[str, int]:
    assert answer.status_code == 200, answer.text
    told = answer.json()
    names = ("created", "updated", "unchanged", "outdated", "resumed", "rejected")
    return {name: told[name] for name in names if told[name]}


class TestFiles:
    async def test_csv_as_a_spreadsheet_saves_it_goes_in(self, service: RunningService) -> None:
        """Latin-1, semicolons, decimal commas, days first: three answers, all asked for at once."""
        text = table(
            "F-1;c-1;paid;25/11/2026 10:00;EUR;1.029,95;Zoë",
            "F-2;;paid;26/11/2026 10:00;EUR;5,00;Piotr",
            head=HEAD.replace(",", ";"),
        )
        asked = await send(service, text.encode("latin-1"))
        assert_problem(asked, 422, "bad_import")
        assert [one["field"] for one in asked.json()["fields"]] == ["zone", "encoding"]
        assert await service.card_of("c-1") is None

        answers = {"zone": "Europe/Amsterdam", "encoding": "latin-1"}
        taken = await send(service, text.encode("latin-1"), **answers)
        assert changed(taken) == {"created": 1, "rejected": 1}
        assert taken.json()["rows"] == [{"line": 3, "code": "missing", "reason": "has no customer"}]
        card = await service.card_of("c-1")
        assert card is not None
        assert (card.customer.name, card.orders[0].total_minor) == ("Zoë", 102_995)

    async def test_json_lines_go_in_but_for_the_bad_ones(self, service: RunningService) -> None:
        good = [json.dumps(generic.order(number)) for number in (1, 2)]
        lines = "\n".join([good[0], '{"reference": "cut o', good[1], '{"reference": "G-3"}'])
        first = await send(service, b"\xef\xbb\xbf" + lines.encode(), NDJSON)
        assert changed(first) == {"created": 2, "rejected": 2}
        assert [(one["line"], one["code"]) for one in first.json()["rows"]] == [
            (2, "not_json"),
            (4, "missing"),
        ]
        again = await send(service, b"\xef\xbb\xbf" + lines.encode(), NDJSON)
        assert changed(again) == {"unchanged": 2, "rejected": 2}

    async def test_names_and_words_of_the_file_are_given_as_the_command_takes_them(
        self, service: RunningService
    ) -> None:
        text = (
            "Order ID,Klant,Stand,Datum,Totaal,Kleur\nF-1,c-1,Verzonden,2026-11-20T10:00Z,5,rood\n"
        )
        columns = ("reference=Order ID", "customer=Klant", "status=Stand", "placed_at=Datum")
        query: dict[str, Any] = {
            "column": [*columns, "total=Totaal"],
            "set": ["currency=EUR"],
            "word": ["verzonden=shipped"],
            "platform": "till",
        }
        taken = await send(service, text, **query)
        assert changed(taken) == {"created": 1}
        assert taken.json()["notes"] == ["Columns that are not read: Kleur."]
        card = await service.card_of("c-1")
        assert card is not None
        assert card.orders[0].status == "shipped"

    async def test_more_rejected_rows_than_are_told_are_counted(
        self, service: RunningService
    ) -> None:
        taken = await send(service, "{\n" * (REJECTED_MAX + 5), NDJSON)
        assert changed(taken) == {"rejected": REJECTED_MAX + 5}
        assert len(taken.json()["rows"]) == REJECTED_MAX


class TestQuestions:
    async def test_days_that_could_be_months_are_asked_about(self, service: RunningService) -> None:
        text = table(row(1, placed_at="03/04/2026 10:00Z"), row(2, placed_at="05/06/2026 10:00Z"))
        asked = await send(service, text)
        assert_problem(asked, 422, "bad_import")
        problem = asked.json()
        assert "Import with dates=day-first or dates=month-first." in problem["detail"]
        assert problem["fields"] == [{"field": "dates", "fault": "may be day-first or month-first"}]
        assert await service.card_of("c-1") is None
        assert changed(await send(service, text, dates="day-first")) == {"created": 2}

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"dates": "us"}, "dates"),
            ({"date": "day-first"}, "query"),
            ({"column": "reference"}, "column.0"),
            ({"column": "=x"}, "column.0"),
            ({"word": "weg=gone"}, "word"),
            ({"zone": "<b>"}, "zone"),
            ({"encoding": "klingon"}, "encoding"),
            ({"platform": ""}, "platform"),
            ({"platform": "a\0b"}, "platform"),
            ({"set": "note=a\0b"}, "set.0"),
        ],
    )
    async def test_parameter_that_cannot_be_is_named(
        self, service: RunningService, query: dict[str, str], field: str
    ) -> None:
        asked = await send(service, table(row(1)), **query)
        assert_problem(asked, 422, "invalid_request")
        assert [one["field"] for one in asked.json()["fields"]] == [field]

    @pytest.mark.parametrize(
        ("content", "kind", "code"),
        [
            ("", CSV, "bad_import"),
            ("[{}]", NDJSON, "bad_import"),
            ("\ufeffa\n".encode("utf-16"), CSV, "bad_import"),
            (table(row(1)), "application/json", "invalid_request"),
            (table(row(1)), "", "invalid_request"),
        ],
    )
    async def test_body_of_which_nothing_can_be_read_is_refused(
        self, service: RunningService, content: str | bytes, kind: str, code: str
    ) -> None:
        assert_problem(await send(service, content, kind), 422, code)


class TestLimits:
    async def test_file_larger_than_a_request_of_json_goes_in(
        self, service: RunningService
    ) -> None:
        rows = [f"{row(number)},{'x' * 100_000}" for number in range(1, 21)]
        taken = await send(service, table(*rows, head=f"{HEAD},junk"))
        assert changed(taken) == {"created": 20}

    async def test_body_over_the_limit_is_refused_while_it_comes(
        self, service: RunningService
    ) -> None:
        sent = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1_000_000
                yield b"x" * 1_000_000

        async with asyncio.timeout(30):
            assert_problem(await send(service, endless()), 413, "body_too_large")
        assert sent <= FILE_MAX_BYTES + 2_000_000

    async def test_one_file_of_a_shop_is_read_at_a_time(self, service: RunningService) -> None:
        begun, may_end = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield table(row(1)).encode()
            begun.set()
            await may_end.wait()

        async with asyncio.TaskGroup() as group:
            first = group.create_task(send(service, slow()))
            await begun.wait()
            second = await send(service, table(row(2)))
            may_end.set()
        assert_problem(second, 429, "rate_limited")
        assert second.headers["retry-after"] == "5"
        assert changed(first.result()) == {"created": 1}
        assert changed(await send(service, table(row(2)))) == {"created": 1}

    async def test_caller_without_the_scope_is_refused_before_the_body_is_read(
        self, service: RunningService
    ) -> None:
        async with service.client(Scope.AGENT) as client:
            answer = await client.post(IMPORTS, content=table(row(1)))
        assert_problem(answer, 403, "forbidden")


class _DyingStore(SqlOrderStore):
    """The real store, for so many batches."""

    def __init__(self, db: Database, batches: int) -> None:
        super().__init__(db)
        self._left = batches

    async def ingest(
        self, shop_id: Any, orders: Sequence[IngestOrder], checkpoint: Checkpoint | None
    ) -> Ingested:
        if not self._left:
            raise RefusedError(ErrorCode.TRY_AGAIN, "The database went away.")
        self._left -= 1
        return await super().ingest(shop_id, orders, checkpoint)


async def test_file_that_broke_off_goes_on_where_it_was(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_ORDERS", 3)
    body = table(*(row(number) for number in range(1, 9))).encode()
    wishes = file_wishes("generic", {"column": (), "set": (), "word": ()}, PLAIN)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10):
            yield body[start : start + 10]

    async def take(store: SqlOrderStore) -> Any:
        bodies = ImportBodies(store, ImportSlots())
        return await bodies.take(
            SHOP, pieces(), lambda file, heard: orders_of_body(file, FileForm.CSV, wishes, heard)
        )

    with pytest.raises(RefusedError):
        await take(_DyingStore(stores.db, batches=2))
    told = await take(stores.orders)
    assert (told.resumed, told.created, told.unchanged) == (6, 2, 0)
