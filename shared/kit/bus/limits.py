"""What every bus accepts as a subject and a payload; carries nothing itself."""

from __future__ import annotations

import re

MAX_PAYLOAD = 1_048_576
"""Bytes in one publish, request or answer: the default of a NATS server (1 MiB)."""

_SUBJECT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def check_subject(subject: str) -> None:
    """Refuse a subject that is not plain tokens joined by dots; wildcards are not part of a bus.

    Raises:
        ValueError: an empty token, a wildcard, white space.
    """
    if not _SUBJECT.fullmatch(subject):
        raise ValueError(f"not a bus subject: {subject!r}")


def check_payload(payload: bytes) -> None:
    """Refuse a payload that the smallest server would not carry.

    Raises:
        ValueError: over MAX_PAYLOAD bytes.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a bus payload has at most {MAX_PAYLOAD} bytes, this has {len(payload)}")
