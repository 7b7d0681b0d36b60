"""When an event is tried again, and when a webhook is given up; what an address may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.kernel.addresses import may_be_asked
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import DeliveryFault, DeliveryStatus, WebhookEnd

SECOND_MS: Final[Millis] = 1_000
MINUTE_MS: Final[Millis] = 60 * SECOND_MS
HOUR_MS: Final[Millis] = 60 * MINUTE_MS
RETRY_AFTER_MS: Final[tuple[Millis, ...]] = (
    5 * SECOND_MS,
    30 * SECOND_MS,
    2 * MINUTE_MS,
    10 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    *(3 * HOUR_MS,) * 4,
)
"""Rest after each failed try, 5 s to 3 h; after the eleventh, 13 h 43 min on, an event is dead."""
JITTER: Final = 0.2
"""Part of a rest by which it may be longer: what failed together does not come back together."""

GIVE_UP_AFTER_MS: Final[Millis] = 72 * HOUR_MS
"""A webhook that only fails for three days, a weekend and more, is ended."""

OK: Final = range(200, 300)
REDIRECTS: Final = range(300, 400)
GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try."""

    at: Instant
    took_ms: Millis
    status: int | None = None
    fault: DeliveryFault | None = None

    @property
    def succeeded(self) -> bool:
        """Tell whether the receiver has the event."""
        return self.fault is None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done after a try; `ends` says why the whole webhook is to be ended."""

    status: DeliveryStatus
    next_at: Instant | None = None
    ends: WebhookEnd | None = None


def tried(at: Instant, ended_at: Instant, answer: int | DeliveryFault) -> Tried:
    """Return a try by the status that was answered, or by why there is none."""
    took = max(0, ended_at - at)
    if isinstance(answer, DeliveryFault):
        return Tried(at, took, fault=answer)
    if answer in OK:
        return Tried(at, took, status=answer)
    redirected = answer in REDIRECTS
    fault = DeliveryFault.REDIRECTED if redirected else DeliveryFault.STATUS
    return Tried(at, took, status=answer, fault=fault)


def judge(one: Tried, tries_before: int, failing_since: Instant | None, jitter: float) -> Verdict:
    """Return what follows from a try.

    Args:
        one: the try.
        tries_before: how many there were before it, since the event was made or replayed.
        failing_since: since when every try at this webhook has failed.
        jitter: 0 to 1, drawn by the caller.
    """
    if one.succeeded:
        return Verdict(DeliveryStatus.DELIVERED)
    now = one.at + one.took_ms
    ends = _ends(one, failing_since, now)
    if tries_before < len(RETRY_AFTER_MS):
        rest = RETRY_AFTER_MS[tries_before]
        return Verdict(DeliveryStatus.PENDING, now + rest + int(rest * JITTER * jitter), ends)
    return Verdict(DeliveryStatus.DEAD, ends=ends)


def _ends(one: Tried, failing_since: Instant | None, now: Instant) -> WebhookEnd | None:
    if one.status == GONE:
        return WebhookEnd.GONE
    if failing_since is not None and now - failing_since >= GIVE_UP_AFTER_MS:
        return WebhookEnd.FAILING
    return None


def url_fault(url: str, *, to_this_machine: bool) -> str | None:
    """Return what is wrong with a webhook's address, as a sentence; None: it may be kept.

    What its name stands for is looked at with every connection.
    """
    if may_be_asked(url, to_this_machine=to_this_machine):
        return None
    return (
        "url is an https address on the public internet without a user, such as "
        "https://shop.example/events."
    )
