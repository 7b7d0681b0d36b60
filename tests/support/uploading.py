"""Uploads and downloads at a running gateway, as a customer or an agent does them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.chat_client import ChatClient
from tests.support.running_gateway import ServedGateway
from tests.support.sample_files import a_png


@dataclass(frozen=True)
class FileClient:
    """Somebody with a token."""

    http: httpx.AsyncClient
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(
        self, size_bytes: int, name: str = "a.png", media_type: str = "image/png"
    ) -> httpx.Response:
        """Ask where to bring a file."""
        new = {"name": name, "size_bytes": size_bytes, "media_type": media_type}
        return await self.http.post("/v1/files", json=new, headers=self.headers)

    async def bring(self, url: str, data: bytes) -> httpx.Response:
        """Bring its bytes, with no token: the URL is enough."""
        return await self.http.put(url, content=data)

    async def upload(
        self, data: bytes | None = None, name: str = "a.png", media_type: str = "image/png"
    ) -> dict[str, Any]:
        """Upload a file and return what is told of it."""
        data = a_png() if data is None else data
        asked = (await self.ask(len(data), name, media_type)).raise_for_status().json()
        kept = (await self.bring(asked["upload_url"], data)).raise_for_status().json()
        assert kept["id"] == asked["id"]
        return dict(kept)

    async def link(self, file_id: str) -> httpx.Response:
        """Ask for a link to a file."""
        return await self.http.get(f"/v1/files/{file_id}", headers=self.headers)

    async def fetch(self, file_id: str) -> httpx.Response:
        """Follow the link to a file."""
        linked = (await self.link(file_id)).raise_for_status().json()
        return await self.http.get(linked["url"])


def of_customer(served: ServedGateway, customer: ChatClient) -> FileClient:
    assert customer.session_token is not None
    return FileClient(served.http, customer.session_token)


def of_agent(served: ServedGateway, **options: Any) -> FileClient:
    return FileClient(served.http, served.token(**options))


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
