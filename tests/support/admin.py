"""Somebody who administers over REST, and what they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from shared.contracts.claims import NO_SHOP
from shared.kernel.vocabulary import Scope
from shared.kit.new_ids import new_id
from tests.support.router import PASSWORD, Rig

NEW_AGENT = {
    "name": "Bo",
    "email": "Bo@Shop.Example",
    "password": PASSWORD,
    "roles": ["agent"],
    "skills": {"billing": 3},
    "capacity": 2,
}


@dataclass(frozen=True)
class Admin:
    """A bearer token and the calls of administration; each effect has a key of its own."""

    http: httpx.AsyncClient
    token: str

    async def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        if method == "POST":
            headers["Idempotency-Key"] = key or new_id().hex
        return await self.http.request(method, path, json=body, headers=headers)

    async def get(self, path: str) -> Any:
        """Read what is there."""
        answer = await self.call("GET", path)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def make(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """Make something that can be made."""
        answer = await self.call("POST", path, body, key=key)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return answer.json()

    async def change(self, path: str, body: Any) -> Any:
        """Change something that can be changed."""
        answer = await self.call("PATCH", path, body)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Try what must be refused; return the status and the code."""
        answer = await self.call(method, path, body)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code, answer.json()["code"]

    async def all(self, path: str, name: str, *, limit: int) -> list[Any]:
        """Read a whole list, page by page."""
        found: list[Any] = []
        cursor = ""
        while True:
            page = await self.get(f"{path}?limit={limit}{cursor}")
            assert len(page[name]) <= limit
            found += page[name]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"


def supervisor(rig: Rig, shop: UUID) -> Admin:
    """Who sees all of a shop's conversations and decisions, and is no agent."""
    return Admin(rig.http, rig.token(shop, None, Scope.SUPERVISOR))


def operator(rig: Rig, shop: UUID = NO_SHOP) -> Admin:
    """Who holds the installation's signing keys."""
    return Admin(rig.http, rig.token(shop, None, Scope.ADMIN, Scope.OPERATOR))


async def program(rig: Rig, by: Admin, *scopes: str) -> Admin:
    """An API key's short token."""
    made = await by.make("/v1/api-keys", {"name": "a program", "scopes": scopes})
    bearer = {"Authorization": f"Bearer {made['text']}"}
    issued = await rig.http.post("/v1/auth/tokens", headers=bearer)
    return Admin(rig.http, issued.json()["token"])
