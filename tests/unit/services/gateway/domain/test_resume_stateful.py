"""After any reconnect, both sides hold exactly the same gapless conversation.

LESSONS 12 (chatwoot #995, #4157, #14934): messages that came while the connection was gone, or
while it came back, are missing until the page is loaded again.
"""

from __future__ import annotations

import os
from uuid import UUID

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.gateway.domain.phases import Phase
from shared.contracts.items import Item
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import AuthorKind, Visibility
from tests.support.chat_model import Connection, Window, session_of, visible
from tests.support.chat_model_store import ModelStore

pytestmark = pytest.mark.timeout(120)  # two seconds alone, more on a busy machine
DICE = st.integers(0, 4)
"""What is rare happens at 0 only: else most histories would be short."""


class TwoWindows(RuleBasedStateMachine):
    """Two windows of one customer, an agent, a store, and a network that loses what it likes.

    The windows keep the documented rules; sessions and greeting are the real ones.
    """

    def __init__(self) -> None:
        super().__init__()
        self.store = ModelStore()
        self.windows = (Window(), Window())
        self.connections: list[Connection] = []
        self.written = 0
        self.published: list[Item] = []

    @initialize(steps=st.integers(0, 12))
    def a_customer_comes_and_writes(self, steps: int) -> None:
        self.a_window_connects(0)
        self.connections[0].goes_on(3)
        self.the_customer_writes(0)
        self.connections[0].goes_on(steps)

    @property
    def alive(self) -> list[Connection]:
        return [one for one in self.connections if not one.is_over]

    def of(self, which: int) -> Connection:
        return self.alive[which % len(self.alive)]

    def newest(self, window: Window) -> Connection | None:
        mine = [one for one in self.alive if one.window is window]
        return mine[-1] if mine else None

    # The customer.

    @rule(which=st.integers(0, 1))
    def a_window_connects(self, which: int) -> None:
        window = self.windows[which]
        if self.newest(window) is None:
            self.connections.append(Connection(window, self.store))

    @rule(which=st.integers(0, 1))
    def the_other_window_takes_the_session_over(self, which: int) -> None:
        """What the page keeps is the token; a window that is opened anew holds no items."""
        window, other = self.windows[which], self.windows[1 - which]
        if self.newest(window) is None and other.token is not None and not window.outbox:
            window.forget()
            window.token, window.epoch = other.token, other.epoch

    @rule(which=st.integers(0, 1))
    def the_customer_writes(self, which: int) -> None:
        window = self.windows[which]
        self.written += 1
        client_id = f"m{self.written}"
        window.outbox[client_id] = f"text {self.written}"
        connection = self.newest(window)
        if connection is not None:
            connection.writes(client_id)

    @precondition(lambda self: self.alive)
    @rule(which=st.integers(0, 9))
    def a_connection_breaks(self, which: int) -> None:
        self.of(which).breaks()

    # The node.

    @precondition(lambda self: any(one.asked for one in self.alive))
    @rule()
    def a_hello_is_looked_up(self) -> None:
        connection = next(one for one in self.alive if one.asked)
        connection.greets()
        for other in self.alive:
            if other is not connection and serves_the_same(other, connection):
                other.do(other.session.end(ErrorCode.REPLACED))

    @precondition(lambda self: any(map(is_to_be_welcomed, self.alive)))
    @rule()
    def a_customer_is_welcomed(self) -> None:
        next(one for one in self.alive if is_to_be_welcomed(one)).welcomes()

    @precondition(lambda self: any(one.appends for one in self.connections))
    @rule(answered=st.booleans(), published=st.booleans())
    def a_message_is_committed(self, answered: bool, published: bool) -> None:
        """Its answer may be lost, and a connection that is gone is committed for all the same."""
        connection = next(one for one in self.connections if one.appends)
        session_id = connection.greeting.session.session_id if connection.greeting else None
        if session_id not in self.store.sessions:
            connection.appends.clear()
            return
        result = connection.commits(answered=answered)
        if published and result.conversation_id is not None:
            self.tell(self.store.items[result.conversation_id][result.seq - 1])

    @precondition(lambda self: any(one.reads for one in self.alive))
    @rule(works=st.booleans())
    def the_store_is_read(self, works: bool) -> None:
        next(one for one in self.alive if one.reads).reads_on(works=works)

    @precondition(lambda self: self.alive)
    @rule(which=st.integers(0, 9), steps=st.integers(1, 12))
    def all_goes_well_for_a_while(self, which: int, steps: int) -> None:
        connection = self.of(which)
        if len(connection.asked) == 0:
            connection.goes_on(steps)

    @precondition(lambda self: any(one.asked for one in self.alive))
    @rule()
    def a_hello_is_answered(self) -> None:
        self.a_hello_is_looked_up()
        if any(map(is_to_be_welcomed, self.alive)):
            self.a_customer_is_welcomed()

    @precondition(lambda self: self.alive)
    @rule(which=st.integers(0, 9), count=st.integers(1, 4))
    def frames_arrive(self, which: int, count: int) -> None:
        self.of(which).delivers(count)

    @precondition(lambda self: self.alive)
    @rule(which=st.integers(0, 9), span_ms=st.integers(1, 700))
    def time_passes(self, which: int, span_ms: int) -> None:
        self.of(which).waits(span_ms)

    @precondition(lambda self: self.alive)
    @rule(which=st.integers(0, 9))
    def the_sweep_heals(self, which: int) -> None:
        self.of(which).heals()

    @precondition(lambda self: self.published)
    @rule(which=st.integers(0, 99))
    def an_old_publish_comes_late(self, which: int) -> None:
        item = self.published[which % len(self.published)]
        if item in self.store.items[item.conversation_id]:
            self.tell(item)

    # Others.

    @precondition(lambda self: any(one.open for one in self.store.sessions.values()))
    @rule(published=st.booleans(), note=st.booleans())
    def an_agent_writes(self, published: bool, note: bool) -> None:
        session = next(one for one in self.store.sessions.values() if one.open)
        self.written += 1
        item = self.store.add(
            session.conversations[-1],
            text=f"text {self.written}",
            visibility=Visibility.AGENTS if note else Visibility.EVERYONE,
        )
        if published:
            self.tell(item)

    @precondition(lambda self: any(one.open for one in self.store.sessions.values()))
    @rule(published=st.booleans())
    def a_conversation_ends(self, published: bool) -> None:
        session = next(one for one in self.store.sessions.values() if one.open)
        session.open = False
        item = self.store.add(session.conversations[-1], text="The end", author=AuthorKind.SYSTEM)
        if published:
            self.tell(item)

    @precondition(lambda self: self.store.sessions)
    @rule(lost=st.integers(0, 3), dice=DICE)
    def the_store_is_restored(self, lost: int, dice: int) -> None:
        """A restore comes with a restart: no connection survives it."""
        if dice:
            return
        for one in self.connections:
            one.breaks()
            one.appends.clear()
        for session_id in self.store.sessions:
            self.store.restore(session_id, lost)
        self.published.clear()

    @precondition(lambda self: self.store.sessions)
    @rule(dice=DICE)
    def a_session_expires(self, dice: int) -> None:
        if dice:
            return
        session_id = next(iter(self.store.sessions))
        for one in self.connections:
            if one.greeting and one.greeting.session.session_id == session_id:
                one.breaks()
                one.appends.clear()
        del self.store.sessions[session_id]

    def tell(self, item: Item) -> None:
        self.published.append(item)
        for one in self.alive:
            one.hears(item)

    # What is so at any time, and what is so in the end.

    @invariant()
    def nobody_holds_what_is_not_there(self) -> None:
        for window in self.windows:
            connection = self.newest(window)
            if connection is not None and connection.session.phase is Phase.OPEN:
                continue  # frames of before a restore may be on their way no more
            for place, seq in window.held:
                assert seq >= 1
                assert place in self.store.items

    def teardown(self) -> None:
        for window in self.windows:
            for one in self.connections:
                one.breaks()
            Connection(window, self.store).settles()  # it may be told that its session is gone
            last = Connection(window, self.store)
            last.settles()
            assert last.session.phase is Phase.OPEN
            assert window.outbox == {}
            assert window.held == visible(self.store, window)
            self.everything_stands_once(session_of(window))

    def everything_stands_once(self, session_id: UUID | None) -> None:
        assert session_id is not None
        for place in self.store.sessions[session_id].conversations:
            items = self.store.items[place]
            assert [item.seq for item in items] == list(range(1, len(items) + 1))
            mine = [i.client_id for i in items if i.author.kind is AuthorKind.CUSTOMER]
            assert len(mine) == len(set(mine))


def serves_the_same(one: Connection, other: Connection) -> bool:
    if one.greeting is None or other.greeting is None:
        return False
    return one.greeting.session.session_id == other.greeting.session.session_id


def is_to_be_welcomed(connection: Connection) -> bool:
    return connection.greeting is not None and connection.session.phase is Phase.LOOKING_UP


TestTwoWindows = TwoWindows.TestCase
TestTwoWindows.settings = settings(
    max_examples=int(os.environ.get("FIRSTREPLY_RESUMES", "60")), stateful_step_count=40
)
