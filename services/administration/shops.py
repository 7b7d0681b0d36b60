"""`firstreply shop`: make, list, show and change shops."""

from __future__ import annotations

from typing import Annotated

import typer

from services.administration.client import for_installation, for_shop, path_of
from services.administration.connections import add_connections
from services.administration.histories import add_history
from services.administration.shown import AsJson, show_changes, show_many, show_one
from shared.kernel.ids import IdKind

app = typer.Typer(help="Shops of this installation.", no_args_is_help=True)
add_connections(app)
add_history(app)
ShopId = Annotated[str, typer.Argument(metavar="SHOP", help="The shop's id, shop_...")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What people call it.")], *, as_json: AsJson = False
) -> None:
    """Make a shop with its default queue."""
    show_one(for_installation().make("/v1/shops", {"name": name}), as_json=as_json)


@app.command(name="list")
def list_shops(*, as_json: AsJson = False) -> None:
    """List every shop."""
    shops = for_installation().list("/v1/shops", "shops")
    show_many(shops, "id", "name", "created_at", as_json=as_json)


@app.command()
def show(shop: ShopId, *, as_json: AsJson = False) -> None:
    """Show a shop."""
    show_one(for_shop(shop).get(path_of(IdKind.SHOP, "shops", shop)), as_json=as_json)


@app.command()
def change(
    shop: ShopId,
    *,
    name: Annotated[str, typer.Option(help="What people call it from now on.")],
    as_json: AsJson = False,
) -> None:
    """Change a shop's name."""
    path = path_of(IdKind.SHOP, "shops", shop)
    show_one(for_shop(shop).change(path, {"name": name}), as_json=as_json)


@app.command()
def changes(shop: ShopId, *, as_json: AsJson = False) -> None:
    """Show what was changed of a shop, its agents, queues, API keys and sites, newest first."""
    api = for_shop(shop)
    found = api.list(f"{path_of(IdKind.SHOP, 'shops', shop)}/changes", "changes")
    found += api.list("/v1/sites/changes", "changes")
    found.sort(key=lambda one: (one["changed_at"], one["id"]), reverse=True)
    show_changes(found, as_json=as_json)
