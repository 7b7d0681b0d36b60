"""A chat in memory: the real session and the real greeting over a store of dicts, and two windows.

Nothing waits and nothing sleeps: what the shell would do later stands in a list until a test says
that it happens, or that it does not.
"""

from __future__ import annotations

import json
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from services.gateway.api.chat_items import place_of
from services.gateway.domain.effects import (
    Append,
    Close,
    Drop,
    Effect,
    Follow,
    LookUp,
    Ping,
    ReadItems,
    SendFrame,
    Unfollow,
)
from services.gateway.domain.keys import read_session_token
from services.gateway.domain.phases import Phase
from services.gateway.domain.session import ChatSession
from services.gateway.usecases.greet import Greeter, Greeting, catch_up, greet
from services.gateway.usecases.ports import (
    AppendResult,
)
from services.gateway.usecases.read_items import visible_page
from shared.contracts.frames import Accepted, Bye, Created, ServerFrame, Welcome
from shared.contracts.items import CustomerRef, Item
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.rates import Rate
from shared.kernel.vocabulary import Visibility
from tests.support.chat_model_store import KEY, PAGE, SHOP, ModelStore
from tests.support.clock import START

PLENTY = Rate(burst=10_000, per_s=10_000)
Result = TypeVar("Result")


def at_once(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run what never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        value: Result = done.value
        return value
    raise AssertionError("it waited")


@dataclass
class Window:
    """A customer's end, which keeps the rules of docs/protocol and nothing else."""

    token: str | None = None
    epoch: int | None = None
    conversation_id: UUID | None = None
    last_seq: int = 0
    held: dict[tuple[UUID, int], str] = field(default_factory=dict)
    outbox: dict[str, str] = field(default_factory=dict)
    resets: int = 0

    def hello(self) -> bytes:
        place = self.conversation_id
        frame = {
            "type": "hello",
            "site_key": KEY,
            "session_token": self.token,
            "epoch": self.epoch,
            "conversation_id": encode(IdKind.CONVERSATION, place) if place else None,
            "last_seq": self.last_seq,
        }
        return json.dumps(frame).encode()

    def send(self, client_id: str) -> bytes:
        frame = {"type": "send", "client_id": client_id, "text": self.outbox[client_id]}
        return json.dumps(frame).encode()

    def take(self, frame: ServerFrame) -> list[bytes]:
        """Take a frame; return what is sent upon it."""
        match frame:
            case Welcome():
                if frame.reset or (frame.session_token, frame.epoch) != (self.token, self.epoch):
                    self.resets += frame.reset
                    self.forget()
                self.token, self.epoch = frame.session_token, frame.epoch
                for item in frame.items:
                    self.keep(item.conversation_id, item.seq, item.text, item.client_id)
                return [self.send(client_id) for client_id in self.outbox]
            case Accepted():
                self.acknowledge(frame)
            case Created(item=item):
                self.keep(item.conversation_id, item.seq, item.text, item.client_id)
            case Bye() if frame.code is ErrorCode.UNKNOWN_SESSION:
                self.token = self.epoch = None
                self.forget()
            case _:
                pass
        return []

    def acknowledge(self, frame: Accepted) -> None:
        """Take an acknowledgement; of an earlier conversation it says only that it is committed."""
        place = (frame.conversation_id, frame.seq)
        text = self.outbox.pop(frame.client_id, "")
        if frame.conversation_id >= (self.conversation_id or frame.conversation_id):
            self.keep(*place, text, frame.client_id)
        else:
            told = frame.conversation_id in {one for one, _ in self.held}
            assert not told or place in self.held, "an earlier conversation was told with a gap"

    def keep(self, conversation_id: UUID, seq: int, text: str, client_id: str | None) -> None:
        place = (conversation_id, seq)
        if place not in self.held:
            assert place > (self.conversation_id or UUID(int=0), self.last_seq), "out of order"
            self.held[place] = text
            self.conversation_id, self.last_seq = place
        if client_id is not None:
            self.outbox.pop(client_id, None)

    def forget(self) -> None:
        """Drop what is held of a history that is gone; what was not accepted stays to be sent."""
        self.held.clear()
        self.conversation_id, self.last_seq = None, 0


class Connection:
    """One connection of a window: the real session, and what has not happened yet."""

    def __init__(self, window: Window, store: ModelStore, now: Instant = START) -> None:
        self.window, self.store, self.now = window, store, now
        self.session = ChatSession(now, PLENTY)
        self.greeting: Greeting | None = None
        self.asked: list[LookUp] = []
        self.appends: list[Append] = []
        self.reads: list[ReadItems] = []
        self.followed: set[UUID] = set()
        self.on_the_way: list[ServerFrame] = []
        self.do(self.session.receive(window.hello(), now))

    @property
    def is_over(self) -> bool:
        return self.session.phase is Phase.CLOSED

    def do(self, effects: Sequence[Effect]) -> None:  # noqa: C901  one arm an effect
        for effect in effects:
            match effect:
                case SendFrame(frame=frame):
                    self.on_the_way.append(frame)
                case LookUp():
                    self.asked.append(effect)
                case Append():
                    self.appends.append(effect)
                case Follow(conversation_id=place, after_seq=seq):
                    self.followed.add(place)
                    self.reads.append(ReadItems(place, seq))
                case ReadItems():
                    self.reads.append(effect)
                case Unfollow():
                    self.followed.discard(effect.conversation_id)
                case Ping():
                    self.session.pong(effect.payload)
                case _:
                    assert isinstance(effect, Close | Drop)

    # What the world does.

    def greets(self) -> None:
        """Let the hello be looked up, and the conversation be followed and read."""
        hello = self.asked.pop(0).hello
        greeter = Greeter(
            sites=self.store,
            sessions=self.store,
            items=self.store,
            verify=_nobody,
            verify_by_keys=_nobody_by_keys,
            new_id=self.store.new_id,
            new_secret=lambda: "A" * 43,
        )
        try:
            self.greeting = at_once(greet(hello, None, greeter))
        except RefusedError as refusal:
            self.do(self.session.refused(refusal.code))
            return
        if self.greeting.session.conversation_id is not None:
            self.followed.add(self.greeting.session.conversation_id)

    def welcomes(self) -> None:
        """Let what the customer missed be read."""
        assert self.greeting is not None
        found = at_once(catch_up(self.greeting, self.store))
        self.do(self.session.welcomed(found, self.now))

    def commits(self, *, answered: bool) -> AppendResult:
        """Let the next message be committed; the answer may be lost on its way back."""
        assert self.greeting is not None
        effect = self.appends.pop(0)
        result = self.store.append(self.greeting.session.session_id, effect)
        if answered:
            self.do(self.session.appended(effect.client_id, place_of(effect, result), self.now))
        else:
            refused = self.session.append_refused(effect.client_id, ErrorCode.TRY_AGAIN, 1)
            self.do(refused)
        return result

    def hears(self, item: Item) -> None:
        if item.conversation_id in self.followed:
            self.do(self.session.heard(item, self.now))

    def reads_on(self, *, works: bool = True) -> None:
        """Let the next read be answered."""
        place, after = self.reads[0].conversation_id, self.reads[0].after_seq
        del self.reads[0]
        if not works:
            self.session.read_failed(place, self.now)
            return
        page = at_once(visible_page(SHOP, place, after, self.store, PAGE))
        self.do(self.session.read(place, page.items, page.through_seq, page.last_seq, self.now))

    def waits(self, span_ms: int) -> None:
        self.now += span_ms
        self.do(self.session.wake(self.now))

    def heals(self) -> None:
        """Let the sweep say how far each conversation reaches."""
        for place in self.followed:
            self.session.learned(place, len(self.store.items[place]), self.now)

    def delivers(self, count: int) -> None:
        """Let the next frames reach the window."""
        for frame in self.on_the_way[:count]:
            for answer in self.window.take(frame):
                self.do(self.session.receive(answer, self.now))
        del self.on_the_way[:count]

    def writes(self, client_id: str) -> None:
        if self.session.phase is Phase.OPEN:
            self.do(self.session.receive(self.window.send(client_id), self.now))

    def breaks(self) -> None:
        """Let the network go; what is on the way is lost."""
        self.session.lost()
        self.on_the_way.clear()

    def goes_on(self, steps: int) -> None:
        """Let so many of the next things happen that are due, well and in order."""
        for _ in range(steps):
            if self.asked:
                self.greets()
            elif self.greeting is not None and self.session.phase is Phase.LOOKING_UP:
                self.welcomes()
            elif self.on_the_way:
                self.delivers(1)
            elif self.appends:
                self.commits(answered=True)
            elif self.reads:
                self.reads_on()

    def settles(self) -> None:
        """Let everything happen that still can, but what is lost for good."""
        if self.asked:
            self.greets()
        if self.session.phase is Phase.LOOKING_UP:
            self.welcomes()
        for _ in range(12):
            self.delivers(len(self.on_the_way))
            while self.appends:
                self.commits(answered=True)
            while self.reads:
                self.reads_on()
            self.heals()
            self.waits(600)
        self.delivers(len(self.on_the_way))


def session_of(window: Window) -> UUID | None:
    named = read_session_token(window.token) if window.token else None
    return named.id if named else None


def visible(store: ModelStore, window: Window) -> dict[tuple[UUID, int], str]:
    """Return what a window should hold: all there is from the first conversation it knows of."""
    session_id = session_of(window)
    if session_id is None or session_id not in store.sessions:
        return {}
    places = store.sessions[session_id].conversations
    first = min((place for place, _ in window.held), default=places[-1] if places else None)
    return {
        (place, item.seq): item.text
        for place in places
        if first is not None and place >= first
        for item in store.items[place]
        if item.visibility is Visibility.EVERYONE
    }


async def _nobody_by_keys(token: str, shop_id: UUID, site_id: UUID) -> tuple[CustomerRef, bytes]:
    raise RefusedError(ErrorCode.BAD_CUSTOMER_TOKEN, "Nobody is known here.")


def _nobody(_token: str, _secret: str) -> CustomerRef:
    raise NotImplementedError
