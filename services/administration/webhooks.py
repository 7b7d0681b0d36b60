"""`firstreply webhook`: make, list, show, change and remove a shop's webhooks; replay letters."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from services.administration.client import for_shop, path_of, read_id
from services.administration.shown import AsJson, Shop, given, show_many, show_one
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import DeliveryStatus

HOUR_MS = 3_600_000
KEEP_HOURS = 24
"""As long as the service keeps the old secret unless told."""
WEBHOOKS = "routing/webhooks"

app = typer.Typer(help="Where a shop's programs have events posted to.", no_args_is_help=True)
WebhookId: TypeAlias = Annotated[
    str, typer.Argument(metavar="WEBHOOK", help="The webhook's id, hook_...")
]
Events: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--event", help="conversation.ended, or message.* for all; again for each."),
]
Internal: TypeAlias = Annotated[
    bool | None,
    typer.Option("--internal/--public", help="Also what agents alone may read, or not."),
]


def _path(webhook: str) -> str:
    return path_of(IdKind.WEBHOOK, WEBHOOKS, webhook)


@app.command()
def create(
    *,
    shop: Shop,
    url: Annotated[str, typer.Option(help="Where to post, by https.")],
    event: Events = None,
    description: Annotated[str, typer.Option(help="Whose program it is.")] = "",
    internal: Internal = None,
    as_json: AsJson = False,
) -> None:
    """Have events posted; the secret that signs them is printed this once."""
    body = {"url": url, "events": event or [], "description": description}
    made = for_shop(shop).make(f"/v1/{WEBHOOKS}", {**body, **given(internal=internal)})
    show_one(made, as_json=as_json)


@app.command(name="list")
def list_webhooks(*, shop: Shop, as_json: AsJson = False) -> None:
    """List a shop's webhooks, disabled ones included."""
    webhooks = for_shop(shop).list(f"/v1/{WEBHOOKS}", "webhooks")
    columns = ("id", "url", "events", "enabled", "disabled_by", "failing_since")
    show_many(webhooks, *columns, as_json=as_json)


@app.command()
def show(webhook: WebhookId, *, shop: Shop, as_json: AsJson = False) -> None:
    """Show a webhook, never its secret."""
    show_one(for_shop(shop).get(_path(webhook)), as_json=as_json)


@app.command()
def change(
    webhook: WebhookId,
    *,
    shop: Shop,
    url: Annotated[str | None, typer.Option(help="Where to post, by https.")] = None,
    event: Events = None,
    description: Annotated[str | None, typer.Option(help="Whose program it is.")] = None,
    internal: Internal = None,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Go on, also with what waits; or not.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is named: events as a whole, all else alone."""
    fields = given(
        url=url, events=event, description=description, internal=internal, enabled=enabled
    )
    show_one(for_shop(shop).change(_path(webhook), fields), as_json=as_json)


@app.command()
def remove(webhook: WebhookId, *, shop: Shop) -> None:
    """Remove a webhook, its log and all that waits for it."""
    for_shop(shop).remove(_path(webhook))


@app.command(name="rotate-secret")
def rotate_secret(
    webhook: WebhookId,
    *,
    shop: Shop,
    keep_old_hours: Annotated[
        int, typer.Option(min=0, help="How long the old one signs beside it; 0: no more.")
    ] = KEEP_HOURS,
    as_json: AsJson = False,
) -> None:
    """Make another secret, printed this once."""
    body = {"keep_old_ms": keep_old_hours * HOUR_MS}
    show_one(for_shop(shop).make(f"{_path(webhook)}/rotate-secret", body), as_json=as_json)


@app.command()
def deliveries(
    webhook: WebhookId,
    *,
    shop: Shop,
    status: Annotated[
        DeliveryStatus | None, typer.Option(help="Only those; dead: the dead letters.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what was posted and what waits, newest first."""
    found = for_shop(shop).list(
        f"{_path(webhook)}/deliveries", "deliveries", **given(status=status)
    )
    rows = found if as_json else [{**one, "tries": len(one["tries"])} for one in found]
    columns = ("id", "type", "subject", "status", "occurred_at", "tries", "next_try_at")
    show_many(rows, *columns, as_json=as_json)


@app.command()
def replay(
    webhook: WebhookId,
    event: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="One event, evt_...; else all dead.")
    ] = None,
    *,
    shop: Shop,
    as_json: AsJson = False,
) -> None:
    """Let dead letters begin anew, each under the id it had."""
    one = ""
    if event is not None:
        read_id(IdKind.EVENT, event)
        one = f"/deliveries/{event}"
    show_one(for_shop(shop).make(f"{_path(webhook)}{one}/replay", {}), as_json=as_json)
