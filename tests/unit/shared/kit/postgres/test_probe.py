"""The few bytes of the wire protocol that the readiness test speaks."""

from __future__ import annotations

import pytest

from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.probe import Answer, refusal, startup_message


def test_the_first_message_names_user_and_database() -> None:
    message = startup_message("ann", "shop")
    assert message[:8] == bytes([0, 0, 0, len(message), 0, 3, 0, 0])
    assert message[8:] == b"user\0ann\0database\0shop\0\0"


def test_a_server_that_recovers_is_asked_again() -> None:
    assert refusal(b"SFATAL\0C57P03\0Mthe database system is starting up\0\0") is Answer.NOT_YET


def test_a_server_that_refuses_for_good_is_not_asked_again() -> None:
    with pytest.raises(LauncherError, match='role "postgres" does not exist'):
        refusal(b'SFATAL\0C28000\0Mrole "postgres" does not exist\0\0')
