"""`firstreply demo`: fills the demo shop of a running service, and brings people into it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeAlias

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from services.demo.life import SIZE, life
from services.demo.live.crowd import Place, Wish, open_crowd
from services.demo.live.ledger import Figures
from services.demo.live.screen import figures_table, showing
from services.demo.people import SHOP_ID, STAND_INS
from shared.contracts.claims import Principal
from shared.kernel.clock import Millis
from shared.kernel.errors import RefusedError
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.system_clock import SystemClock

if TYPE_CHECKING:  # at run time imported by the command that was asked for: see services/cli.py
    from services.demo.filling import Filled

TOKEN_LIFE_MS: Millis = 24 * 3_600_000
"""A day: nobody watches a simulated crowd for longer."""
SCOPES = (Scope.ORDERS_WRITE, Scope.CONTACTS_WRITE, Scope.SUPERVISOR)
PACE = 20.0
"""Conversations a minute: four agents keep within ten seconds, with little time to spare."""
AGENTS = 4
SIZE_MIN = 6
"""One customer of each language."""
SECONDS = {"s": 1, "m": 60, "h": 3_600}
TIMEOUT_S = 10.0

Running: TypeAlias = Callable[[], tuple[str, Keyring]]
"""Where the service of this home answers, and the keys its tokens are signed with."""
console = Console()
errors = Console(stderr=True)


@dataclass(frozen=True)
class Told:
    """What one run of the command did."""

    customers: int
    filled: Filled
    figures: Figures | None


def add_demo(app: typer.Typer, running: Running) -> None:
    """Add the command to a command line."""

    @app.command(name="demo")
    def demo_command(
        *,
        size: Annotated[int, typer.Option(min=SIZE_MIN, help="How many customers.")] = SIZE,
        live: Annotated[bool, typer.Option("--live", help="Bring customers and agents.")] = False,
        pace: Annotated[
            float, typer.Option(min=0.1, max=600, help="With --live: conversations a minute.")
        ] = PACE,
        for_: Annotated[
            str | None,
            typer.Option("--for", help="With --live: how long, as 90s, 2m, 1h; else until Ctrl-C."),
        ] = None,
        agents: Annotated[
            int, typer.Option(min=0, max=len(STAND_INS), help="With --live: simulated agents.")
        ] = AGENTS,
        url: Annotated[
            str | None, typer.Option(help="Another installation with this home's keys.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Only JSON on the output.")] = False,
    ) -> None:
        """Fill the demo shop with two years of life; with --live, bring people into it."""
        wish = Wish(pace, seconds_of(for_), agents) if live else None
        here, keys = running()
        place = Place((url or here).rstrip("/"), _token(keys), life(SystemClock().now(), size=size))
        try:
            told = asyncio.run(_run(place, wish, quiet=as_json))
        except RefusedError as refusal:
            _fail(refusal.detail)
        except (httpx.HTTPError, httpx.InvalidURL):
            _fail(f"{place.url} does not answer as Firstreply does.")
        _show(told, as_json=as_json)


def seconds_of(text: str | None) -> float | None:
    """Return a length of time written as 90s, 2m or 1h.

    Raises:
        typer.BadParameter: it is written otherwise.
    """
    if text is None:
        return None
    read = re.fullmatch(r"(\d{1,6})([smh])", text)
    if read is None or int(read[1]) == 0:
        raise typer.BadParameter("Write it as 90s, 2m or 1h.", param_hint="--for")
    return float(int(read[1]) * SECONDS[read[2]])


async def _run(place: Place, wish: Wish | None, *, quiet: bool) -> Told:
    from shared.kit.web.server import stop_on_signals  # noqa: PLC0415  see services/cli.py

    screen = Console(quiet=True) if quiet else console
    stopping = asyncio.Event()
    with stop_on_signals(stopping):
        await _meet(place.url)
        filled = await _fill(place, screen)
        figures = None
        if wish is not None and not stopping.is_set():
            async with open_crowd(place, wish) as crowd, showing(crowd, screen):
                figures = await crowd.play(stopping)
    return Told(len({tale.buyer.ref for tale in place.life.tales}), filled, figures)


async def _meet(url: str) -> None:
    """Make sure that a demo shop is there, or say why not and end."""
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, trust_env=False) as http:
        answer = await http.get("/demo/api/site")
    if answer.status_code == httpx.codes.NOT_FOUND:
        _fail(
            "This installation has no demo shop: it exists only while Firstreply is bound to "
            "127.0.0.1, where nobody else can reach its passwords."
        )
    answer.raise_for_status()


async def _fill(place: Place, screen: Console) -> Filled:
    from services.demo.filling import fill  # noqa: PLC0415  see services/cli.py

    shop = place.life
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        rows = len(shop.tales) + len(shop.contacts)
        bar = progress.add_task("Filling the demo shop", total=rows)
        return await fill(
            shop,
            url=place.url,
            token=place.token,
            watch=lambda more: progress.advance(bar, more),
        )


def _token(keys: Keyring) -> str:
    expires_at = SystemClock().now() + TOKEN_LIFE_MS
    principal = Principal(shop_id=SHOP_ID, scopes=SCOPES, name="demo", expires_at=expires_at)
    return sign_principal(keys, principal)


def _show(told: Told, *, as_json: bool) -> None:
    if as_json:
        filled = {
            "customers": told.customers,
            "orders": told.filled.orders.model_dump(),
            "contacts": told.filled.contacts.model_dump(),
        }
        live = None if told.figures is None else told.figures.as_json()
        console.print_json(data={"filled": filled, "live": live})
        return
    console.print(_filled_table(told))
    if told.figures is not None:
        console.print(figures_table(told.figures))


def _filled_table(told: Told) -> Table:
    title = f"The demo shop, {told.customers:,} customers"
    table = Table("", "new", "changed", "known already", title=title, title_justify="left")
    for name, done in (("orders", told.filled.orders), ("contacts", told.filled.contacts)):
        figures = (f"{n:,}" for n in (done.created, done.updated, done.unchanged))
        table.add_row(name, *figures)
    return table


def _fail(sentence: str) -> NoReturn:
    errors.print(Text(sentence, style="bold red"), soft_wrap=True)
    raise typer.Exit(1)
