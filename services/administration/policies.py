"""`firstreply policy`: check, set and show the figures that a shop is routed by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.text import Text

from services.administration.client import for_shop
from services.administration.policy_files import BadPolicyError, read_policy
from services.administration.shown import AsJson, Shop, show_many, show_one
from services.terminal import errors, fail, read_text, say
from shared.contracts.policies import PolicyFigures

POLICY: Final = "/v1/routing/policy"

app = typer.Typer(
    help="The figures that a shop is routed by. What a file does not name is as Firstreply ships "
    "it, so an empty file takes all of the shop's own back.",
    no_args_is_help=True,
)
File: TypeAlias = Annotated[Path, typer.Argument(metavar="FILE", help="TOML: docs/routing.md.")]


@app.command()
def check(file: File) -> None:
    """Say what is wrong with a policy file, line by line; needs no running service."""
    figures = read_policy_file(file).model_dump(exclude_none=True)
    say(f"{file}: {len(figures)} figures, each of which can be.")


@app.command(name="set")
def set_policy(file: File, *, shop: Shop, as_json: AsJson = False) -> None:
    """Set all of a shop's own figures; with an error in the file the old policy stays in force."""
    figures = read_policy_file(file).model_dump(mode="json", exclude_none=True)
    _show(for_shop(shop).put(POLICY, figures), as_json=as_json)


@app.command()
def show(*, shop: Shop, as_json: AsJson = False) -> None:
    """Show what a shop has set, and every figure it is routed by."""
    _show(for_shop(shop).get(POLICY), as_json=as_json)


@app.command()
def versions(*, shop: Shop, as_json: AsJson = False) -> None:
    """List what a shop has set, the newest first; decisions name the version."""
    found = for_shop(shop).get(f"{POLICY}/versions")["versions"]
    listed = [one | {"figures": _given(one["figures"])} for one in found]
    show_many(listed, "version", "set_at", "figures", as_json=as_json)


def read_policy_file(file: Path) -> PolicyFigures:
    """Return the figures of a policy file, or end the command with what is wrong in which line."""
    try:
        return read_policy(read_text(file))
    except BadPolicyError as bad:
        for complaint in bad.complaints:
            errors.print(Text(f"{file}, {complaint}"), soft_wrap=True)
        fail("Nothing was changed.")


def _show(policy: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_one(policy, as_json=True)
        return
    own = _given(policy["figures"])
    say(f"{policy['name']}, set by the shop: {', '.join(own) or 'nothing'}")
    show_one(policy["in_force"], as_json=False)


def _given(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: figure for name, figure in figures.items() if figure is not None}
