"""Sending orders over HTTP: patience, refusals, and one clear sentence when nobody is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from services.history.clients.orders_api import PAUSES_S, OrdersApi
from shared.contracts.cards import ContactBatch
from shared.contracts.orders import IngestBatch, Ingested
from shared.kernel.errors import ErrorCode, RefusedError
from tests.support.orders import contact, order

BATCH = IngestBatch(orders=(order(),))
DONE = Ingested(created=1, updated=0, unchanged=0)
SOURCE = "ab" * 32


class Server:
    """Answers from a script; `None` drops the connection."""

    def __init__(self) -> None:
        self.script: list[httpx.Response | None] = []
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        response = self.script.pop(0)
        if response is None:
            raise httpx.ConnectError("refused", request=request)
        return response

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def api(server: Server) -> AsyncIterator[OrdersApi]:
    transport = httpx.MockTransport(server.answer)
    async with httpx.AsyncClient(base_url="http://shop.test", transport=transport) as client:
        yield OrdersApi(client, sleep=server.sleep)


def problem(status: int, code: str, detail: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": detail})


def ok() -> httpx.Response:
    return httpx.Response(200, content=DONE.to_json())


async def refusal_of(call: Callable[[], object]) -> RefusedError:
    with pytest.raises(RefusedError) as refusal:
        await call()  # type: ignore[misc]
    return refusal.value


class TestSending:
    async def test_batch_is_posted_and_its_answer_read(
        self, api: OrdersApi, server: Server
    ) -> None:
        server.script = [ok()]
        assert await api.ingest(BATCH) == DONE
        assert server.asked[0].url.path == "/v1/orders/batches"
        assert IngestBatch.model_validate_json(server.asked[0].content) == BATCH

    async def test_contacts_are_posted_the_same_way(self, api: OrdersApi, server: Server) -> None:
        server.script = [None, ok()]
        batch = ContactBatch(contacts=(contact(),))
        assert await api.ingest_contacts(batch) == DONE
        assert server.asked[1].url.path == "/v1/contacts/batches"
        assert ContactBatch.model_validate_json(server.asked[1].content) == batch

    async def test_batch_is_sent_again_through_a_restart(
        self, api: OrdersApi, server: Server
    ) -> None:
        server.script = [None, problem(503, "try_again", "Not now."), None, ok()]
        assert await api.ingest(BATCH) == DONE
        assert server.slept == list(PAUSES_S[:3])

    async def test_service_that_stays_away_ends_the_import_with_what_to_do(
        self, api: OrdersApi, server: Server
    ) -> None:
        server.script = [None] * (len(PAUSES_S) + 1)
        refusal = await refusal_of(lambda: api.ingest(BATCH))
        assert refusal.code is ErrorCode.TRY_AGAIN
        assert "import again, and it goes on from there" in refusal.detail
        assert server.script == []

    async def test_refused_batch_is_not_sent_again(self, api: OrdersApi, server: Server) -> None:
        server.script = [problem(403, "forbidden", "This sign-in does not allow that.")]
        refusal = await refusal_of(lambda: api.ingest(BATCH))
        assert (refusal.code, refusal.detail) == (
            ErrorCode.FORBIDDEN,
            "This sign-in does not allow that.",
        )
        assert server.slept == []

    @pytest.mark.parametrize(
        "stranger",
        [
            httpx.Response(404, text="<h1>Not here</h1>"),
            httpx.Response(200, text="hello"),
            httpx.Response(500, json=["?"]),
            httpx.Response(400, json={"code": "strange", "detail": "x"}),
        ],
        ids=["html", "text", "list", "code"],
    )
    async def test_stranger_on_the_port_is_told(
        self, api: OrdersApi, server: Server, stranger: httpx.Response
    ) -> None:
        server.script = [stranger]
        refusal = await refusal_of(lambda: api.ingest(BATCH))
        assert "What answers there is not" in refusal.detail


class TestStarting:
    async def test_checkpoint_is_asked_for(self, api: OrdersApi, server: Server) -> None:
        server.script = [httpx.Response(200, json={"source": SOURCE, "next_batch": 7})]
        assert await api.next_batch(SOURCE) == 7
        assert server.asked[0].url.path == f"/v1/orders/imports/{SOURCE}"

    async def test_service_that_does_not_run_gets_one_clear_sentence(
        self, api: OrdersApi, server: Server
    ) -> None:
        server.script = [None]
        refusal = await refusal_of(lambda: api.next_batch(SOURCE))
        assert refusal.detail == (
            "Firstreply does not answer at http://shop.test: "
            "start it with `make run`, then import again."
        )
        assert server.slept == [], "nobody waits for what does not run"
