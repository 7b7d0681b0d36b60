"""What the cluster's own process answers: whether it is ready, and the demo shop's backend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

import httpx
from fastapi import APIRouter

from shared.kernel.vocabulary import Service
from shared.kit.web.app import create_app
from shared.kit.web.readiness import NotReadyError, ReadinessCheck
from shared.kit.web.server import bind_port, serve

READY = httpx.codes.OK


async def is_ready(http: httpx.AsyncClient, url: str) -> bool:
    """Return whether a node says that it should get work."""
    try:
        return (await http.get(f"{url}/ready")).status_code == READY
    except httpx.HTTPError:
        return False


async def _probe(http: httpx.AsyncClient, urls: Sequence[str]) -> str:
    ready = sum(await asyncio.gather(*(is_ready(http, url) for url in urls)))
    sentence = f"{ready} of {len(urls)} nodes are ready."
    if not ready:
        raise NotReadyError(sentence)
    return sentence


@asynccontextmanager
async def serving_house(
    port_host: tuple[str, int],
    nodes: Mapping[Service, Sequence[str]],
    http: httpx.AsyncClient,
    extra: Sequence[APIRouter],
) -> AsyncIterator[None]:
    """Answer /ready, with one check a service, and the extra routes while the block runs.

    A service is well while one of its nodes is: that is what the front needs of it.
    """
    checks = [
        ReadinessCheck(service.value, partial(_probe, http, urls))
        for service, urls in nodes.items()
    ]
    app = create_app(title="Firstreply", routers=extra, statuses={}, checks=checks)
    stopping = asyncio.Event()
    listener = bind_port(*port_host)
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(app, listener, stopping=stopping), name="cluster.house")
        try:
            yield
        finally:
            stopping.set()
