"""The customer's side of one connection: frames and instants in, effects out; no I/O, no clock.

The shell owns the socket and the time. It does every effect in order, answers `LookUp`, `Append`,
`Follow` and `ReadItems`, and calls `wake` at `next_deadline`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from services.gateway.domain.answers import (
    BEAT_EVERY_MS,
    Appended,
    Found,
    accepted_of,
    error_frame,
    welcome_of,
)
from services.gateway.domain.deliveries import Deliveries
from services.gateway.domain.effects import Append, Close, Drop, Effect, LookUp, Ping, SendFrame
from services.gateway.domain.reading import Unreadable, read_frame
from services.gateway.domain.refusals import close_code, sentence
from shared.contracts.frames import (
    Bye,
    CloseCode,
    Hello,
    Send,
)
from shared.contracts.items import Item
from shared.contracts.wire import TEXT_MAX
from shared.kernel.clock import Instant, Millis
from shared.kernel.errors import ErrorCode
from shared.kernel.rates import Bucket, Rate
from shared.kernel.visible import shows_something

HELLO_WITHIN_MS: Millis = 30_000
"""LESSONS, conventions: log in within 30 s."""
PING_EVERY_MS = BEAT_EVERY_MS
"""A ping goes with each beat; one unanswered until the next means half-open."""
CONNECTION_LIFE_MS: Millis = 12 * 3_600_000
"""Then the customer's end is asked to come again: each hello keeps the session for another day."""
BAD_FRAMES_MAX = 10
HELD_MAX = 20
"""Messages kept that came right behind the hello, before its answer."""
IN_FLIGHT_MAX = 100
"""Messages of one connection between frame and commit: a person writes one, a script is slowed."""
SENDS = Rate(burst=50, per_s=20)
"""Messages of one connection: a person types less than one a second, a paste is a few; a client
that comes back sends again what it has no answer to."""
RETRY_AFTER_MS: Millis = 1_000


_AFTER_HELLO = {ErrorCode.UNKNOWN_SITE: ErrorCode.BAD_FRAME}
"""After the hello a frame without a site key is only a bad frame."""


class Phase(StrEnum):
    """Where a connection stands."""

    GREETING = "greeting"
    LOOKING_UP = "looking_up"
    OPEN = "open"
    CLOSED = "closed"


class ChatSession:
    """One connection of a customer. Every input returns what the shell must now do, in order."""

    def __init__(self, now: Instant, sends: Rate = SENDS) -> None:
        self.phase = Phase.GREETING
        self._deliveries = Deliveries()
        self._held: list[Send] = []
        self._heard_early: dict[UUID, int] = {}
        self._sends = Bucket(sends)
        self._bad_frames = 0
        self._hello_by = now + HELLO_WITHIN_MS
        self._renew_by = now + CONNECTION_LIFE_MS
        self._ping_at = now + PING_EVERY_MS
        self._silent_since_ping = False

    # What the customer's end does.

    def receive(self, data: bytes, now: Instant) -> list[Effect]:
        """Take one text message."""
        if self.phase is Phase.CLOSED:
            return []
        frame = read_frame(data)
        if isinstance(frame, Unreadable):
            return self._unreadable(frame.code)
        return self._ON_FRAME[self.phase, type(frame)](self, frame, now)

    def sign_of_life(self) -> None:
        """Take note that bytes came in, whatever they were."""
        self._silent_since_ping = False

    # What the shell answers.

    def welcomed(self, found: Found, now: Instant) -> list[Effect]:
        """Take the answer to `LookUp`: the session goes on, or begins."""
        if self.phase is not Phase.LOOKING_UP:
            return []
        self.phase = Phase.OPEN
        effects: list[Effect] = [SendFrame(welcome_of(found, now))]
        if found.conversation_id is not None:
            heard = self._heard_early.get(found.conversation_id, 0)
            last_seq = max(found.last_seq, heard)
            self._deliveries.begin(found.conversation_id, found.through_seq, last_seq, now)
        for item in found.items:
            self._deliveries.told(item.conversation_id, item.seq)
        for send in self._held:
            effects += self._send(send, now)
        self._held.clear()
        return effects + self._deliveries.due(now)

    def refused(self, code: ErrorCode, retry_in_ms: Millis | None = None) -> list[Effect]:
        """Take the answer to `LookUp`: there is no such site or session, or not now."""
        return self._bye(code, retry_in_ms) if self.phase is Phase.LOOKING_UP else []

    def appended(self, client_id: str, at: Appended, now: Instant) -> list[Effect]:
        """Take the commit of a message, or of the one it repeats; only now is it acknowledged."""
        if not self._landed(client_id):
            return []
        effects = self._deliveries.move_to(at.conversation_id) if at.current else []
        return effects + self._deliveries.accept(accepted_of(client_id, at), now)

    def append_refused(
        self, client_id: str, code: ErrorCode, retry_after_ms: Millis | None = None
    ) -> list[Effect]:
        """Take the refusal of a message: nothing of it was committed, or nobody knows."""
        if not self._landed(client_id):
            return []
        return [error_frame(code, client_id, retry_after_ms)]

    def heard(self, item: Item, now: Instant) -> list[Effect]:
        """Take an item from the live subject; one that outruns the welcome is read again."""
        if self.phase is Phase.LOOKING_UP:
            known = self._heard_early.get(item.conversation_id, 0)
            self._heard_early[item.conversation_id] = max(known, item.seq)
            return []
        return [] if self.phase is Phase.CLOSED else self._deliveries.hear(item, now)

    def learned(self, conversation_id: UUID, last_seq: int, now: Instant) -> None:
        """Take the healing sweep's word on how far a conversation reaches."""
        self._deliveries.learn(conversation_id, last_seq, now)

    def read(
        self,
        conversation_id: UUID,
        items: Sequence[Item],
        through_seq: int,
        last_seq: int,
        now: Instant,
    ) -> list[Effect]:
        """Take the store's answer: all there is after the seq asked for, up to `through_seq`."""
        if self.phase is Phase.CLOSED:
            return []
        effects = self._deliveries.fill(conversation_id, items, through_seq, last_seq, now)
        return effects + self._deliveries.due(now)

    def read_failed(self, conversation_id: UUID, now: Instant) -> None:
        """Take the news that the store could not answer; it is asked again later."""
        self._deliveries.fail(conversation_id, now)

    # What time and the node do.

    def next_deadline(self) -> Instant | None:
        """Return when `wake` is due; None once closed."""
        if self.phase is Phase.CLOSED:
            return None
        instants = [self._ping_at, self._renew_by]
        if self.phase is Phase.GREETING:
            instants.append(self._hello_by)
        next_read = self._deliveries.next_read()
        if next_read is not None:
            instants.append(next_read)
        return min(instants)

    def wake(self, now: Instant) -> list[Effect]:
        """Do what has become due."""
        if self.phase is Phase.CLOSED:
            return []
        if self.phase is Phase.GREETING and now >= self._hello_by:
            return self._bye(ErrorCode.HELLO_FIRST)
        if now >= self._renew_by:
            return self._bye(ErrorCode.TRY_AGAIN, RETRY_AFTER_MS)
        effects = self._deliveries.due(now)
        if now >= self._ping_at:
            effects += self._ping(now)
        return effects

    def pause(self) -> None:
        """Read nothing more from the store while the socket's buffer is full."""
        self._deliveries.paused = True

    def resume(self, now: Instant) -> list[Effect]:
        """Go on reading."""
        self._deliveries.paused = False
        return [] if self.phase is Phase.CLOSED else self._deliveries.due(now)

    def end(self, code: ErrorCode, retry_in_ms: Millis | None = None) -> list[Effect]:
        """Say why and close: replaced, or too slow."""
        return [] if self.phase is Phase.CLOSED else self._bye(code, retry_in_ms)

    def stop(self, retry_in_ms: Millis) -> list[Effect]:
        """Say that this node is stopping, and when to come back, and close."""
        if self.phase is Phase.CLOSED:
            return []
        farewell, _ = self._bye(ErrorCode.TRY_AGAIN, retry_in_ms)
        return [farewell, Close(CloseCode.GOING_AWAY)]

    def lost(self) -> None:
        """Take the end of the connection; nothing is told any more."""
        self.phase = Phase.CLOSED

    # Frames by phase.

    def _hello(self, frame: Hello, _now: Instant) -> list[Effect]:
        self.phase = Phase.LOOKING_UP
        return [LookUp(frame)]

    def _hello_again(self, _frame: Hello, _now: Instant) -> list[Effect]:
        return self._unreadable(ErrorCode.ALREADY_WELCOME)

    def _send_too_early(self, _frame: Send, _now: Instant) -> list[Effect]:
        return self._unreadable(ErrorCode.HELLO_FIRST)

    def _hold(self, frame: Send, _now: Instant) -> list[Effect]:
        if len(self._held) >= HELD_MAX:
            return [error_frame(ErrorCode.RATE_LIMITED, frame.client_id, RETRY_AFTER_MS)]
        self._held.append(frame)
        return []

    def _send(self, frame: Send, now: Instant) -> list[Effect]:
        if "\0" in frame.text:  # PostgreSQL's text cannot hold it
            return [error_frame(ErrorCode.BAD_FRAME, frame.client_id)]
        if len(frame.text) > TEXT_MAX or not shows_something(frame.text):
            return [error_frame(ErrorCode.TEXT_LENGTH, frame.client_id)]
        if self._deliveries.in_flight.total() >= IN_FLIGHT_MAX:
            return [error_frame(ErrorCode.RATE_LIMITED, frame.client_id, RETRY_AFTER_MS)]
        wait_ms = self._sends.take(now)
        if wait_ms:
            return [error_frame(ErrorCode.RATE_LIMITED, frame.client_id, wait_ms)]
        self._deliveries.in_flight[frame.client_id] += 1
        return [Append(frame.client_id, frame.text, now)]

    _ON_FRAME: ClassVar[Mapping[tuple[Phase, type], Callable[..., list[Effect]]]] = (
        MappingProxyType(
            {
                (Phase.GREETING, Hello): _hello,
                (Phase.GREETING, Send): _send_too_early,
                (Phase.LOOKING_UP, Hello): _hello_again,
                (Phase.LOOKING_UP, Send): _hold,
                (Phase.OPEN, Hello): _hello_again,
                (Phase.OPEN, Send): _send,
            }
        )
    )
    """What a good frame means in each phase; a closed connection hears nothing."""

    # Steps.

    def _landed(self, client_id: str) -> bool:
        """Take a message out of flight; return whether anybody is there to be told."""
        in_flight = self._deliveries.in_flight
        in_flight[client_id] -= 1
        if in_flight[client_id] <= 0:
            del in_flight[client_id]
        return self.phase is not Phase.CLOSED

    def _unreadable(self, code: ErrorCode) -> list[Effect]:
        if code is ErrorCode.UNKNOWN_SITE and self.phase is Phase.GREETING:
            return self._bye(code)
        self._bad_frames += 1
        refusal: list[Effect] = [error_frame(_AFTER_HELLO.get(code, code))]
        if self._bad_frames < BAD_FRAMES_MAX:
            return refusal
        return refusal + self._bye(ErrorCode.BAD_FRAME)

    def _ping(self, now: Instant) -> list[Effect]:
        if self._silent_since_ping:
            self.phase = Phase.CLOSED
            return [Drop()]
        self._silent_since_ping = True
        self._ping_at = now + PING_EVERY_MS
        if self.phase is not Phase.OPEN:
            return [Ping()]
        return [Ping(), SendFrame(self._deliveries.beat())]

    def _bye(self, code: ErrorCode, retry_in_ms: Millis | None = None) -> list[Effect]:
        self.phase = Phase.CLOSED
        last_word = Bye(code=code, detail=sentence(code), retry_in_ms=retry_in_ms)
        return [SendFrame(last_word), Close(close_code(code))]
