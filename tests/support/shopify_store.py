"""A store of Shopify's on a real port: its Admin API as far as a back-fill calls it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "shpat_only_for_tests"
PAGE = 3


class Store:
    """What the store has, what it was asked, and what it answers before it behaves."""

    def __init__(self, collections: dict[str, list[dict[str, Any]]]) -> None:
        self.collections = collections
        self.asked: list[str] = []
        self.script: list[tuple[int, dict[str, str]]] = []
        self.dies_after: int | None = None
        self.calls = "1/40"
        self.link_host: str | None = None
        self.next_page: str | None = None
        """What is told as the next page, whatever there is."""
        self.raw: bytes | None = None
        """What every body is, whatever its heads say."""
        self.heads: dict[str, str] = {}
        self.url = ""

    def answer(self, path: str, token: str | None) -> tuple[int, dict[str, str], Any]:
        self.asked.append(path)
        if token != TOKEN:
            return 401, {}, {"errors": "[API] Invalid API key or access token"}
        if self.script:
            status, headers = self.script.pop(0)
            return status, headers, {"errors": "later"}
        if self.dies_after is not None and len(self.asked) > self.dies_after:
            return 500, {}, {}
        return self._page(path)

    def _page(self, path: str) -> tuple[int, dict[str, str], Any]:
        split = urlsplit(path)
        name = split.path.rpartition("/")[2].removesuffix(".json")
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        if name == "count":
            collection = split.path.split("/")[-2]
            return 200, self.heads, {"count": len(self.collections.get(collection, []))}
        since = int(query.get("since_id") or query["page_info"])
        rows = sorted(self.collections.get(name, []), key=lambda one: int(one["id"]))
        rest = [one for one in rows if int(one["id"]) > since]
        page, more = rest[:PAGE], rest[PAGE:]
        headers = {"X-Shopify-Shop-Api-Call-Limit": self.calls}
        if more:
            base = self.link_host or self.url
            here = f"{base}{split.path}?limit={PAGE}&page_info={page[-1]['id']}"
            headers["Link"] = f'<{base}/x>; rel="previous", <{here}>; rel="next"'
        if self.next_page is not None:
            headers["Link"] = f'<{self.next_page}>; rel="next"'
        return 200, headers | self.heads, {name: page}


@contextmanager
def running_store(store: Store) -> Iterator[Store]:
    """Serve the store until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = store.answer(
                self.path, self.headers.get("X-Shopify-Access-Token")
            )
            raw = json.dumps(body).encode() if store.raw is None else store.raw
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_request(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    store.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
