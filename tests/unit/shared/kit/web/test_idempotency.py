"""The Idempotency-Key header: there, and made of the letters of a client id."""

from __future__ import annotations

import pytest
from fastapi import APIRouter

from shared.kit.web.idempotency import IdempotencyKey
from tests.unit.shared.kit.web.conftest import ClientFor

pytestmark = pytest.mark.usefixtures("logged")


def router() -> APIRouter:
    routes = APIRouter()

    @routes.post("/effects")
    async def effect(key: IdempotencyKey) -> str:
        return key

    return routes


async def test_a_callers_key_reaches_the_endpoint(client_for: ClientFor) -> None:
    headers = {"Idempotency-Key": "a" * 60 + "_.:-"}
    answer = await client_for(router()).post("/effects", headers=headers)
    assert answer.json() == headers["Idempotency-Key"]


@pytest.mark.parametrize("key", [None, "", "a b", "<b>", "a" * 65, "é"])
async def test_a_caller_without_a_good_key_is_told_what_one_is(
    client_for: ClientFor, key: str | None
) -> None:
    headers = {} if key is None else {b"Idempotency-Key": key.encode()}
    answer = await client_for(router()).post("/effects", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
