"""The customer's side of one connection: frames and instants in, effects out; no I/O, no clock.

The shell owns the socket and the time. It does every effect in order, answers `LookUp`, `Append`,
`Follow` and `ReadItems`, and calls `wake` at `next_deadline`. What may follow what is the table of
`phases.py`; what a frame leads to is the table of `customer_frames.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from services.gateway.domain.answers import (
    Appended,
    Found,
    accepted_of,
    error_frame,
    welcome_of,
)
from services.gateway.domain.customer_frames import Parts, take
from services.gateway.domain.deliveries import Deliveries
from services.gateway.domain.effects import Close, Drop, Effect, LookUp, Ping, SendFrame
from services.gateway.domain.heartbeat import Heartbeat
from services.gateway.domain.invitations import Inviting, Opened
from services.gateway.domain.opening import Opening
from services.gateway.domain.phases import TRANSITIONS, Input, Phase
from services.gateway.domain.reading import Unreadable, read_frame
from services.gateway.domain.refusals import close_code, sentence
from services.gateway.domain.sending import RETRY_AFTER_MS, SENDS, Sending
from services.gateway.domain.signs import Signs
from services.gateway.domain.whereabouts import Whereabouts
from shared.contracts.frames import Bye, CloseCode, CustomerFrame, Hello, LeaveAddress, Rate, Send
from shared.contracts.hours import ShopHours
from shared.contracts.items import Item
from shared.contracts.signs import LiveSign, QueuePosition
from shared.kernel import rates
from shared.kernel.clock import Instant, Millis, soonest
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import ItemKind

BAD_FRAMES_MAX = 10
FRAMES = rates.Rate(burst=2_000, per_s=500)
"""Frames of one connection, of whatever type: fifty times what the quickest page says. Most are
coalesced and never refused, but to read them takes time that is all the others' as well."""
HELD_MAX = 20
"""Frames kept that came right behind the hello, before its answer."""
_AFTER_HELLO = {ErrorCode.UNKNOWN_SITE: ErrorCode.BAD_FRAME}
"""After the hello a frame without a site key is only a bad frame."""


class ChatSession:
    """One connection of a customer. Every input returns what the shell must now do, in order.

    Args:
        now: when the connection was made.
        sends: how many messages it may send.
        nonce: a number that the customer's end cannot guess; its pings count on from there.
    """

    def __init__(self, now: Instant, sends: rates.Rate = SENDS, nonce: int = 0) -> None:
        self.phase = Phase.GREETING
        self._deliveries = Deliveries()
        self._parts = Parts(
            self._deliveries,
            Sending(sends, self._deliveries),
            Signs(),
            Whereabouts(),
            Inviting(),
        )
        self._heartbeat = Heartbeat(now, nonce)
        self._opening = Opening()
        self._sends = sends
        self._position: QueuePosition | None = None
        self._held: list[CustomerFrame] = []
        self._heard_early: dict[UUID, int] = {}
        self._bad_frames = 0
        self._frames = rates.Bucket(FRAMES)

    @classmethod
    def open_for(cls, found: Found, now: Instant) -> ChatSession:
        """Return a session that is open already, for whoever was let in another way.

        Only what is asked is answered there, each by itself.
        """
        session = cls(now)
        session._deliveries.in_order = False
        session._parts.inviting.answers_any = True
        session.phase = Phase.LOOKING_UP
        session.welcomed(found, now)
        return session

    def count_with(self, take_one: Callable[[Instant], Millis]) -> None:
        """Have messages counted together with those of the customer's other connections."""
        self._parts.sending.take_one = take_one

    # What the customer's end does.

    def receive(self, data: bytes, now: Instant) -> list[Effect]:
        """Take one text message."""
        if self.phase is Phase.CLOSED:
            return []
        if self._frames.take(now):
            return self.end(ErrorCode.RATE_LIMITED, RETRY_AFTER_MS)
        frame = read_frame(data)
        if isinstance(frame, Unreadable):
            return self._unreadable(frame.code)
        return self._hello(frame, now) if isinstance(frame, Hello) else self._frame(frame, now)

    def pong(self, payload: bytes) -> None:
        """Take the payload of a pong: only that of an open ping proves that the end receives."""
        self._heartbeat.pong(payload)

    # What the shell answers.

    def welcomed(self, found: Found, now: Instant) -> list[Effect]:
        """Take the answer to `LookUp`: the session goes on, or begins."""
        if not self._hears(Input.WELCOMED):
            return []
        self.phase = Phase.OPEN
        self._opening.told(found.hours)
        effects: list[Effect] = [SendFrame(welcome_of(found, now, self._sends))]
        if found.conversation_id is not None:
            heard = self._heard_early.get(found.conversation_id, 0)
            last_seq = max(found.last_seq, heard)
            self._deliveries.begin(found.conversation_id, found.through_seq, last_seq, now)
        for item in found.items:
            self._deliveries.told(item.conversation_id, item.seq)
        for frame in self._held:
            effects += take(self._parts, frame, now)
        self._held.clear()
        effects += self._parts.inviting.begin(found.invitable, now)
        return effects + self._deliveries.due(now)

    def refused(self, code: ErrorCode, retry_in_ms: Millis | None = None) -> list[Effect]:
        """Take the answer to `LookUp`: there is no such site or session, or not now."""
        return self._bye(code, retry_in_ms) if self._hears(Input.REFUSED) else []

    def appended(self, client_id: str, at: Appended, now: Instant) -> list[Effect]:
        """Take the commit of a message, or of the one it repeats; only now is it acknowledged."""
        self._parts.sending.landed(client_id)
        if not self._hears(Input.ANSWERED):
            return []
        effects: list[Effect] = []
        if at.current:
            self._parts.inviting.conversation_began()
            effects = self._deliveries.move_to(at.conversation_id)
        return effects + self._deliveries.accept(accepted_of(client_id, at), now)

    def append_refused(
        self, client_id: str, code: ErrorCode, retry_after_ms: Millis | None = None
    ) -> list[Effect]:
        """Take the refusal of a message: nothing of it was committed, or nobody knows."""
        self._parts.sending.landed(client_id)
        if not self._hears(Input.ANSWERED):
            return []
        return [error_frame(code, client_id, retry_after_ms)]

    def left(self, code: ErrorCode | None, retry_after_ms: Millis | None = None) -> list[Effect]:
        """Take the router's answer to `EndConversation`; None: it has ended, which items tell."""
        self._parts.leaving = False
        if code is None or not self._hears(Input.ANSWERED):
            return []
        return [error_frame(code, retry_after_ms=retry_after_ms)]

    def hours_learned(self, hours: ShopHours | None) -> list[Effect]:
        """Take the answer to `AskHours`; None: nobody knows."""
        return self._opening.learn(hours) if self._hears(Input.ANSWERED) else []

    def invited(self, opened: Opened, now: Instant) -> list[Effect]:
        """Take the answer to `OpenInvitation`: it is open."""
        hears = self._hears(Input.ANSWERED)
        return self._parts.inviting.opened(opened, now) if hears else []

    def not_invited(self, again_in_ms: Millis, now: Instant) -> None:
        """Take the answer to `OpenInvitation`: nobody is invited for so long."""
        self._parts.inviting.not_opened(again_in_ms, now)

    def lacks(self, conversation_id: UUID, seq: int) -> bool:
        """Return whether `heard` would do anything with a message at this seq."""
        if self.phase is Phase.OPEN:
            return self._deliveries.lacks(conversation_id, seq)
        return self._hears(Input.HEARD)

    def heard(self, item: Item, now: Instant) -> list[Effect]:
        """Take an item from the live subject; one that outruns the welcome is read again."""
        if not self._hears(Input.HEARD):
            return []
        if self.phase is Phase.OPEN:
            self._note_end([item], now)
            return self._deliveries.hear(item, now)
        known = self._heard_early.get(item.conversation_id, 0)
        self._heard_early[item.conversation_id] = max(known, item.seq)
        return []

    def signed(self, sign: LiveSign) -> list[Effect]:
        """Take an agent's latest value from the live subject; one that is lost is not missed."""
        if self.phase is not Phase.OPEN or self._deliveries.paused:
            return []
        if not self._deliveries.knows(sign.conversation_id) or sign == self._position:
            return []
        if isinstance(sign, QueuePosition):
            self._position = sign  # told again each few seconds, to those who come back
        return [SendFrame(sign)]

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
        if not self._hears(Input.ANSWERED):
            return []
        self._note_end(items, now)
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
        beat = self._heartbeat
        hello_by = beat.hello_by if self.phase is Phase.GREETING else None
        later = (self._parts.next_at(), self._opening.next_at())
        return soonest((beat.ping_at, beat.renew_by, hello_by, *later))

    def wake(self, now: Instant) -> list[Effect]:
        """Do what has become due."""
        beat = self._heartbeat
        if now >= beat.hello_by and self._hears(Input.HELLO_OVERDUE):
            return self._bye(ErrorCode.HELLO_FIRST)
        if now >= beat.renew_by and self._hears(Input.LIFE_OVER):
            return self._bye(ErrorCode.TRY_AGAIN, RETRY_AFTER_MS)
        if self.phase is Phase.CLOSED:
            return []
        effects = self._parts.due(now) + self._opening.due(now)
        if now >= beat.ping_at:
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
        return self._bye(code, retry_in_ms) if self._hears(Input.CUT) else []

    def stop(self, retry_in_ms: Millis) -> list[Effect]:
        """Say that this node is stopping, and when to come back, and close."""
        if not self._hears(Input.STOPPED):
            return []
        farewell, _ = self._bye(ErrorCode.TRY_AGAIN, retry_in_ms)
        return [farewell, Close(CloseCode.GOING_AWAY)]

    def lost(self) -> None:
        """Take the end of the connection; nothing is told any more."""
        self.phase = Phase.CLOSED

    # Frames by phase.

    def _hello(self, frame: Hello, now: Instant) -> list[Effect]:
        if self.phase is not Phase.GREETING:
            return self._unreadable(ErrorCode.ALREADY_WELCOME)
        self.phase = Phase.LOOKING_UP
        self._parts.inviting.come(frame, now)
        return [LookUp(frame)]

    def _frame(self, frame: CustomerFrame, now: Instant) -> list[Effect]:
        if self.phase is Phase.GREETING:
            return self._unreadable(ErrorCode.HELLO_FIRST)
        if self.phase is Phase.OPEN:
            return take(self._parts, frame, now)
        if len(self._held) < HELD_MAX:
            self._held.append(frame)
        elif isinstance(frame, Send | Rate | LeaveAddress):
            return [error_frame(ErrorCode.RATE_LIMITED, frame.client_id, RETRY_AFTER_MS)]
        return []

    # Steps.

    def _hears(self, what: Input) -> bool:
        """Return whether this input means anything in this phase."""
        return (self.phase, what) in TRANSITIONS

    def _note_end(self, items: Sequence[Item], now: Instant) -> None:
        """Whoever has talked to the end may be invited again."""
        current = self._deliveries.current
        if any(i.kind is ItemKind.ENDED and i.conversation_id == current for i in items):
            self._parts.inviting.conversation_ended(now)

    def _unreadable(self, code: ErrorCode) -> list[Effect]:
        if code is ErrorCode.UNKNOWN_SITE and self.phase is Phase.GREETING:
            return self._bye(code)
        self._bad_frames += 1
        refusal: list[Effect] = [error_frame(_AFTER_HELLO.get(code, code))]
        if self._bad_frames < BAD_FRAMES_MAX:
            return refusal
        return refusal + self._bye(ErrorCode.BAD_FRAME)

    def _ping(self, now: Instant) -> list[Effect]:
        if self._heartbeat.unanswered():
            self.phase = Phase.CLOSED
            return [Drop()]
        ping = Ping(self._heartbeat.ping(now))
        if self.phase is not Phase.OPEN:
            return [ping]
        return [ping, SendFrame(self._deliveries.beat())]

    def _bye(self, code: ErrorCode, retry_in_ms: Millis | None = None) -> list[Effect]:
        self.phase = Phase.CLOSED
        last_word = Bye(code=code, detail=sentence(code), retry_in_ms=retry_in_ms)
        return [SendFrame(last_word), Close(close_code(code))]
