"""The product's own engine behind a simulated desk: commands in, effects out, nothing between."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from services.router.domain.commands import (
    Command,
    ConversationClosed,
    CustomerLeft,
    MessageArrived,
    OfferAccepted,
    OfferSeen,
    PresenceChanged,
    StatusSet,
    Tick,
)
from services.router.domain.effects import Effects, OfferNews, OfferTold, Refused
from services.router.domain.engine import Engine
from services.router.domain.model import Agent, Rows
from services.router.domain.policy import Policy
from services.simulation.domain import desk
from services.simulation.domain.day import Day, Visit, Worker
from services.simulation.domain.desk import Desk, Order, People, WorkerNumber
from shared.kernel.clock import Instant
from shared.kernel.ids import uuid7
from shared.kernel.vocabulary import (
    AgentStatus,
    AuthorKind,
    Channel,
    ItemKind,
    OfferStatus,
    Presence,
    Visibility,
)

NODE = UUID(int=1)
"""The gateway node that holds every simulated console."""


def engine_desk(policy: Policy) -> desk.MakeDesk:
    """Return the engine under a policy, as a desk; its predictor knows nothing at the opening."""

    def make(day: Day, _people: People) -> Desk:
        return EngineDesk(policy, day)

    return make


class EngineDesk:
    """Translates; whatever the engine decides is done."""

    def __init__(self, policy: Policy, day: Day) -> None:
        self.engine = Engine(policy, Rows(agents=tuple(_agent(one) for one in day.workers)))
        self._visits: dict[UUID, Visit] = {}
        self._offers: dict[tuple[int, WorkerNumber], UUID] = {}

    def wakes_at(self) -> Instant | None:
        """Return the engine's own deadline."""
        return self.engine.next_deadline()

    def tell(self, event: desk.Event, now: Instant) -> list[Order]:
        """Apply what an event means; return what the effects mean."""
        orders: list[Order] = []
        for command in self._commands(event, now):
            effects = self.engine.apply(command, now)
            orders += self._orders(effects)
            if isinstance(event, desk.Accepted):
                refused = isinstance(effects.answer, Refused)
                verdict = desk.Refuse if refused else desk.Grant
                orders.insert(0, verdict(event.visit, event.worker))
        return orders

    def _commands(self, event: desk.Event, now: Instant) -> Iterator[Command]:
        match event:
            case desk.CameOn(worker):
                yield PresenceChanged(agent_id(worker), NODE, Presence.CONNECTED)
                yield StatusSet(agent_id(worker), AgentStatus.AVAILABLE)
            case desk.WentOff(worker):
                yield StatusSet(agent_id(worker), AgentStatus.DRAINING)
            case desk.Woken():
                yield Tick()
            case desk.Shown(visit, worker):
                yield OfferSeen(self._offers[visit.number, worker], agent_id(worker))
            case desk.Accepted(visit, worker):
                yield OfferAccepted(self._offers[visit.number, worker], agent_id(worker))
            case _:
                yield self._of_visit(event, now)

    def _of_visit(
        self, event: desk.Arrived | desk.Left | desk.Answered | desk.Closed, now: Instant
    ) -> Command:
        named = conversation_id(event.visit)
        self._visits[named] = event.visit
        match event:
            case desk.Arrived(visit):
                return _message(visit, 1, AuthorKind.CUSTOMER, now)
            case desk.Answered(visit):
                return _message(visit, 2, AuthorKind.AGENT, now)
            case desk.Closed(_, worker):
                return ConversationClosed(named, agent_id(worker))
            case _:
                return CustomerLeft(named)

    def _orders(self, effects: Effects) -> Iterator[Order]:
        for lost in effects.taken_from:
            visit = self._visits[lost.conversation.id]
            yield desk.Withdraw(visit, number_of(lost.agent_id))
        for told in effects.offers_told:
            yield from self._offer(told)
        for agent in effects.agents_told:
            if agent.status is AgentStatus.AWAY:
                yield desk.SetAway(number_of(agent.id))

    def _offer(self, told: OfferTold) -> Iterator[Order]:
        offer = told.offer
        visit, worker = self._visits[offer.conversation_id], number_of(offer.agent_id)
        if told.news is OfferNews.CREATED:
            self._offers[visit.number, worker] = offer.id
            yield desk.Ring(visit, worker)
        elif told.news is OfferNews.ENDED and offer.status is not OfferStatus.ACCEPTED:
            yield desk.Withdraw(visit, worker, costs=offer.status is OfferStatus.RESCINDED)


def conversation_id(visit: Visit) -> UUID:
    """Return the id a visit's conversation has."""
    return uuid7(visit.at, visit.number)


def agent_id(worker: WorkerNumber) -> UUID:
    """Return the id an agent has."""
    return UUID(int=worker + 1)


def number_of(agent: UUID) -> WorkerNumber:
    """Return whose id that is."""
    return agent.int - 1


def _agent(worker: Worker) -> Agent:
    return Agent(agent_id(worker.number), worker.name, "", capacity=worker.capacity)


def _message(visit: Visit, version: int, author: AuthorKind, now: Instant) -> MessageArrived:
    return MessageArrived(
        conversation_id=conversation_id(visit),
        version=version,
        channel=Channel.CHAT,
        customer=None,
        kind=ItemKind.MESSAGE,
        visibility=Visibility.EVERYONE,
        author=author,
        preview="",
        received_at=now,
        created_at=now,
    )
