"""Lets a process have as many files open as the system allows: each connection is one."""

from __future__ import annotations

import resource
from contextlib import suppress

OPEN_FILES_MAX = 1_048_576
"""Asked for where the system names no limit: what Linux gives at most unless told otherwise."""


def take_open_files() -> int:
    """Raise this process's limit of open files to what it may have; return what it is then.

    Shells and services start programs with 1,024, which a gateway's thousandth customer would hit.
    Children inherit it. Where the system refuses, the limit stays as it is.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES_MAX if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return open_files_limit()


def open_files_limit() -> int:
    """Return how many files this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return OPEN_FILES_MAX if soft == resource.RLIM_INFINITY else soft
