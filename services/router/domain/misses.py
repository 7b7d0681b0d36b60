"""Why a response target was missed: what stood in the way for most of the time to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import MissCause

LATEST_FIRST: Final = (
    MissCause.AGENT_SLOW,
    MissCause.OFFER_IGNORED,
    MissCause.STREAM_LOST,
    MissCause.NO_STAFF,
    MissCause.CLOSED,
)
"""Of causes that took equally long the one nearest to an answer is told: the last chance."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to another; None: not over yet."""

    starts_at: Instant
    ends_at: Instant | None

    def holds(self, at: Instant) -> bool:
        """Tell whether an instant is within; the end is not."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class OfferLife:
    """When an offer was pending, and since when a console showed it."""

    pending: Span
    seen_at: Instant | None


@dataclass(frozen=True, slots=True)
class Miss:
    """A conversation that had no human answer by `respond_by`, and all that happened until then.

    `began_closed`: it came while the shop was closed, so `clock_from` is the opening.
    """

    clock_from: Instant
    respond_by: Instant
    began_closed: bool
    offers: tuple[OfferLife, ...]
    assignments: tuple[Span, ...]


def time_by_cause(miss: Miss) -> dict[MissCause, Millis]:
    """Return how long each cause stood in the way; they add up to the whole time to the target.

    Each instant has one cause: an agent who took it and is silent; else an offer that is shown and
    not accepted; else one that no console has shown; else nobody could be asked, and for who came
    while the shop was closed that is the rush of its opening.
    """
    spent: dict[MissCause, Millis] = {}
    for start, end in pairwise(sorted(set(_turns(miss)))):
        cause = _cause_at(miss, start)
        spent[cause] = spent.get(cause, 0) + end - start
    return spent


def main_cause(spent: dict[MissCause, Millis]) -> MissCause:
    """Return the cause that took longest."""
    return max(LATEST_FIRST, key=lambda cause: spent.get(cause, 0))


def _turns(miss: Miss) -> Iterator[Instant]:
    """Return every instant at which the cause may change, within the time to the target."""
    spans = (*(one.pending for one in miss.offers), *miss.assignments)
    told = [miss.clock_from, miss.respond_by]
    told += [span.starts_at for span in spans]
    told += [span.ends_at for span in spans if span.ends_at is not None]
    told += [offer.seen_at for offer in miss.offers if offer.seen_at is not None]
    return (at for at in told if miss.clock_from <= at <= miss.respond_by)


def _cause_at(miss: Miss, at: Instant) -> MissCause:
    if any(one.holds(at) for one in miss.assignments):
        return MissCause.AGENT_SLOW
    pending = [one for one in miss.offers if one.pending.holds(at)]
    if any(one.seen_at is not None and one.seen_at <= at for one in pending):
        return MissCause.OFFER_IGNORED
    if pending:
        return MissCause.STREAM_LOST
    return MissCause.CLOSED if miss.began_closed else MissCause.NO_STAFF
