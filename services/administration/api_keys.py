"""`firstreply api-key`: make, list, show and revoke a shop's API keys."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from services.administration.client import for_shop, path_of
from services.administration.shown import AsJson, Shop, show_many, show_one
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Scope

app = typer.Typer(help="API keys of a shop's programs.", no_args_is_help=True)
KeyId: TypeAlias = Annotated[str, typer.Argument(metavar="KEY", help="The key's id, key_...")]


@app.command()
def create(
    *,
    shop: Shop,
    name: Annotated[str, typer.Option(help="Which program has it.")],
    scope: Annotated[
        list[Scope],
        typer.Option(help="What it allows: all but agent and operator; again for each."),
    ],
    as_json: AsJson = False,
) -> None:
    """Make an API key; its text is printed this once."""
    made = for_shop(shop).make("/v1/api-keys", {"name": name, "scopes": scope})
    show_one(made, as_json=as_json)


@app.command(name="list")
def list_keys(*, shop: Shop, as_json: AsJson = False) -> None:
    """List a shop's API keys, revoked ones included."""
    keys = for_shop(shop).list("/v1/api-keys", "api_keys")
    columns = ("id", "name", "scopes", "last_four", "created_at", "revoked_at")
    show_many(keys, *columns, as_json=as_json)


@app.command()
def show(key: KeyId, *, shop: Shop, as_json: AsJson = False) -> None:
    """Show an API key, never its text."""
    show_one(for_shop(shop).get(path_of(IdKind.API_KEY, "api-keys", key)), as_json=as_json)


@app.command()
def revoke(key: KeyId, *, shop: Shop, as_json: AsJson = False) -> None:
    """Revoke an API key and the tokens it got, for ever."""
    path = f"{path_of(IdKind.API_KEY, 'api-keys', key)}/revoke"
    show_one(for_shop(shop).make(path, {}), as_json=as_json)
