"""Prepares the database of DATABASE_URL for nodes on many machines; safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from services.cluster.environment import service_environment, write_environment
from services.standalone import prepare_database_url
from shared.kernel.vocabulary import Service
from shared.kit.auth.keyring import Keyring
from shared.kit.installation import read_or_make_secret
from shared.kit.postgres.home import make_home

ENVIRONMENT_FILE = "cluster.env"


async def migrate_given(
    database_url: str, home: Path, nats_servers: Sequence[str], console: Console
) -> None:
    """Make roles, newest schemas, keys, and the file with each service's environment.

    Raises:
        DatabaseGoneError, KeyringFileError, LauncherError: with a sentence for the operator.
    """
    make_home(home)
    keys_file = home / "keys.json"
    Keyring.open(keys_file)
    secret = read_or_make_secret(home / "secret")
    urls = await prepare_database_url(database_url, secret)
    variables: dict[str, str] = {}
    for service in Service:
        variables |= service_environment(service, urls, nats_servers=nats_servers, home=home)
    path = home / ENVIRONMENT_FILE
    write_environment(path, variables)

    def line(text: str) -> None:
        console.print(Text(text), soft_wrap=True)

    line("The database has its roles and the newest schemas of gateway, router and history.")
    line(f"Signing keys        {keys_file}")
    line(f"Passwords' secret   {home / 'secret'}")
    line(f"Environment         {path}   (it holds passwords: for its owner alone)")
    for name in variables:
        line(f"  {name}")
    line("Each node listens where FIRSTREPLY_<SERVICE>_HOST and _PORT say: 127.0.0.1 unless told.")
