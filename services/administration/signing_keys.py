"""`firstreply keys`: list and rotate the installation's signing keys, which are one file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from services.administration.shown import AsJson, show_many
from services.terminal import fail, read_settings
from shared.kernel.clock import to_iso
from shared.kit.auth.key_files import KeyFacts, KeyringFileError, list_file, rotate_file
from shared.kit.system_clock import SystemClock

app = typer.Typer(help="The keys that sign this installation's tokens.", no_args_is_help=True)


@app.command(name="list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List the signing keys, oldest first; never their private halves."""
    try:
        facts = list_file(read_settings().home / "keys.json")
    except KeyringFileError as error:
        fail(str(error))
    _show(facts, as_json=as_json)


@app.command()
def rotate(
    *,
    forget_old: Annotated[
        bool,
        typer.Option(
            "--forget-old", help="For a key that leaked: every token ends now, all sign in again."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Sign with a fresh key from now on; running services take it up by themselves.

    The keys before it verify for a day and a minute more, until all their tokens have expired:
    nobody is signed out.
    """
    try:
        now = SystemClock().now()
        facts = rotate_file(read_settings().home / "keys.json", now, forget_old=forget_old)
    except (KeyringFileError, OSError) as error:
        fail(f"The keys were not rotated: {error}")
    _show(facts, as_json=as_json)


def _show(facts: Sequence[KeyFacts], *, as_json: bool) -> None:
    rows = [
        {
            "kid": one.kid,
            "made_at": to_iso(one.made_at),
            "signs": one.signs,
            "verifies_until": None if one.until is None else to_iso(one.until),
        }
        for one in facts
    ]
    show_many(rows, "kid", "made_at", "signs", "verifies_until", as_json=as_json)
