"""What a postmaster's lock file says, whole or spoilt."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.kit.postgres.pid_file import PidFile, Segment, attached, parse_pid_file

WHOLE = "2581\n/home/var/pg\n1795421483\n5432\n/home/var/run\n\n  2146465         4\nready   \n"
TABLE = """\
       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid
   2146465          4   600                    56  7229 10768      9 65534 65534 65534
   2146466          5   600                    56  7230 10768      0 65534 65534 65534
"""


def test_a_whole_file_is_read() -> None:
    found = parse_pid_file(WHOLE)
    assert found == PidFile(2581, Path("/home/var/run"), Segment(2146465, 4))


def test_a_server_without_sockets_or_memory_yet_has_none() -> None:
    assert parse_pid_file("2581\n/home/var/pg\n1795421483\n5432\n\n") == PidFile(2581, None, None)


def test_a_single_user_server_writes_its_pid_negated() -> None:
    assert parse_pid_file("-2581\n") == PidFile(2581, None, None)


@pytest.mark.parametrize("text", ["", "\n", "abc", "0\n", "\0\0\0", "12 13\n"])
def test_a_spoilt_file_says_nothing(text: str) -> None:
    assert parse_pid_file(text) is None


@pytest.mark.parametrize(
    ("segment", "holders"),
    [(Segment(2146465, 4), 9), (Segment(2146466, 5), 0), (Segment(2146465, 5), 0)],
)
def test_the_holders_of_a_segment_are_counted_by_key_and_id(segment: Segment, holders: int) -> None:
    assert attached(segment, TABLE) == holders


def test_a_kernel_without_the_table_holds_nothing() -> None:
    assert attached(Segment(1, 1), "") == 0
