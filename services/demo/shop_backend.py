"""Plays the demo shop's own backend: it knows its customers and signs for them."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.demo.people import SHOP_NAME
from services.demo.seed import Demo
from shared.kernel.clock import Clock
from shared.kit.auth.customer_tokens import sign_customer_token
from shared.kit.web.bodies import JsonBody

TOKEN_LIFE_MS = 60 * 60 * 1000
"""An hour: what a shop's page would ask for at each load."""


class DemoCustomer(BaseModel):
    """One customer the picker offers."""

    ref: str
    name: str


class DemoSite(BaseModel):
    """What the demo page needs at its start."""

    site_key: str
    shop_name: str
    customers: list[DemoCustomer]


class TokenWish(BaseModel):
    """Who is signed in at the demo shop."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ref: str = Field(min_length=1, max_length=200)


class Token(BaseModel):
    """A customer token signed by the demo shop."""

    token: str


def demo_routes(demo: Demo, clock: Clock) -> APIRouter:
    """Return the demo shop's two endpoints; serve them on loopback only."""
    router = APIRouter(prefix="/demo/api", include_in_schema=False)
    names = dict(demo.customers)

    @router.get("/site")
    async def site() -> DemoSite:
        customers = [DemoCustomer(ref=ref, name=name) for ref, name in demo.customers]
        return DemoSite(site_key=demo.site_key, shop_name=SHOP_NAME, customers=customers)

    @router.post("/customer-token")
    async def customer_token(wish: JsonBody[TokenWish]) -> Token:
        token = sign_customer_token(
            demo.customer_secret.encode(),
            subject=wish.ref,
            expires_at=clock.now() + TOKEN_LIFE_MS,
            name=names.get(wish.ref),
        )
        return Token(token=token)

    return router
