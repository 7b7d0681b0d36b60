"""Every refusal: one shape, a stable code, nothing of the input, nothing of the inside."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, HTTPException, Query
from pydantic import Field

from shared.contracts.routing import NewStatus, SignIn, Transfer
from shared.contracts.wire import Contract, ConversationId, NamedInstant, WireInstant
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.new_ids import new_id
from shared.kit.web.bodies import FAULTS_MAX, JsonBody
from shared.kit.web.problems import FIELDS_SHOWN_MAX, MEDIA_TYPE
from tests.unit.shared.kit.conftest import LogReader
from tests.unit.shared.kit.web.conftest import ClientFor

pytestmark = pytest.mark.usefixtures("logged")

EVIL = "<script>alert(1)</script>"


class Line(Contract):
    sku: str
    count: int = Field(ge=1)


class Batch(Contract):
    lines: tuple[Line, ...] = Field(max_length=3)
    scopes: tuple[Scope, ...] = ()
    at: WireInstant | None = None
    due_at: NamedInstant | None = None
    on: date | None = None
    conversation: ConversationId | None = None
    extra: dict[str, int] = Field(default_factory=dict)


def router() -> APIRouter:
    routes = APIRouter(prefix="/v1/things")

    @routes.post("/batches")
    async def post_batch(batch: JsonBody[Batch]) -> dict[str, int]:
        return {"lines": len(batch.lines)}

    @routes.post("/sign-in")
    async def sign_in(body: JsonBody[SignIn]) -> dict[str, str]:
        return {"email": body.email}

    @routes.put("/status")
    async def put_status(body: JsonBody[NewStatus]) -> NewStatus:
        return body

    @routes.post("/transfer")
    async def transfer(body: JsonBody[Transfer]) -> Transfer:
        return body

    _refusing(routes)
    return routes


def _refusing(routes: APIRouter) -> None:
    @routes.get("/refused/{code}")
    async def refused(code: ErrorCode, wait: int | None = None) -> None:
        raise RefusedError(code, "No, and here is why.", retry_after_ms=wait)

    @routes.get("/conversations/{conversation_id}")
    async def conversation(conversation_id: ConversationId) -> str:
        return str(conversation_id)

    @routes.get("/page")
    async def page(after: Annotated[int, Query(ge=0)] = 0) -> int:
        return after

    @routes.get("/http/{status}")
    async def http(status: int) -> None:
        raise HTTPException(status, detail=EVIL)

    @routes.get("/broken")
    async def broken() -> None:
        raise RuntimeError("internals: " + EVIL)


class TestRefused:
    async def test_a_refusal_becomes_a_problem_with_its_code(self, client_for: ClientFor) -> None:
        client = client_for(router(), statuses={ErrorCode.OFFER_GONE: 410})
        answer = await client.get("/v1/things/refused/offer_gone")
        assert answer.status_code == 410
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert answer.json() == {
            "type": "urn:firstreply:problem:offer_gone",
            "title": "Offer gone",
            "status": 410,
            "code": "offer_gone",
            "detail": "No, and here is why.",
            "request_id": answer.headers["x-request-id"],
        }

    async def test_a_caller_is_told_when_to_try_again_in_whole_seconds(
        self, client_for: ClientFor
    ) -> None:
        client = client_for(router())
        for wait, header in ((1, "1"), (1_000, "1"), (1_001, "2")):
            answer = await client.get(f"/v1/things/refused/try_again?wait={wait}")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, header)
        answer = await client.get("/v1/things/refused/try_again")
        assert "retry-after" not in answer.headers

    async def test_a_caller_who_is_not_signed_in_is_told_how(self, client_for: ClientFor) -> None:
        answer = await client_for(router()).get("/v1/things/refused/not_signed_in")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")

    async def test_a_code_that_no_table_names_is_the_callers_fault_and_is_logged(
        self, client_for: ClientFor, logged: LogReader
    ) -> None:
        answer = await client_for(router()).get("/v1/things/refused/at_capacity")
        assert (answer.status_code, answer.json()["code"]) == (400, "at_capacity")
        assert logged()[0]["event"] == "problem.status_unlisted"


class TestInvalid:
    async def test_words_and_lists_are_taken_from_json(self, client_for: ClientFor) -> None:
        client = client_for(router())
        answer = await client.put("/v1/things/status", json={"status": "away"})
        assert (answer.status_code, answer.json()) == (200, {"status": "away"})
        batch = {"lines": [{"sku": "a", "count": 1}], "scopes": ["agent"]}
        answer = await client.post("/v1/things/batches", json=batch)
        assert (answer.status_code, answer.json()) == (200, {"lines": 1})

    @pytest.mark.parametrize("value", [{"$ne": ""}, ["a@b.c"], 0, 1.5, True, None])
    async def test_a_string_given_anything_else_is_refused_the_same_way(
        self, client_for: ClientFor, value: object
    ) -> None:
        """LESSONS 30: CVE-2021-22911, CVE-2026-30833, CVE-2022-1176."""
        body = {"shop_id": encode(IdKind.SHOP, new_id()), "email": value, "password": "x"}
        answer = await client_for(router()).post("/v1/things/sign-in", json=body)
        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid_request"
        assert answer.json()["detail"] == "email must be a string."

    async def test_a_body_that_is_nested_too_deeply_is_told_so(self, client_for: ClientFor) -> None:
        answer = await client_for(router()).post(
            "/v1/things/batches",
            content=b'{"lines":' + b"[" * 300 + b"]" * 300 + b"}",
            headers={"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()["detail"]) == (422, "body is nested too deeply.")

    async def test_faults_are_put_into_words_up_to_a_thousand_of_them(
        self, client_for: ClientFor
    ) -> None:
        for faults, shown in ((FAULTS_MAX, FIELDS_SHOWN_MAX), (FAULTS_MAX + 1, 1)):
            body = {"lines": [], "extra": dict.fromkeys(map(str, range(faults)), "x")}
            answer = await client_for(router()).post("/v1/things/batches", json=body)
            fields = answer.json()["fields"]
            assert (answer.status_code, len(fields)) == (422, shown)
            if shown == 1:
                assert fields == [{"field": "body", "fault": "has too many faults to name them"}]

    async def test_the_bad_field_is_named_by_its_place(self, client_for: ClientFor) -> None:
        body = {"lines": [{"sku": "a", "count": 1}, {"sku": "b", "count": 0}]}
        answer = await client_for(router()).post("/v1/things/batches", json=body)
        assert answer.json()["fields"] == [{"field": "lines.1.count", "fault": "is too small"}]

    @pytest.mark.parametrize(
        "body",
        [
            {EVIL: 1},
            {"lines": [], EVIL: EVIL},
            {"lines": EVIL},
            {"lines": [], "scopes": [EVIL]},
            {"lines": [], "at": EVIL},
            {"lines": [], "extra": {EVIL: EVIL}},
            {"lines": [{"sku": [EVIL], "count": EVIL}]},
            [EVIL],
            EVIL,
        ],
    )
    async def test_nothing_of_the_input_comes_back(
        self, client_for: ClientFor, body: Any, logged: LogReader
    ) -> None:
        """LESSONS 27, 29."""
        answer = await client_for(router()).post("/v1/things/batches", json=body)
        assert answer.status_code == 422
        assert "script" not in answer.text
        assert "script" not in str(logged())

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            (b"{", "is not valid JSON"),
            (b"\xff\xfe", "is not valid JSON"),
            (b'"\xff"', "could not be read"),
            (b"[" * 100_000, "could not be read"),
            (b'{"lines": [], "at": ' + b"9" * 5_000 + b"}", "could not be read"),
            (b"", "is missing"),
            (b'{"lines": [{"sku": "\\ud800", "count": 1}]}', "is not valid Unicode"),
            (b'{"lines": [{"sku": "a\\u0000", "count": 1}]}', "U+0000"),
            (b'{"lines": [], "extra": {"a\\u0000": 1}}', "U+0000"),
        ],
    )
    async def test_a_malformed_body_is_refused(
        self, client_for: ClientFor, content: bytes, fault: str
    ) -> None:
        headers = {"content-type": "application/json"}
        answer = await client_for(router()).post(
            "/v1/things/batches", content=content, headers=headers
        )
        assert answer.json()["code"] == "invalid_request"
        assert answer.status_code in {400, 422}
        assert fault in answer.json()["detail"]

    async def test_a_text_that_only_spells_an_escape_is_taken(self, client_for: ClientFor) -> None:
        body = {"lines": [{"sku": "\\u0000", "count": 1}]}
        answer = await client_for(router()).post("/v1/things/batches", json=body)
        assert answer.status_code == 200

    async def test_a_body_that_is_not_called_json_is_refused(self, client_for: ClientFor) -> None:
        answer = await client_for(router()).post("/v1/things/batches", content=b'{"lines": []}')
        assert answer.status_code == 422
        assert "application/json" in answer.json()["detail"]

    async def test_at_most_twenty_bad_fields_are_named(self, client_for: ClientFor) -> None:
        body = {"lines": [], "extra": {f"k{number}": "x" for number in range(100)}}
        answer = await client_for(router()).post("/v1/things/batches", json=body)
        assert len(answer.json()["fields"]) == 20

    @pytest.mark.parametrize(
        ("field", "value", "fault"),
        [
            ("at", "tomorrow", "an instant with its zone, such as 2026-11-23T08:00:00Z"),
            ("at", "2026-11-23T08:00:00", "an instant with its zone, such as 2026-11-23T08:00:00Z"),
            ("at", 1_800_000_000_000, "an instant with its zone, such as 2026-11-23T08:00:00Z"),
            ("on", "2026-02-29", "a day, such as 2026-11-23"),
            ("on", "2026-11-23T08:00:00", "a day, such as 2026-11-23"),
            ("on", 20_261_123, "a day, such as 2026-11-23"),
            ("conversation", "offer_1", "an id that begins with conv_"),
            ("conversation", 7, "an id that begins with conv_"),
        ],
    )
    async def test_a_caller_is_told_what_a_field_must_be(
        self, client_for: ClientFor, field: str, value: object, fault: str
    ) -> None:
        body = {"lines": [], field: value}
        answer = await client_for(router()).post("/v1/things/batches", json=body)
        assert answer.json()["detail"] == f"{field} must be {fault}."

    @pytest.mark.parametrize(
        "at",
        [
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "1969-12-31T23:59:59.999Z",
            "2200-01-01T00:00:00.001Z",
            "9999-12-31T23:59:59.999-14:00",
        ],
    )
    async def test_an_instant_that_callers_name_is_of_our_days(
        self, client_for: ClientFor, at: str
    ) -> None:
        body = {"lines": [], "due_at": at}
        answer = await client_for(router()).post("/v1/things/batches", json=body)
        assert answer.json()["detail"] == "due_at must lie between 1970 and 2200."

    async def test_fields_that_do_not_go_together_are_told_of_in_our_words(
        self, client_for: ClientFor
    ) -> None:
        answer = await client_for(router()).post("/v1/things/transfer", json={})
        said = "must name one of to_agent, to_queue and to_line, and only one"
        assert answer.json()["fields"] == [{"field": "body", "fault": said}]

    async def test_a_bad_query_names_its_parameter(self, client_for: ClientFor) -> None:
        answer = await client_for(router()).get(f"/v1/things/page?after={EVIL}")
        assert answer.json()["detail"] == "after must be a whole number."

    async def test_an_id_that_cannot_be_one_looks_like_one_that_does_not_exist(
        self, client_for: ClientFor
    ) -> None:
        """LESSONS 25."""
        client = client_for(router())
        answer = await client.get("/v1/things/conversations/conv_nonsense")
        other = await client.get("/v1/things/refused/not_found")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert other.status_code == answer.status_code


class TestHttp:
    async def test_an_address_nobody_answers_is_not_found(self, client_for: ClientFor) -> None:
        answer = await client_for(router()).get(f"/v1/{EVIL}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "script" not in answer.text

    async def test_a_method_that_is_not_taken_is_answered_with_those_that_are(
        self, client_for: ClientFor
    ) -> None:
        answer = await client_for(router()).delete("/v1/things/status")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == "PUT"

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (400, "invalid_request"),
            (418, "invalid_request"),
            (403, "forbidden"),
            (413, "body_too_large"),
            (503, "try_again"),
        ],
    )
    async def test_a_bare_status_gets_a_code_and_our_own_sentence(
        self, client_for: ClientFor, status: int, code: str
    ) -> None:
        answer = await client_for(router()).get(f"/v1/things/http/{status}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert EVIL not in answer.text


class TestUnexpected:
    async def test_a_failure_shows_no_internals_but_the_log_does(
        self, client_for: ClientFor, logged: LogReader
    ) -> None:
        """LESSONS 27."""
        answer = await client_for(router()).get("/v1/things/broken")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert "internals" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        failure, request = logged()
        assert failure["event"] == "request.failed"
        assert failure["request_id"] == answer.json()["request_id"] == request["request_id"]
        assert "RuntimeError" in failure["exception"]
        assert request["status"] == 500


async def test_the_openapi_document_describes_bodies_and_problems(client_for: ClientFor) -> None:
    document = (await client_for(router()).get("/openapi.json")).json()
    operation = document["paths"]["/v1/things/batches"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/Batch"}
    problem = operation["responses"]["default"]["content"][MEDIA_TYPE]["schema"]
    assert problem == {"$ref": "#/components/schemas/Problem"}
    assert {"Batch", "Problem", "ErrorCode", "FieldFault"} <= set(document["components"]["schemas"])
    assert "422" not in operation["responses"]
