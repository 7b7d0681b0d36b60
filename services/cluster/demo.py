"""Fills or shuts the demo shop before any node runs, through the services' doors."""

from __future__ import annotations

from dataclasses import dataclass

from services.demo.seed import Demo, seed_demo, shut_demo
from services.gateway.app import CreateSite, open_sites
from services.gateway.config import GatewaySettings
from services.history.app import open_intake
from services.history.config import HistorySettings
from services.router.app import SetUp, open_set_up
from services.router.config import RouterSettings
from shared.kernel.vocabulary import Service
from shared.kit.installation import RoleUrls


@dataclass(frozen=True)
class _Router:
    set_up: SetUp


@dataclass(frozen=True)
class _Gateway:
    create_site: CreateSite


async def open_demo(urls: RoleUrls, *, loopback_only: bool) -> Demo | None:
    """Return the demo shop, filled; shut it when others than this machine reach the port."""
    gateway, router = _gateway_settings(urls), _router_settings(urls)
    history = HistorySettings(
        database_url=urls.service(Service.HISTORY).dsn, sweep_url=urls.sweep(Service.HISTORY).dsn
    )
    async with (
        open_set_up(router) as set_up,
        open_sites(gateway) as create_site,
        open_intake(history) as intake,
    ):
        if not loopback_only:
            await shut_demo(_Router(set_up))
            return None
        return await seed_demo(_Gateway(create_site), _Router(set_up), intake)


def _gateway_settings(urls: RoleUrls) -> GatewaySettings:
    return GatewaySettings(
        database_url=urls.service(Service.GATEWAY).dsn,
        sweep_url=urls.sweep(Service.GATEWAY).dsn,
        fault_after_commit=None,
    )


def _router_settings(urls: RoleUrls) -> RouterSettings:
    return RouterSettings(
        database_url=urls.service(Service.ROUTER).dsn, sweep_url=urls.sweep(Service.ROUTER).dsn
    )
