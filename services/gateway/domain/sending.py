"""A customer's messages between frame and commit: their length, their rate, how many at once."""

from __future__ import annotations

from collections.abc import Callable

from services.gateway.domain.addresses import read_address
from services.gateway.domain.answers import error_frame
from services.gateway.domain.deliveries import Deliveries
from services.gateway.domain.effects import Append, Effect
from shared.contracts.frames import LeaveAddress, Rate as RateFrame, Send
from shared.contracts.wire import TEXT_MAX
from shared.kernel.clock import Instant, Millis
from shared.kernel.errors import ErrorCode
from shared.kernel.rates import Bucket, Rate
from shared.kernel.visible import shows_something
from shared.kernel.vocabulary import ItemKind

IN_FLIGHT_MAX = 100
"""Messages of one connection between frame and commit: a person writes one, a script is slowed."""
SENDS = Rate(burst=50, per_s=20)
"""Messages of one connection: a person types less than one a second, a paste is a few; a client
that comes back sends again what it has no answer to."""
RETRY_AFTER_MS: Millis = 1_000


class Sending:
    """What one connection sends."""

    __slots__ = ("_deliveries", "take_one")

    def __init__(self, rate: Rate, deliveries: Deliveries) -> None:
        self.take_one: Callable[[Instant], Millis] = Bucket(rate).take
        self._deliveries = deliveries

    def take(self, frame: Send, now: Instant) -> list[Effect]:
        """Take a `send`: have it appended, or refuse it by its client_id."""
        if "\0" not in frame.text and not _fits(frame):
            return [error_frame(ErrorCode.TEXT_LENGTH, frame.client_id)]
        append = Append(frame.client_id, frame.text, now, file_ids=frame.file_ids)
        return self._append(append)

    def rate(self, frame: RateFrame, now: Instant) -> list[Effect]:
        """Take a `rate` like a message; whether there is such a conversation the store knows."""
        comment = frame.comment or ""
        return self._append(
            Append(
                frame.client_id,
                comment,
                now,
                frame.conversation_id,
                frame.rating,
                kind=ItemKind.SURVEY,
            )
        )

    def address(self, frame: LeaveAddress, now: Instant) -> list[Effect]:
        """Take an address for the present conversation: there must be one to answer."""
        current, address = self._deliveries.current, read_address(frame.address)
        if address is None:
            return [error_frame(ErrorCode.BAD_ADDRESS, frame.client_id)]
        if current is None:
            return [error_frame(ErrorCode.NOT_FOUND, frame.client_id)]
        return self._append(Append(frame.client_id, address, now, current, kind=ItemKind.ADDRESS))

    def _append(self, append: Append) -> list[Effect]:
        now = append.received_at
        if "\0" in append.text:  # PostgreSQL's text cannot hold it
            return [error_frame(ErrorCode.BAD_FRAME, append.client_id)]
        if self._deliveries.in_flight.total() >= IN_FLIGHT_MAX:
            return [error_frame(ErrorCode.RATE_LIMITED, append.client_id, RETRY_AFTER_MS)]
        wait_ms = self.take_one(now)
        if wait_ms:
            return [error_frame(ErrorCode.RATE_LIMITED, append.client_id, wait_ms)]
        self._deliveries.in_flight[append.client_id] += 1
        return [append]

    def landed(self, client_id: str) -> None:
        """Take a message out of flight: it is committed or refused."""
        in_flight = self._deliveries.in_flight
        in_flight[client_id] -= 1
        if in_flight[client_id] <= 0:
            del in_flight[client_id]


def _fits(frame: Send) -> bool:
    says_something = bool(frame.file_ids) or shows_something(frame.text)
    return says_something and len(frame.text) <= TEXT_MAX
