"""Where the server listens, and that no caller can open it to a network."""

from __future__ import annotations

from pathlib import Path

from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.server_settings import server_arguments
from shared.kit.postgres.socket_folder import connection_query, fits


def settings(ephemeral: bool = False, **chosen: str) -> dict[str, str]:
    words = server_arguments(chosen, ephemeral=ephemeral, socket_dir=Path("/home/a, b/run"))
    return dict(word.split("=", 1) for word in words if word != "-c")


def test_the_socket_folder_fits_when_its_path_is_short() -> None:
    assert fits(Path("/home/ann/firstreply/var/run"))
    assert not fits(Path("/home") / ("x" * 90))
    assert not fits(Path("/home") / ("ä" * 45))  # the limit counts bytes


def test_the_address_escapes_what_a_url_would_misread() -> None:
    assert connection_query(Path("/home/a&b/run")) == "host=/home/a%26b/run&port=5432"


def test_commits_are_durable_by_default() -> None:
    found = settings()
    assert {found[name] for name in ("fsync", "synchronous_commit", "full_page_writes")} == {"on"}


def test_nothing_is_flushed_when_ephemeral() -> None:
    found = settings(ephemeral=True)
    assert {found[name] for name in ("fsync", "synchronous_commit", "full_page_writes")} == {"off"}


def test_a_caller_changes_a_setting_but_not_where_the_server_listens() -> None:
    found = settings(max_connections="20", listen_addresses="*", port="1")
    assert (found["max_connections"], found["listen_addresses"]) == ("20", "")
    assert found["port"] == "5432"


def test_a_comma_in_the_path_separates_nothing() -> None:
    assert settings()["unix_socket_directories"] == '"/home/a, b/run"'


def test_an_error_shows_the_sentence_and_then_the_log() -> None:
    error = LauncherError("It is broken: mend it.", log_tail=["FATAL: a", "FATAL: b"])
    assert str(error) == "It is broken: mend it.\n  FATAL: a\n  FATAL: b"
