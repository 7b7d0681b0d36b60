"""`firstreply site`: make, list, show, change and close a shop's sites, and rotate their keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from services.administration.client import for_shop, path_of
from services.administration.shown import AsJson, Shop, given, show_counts, show_many, show_one
from services.terminal import fail
from shared.kernel.ids import IdKind

HOUR_MS = 3_600_000
KEEP_HOURS = 24
"""As long as the service keeps the old one unless told: pages are deployed within a day."""

app = typer.Typer(help="A shop's sites: its pages that may chat.", no_args_is_help=True)
SiteId: TypeAlias = Annotated[str, typer.Argument(metavar="SITE", help="The site's id, site_...")]
OriginsOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--origin", help="https://shop.example, without a path; again for each."),
]
ColoursOption: TypeAlias = Annotated[
    str | None, typer.Option("--colours", help="ACCENT,TEXT such as '#0a7d55,#ffffff'.")
]
LanguagesOption: TypeAlias = Annotated[
    list[str] | None, typer.Option("--language", help="Such as pt-BR; again for each.")
]
Keep: TypeAlias = Annotated[
    int, typer.Option("--keep-old-hours", min=0, help="How long the old one is good; 0: no more.")
]


@app.command()
def create(
    *,
    shop: Shop,
    name: Annotated[str, typer.Option(help="What people call it.")],
    origin: OriginsOption = None,
    colours: ColoursOption = None,
    language: LanguagesOption = None,
    as_json: AsJson = False,
) -> None:
    """Make a site; its customer secret is printed this once."""
    fields = given(colours=_colours(colours), languages=language)
    body = {"name": name, "origins": origin or [], **fields}
    show_one(for_shop(shop).make("/v1/sites", body), as_json=as_json)


@app.command(name="list")
def list_sites(*, shop: Shop, as_json: AsJson = False) -> None:
    """List a shop's sites, closed ones included."""
    sites = for_shop(shop).list("/v1/sites", "sites")
    show_many(sites, "id", "name", "origins", "closed", "key", as_json=as_json)


@app.command()
def show(site: SiteId, *, shop: Shop, as_json: AsJson = False) -> None:
    """Show a site."""
    show_one(for_shop(shop).get(path_of(IdKind.SITE, "sites", site)), as_json=as_json)


@app.command()
def change(
    site: SiteId,
    *,
    shop: Shop,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    origin: OriginsOption = None,
    colours: ColoursOption = None,
    language: LanguagesOption = None,
    closed: Annotated[
        bool | None, typer.Option("--closed/--open", help="Let nobody new in, or again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is named: origins and languages as a whole, all else alone."""
    fields = given(
        name=name, origins=origin, colours=_colours(colours), languages=language, closed=closed
    )
    path = path_of(IdKind.SITE, "sites", site)
    show_one(for_shop(shop).change(path, fields), as_json=as_json)


@app.command(name="rotate-key")
def rotate_key(
    site: SiteId, *, shop: Shop, keep_old_hours: Keep = KEEP_HOURS, as_json: AsJson = False
) -> None:
    """Make another site key for the widget's tag."""
    path = f"{path_of(IdKind.SITE, 'sites', site)}/rotate-key"
    body = {"keep_old_ms": keep_old_hours * HOUR_MS}
    show_one(for_shop(shop).make(path, body), as_json=as_json)


@app.command(name="rotate-secret")
def rotate_secret(
    site: SiteId, *, shop: Shop, keep_old_hours: Keep = KEEP_HOURS, as_json: AsJson = False
) -> None:
    """Make another customer secret for the shop's backend, printed this once."""
    path = f"{path_of(IdKind.SITE, 'sites', site)}/rotate-secret"
    body = {"keep_old_ms": keep_old_hours * HOUR_MS}
    show_one(for_shop(shop).make(path, body), as_json=as_json)


@app.command()
def tokens(
    site: SiteId,
    *,
    shop: Shop,
    jwks: Annotated[Path | None, typer.Option(help="A file with a set of public keys.")] = None,
    jwks_url: Annotated[str | None, typer.Option(help="Where such a set is, by https.")] = None,
    issuer: Annotated[str | None, typer.Option(help="What iss must be; '' for anything.")] = None,
    audience: Annotated[str | None, typer.Option(help="What aud must be; '' for all.")] = None,
    no_keys: Annotated[bool, typer.Option("--no-keys", help="By the secret alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say which public keys may sign the tokens of a site's customers, besides its secret."""
    fields = given(jwks=_key_set(jwks), jwks_url=jwks_url)
    if no_keys:
        fields = {"jwks": None, "jwks_url": None}
    said = given(token_issuer=issuer, token_audience=audience)
    fields |= {name: value or None for name, value in said.items()}
    path = path_of(IdKind.SITE, "sites", site)
    show_one(for_shop(shop).change(path, fields), as_json=as_json)


@app.command()
def invitations(
    site: SiteId,
    *,
    shop: Shop,
    rules: Annotated[Path | None, typer.Option(help="A JSON file with the list of rules.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Invite nobody any more.")] = False,
    from_day: Annotated[str | None, typer.Option(help="Count from this day, 2026-11-01.")] = None,
    to_day: Annotated[
        str | None, typer.Option(help="Count to this day; today unless told.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count what came of invitations, or say with --rules or --none when customers are invited."""
    path = path_of(IdKind.SITE, "sites", site)
    if rules is None and not none:
        days = given(from_day=from_day, to_day=to_day)
        counts = for_shop(shop).get(f"{path}/invitations", **days)
        show_counts(counts, as_json=as_json)
        return
    if rules is not None and none:
        fail("Say --rules FILE or --none.")
    listed = [] if rules is None else _read_json(rules, "--rules")
    show_one(for_shop(shop).change(path, {"invitations": listed}), as_json=as_json)


def _key_set(file: Path | None) -> Any:
    if file is None:
        return None
    return _read_json(file, "--jwks")


def _read_json(file: Path, option: str) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        fail(f"The file of {option} cannot be read as JSON.")


def _colours(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    accent, separator, on_it = text.partition(",")
    if not separator:
        fail("Colours are ACCENT,TEXT, such as '#0a7d55,#ffffff'.")
    return {"accent": accent.strip(), "text": on_it.strip()}
