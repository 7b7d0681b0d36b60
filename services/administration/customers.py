"""`firstreply customer`: tell everything that is kept of one customer, and erase it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from services.administration.client import Api, for_shop, path_of
from services.administration.shown import AsJson, Shop, show_one
from services.terminal import console, fail
from shared.kernel.ids import IdKind

app = typer.Typer(help="What is kept of one customer.", no_args_is_help=True)
CustomerId: TypeAlias = Annotated[
    str, typer.Argument(metavar="CUSTOMER", help="The customer's id, cust_...")
]
RECORDS = "records.ndjson"
FILES = "files"
LOOK_EVERY_S = 1.0
PRIVATE_FOLDER = 0o700


@app.command()
def export(
    customer: CustomerId,
    *,
    shop: Shop,
    to: Annotated[Path, typer.Option(help="A folder that is not there yet.")],
) -> None:
    """Write everything that is kept of a customer into a folder: a line a record, and the files."""
    api, path = for_shop(shop), path_of(IdKind.CUSTOMER, "customers", customer)
    pages = _pages(api, f"{path}/export")
    first = next(pages)  # a customer who is not there makes no folder
    try:
        (to / FILES).mkdir(PRIVATE_FOLDER, parents=True)
    except FileExistsError:
        fail(f"{to} is there already: name a folder that is not.")
    count = 0
    with (to / RECORDS).open("x", encoding="utf-8") as records:
        for page in (first, *pages):
            for record in page["records"]:
                records.write(json.dumps(record, ensure_ascii=False) + "\n")
                _keep_file(api, record, to / FILES)
                count += 1
    console.print(f"{count} records in {to}")


@app.command()
def erase(
    customer: CustomerId,
    *,
    shop: Shop,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until it is done.")] = True,
    as_json: AsJson = False,
) -> None:
    """Erase everything that is kept of a customer, for good, in every service."""
    path = f"{path_of(IdKind.CUSTOMER, 'customers', customer)}/erasure"
    if not yes:
        typer.confirm(f"Erase {customer} for good? Nothing brings it back", abort=True)
    api = for_shop(shop)
    told = api.make(path, {})
    while wait and told["finished_at"] is None:
        if not as_json:
            console.print(_progress(told))
        time.sleep(LOOK_EVERY_S)
        told = api.get(path)
    show_one(told, as_json=as_json)


@app.command()
def erasure(customer: CustomerId, *, shop: Shop, as_json: AsJson = False) -> None:
    """Show how far a customer's erasure has come."""
    path = f"{path_of(IdKind.CUSTOMER, 'customers', customer)}/erasure"
    show_one(for_shop(shop).get(path), as_json=as_json)


def _pages(api: Api, path: str) -> Iterator[Mapping[str, Any]]:
    query: dict[str, str] = {}
    while True:
        page = api.get(path, **query)
        yield page
        if page["next_cursor"] is None:
            return
        query = {"cursor": page["next_cursor"]}


def _keep_file(api: Api, record: Mapping[str, Any], folder: Path) -> None:
    """Fetch a file's bytes, under its id: its name is somebody's words."""
    if record["kind"] == "files":
        api.fetch(record["data"]["url"], folder / record["data"]["id"])


def _progress(told: Mapping[str, Any]) -> str:
    done = ", ".join(one["service"] for one in told["services"]) or "nothing"
    waits = told["waits_for"]
    return f"erased by {done}" + (f"; waits for {waits.replace('_', ' ')}" if waits else "")
