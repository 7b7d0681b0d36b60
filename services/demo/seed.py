"""Fills the demo shop through the services' own doors; safe to repeat at every start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from services.demo.answers import demo_faq, demo_replies
from services.demo.data import demo_contacts, demo_orders
from services.demo.people import (
    AGENTS,
    PASSWORD,
    SHOP_ID,
    SHOP_NAME,
    SITE_ID,
    STAND_INS,
    SUPERVISOR,
)
from services.gateway.app import CreateSite
from services.history.app import Intake
from services.router.app import SetUp
from shared.contracts.cards import ContactBatch
from shared.contracts.orders import INGEST_MAX, IngestBatch, IngestOrder
from shared.kernel.vocabulary import Scope


@dataclass(frozen=True)
class Demo:
    """What the demo page needs to play the shop."""

    site_key: str
    customer_secret: str
    customers: tuple[tuple[str, str], ...]
    """The shop's own customer number and the name of each."""


class GatewayDoor(Protocol):
    """The gateway at work, or as much of it as this needs."""

    @property
    def create_site(self) -> CreateSite:
        """Make a site."""
        ...


class RouterDoor(Protocol):
    """The router at work, or as much of it as this needs."""

    @property
    def set_up(self) -> SetUp:
        """Make shops, agents and keys."""
        ...


async def seed_demo(gateway: GatewayDoor, router: RouterDoor, history: Intake) -> Demo:
    """Make the shop, its site, agents who can sign in, and its orders and contacts."""
    await router.set_up.create_shop(SHOP_ID, SHOP_NAME)
    for agent in (*AGENTS, *STAND_INS, SUPERVISOR):
        scope = Scope.SUPERVISOR if agent is SUPERVISOR else Scope.AGENT
        await router.set_up.create_agent(
            SHOP_ID,
            agent.id,
            name=agent.name,
            email=agent.email,
            password=PASSWORD,
            scopes=(scope,),
        )
        await router.set_up.restore_password(SHOP_ID, agent.email, PASSWORD)
    site = await gateway.create_site(
        shop_id=SHOP_ID, site_id=SITE_ID, name=SHOP_NAME, origins=("*",)
    )
    orders = demo_orders()
    for start in range(0, len(orders), INGEST_MAX):
        batch = IngestBatch(orders=tuple(orders[start : start + INGEST_MAX]))
        await history.take_orders(SHOP_ID, batch)
    await history.take_contacts(SHOP_ID, ContactBatch(contacts=tuple(demo_contacts())))
    await history.take_answers(SHOP_ID, tuple(demo_faq()), tuple(demo_replies()))
    return Demo(site.key, site.customer_secret, _customers(orders))


async def shut_demo(router: RouterDoor) -> None:
    """Take the demo passwords away: others than this machine can reach the port."""
    for agent in (*AGENTS, *STAND_INS, SUPERVISOR):
        await router.set_up.remove_password(SHOP_ID, agent.id)


def _customers(orders: list[IngestOrder]) -> tuple[tuple[str, str], ...]:
    names = {order.customer.shop_ref: order.customer.name or "" for order in orders}
    return tuple(sorted(names.items(), key=lambda entry: entry[1]))
