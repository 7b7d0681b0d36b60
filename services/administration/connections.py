"""`firstreply shop connect`, `connections` and `disconnect`: a shop's stores on its platforms."""

from __future__ import annotations

import os
from typing import Annotated, Any, TypeAlias

import typer

from services.administration.client import for_shop, path_of
from services.administration.shown import AsJson, Shop, show_many, show_one
from services.terminal import fail
from shared.kernel.ids import IdKind

SECRET_VARIABLE = "FIRSTREPLY_WEBHOOK_SECRET"  # noqa: S105  a name, not a secret
COLLECTION = "/v1/orders/connections"

ConnectionId: TypeAlias = Annotated[
    str, typer.Argument(metavar="CONNECTION", help="The connection's id, cnct_...")
]


def add_connections(app: typer.Typer) -> None:
    """Add the commands to `firstreply shop`."""
    app.command(name="connect")(connect)
    app.command(name="connections")(connections)
    app.command(name="disconnect")(disconnect)


def connect(
    platform: Annotated[str, typer.Argument(help="Which platform: shopify, or generic.")],
    store: Annotated[str, typer.Argument(help="Its own name: my-shop.myshopify.com.")],
    *,
    shop: Shop,
    customers_as: Annotated[
        str,
        typer.Option(
            help="What stands before its customer ids, where several platforms count from one."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Connect a shop's store, or replace its secret; prints where its webhooks are to be sent.

    The secret that the platform signs webhooks with is read from FIRSTREPLY_WEBHOOK_SECRET, or
    asked for: it stands in no list of processes and in no history of the shell.
    """
    secret = os.environ.get(SECRET_VARIABLE) or typer.prompt("Webhook secret", hide_input=True)
    body = {
        "platform": platform,
        "store": store.lower(),
        "webhook_secret": secret.strip(),
        "customers_as": customers_as,
    }
    api = for_shop(shop)
    # Orders are taken for any shop that a signed token names: ask first whether there is one.
    api.get(path_of(IdKind.SHOP, "shops", shop))
    made = api.make(COLLECTION, body)
    show_one(_brief(made) if not as_json else made, as_json=as_json)


def connections(*, shop: Shop, as_json: AsJson = False) -> None:
    """List a shop's connections, and the last webhook of each that could not be kept."""
    found = for_shop(shop).get(COLLECTION)["connections"]
    columns = ("id", "platform", "store", "rejected", "rejected_at", "rejected_reason")
    show_many(found, *columns, as_json=as_json)


def disconnect(connection: ConnectionId, *, shop: Shop) -> None:
    """Take no more webhooks of a store and forget its secret; the orders stay."""
    for_shop(shop).remove(path_of(IdKind.CONNECTION, "orders/connections", connection))


def store_token(variable: str) -> str:
    """Return the access token of a platform's API, from the environment or the keyboard."""
    token = os.environ.get(variable) or typer.prompt("Access token", hide_input=True)
    if not token.strip():
        fail(f"Name the store's access token in {variable}.")
    return str(token.strip())


def _brief(made: dict[str, Any]) -> dict[str, Any]:
    return {name: made[name] for name in ("id", "store", "webhook_path", "topics")}
