"""What went wrong while the crowd was at work: counted by what was tried and what was answered."""

from __future__ import annotations

from collections import Counter

import httpx
from pydantic_core import from_json

from shared.kernel.errors import ErrorCode

LOST_RACES = frozenset({ErrorCode.TAKEN, ErrorCode.OFFER_GONE, ErrorCode.AT_CAPACITY})
"""Answers that people at work get every day: a colleague was quicker."""


class Faults:
    """Counts; swallows nothing: the display and the summary show every one.

    Attributes:
        errors: what should not have happened.
        races: offers that a colleague took first.
    """

    def __init__(self) -> None:
        self.errors: Counter[str] = Counter()
        self.races: Counter[str] = Counter()

    def count(self, what: str, why: str) -> None:
        """Count an error."""
        self.errors[f"{what}: {why}"] += 1

    def refused(self, what: str, response: httpx.Response) -> None:
        """Count a refusal: as a lost race, or as an error."""
        code = code_of(response)
        if code in LOST_RACES:
            self.races[f"{what}: {code}"] += 1
        else:
            self.count(what, f"{response.status_code} {code or 'no problem'}")


def code_of(response: httpx.Response) -> ErrorCode | None:
    """Return the code of a refusal, if Firstreply refused."""
    try:
        return ErrorCode(from_json(response.content)["code"])
    except (ValueError, KeyError, TypeError):
        return None
