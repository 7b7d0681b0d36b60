"""Whatever a console or a program asks wrongly is refused in words and changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from shared.contracts.claims import Principal
from shared.contracts.wire import SEQ_MAX, TEXT_MAX
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from shared.kit.web.protect import BODY_MAX_BYTES
from tests.support.agent_client import AgentClient
from tests.support.bad_requests import (
    ITEMS,
    NO_IDS,
    SIGN_IN,
    Operation,
    Scene,
    answered_scene,
    good_body,
    refused,
)
from tests.support.chat_client import ChatClient
from tests.support.good_bodies import (
    APPEARANCE,
    WEBHOOKS,
    is_ingest,
    is_routing,
)
from tests.support.made_bodies import OPEN_SESSION
from tests.support.refusals import PLANTED
from tests.support.shop_people import (
    MINUTE_MS,
    a_token,
)
from tests.support.shop_server import ServedShop, ShopServer

NO_STRINGS: tuple[Any, ...] = ({"$ne": PLANTED}, [PLANTED], 4711, 0.5, True)
SMILE = "\N{SMILING FACE WITH SUNGLASSES}"
NOBODY = "not_signed_in"
NOT_LET_IN: dict[str | None, str] = {"session token": "unknown_session"}
SIGNED = ("/v1/files/upload/{signed}", "/v1/files/content/{signed}")
"""Open to whoever has the signed address, as a picture's place in a page is."""
MESSAGES = "/v1/chat/messages"
TOO_LONG = "x" * 6_000
POLICY = "/v1/routing/policy"


@pytest.fixture
async def answered(
    server: ShopServer, pair: ServedShop, agent: AgentClient, customer: ChatClient
) -> Scene:
    """An agent, a customer, and an answer between them."""
    return await answered_scene(server, pair, agent, customer)


@pytest.fixture
async def scene(answered: Scene) -> AsyncIterator[Scene]:
    """The same, for requests that must change nothing."""
    before = await answered.kept()
    yield answered
    assert await answered.kept() == before, "a refused request leaves no trace"


class TestWho:
    async def test_nobody_gets_anywhere_without_a_sign_in_of_ours(self, scene: Scene) -> None:
        guarded = [each for each in scene.operations if each.needs is not None]
        opened = {each.path for each in scene.operations} - {each.path for each in guarded}
        assert opened == {SIGN_IN, APPEARANCE, OPEN_SESSION, WEBHOOKS, *SIGNED}
        for operation in guarded:
            problems = []
            for head in self.strangers(scene, operation):
                answer = await scene.ask(operation, headers={"Idempotency-Key": "bad"} | head)
                problems.append(refused(answer, 401, NOT_LET_IN.get(operation.needs, NOBODY)))
                assert answer.headers["www-authenticate"] == "Bearer"
            told = {problem["detail"] for problem in problems}
            assert len(told) <= 2, "one sentence for none, one for a bad one"

    @staticmethod
    def strangers(scene: Scene, operation: Operation) -> list[dict[str, str]]:
        shop = scene.shop
        forged = Principal(
            shop_id=decode(IdKind.SHOP, shop.shop_id),
            scopes=tuple(Scope),
            agent_id=decode(IdKind.AGENT, scene.agent.agent["id"]),
            name="Mallory",
            expires_at=SystemClock().now() + MINUTE_MS,
        )
        bearers = [
            *("0e1", PLANTED, f"{PLANTED}.e30.x", "a" * 9_000, scene.grant, a_token(shop)),
            *(sign_principal(Keyring.ephemeral(), forged), scene.agent.token[:-4] + "AAAA"),
            *(f"{shop.api_key[:-4]}0000", shop.site_key),
        ]
        if operation.needs == "bearer":
            bearers.append(shop.api_key)
        heads = [{"Authorization": f"Bearer {bearer}"} for bearer in bearers]
        return [{}, *({"Authorization": one} for one in ("Bearer", f"Basic {PLANTED}")), *heads]

    async def test_a_sign_in_of_another_kind_is_not_enough(self, scene: Scene) -> None:
        for operation in scene.operations:
            if operation.needs != "bearer":
                continue
            token = scene.agent.token if is_ingest(operation.path) else scene.writer
            token = scene.operator if is_routing(operation.path) else token
            head = {"Authorization": f"Bearer {token}", "Idempotency-Key": "bad"}
            refused(await scene.ask(operation, headers=head), 403, "forbidden")

    async def test_every_wrong_credential_is_one_answer(self, scene: Scene) -> None:
        good = good_body(scene.shop)[SIGN_IN]
        nowhere = encode(IdKind.SHOP, new_id())
        wrong = [{"password": PLANTED}, {"email": f"{PLANTED}@mail.example"}, {"shop_id": nowhere}]
        answers = [await scene.agent.http.post(SIGN_IN, json=good | one) for one in wrong]
        first, *others = [refused(answer, 401, "bad_credentials") for answer in answers]
        assert all(other == first for other in others)


class TestWhat:
    async def test_an_id_that_cannot_be_one_is_as_little_there_as_one_that_nobody_has(
        self, scene: Scene
    ) -> None:
        for operation in scene.operations:
            if operation.place is None or operation.path == WEBHOOKS:
                continue
            body = good_body(scene.shop).get(operation.path)
            options: dict[str, Any] = {"json": body} if body else {}
            urls = [operation.url(**{operation.place: no_id}) for no_id in NO_IDS]
            if operation.place != "source":
                urls.append(operation.url())
            for url in urls:
                refused(await scene.ask(operation, url, **options), 404, "not_found")

    async def test_a_body_that_is_none_is_refused(self, scene: Scene) -> None:
        bodies = ("", "{", f'"{PLANTED}"', f"[{PLANTED!r}]", "[]", "null", "0e1")
        for operation, good in scene.with_bodies():
            head = scene.headers(operation) | {"Content-Type": "application/json"}
            for text in (*bodies, json.dumps(good)[:-1], json.dumps(good | {PLANTED: 1})):
                answer = await scene.ask(operation, content=text, headers=head)
                refused(answer, 422, _code_of(operation, text))
            without_type = await scene.ask(operation, content=json.dumps(good))
            refused(without_type, 422, "invalid_request")
            endless = await scene.ask(operation, content="[" * 50_000, headers=head)
            refused(endless, 400, "invalid_request")

    async def test_a_text_of_another_kind_or_that_nobody_can_keep_is_refused(
        self, scene: Scene
    ) -> None:
        """LESSONS 30 (Live Helper Chat CVE-2022-1176): the same way everywhere."""
        for operation, good in scene.with_bodies():
            for bad in _spoilt(good):
                head = scene.headers(operation) | {"Content-Type": "application/json"}
                answer = await scene.ask(operation, content=json.dumps(bad), headers=head)
                too_long = operation.path == MESSAGES and bad["text"] == TOO_LONG
                code = _code_of(operation, json.dumps(bad))
                refused(answer, 422, "text_length" if too_long else code)

    async def test_a_body_over_1_mib_is_refused_before_it_is_sent(self, scene: Scene) -> None:
        for operation, _ in scene.with_bodies():
            head = scene.headers(operation) | {"Content-Length": str(BODY_MAX_BYTES + 1)}
            refused(await _announced(scene, operation, head), 413, "body_too_large")

    async def test_an_answer_has_1_to_5000_code_points(self, scene: Scene) -> None:
        for text in ("", SMILE * (TEXT_MAX + 1)):
            answer = await scene.agent.say(scene.conversation_id, text, scene.grant)
            refused(answer, 422, "invalid_request")

    async def test_a_page_begins_after_a_seq(self, scene: Scene) -> None:
        url = ITEMS.format(conversation_id=scene.conversation_id)
        for after in ("-1", "0e1", "1.5", PLANTED, str(SEQ_MAX + 1), ""):
            head = scene.agent.headers
            answer = await scene.agent.http.get(url, params={"after_seq": after}, headers=head)
            refused(answer, 422, "invalid_request")


def _code_of(operation: Operation, text: str) -> str:
    """Return what a bad body is told: of a policy each figure that cannot be has its reason."""
    is_one = operation.path == POLICY and text.startswith("{") and text.endswith("}")
    kept_by_nobody = "\\u0000" in text or "\\ud83d" in text
    return "policy_invalid" if is_one and not kept_by_nobody else "invalid_request"


async def _announced(scene: Scene, operation: Operation, head: dict[str, str]) -> httpx.Response:
    """Say how much will come, send nothing of it, and return the answer."""
    host = scene.agent.http.base_url.netloc.decode()
    lines = [f"{operation.method} {operation.url()} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in head.items()]
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write("\r\n".join([*lines, "", ""]).encode())
    raw = await reader.read()
    writer.close()
    top, _, body = raw.partition(b"\r\n\r\n")
    status, *fields = top.decode().split("\r\n")
    return httpx.Response(
        int(status.split()[1]),
        headers=dict(field.split(": ", 1) for field in fields),
        content=body,
        request=httpx.Request(operation.method, f"http://{host}{operation.url()}"),
    )


def _spoilt(good: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the body again and again, each time with one text spoilt, at any depth."""
    for name, value in good.items():
        if isinstance(value, str):
            for bad in (*NO_STRINGS, "a\0b", "\ud83d", TOO_LONG):
                yield good | {name: bad}
        elif isinstance(value, dict):
            yield from (good | {name: bad} for bad in _spoilt(value))
        elif isinstance(value, list) and isinstance(value[0], str):
            yield from (good | {name: [bad]} for bad in NO_STRINGS)
        elif isinstance(value, list):
            yield from (good | {name: [bad]} for bad in _spoilt(value[0]))


async def test_an_answer_without_a_good_key_is_refused(scene: Scene) -> None:
    url = ITEMS.format(conversation_id=scene.conversation_id)
    body = {"text": PLANTED, "grant": scene.grant}
    for key in (None, "", "a" * 65, "a b", "a;b", f"{PLANTED}/", "\xe9"):
        head = httpx.Headers(scene.agent.headers, encoding="latin-1")
        if key is not None:
            head["Idempotency-Key"] = key
        answer = await scene.agent.http.post(url, json=body, headers=head)
        refused(answer, 400, "idempotency_key_required")


async def test_a_key_is_one_answer_for_ever(answered: Scene, customer: ChatClient) -> None:
    longest = SMILE * TEXT_MAX

    async def say(text: str) -> httpx.Response:
        return await answered.agent.say(answered.conversation_id, text, answered.grant, key="k1")

    first = await say(longest)
    refused(await say(PLANTED), 422, "client_id_conflict")
    again = await say(longest)

    assert again.json() == first.json()
    assert (await customer.hears(longest))["seq"] == first.json()["seq"]
