"""`firstreply retention`: show and set how long a shop keeps what."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import typer

from services.administration.client import for_shop
from services.administration.shown import AsJson, Shop, given, show_one
from services.terminal import fail, say
from shared.contracts.retention import DAYS_MAX, DAYS_MIN

RETENTION: Final = "/v1/retention"
FOR_EVER: Final = -1

app = typer.Typer(
    help="How long a shop keeps what. Nothing is erased by age unless a rule says so.",
    no_args_is_help=True,
)


def _days(option: str, what: str) -> Any:
    words = f"{what}: {DAYS_MIN} to {DAYS_MAX:,} days; {FOR_EVER}: kept."
    return typer.Option(option, metavar="DAYS", help=words)


Contacts: TypeAlias = Annotated[int | None, _days("--contacts", "Earlier contacts")]
Orders: TypeAlias = Annotated[int | None, _days("--orders", "Orders and carts")]
Conversations: TypeAlias = Annotated[
    int | None, _days("--conversations", "What was said in conversations that have ended")
]
Files: TypeAlias = Annotated[int | None, _days("--files", "Files that were sent")]
Decisions: TypeAlias = Annotated[
    int | None, _days("--decisions", "Why a conversation went to whom")
]


@app.command()
def show(*, shop: Shop, as_json: AsJson = False) -> None:
    """Show a shop's rules, who set them, and what was erased by them last."""
    _show(for_shop(shop).get(RETENTION), as_json=as_json)


@app.command(name="set")
def set_rules(
    *,
    shop: Shop,
    contacts: Contacts = None,
    orders: Orders = None,
    conversations: Conversations = None,
    files: Files = None,
    decisions: Decisions = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set the rules that are named; the others stay. What is older is erased at once, for good."""
    named = given(
        contacts_days=contacts,
        orders_days=orders,
        conversations_days=conversations,
        files_days=files,
        decisions_days=decisions,
    )
    if not named:
        fail("Name a rule to set: see --help.")
    for name, days in named.items():
        if days != FOR_EVER and not DAYS_MIN <= days <= DAYS_MAX:
            fail(
                f"--{name.removesuffix('_days')} takes {DAYS_MIN} to {DAYS_MAX:,} days, or "
                f"{FOR_EVER} to keep it: nothing was changed."
            )
    api = for_shop(shop)
    rules = api.get(RETENTION)["rules"]
    if not yes and any(_is_shorter(days, rules[name]) for name, days in named.items()):
        typer.confirm("Erase at once what is older than that? Nothing brings it back", abort=True)
    rules |= {name: None if days == FOR_EVER else days for name, days in named.items()}
    _show(api.put(RETENTION, rules), as_json=as_json)


def _is_shorter(days: int, before: int | None) -> bool:
    return days != FOR_EVER and (before is None or days < before)


def _show(retention: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_one(retention, as_json=True)
        return
    rules = retention["rules"]
    kept = {name: "kept" if days is None else days for name, days in rules.items()}
    show_one(kept, as_json=False)
    if retention["changed_at"] is not None:
        say(f"Set by {retention['changed_by']} at {retention['changed_at']}.")
    if retention["swept_at"] is not None:
        gone = ", ".join(f"{count:,} {kind}" for kind, count in retention["erased"].items())
        say(f"Swept at {retention['swept_at']}: {gone or 'nothing'} erased.")
