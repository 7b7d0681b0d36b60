"""A routing engine with a desk around it: short words for commands, tables to rebuild from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from services.router.domain.commands import (
    AgentChanged,
    Command,
    ConversationClosed,
    ConversationTaken,
    ConversationTransferred,
    CustomerErased,
    CustomerLeft,
    MessageArrived,
    OfferAccepted,
    OfferDeclined,
    OfferSeen,
    PolicySet,
    PresenceChanged,
    QueueChanged,
    StatusSet,
    Tick,
    WrapUpDone,
)
from services.router.domain.effects import DecisionRecord, Effects
from services.router.domain.engine import Engine
from services.router.domain.journal import Journal
from services.router.domain.limits import Room
from services.router.domain.model import (
    Agent,
    Assignment,
    ChangeMade,
    Conversation,
    Offer,
)
from services.router.domain.needs import Needs
from services.router.domain.policy import Policy
from services.router.domain.queues import RoutingQueue
from services.router.domain.shop_policy import with_figures
from shared.contracts.accounts import OpeningHours, OpenSpan
from shared.contracts.items import CustomerRef
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import (
    AgentStatus,
    AuthorKind,
    Channel,
    ItemKind,
    OfferStatus,
    Presence,
    Visibility,
)
from tests.support.clock import START
from tests.support.desk_tables import Tables
from tests.support.told import Told

NODE = UUID(int=0xA0DE)
OTHER_NODE = UUID(int=0xB0DE)
A_STRETCH = 7
"""Commands after which the journal begins anew: often, in a day of these."""
Row = TypeVar("Row", Agent, Conversation, Offer, Assignment)


PLAIN = Policy(
    first_offers=1,
    settle_ms=0,
    savable_ms=0,
    stalled_after_ms=30_000,
    widen_after_ms=2_500,
    everyone_after_ms=5_000,
    rescue_before_ms=4_000,
    rescue_grace_ms=4_000,
    load_penalty_permille=0,
)
"""Figures that are easy to follow: one is asked, then one more, then everyone. What is shipped is
chosen by simulation and has tests of its own."""

A_CHANGE = ChangeMade(
    id=UUID(int=0xD0),
    changed_at=START,
    actor_kind="agent",
    actor_id=None,
    actor_name="Ada",
    action="agent.changed",
    target="agent_0",
    target_id=UUID(int=0xA000),
    fields_json="{}",
)


def agent_id(number: int) -> UUID:
    return UUID(int=0xA000 + number)


def conversation_id(number: int) -> UUID:
    return UUID(int=0xC000 + number)


def queue_id(number: int) -> UUID:
    return UUID(int=0xE000 + number)


def hours_from(opens: str) -> OpeningHours:
    """The day of these tests begins on a Monday at 14:13:20 UTC."""
    return OpeningHours(time_zone="UTC", spans=(OpenSpan(day="mon", opens=opens, closes="24:00"),))


def an_agent(number: int, **figures: object) -> Agent:
    """An agent who is here and available, unless told otherwise."""
    agent = Agent(
        id=agent_id(number),
        name=f"Agent {number}",
        email=f"agent{number}@shop.example",
        status=AgentStatus.AVAILABLE,
        nodes=(NODE,),
    )
    return replace(agent, **figures)  # type: ignore[arg-type]


class Desk:
    """One shop's engine under a clock that only moves when told to."""

    def __init__(self, *agents: Agent, policy: Policy | None = None, now: Instant = START) -> None:
        self.policy = policy or PLAIN
        self.now = now
        self.tables = Tables(agents={agent.id: agent for agent in agents})
        self.made: list[DecisionRecord] = []
        self.told = Told.standing(self.tables.live_rows())
        self.engine = Engine(self.policy, self.tables.live_rows())
        self.journal = Journal(self.engine, stretch=A_STRETCH)
        self.last = Effects(answer=self.do(Tick()).answer)

    def do(self, command: Command) -> Effects:
        unknown = self.engine.unknown(command)
        if unknown and (missing := unknown.conversation_id or unknown.named):
            rows = self.tables.rows_of(missing)
            self.engine.admit(rows)
            self.journal.admitted(rows)
        effects = self.engine.apply(command, self.now)
        self.journal.told(self.engine, command, self.now, effects)
        self.made += effects.decisions
        self.tables.commit(effects)
        self.told.hear(effects)
        self.last = effects
        return effects

    def restart(self) -> None:
        """Go on with another engine made from the tables, as after a crash."""
        self.engine = self.rebuild()
        self.journal = Journal(self.engine, stretch=A_STRETCH)
        self.made = []
        self.do(Tick())

    def rebuild(self) -> Engine:
        """Another engine made from the tables alone."""
        return Engine(self.policy, self.tables.live_rows())

    def wait(self, span: Millis) -> Effects:
        """Let time pass, running every timer at its instant, as the timer loop does."""
        end = self.now + span
        while (due := self.engine.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.do(Tick())
        self.now = end
        return self.do(Tick())

    def do_tick(self) -> Effects:
        """Let whatever is due by now happen."""
        return self.do(Tick())

    # -- what happens

    def customer_writes(
        self,
        number: int,
        *,
        version: int | None = None,
        locale: str | None = None,
        channel: Channel = Channel.CHAT,
    ) -> Effects:
        message = a_message(conversation_id(number), self._next(number, version), self.now)
        return self.do(replace(message, locale=locale, channel=channel))

    def agent_writes(self, number: int, kind: ItemKind = ItemKind.MESSAGE) -> Effects:
        return self.somebody_writes(number, AuthorKind.AGENT, kind)

    def somebody_writes(
        self, number: int, author: AuthorKind, kind: ItemKind = ItemKind.MESSAGE
    ) -> Effects:
        message = a_message(conversation_id(number), self._next(number, None), self.now)
        return self.do(replace(message, author=author, kind=kind))

    def accepts(self, offer: Offer) -> Effects:
        return self.do(OfferAccepted(offer.id, offer.agent_id))

    def declines(self, offer: Offer) -> Effects:
        return self.do(OfferDeclined(offer.id, offer.agent_id))

    def sees(self, offer: Offer) -> Effects:
        return self.do(OfferSeen(offer.id, offer.agent_id))

    def leaves(self, number: int) -> Effects:
        """Let the customer of a conversation end it."""
        return self.do(CustomerLeft(conversation_id(number)))

    def forgets(self, number: int) -> Effects:
        """Let the customer of a conversation be erased."""
        return self.do(CustomerErased(conversation_id(number)))

    def closes(self, number: int, agent: int | None) -> Effects:
        who = None if agent is None else agent_id(agent)
        return self.do(ConversationClosed(conversation_id(number), who))

    def takes(self, number: int, agent: int, *, over: bool = False) -> Effects:
        return self.do(ConversationTaken(conversation_id(number), agent_id(agent), over=over))

    def passes_on(
        self,
        number: int,
        to_agent: int | None,
        *,
        by: int | None = None,
        note: str | None = None,
        to_queue: UUID | None = None,
    ) -> Effects:
        """Let its owner, a supervisor unless named, pass a conversation on; None: to the line."""
        to = None if to_agent is None else agent_id(to_agent)
        who = None if by is None else agent_id(by)
        wish = ConversationTransferred(conversation_id(number), who, "Ada", to, note, to_queue)
        return self.do(wish)

    def wraps_up(self, number: int, agent: int | None) -> Effects:
        """Let an agent, or a supervisor, be done with what has ended."""
        who = None if agent is None else agent_id(agent)
        return self.do(WrapUpDone(conversation_id(number), who))

    def says(self, agent: int, status: AgentStatus) -> Effects:
        return self.do(StatusSet(agent_id(agent), status))

    def connects(self, agent: int, node: UUID = NODE) -> Effects:
        return self.do(PresenceChanged(agent_id(agent), node, Presence.CONNECTED))

    def changes(
        self,
        agent: int,
        *,
        name: str | None = None,
        capacity: int | None = None,
        active: bool | None = None,
        **others: object,
    ) -> Effects:
        change = AgentChanged(agent_id(agent), name, capacity, active, A_CHANGE)
        return self.do(replace(change, **others))  # type: ignore[arg-type]

    def queue(self, queue: RoutingQueue, *fields: str) -> Effects:
        """Let an administrator make a queue, or change these fields of it."""
        before = self.tables.queues.get(queue.id)
        given = {name: getattr(queue, name) for name in fields}
        self.tables.queues[queue.id] = replace(before, **given) if before else queue
        return self.do(QueueChanged(None, A_CHANGE, queue=queue, fields=fields))

    def targets(self, span: Millis | None) -> Effects:
        """Let an administrator change the queue; the tables give a rebuilt engine the same."""
        if span is not None:
            self.policy = replace(self.policy, first_response_target_ms=span)
        return self.do(QueueChanged(span, A_CHANGE))

    def opens(self, hours: OpeningHours | None) -> Effects:
        """Let an administrator change the hours; the tables give a rebuilt engine the same."""
        self.policy = replace(self.policy, hours=hours)
        return self.do(QueueChanged(None, A_CHANGE, hours=hours, sets_hours=True))

    def sets(self, **figures: Any) -> Effects:
        """Let an administrator set the shop's figures; a rebuilt engine gets the same."""
        own = tuple(sorted(figures.items()))
        effects = self.do(PolicySet(own, A_CHANGE))
        if effects.changes_made:
            self.policy = with_figures(self.policy, own, self.policy.version + 1)
        return effects

    def disconnects(self, agent: int, node: UUID = NODE) -> Effects:
        return self.do(PresenceChanged(agent_id(agent), node, Presence.DISCONNECTED))

    def assigned(self, number: int) -> Desk:
        """Let a customer write and whoever is asked accept at once."""
        self.customer_writes(number)
        self.accepts(self.offer_of(number))
        return self

    # -- what stands

    def conversation(self, number: int) -> Conversation:
        return self.tables.conversations[conversation_id(number)]

    def with_customer(self, number: int, customer: CustomerRef) -> Conversation:
        return replace(self.conversation(number), customer=customer)

    def agent(self, number: int) -> Agent:
        return self.tables.agents[agent_id(number)]

    def offers_of(self, number: int) -> list[Offer]:
        """A conversation's pending offers, oldest first."""
        rows = [o for o in self.tables.offers.values() if o.status is OfferStatus.PENDING]
        mine = [o for o in rows if o.conversation_id == conversation_id(number)]
        return sorted(mine, key=lambda offer: offer.ordinal)

    def offer_of(self, number: int) -> Offer:
        (offer,) = self.offers_of(number)
        return offer

    def asked(self, number: int) -> list[int]:
        """The numbers of the agents a conversation is offered to, in the order they were asked."""
        return [offer.agent_id.int - 0xA000 for offer in self.offers_of(number)]

    def _next(self, number: int, version: int | None) -> int:
        heard = self.tables.heard.get(conversation_id(number))
        return version or (heard.version if heard else 0) + 1


def a_message(conversation: UUID, version: int, now: Instant) -> MessageArrived:
    """A customer's chat message that the gateway received and committed just now."""
    return MessageArrived(
        conversation_id=conversation,
        version=version,
        channel=Channel.CHAT,
        customer=None,
        kind=ItemKind.MESSAGE,
        visibility=Visibility.EVERYONE,
        author=AuthorKind.CUSTOMER,
        preview="Where is my parcel?",
        received_at=now,
        created_at=now,
    )


def shape_of(engine: Engine) -> dict[str, object]:
    """Everything an engine holds, in a form two engines can be compared by."""
    state = engine.state
    return {
        "agents": sorted(state.agents.values(), key=lambda one: one.id),
        "conversations": sorted(state.conversations.values(), key=lambda one: one.id),
        "offers": sorted(state.offers.values(), key=lambda one: one.id),
        "assignments": sorted(state.assignments.values(), key=lambda one: one.id),
        "heard": {key: state.heard.get(key) for key in state.conversations},
        "pool": list(state.pool),
        "excluded": state.pool.excluded(Room(Channel.CHAT, 1), Needs()),
        "line": state.line.order(),
        "hungry": state.hungry.order(),
        "timers": state.timers.all(),
        "extras": list(state.extras),
        "policy": state.policy,
        "queues": state.queues.by_id,
        "waiting_in": +state.waiting_in,
        "team_paces": state.predictor.team,
        "agent_paces": state.predictor.agents,
    }
