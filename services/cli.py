"""The command line: `firstreply up`, `import`, `demo`, and the administration of shops.

The services, their web server and the database take a second to import; `shop list` needs none of
them. So a command that starts something imports it within itself, and everything else at the top.
"""

from __future__ import annotations

import errno
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from pydantic import ValidationError

from services.administration import (
    agents,
    answers,
    api_keys,
    customers,
    policies,
    queues,
    retention,
    shops,
    signing_keys,
    sites,
    webhooks,
)
from services.administration.client import for_shop, path_of, read_id
from services.administration.connections import store_token
from services.administration.shown import Shop
from services.demo.command import add_demo
from services.demo.people import SHOP_ID
from services.replaying.command import replay_command
from services.settings import complaint
from services.simulation.command import simulate_command
from services.staffing.command import staff_command
from services.terminal import console, fail, read_settings, running_url, why
from shared.contracts.claims import Principal
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.system_clock import SystemClock

IMPORT_TOKEN_LIFE_MS = 12 * 60 * 60 * 1000
"""Twelve hours: longer than the largest public data set takes by far."""

STORE_TOKEN_VARIABLE = "FIRSTREPLY_STORE_TOKEN"  # noqa: S105  a name, not a secret
ReportOption: TypeAlias = Annotated[Path, typer.Option(help="Where rejected rows are written.")]
REPORT = Path("rejected-rows.csv")
Pairs: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="What the file calls a column: reference='Order ID'.")
]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
import_app = typer.Typer(help="Bring in what a shop already has.", no_args_is_help=True)
app.add_typer(import_app, name="import")
app.add_typer(shops.app, name="shop")
app.add_typer(sites.app, name="site")
app.add_typer(agents.app, name="agent")
app.add_typer(queues.app, name="queue")
app.add_typer(policies.app, name="policy")
app.add_typer(api_keys.app, name="api-key")
app.add_typer(webhooks.app, name="webhook")
app.add_typer(customers.app, name="customer")
app.add_typer(retention.app, name="retention")
app.add_typer(answers.app, name="faq", help="What customers' questions are answered from.")
app.add_typer(answers.app, name="canned-reply", help="Replies that agents choose from.")
app.add_typer(signing_keys.app, name="keys")


@app.command(name="up")
def up_command() -> None:
    """Start everything on one port of this machine, until Ctrl-C."""
    from services.standalone import CANNOT_START, up  # noqa: PLC0415  see the module
    from shared.kit.web.server import run_main  # noqa: PLC0415  see the module

    settings = read_settings()
    try:
        run_main(up(settings, console))
    except CANNOT_START as error:
        fail(str(error))
    except ValidationError as error:  # of a service's own variables
        fail(complaint(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@app.command(name="cluster")
def cluster_command(
    gateways: Annotated[int, typer.Option(min=1, help="How many gateways.")] = 2,
    routers: Annotated[int, typer.Option(min=1, help="How many routers.")] = 2,
    histories: Annotated[int, typer.Option(min=1, help="How many histories.")] = 1,
) -> None:
    """Start a cluster on this machine: each part a process, Caddy in front, until Ctrl-C."""
    from services.cluster.running import CLUSTER_CANNOT_START, Size, run_cluster  # noqa: PLC0415  see the module
    from shared.kit.web.server import run_main  # noqa: PLC0415  see the module

    settings = read_settings()
    try:
        run_main(run_cluster(settings, Size(gateways, routers, histories), console))
    except CLUSTER_CANNOT_START as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@app.command(name="migrate")
def migrate_command(
    nats: Annotated[
        list[str] | None, typer.Option(help="A NATS server's URL; may be repeated.")
    ] = None,
) -> None:
    """Prepare the database of DATABASE_URL for nodes on many machines: roles, schemas, keys."""
    from services.cluster.migrate import migrate_given  # noqa: PLC0415  see the module
    from services.cluster.running import CLUSTER_CANNOT_START  # noqa: PLC0415  see the module
    from shared.kit.web.server import run_main  # noqa: PLC0415  see the module

    settings = read_settings()
    if settings.database_url is None:
        fail(
            "Name the database to prepare in DATABASE_URL; `make run` and `make cluster` prepare "
            "the embedded one by themselves."
        )
    servers = nats or ["nats://127.0.0.1:4222"]
    try:
        run_main(migrate_given(settings.database_url, settings.home.absolute(), servers, console))
    except CLUSTER_CANNOT_START as error:
        fail(str(error))


@app.command(name="caddyfile")
def caddyfile_command() -> None:
    """Print the Caddyfile for the front of many nodes."""
    from services.cluster.caddyfile import caddyfile  # noqa: PLC0415  see the module

    typer.echo(caddyfile(), nl=False)


@app.command(name="version")
def version_command() -> None:
    """Print the version."""
    typer.echo(version("firstreply"))


def _print_version(*, asked: bool) -> None:
    if asked:
        version_command()
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Firstreply: a person who can help answers within ten seconds."""


@import_app.command(name="olist")
def import_olist_command(
    folder: Annotated[Path, typer.Argument(help="The folder with the Olist CSV files.")],
    shop: Annotated[
        str | None, typer.Option(help="The shop's id; the demo shop when absent.")
    ] = None,
    report: ReportOption = REPORT,
) -> None:
    """Import the public Olist data set into the running service."""
    from services.importing.olist import run_import  # noqa: PLC0415  see the module

    url, token = _importing(shop or encode(IdKind.SHOP, SHOP_ID))
    raise typer.Exit(run_import(folder, url=url, token=token, report=report, console=console))


@import_app.command(name="orders")
def import_orders_command(
    file: Annotated[Path, typer.Argument(help="One JSON object a line, or CSV.")],
    *,
    shop: Shop,
    platform: Annotated[str, typer.Option(help="Where orders come from that do not say.")] = (
        "generic"
    ),
    column: Pairs = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="What holds for all rows: currency=EUR.")
    ] = None,
    word: Annotated[
        list[str] | None, typer.Option(help="A status by its word: verzonden=shipped.")
    ] = None,
    dates: Annotated[str | None, typer.Option(help="iso, day-first or month-first.")] = None,
    decimal: Annotated[str | None, typer.Option(help="point or comma.")] = None,
    zone: Annotated[str | None, typer.Option(help="Of times without one: Europe/Sofia.")] = None,
    encoding: Annotated[str | None, typer.Option(help="utf-8, latin-1, windows-1252 ...")] = None,
    report: ReportOption = REPORT,
) -> None:
    """Import a file of any shop's orders into the running service.

    What the file does not show (day or month first, decimal comma) is asked, never guessed.

    docs/orders.md has the columns.
    """
    from services.history.app import file_wishes  # noqa: PLC0415  see the module
    from services.importing.orders import run_file_import  # noqa: PLC0415  see the module

    pairs = {"column": column or (), "set": set_ or (), "word": word or ()}
    choices = {"dates": dates, "decimal": decimal, "zone": zone, "encoding": encoding}
    try:
        wishes = file_wishes(platform, pairs, choices)
    except ValueError as error:
        fail(f"{error}. Nothing was imported.")
    url, token = _importing(shop)
    raise typer.Exit(
        run_file_import(file, wishes, url=url, token=token, report=report, console=console)
    )


@import_app.command(name="shopify")
def import_shopify_command(
    connection: Annotated[str, typer.Argument(help="The connection's id, cnct_...")],
    *,
    shop: Shop,
    report: ReportOption = REPORT,
    api_url: Annotated[
        str | None, typer.Option(help="Where the store's API is, if not at the store's name.")
    ] = None,
) -> None:
    """Read what a connected Shopify store has: products, orders and carts.

    The access token of the store's Admin API is read from FIRSTREPLY_STORE_TOKEN, or asked for.
    """
    from services.history.app import Store  # noqa: PLC0415  see the module
    from services.importing.report import Report  # noqa: PLC0415  see the module
    from services.importing.store import run_back_fill  # noqa: PLC0415  see the module

    read_id(IdKind.CONNECTION, connection)
    url, token = _importing(shop, Scope.ADMIN)
    store = Store(store_token(STORE_TOKEN_VARIABLE), api_url)
    raise typer.Exit(
        run_back_fill(
            connection, store, url=url, token=token, report=Report(report), console=console
        )
    )


def _importing(shop: str, *more: Scope) -> tuple[str, str]:
    """Return where the service is, and a token that brings orders into a shop."""
    # Orders are taken for any shop that a signed token names: ask first whether there is one.
    for_shop(shop).get(path_of(IdKind.SHOP, "shops", shop))
    url, keys = _running()
    principal = Principal(
        shop_id=decode(IdKind.SHOP, shop),
        scopes=(Scope.ORDERS_WRITE, *more),
        name="import",
        expires_at=SystemClock().now() + IMPORT_TOKEN_LIFE_MS,
    )
    return url, sign_principal(keys, principal)


def _running() -> tuple[str, Keyring]:
    home = read_settings().home
    return running_url(home), Keyring.open(home / "keys.json")


add_demo(app, _running)
app.command(name="staff")(staff_command)
app.command(name="replay")(replay_command)
app.command(name="simulate")(simulate_command)


def main() -> None:
    """Be the `firstreply` command."""
    try:
        app()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(f"There is no room for what was to be written: {why(error)}.")


if __name__ == "__main__":
    main()
