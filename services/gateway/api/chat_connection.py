"""Does what a chat session asks for: appends, look-ups, reads and timers; knows no WebSocket."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from services.gateway.api.asking import Asking
from services.gateway.api.attaching import Attaching
from services.gateway.api.chat_items import place_of, row_of
from services.gateway.api.chat_parts import ChatParts, Wire
from services.gateway.api.errands import HELLO, Errand
from services.gateway.domain.effects import (
    Append,
    AskHours,
    Close,
    Drop,
    Effect,
    EndConversation,
    Follow,
    LookUp,
    NoteContext,
    OpenInvitation,
    Ping,
    ReadItems,
    SendFrame,
    SettleInvitation,
    Sign,
    Unfollow,
)
from services.gateway.domain.phases import Phase
from services.gateway.domain.session import ChatSession
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.note_context import context_of
from services.gateway.usecases.pass_signs import SignRow
from services.gateway.usecases.ports import AppendResult
from shared.contracts.frames import Hello
from shared.contracts.items import Content, Item
from shared.contracts.signs import LiveSign
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode, RefusedError

OUT_MAX = 512 * 1024
"""Bytes one socket may have waiting: four full pages; beyond it the customer is cut off alone."""
NONCE_BITS = 48
"""No pong that a library sends by itself hits upon a ping's payload."""
_MS_PER_S = 1_000


class ChatConnection:
    """One customer's connection, between the socket and the session."""

    def __init__(
        self, wire: Wire, origin: str | None, parts: ChatParts, site_key: str | None = None
    ) -> None:
        self._wire = wire
        self._origin = origin
        self._site_key = site_key  # named by the URL: the hello must name the same one
        self._parts = parts
        nonce = random.getrandbits(NONCE_BITS)
        self._session = ChatSession(parts.clock.now(), parts.rates.session, nonce)
        self._attaching = Attaching(self, self._find_files)
        self._asking = Asking(self, parts)
        self._greeting: Greeting | None = None
        self._followed: set[UUID] = set()
        self._lost = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: Instant = 0
        self._set_timer()

    # What the socket brings.

    def receive(self, data: bytes) -> None:
        """Take one message; an empty one stands for what is no text."""
        self._do(self._session.receive(data, self._now()))

    def pong(self, payload: bytes) -> None:
        """Take the payload of a pong."""
        self._session.pong(payload)

    def pause(self) -> None:
        """Take note that the socket's buffer is full."""
        self._session.pause()

    def resume(self) -> None:
        """Take note that there is room again."""
        self._do(self._session.resume(self._now()))

    def cut(self) -> None:
        """End a connection that does not take what it is sent; say why behind all that waits."""
        for effect in self._session.end(ErrorCode.SLOW_CONSUMER):
            self._do_one(effect)

    def stop(self) -> None:
        """Say goodbye: the node is stopping."""
        self._do(self._session.stop(self._parts.retry_in_ms()))

    def lost(self) -> None:
        """Let go of everything: the socket is gone."""
        self._lost = True
        self._session.lost()
        if self._timer is not None:
            self._timer.cancel()
        for conversation_id in self._followed:
            self._parts.feed.unfollow(conversation_id, self)
        if self._greeting is not None:
            self._parts.guests.leave(self, self._greeting)
            self._parts.connections.release(self._greeting.session.session_id, self)

    # What the node brings.

    def lacks(self, conversation_id: UUID, seq: int) -> bool:
        """See `Follower.lacks`."""
        return self._session.lacks(conversation_id, seq)

    def hear(self, item: Item) -> None:
        """See `Follower.hear`."""
        self._do(self._session.heard(item, self._now()))

    def sign(self, sign: LiveSign) -> None:
        """See `Follower.sign`."""
        self._do(self._session.signed(sign))

    def learn(self, conversation_id: UUID, last_seq: int) -> None:
        """See `Follower.learn`."""
        self._session.learned(conversation_id, last_seq, self._now())
        self._set_timer()

    def replaced(self) -> None:
        """See `Replaceable.replaced`."""
        self._do(self._session.end(ErrorCode.REPLACED))

    @property
    def greeting(self) -> Greeting | None:
        """See `Guest.greeting`."""
        return self._greeting

    def cut_off(self, code: ErrorCode) -> None:
        """See `Guest.cut_off`."""
        self._do(self._session.end(code))

    # Effects.

    @property
    def session(self) -> ChatSession:
        """See `Asker.session`."""
        return self._session

    def go_on(self, effects: Sequence[Effect]) -> None:
        """See `Asker.go_on`."""
        self._do(effects)

    def _do(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, SendFrame) and self._wire.waiting_bytes() > OUT_MAX:
                self.cut()
                break
            self._do_one(effect)
        self._set_timer()

    def _do_one(self, effect: Effect) -> None:
        match effect:
            case SendFrame():
                self._wire.send(effect.frame.to_json())
            case Append():
                self._attaching.take(effect)
            case LookUp():
                self._run(HELLO, partial(self._look_up, effect.hello), self._look_up_failed)
            case Follow() | ReadItems():
                self._read(effect.conversation_id, effect.after_seq)
            case Sign() | NoteContext():
                self._note(effect)
            case EndConversation() | AskHours() | OpenInvitation() | SettleInvitation():
                self._asking.take(effect)
            case Unfollow():
                self._followed.discard(effect.conversation_id)
                self._parts.feed.unfollow(effect.conversation_id, self)
            case _:
                self._do_to_wire(effect)

    def _do_to_wire(self, effect: Ping | Close | Drop) -> None:
        match effect:
            case Ping():
                self._wire.ping(effect.payload)
            case Close():
                self._wire.close(effect.code)
            case Drop():
                self._wire.drop()

    # Hello.

    async def _look_up(self, hello: Hello) -> None:
        parts = self._parts
        if self.is_over():
            return  # gone while it waited for its turn
        if self._site_key not in {None, hello.site_key}:
            raise RefusedError(ErrorCode.UNKNOWN_SITE, "The URL names another site.")
        greeting = await parts.greet(hello, self._origin)
        if self.is_over():
            return  # it must take no place from a connection that goes on
        self._greeting = greeting
        session = greeting.session
        self._session.count_with(partial(parts.rates.take, greeting.shop_id, session.session_id))
        parts.guests.come(self, greeting)
        if not parts.connections.claim(session.session_id, session.connection_no, self):
            self.replaced()
            return
        parts.note_context(context_of(hello, greeting.shop_id, session.session_id))
        if session.connection_no > 1:  # of a session that begins here no other node has any
            await parts.tell_newest(session.session_id, session.connection_no)
        if session.conversation_id is not None:
            await self._follow(session.conversation_id)
        async with parts.errands.catching_up:
            found = await parts.catch_up(greeting)
        self._do(self._session.welcomed(found, self._now()))

    def _look_up_failed(self, error: Exception) -> None:
        if isinstance(error, RefusedError) and error.code is not ErrorCode.TRY_AGAIN:
            self._do(self._session.refused(error.code))
        else:
            self._do(self._session.refused(ErrorCode.TRY_AGAIN, self._parts.retry_in_ms()))

    # Sending.

    def post(self, effect: Append, content: Content | None) -> None:
        """See `Poster.post`."""
        greeting = self._greeting
        if greeting is None:
            return
        row = row_of(effect, greeting.shop_id, greeting.session.session_id, content)
        try:
            future = self._parts.post(row)
        except RefusedError as refusal:
            self._append_refused(effect.client_id, refusal)
        else:
            future.add_done_callback(partial(self._appended, effect))

    def refuse(self, effect: Append, error: Exception) -> None:
        """See `Poster.refuse`."""
        self._append_refused(effect.client_id, error)

    def run_errand(self, errand: Errand, failed: Callable[[Exception], None]) -> None:
        """See `Poster.run_errand` and `Asker.run_errand`."""
        self._run("customer", errand, failed)

    async def _find_files(self, effect: Append) -> Content:
        if self._greeting is None:
            raise TypeError("only the welcome send messages")
        return await self._parts.attach(
            self._greeting.shop_id,
            self._greeting.session.session_id,
            effect.client_id,
            effect.file_ids,
        )

    def _appended(self, append: Append, future: asyncio.Future[AppendResult]) -> None:
        client_id = append.client_id
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            self._append_refused(client_id, error)
            return
        at = place_of(append, future.result())
        self._do(self._session.appended(client_id, at, self._now()))

    def _append_refused(self, client_id: str, error: BaseException) -> None:
        if isinstance(error, RefusedError):
            code, retry_after_ms = error.code, error.retry_after_ms
        else:
            code, retry_after_ms = ErrorCode.TRY_AGAIN, None
        self._do(self._session.append_refused(client_id, code, retry_after_ms))

    def _note(self, effect: Sign | NoteContext) -> None:
        greeting = self._greeting
        if greeting is None:
            return
        if isinstance(effect, NoteContext):
            session_id = greeting.session.session_id
            self._parts.note_context(context_of(effect.context, greeting.shop_id, session_id))
            return
        row = SignRow(
            shop_id=greeting.shop_id,
            conversation_id=effect.conversation_id,
            typing=effect.typing,
            received_seq=effect.received_seq,
            read_seq=effect.read_seq,
        )
        self._parts.sign(row)

    # Reading.

    def _read(self, conversation_id: UUID, after_seq: int) -> None:
        errand = partial(self._read_items, conversation_id, after_seq)
        self._run("read", errand, lambda _: self._read_failed(conversation_id))

    async def _read_items(self, conversation_id: UUID, after_seq: int) -> None:
        if self._greeting is None or self._lost:
            return
        await self._follow(conversation_id)
        page = await self._parts.read(self._greeting.shop_id, conversation_id, after_seq)
        effects = self._session.read(
            conversation_id, page.items, page.through_seq, page.last_seq, self._now()
        )
        self._do(effects)

    async def _follow(self, conversation_id: UUID) -> None:
        """Follow before reading, so that nothing falls between the two."""
        if self._greeting is None or conversation_id in self._followed:
            return
        await self._parts.feed.follow(self._greeting.shop_id, conversation_id, self)
        self._followed.add(conversation_id)
        if self._lost:
            self._parts.feed.unfollow(conversation_id, self)

    def _read_failed(self, conversation_id: UUID) -> None:
        self._session.read_failed(conversation_id, self._now())
        self._set_timer()

    # Time and tasks.

    def _run(self, name: str, errand: Errand, failed: Callable[[Exception], None]) -> None:
        self._parts.errands.run(name, errand, failed)

    def is_over(self) -> bool:
        """See `Asker.is_over`."""
        return self._lost or self._session.phase is Phase.CLOSED

    def _now(self) -> Instant:
        return self._parts.clock.now()

    def _set_timer(self) -> None:
        """Have one timer at the session's next deadline; one that rings early is set again."""
        deadline = None if self._lost else self._session.next_deadline()
        if deadline is None or (self._timer is not None and self._timer_at <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = deadline
        delay_s = max(0, deadline - self._now()) / _MS_PER_S
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._do(self._session.wake(self._now()))
