"""Whatever comes in, in whatever order, the session keeps its promises."""

from __future__ import annotations

import json
from collections import Counter
from uuid import UUID

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.gateway.domain.answers import Appended, Found
from services.gateway.domain.effects import Append, Close, Drop, Effect, Ping, ReadItems, SendFrame
from services.gateway.domain.phases import Phase
from services.gateway.domain.session import ChatSession
from shared.contracts.frames import Accepted, Created, ServerFrame
from shared.contracts.items import Item
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import AuthorKind
from tests.support.clock import START
from tests.support.items import CONVERSATION, an_item

HELLO = b'{"type":"hello","site_key":"fk_x"}'
FRAMES = st.one_of(
    st.binary(max_size=60),
    st.just(HELLO),
    st.builds(
        lambda client_id, text: json.dumps(
            {"type": "send", "client_id": client_id, "text": text}
        ).encode(),
        st.sampled_from(["m1", "m2", "", "a b"]),
        st.one_of(st.text(max_size=5), st.integers(), st.none()),
    ),
    st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5).map(
        lambda value: json.dumps({"type": value}).encode()
    ),
)


@settings(max_examples=60)
@given(st.lists(FRAMES, max_size=30))
def test_no_sequence_of_frames_breaks_a_session_or_is_acknowledged_uncommitted(
    frames: list[bytes],
) -> None:
    session = ChatSession(START)
    for frame in frames:
        for effect in session.receive(frame, START):
            assert not (isinstance(effect, SendFrame) and isinstance(effect.frame, Accepted))
            if isinstance(effect, Close):
                assert session.phase is Phase.CLOSED


class Conversation(RuleBasedStateMachine):
    """A store, a lossy live subject and one session, against what the customer was told."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.session = ChatSession(self.now)
        self.store: dict[int, tuple[str | None, str]] = {}
        self.asked: list[str] = []
        self.reads: list[int] = []
        self.send_again: set[str] = set()
        self.told: list[int] = []
        self.created: list[int] = []
        self.acked: Counter[str] = Counter()
        self.session.receive(HELLO, self.now)
        self.do(self.session.welcomed(Found(UUID(int=1), "t", 1, CONVERSATION, 0, 0, ()), START))

    def do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Append():
                    self.asked.append(effect.client_id)
                case Ping():
                    self.session.pong(effect.payload)
                case ReadItems():
                    self.reads.append(effect.after_seq)
                case SendFrame():
                    self.tell(effect.frame)
                case _:
                    assert not isinstance(effect, Drop), "a live end was dropped"

    def tell(self, frame: ServerFrame) -> None:
        match frame:
            case Created():
                self.told.append(frame.item.seq)
                self.created.append(frame.item.seq)
            case Accepted():
                assert self.store[frame.seq][0] == frame.client_id
                self.acked[frame.client_id] += 1
                if frame.seq not in self.told:
                    self.told.append(frame.seq)
            case _:
                pass

    @rule(number=st.integers(1, 4))
    def customer_sends(self, number: int) -> None:
        frame = json.dumps({"type": "send", "client_id": f"m{number}", "text": "x"}).encode()
        self.do(self.session.receive(frame, self.now))

    @precondition(lambda self: self.asked)
    @rule(heard_first=st.booleans(), known=st.booleans())
    def store_commits(self, heard_first: bool, known: bool) -> None:
        client_id = self.asked.pop(0)
        seq = next((s for s, (c, _) in self.store.items() if c == client_id), None)
        if seq is None:
            seq = len(self.store) + 1
            self.store[seq] = (client_id, "customer")
            if heard_first:
                self.live_item_arrives(seq)
        if known:
            at = Appended(CONVERSATION, UUID(int=seq), seq, self.now, current=True)
            self.do(self.session.appended(client_id, at, self.now))
        else:
            self.send_again.add(client_id)
            self.do(self.session.append_refused(client_id, ErrorCode.TRY_AGAIN, 1))

    @rule(published=st.booleans())
    def agent_writes(self, published: bool) -> None:
        seq = len(self.store) + 1
        self.store[seq] = (None, "agent")
        if published:
            self.live_item_arrives(seq)

    @rule(seq=st.integers(1, 30))
    def live_item_arrives(self, seq: int) -> None:
        if seq in self.store:
            lacked = self.session.lacks(CONVERSATION, seq)
            effects = self.session.heard(self.item(seq), self.now)
            assert lacked or not effects, "it need not have been told, and was news"
            self.do(effects)

    @precondition(lambda self: self.reads)
    @rule(page=st.integers(1, 3), works=st.booleans())
    def store_answers(self, page: int, works: bool) -> None:
        after = self.reads.pop(0)
        if not works:
            self.session.read_failed(CONVERSATION, self.now)
            return
        seqs = [seq for seq in self.store if seq > after][:page]
        through = seqs[-1] if seqs else after
        items = [self.item(seq) for seq in seqs]
        self.do(self.session.read(CONVERSATION, items, through, len(self.store), self.now))

    @rule(span=st.integers(0, 700))
    def time_passes(self, span: int) -> None:
        self.now += span
        self.do(self.session.wake(self.now))

    @rule()
    def node_sweeps(self) -> None:
        self.session.learned(CONVERSATION, len(self.store), self.now)

    @invariant()
    def nothing_is_told_twice_or_out_of_order(self) -> None:
        assert self.created == sorted(set(self.created))
        reached = max(self.told, default=0)
        assert set(range(1, reached + 1)) <= set(self.told) | self.own_unsettled()

    def teardown(self) -> None:
        for _ in range(12):
            self.node_sweeps()
            self.time_passes(700)
            while self.reads:
                self.store_answers(3, works=True)
        assert set(self.told) | self.own_unsettled() >= set(self.store)

    def own_unsettled(self) -> set[int]:
        """Return the customer's own messages that are under way, or that they will send again."""
        unsettled = {*self.asked, *self.send_again}
        return {seq for seq, (client_id, _) in self.store.items() if client_id in unsettled}

    def item(self, seq: int) -> Item:
        client_id, author = self.store[seq]
        return an_item(seq, author=AuthorKind(author), client_id=client_id)


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=40, stateful_step_count=25)
