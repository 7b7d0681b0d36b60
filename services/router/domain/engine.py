"""One shop's routing engine: commands and instants in, effects and a deadline out; does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from services.router.domain import (
    administration,
    agents,
    answering,
    deadlines,
    entering,
    handing_over,
    idling,
    offering,
    requests,
    response_clock,
    serving,
    shop_policy,
    worth,
    wrapping_up,
)
from services.router.domain.changes import Changes
from services.router.domain.commands import (
    AgentChanged,
    Command,
    ConversationClosed,
    ConversationTaken,
    ConversationTransferred,
    CustomerErased,
    CustomerLeft,
    FactsKnown,
    MessageArrived,
    OfferAccepted,
    OfferDeclined,
    OfferSeen,
    PolicySet,
    PresenceChanged,
    QueueChanged,
    StatusSet,
    Tick,
    WorkCancelled,
    WorkCompleted,
    WorkRequested,
    WorkRequeued,
    WrapUpDone,
)
from services.router.domain.effects import Answer, Effects, Noted
from services.router.domain.model import Conversation, Rows
from services.router.domain.offering import drain
from services.router.domain.policy import Policy
from services.router.domain.state import ShopState
from services.router.domain.telling import tell_what_changed
from services.router.domain.timers import TimerKind
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import ConversationStatus


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a command names and the engine does not hold; the tables may.

    `conversation_id` is of an item's event, nearly always of a new conversation; `named` is what
    somebody knows of: a conversation or other work.
    """

    conversation_id: UUID | None = None
    agent_id: UUID | None = None
    named: UUID | None = None


class Engine:
    """Decides who serves which conversation of one shop.

    The caller owns it alone, gives instants that never run backwards, commits the effects before
    anything leaves, and throws the engine away when a commit fails. What the tables hold beyond
    its rows (ended conversations, new agents) is brought in by `admit` before the command.
    """

    def __init__(self, policy: Policy, rows: Rows = Rows()) -> None:
        self.state = ShopState(policy)
        self.state.restore(rows)

    def apply(self, command: Command, now: Instant) -> Effects:
        """Let due timers run, then the command, then drain the line; return all they did."""
        state = self.state
        state.now = now
        state.changes = Changes()
        self._let_due_happen()
        answer = HANDLERS[type(command)](state, command)
        self._let_due_happen()  # what it made due at once, as by a policy's new figures
        drain(state, _trigger_of(command))
        if answering.relieve(state):
            drain(state, _trigger_of(command))
        tell_what_changed(state)
        state.index_agents()
        return state.changes.effects(answer)

    def _let_due_happen(self) -> None:
        state = self.state
        while (due := state.timers.pop_due(state.now)) is not None:
            ALARMS[due.kind](state, due.owner)

    def waiting(self) -> tuple[UUID, ...]:
        """Return whose customers wait for an agent, first served first: on offer, then the line."""
        ahead = sorted(self._on_offer(), key=lambda one: one.line_key)
        line = (self.state.conversations[one] for one in self.state.line.order())
        return tuple(one.id for one in (*ahead, *line) if one.work is None)

    def anybody_waits(self) -> bool:
        """Return whether `waiting` would name somebody, at no cost that grows with how many."""
        return len(self.state.line) > 0 or any(True for _ in self._on_offer())

    def _on_offer(self) -> Iterator[Conversation]:
        conversations = self.state.conversations
        offered = (conversations[one] for one in self.state.live_offers if one in conversations)
        return (one for one in offered if one.status is ConversationStatus.OFFERED)

    def has_free_agent(self) -> bool:
        """Return whether somebody could be asked about one more conversation before it waits."""
        return len(self.state.pool) > 0 and self.state.line.first() is None

    def next_deadline(self) -> Instant | None:
        """Return when a Tick is due at the latest."""
        return self.state.timers.next_at()

    def unknown(self, command: Command) -> Unknown | None:
        """Return what must be looked up and admitted before this command, if anything."""
        match command:
            case MessageArrived(conversation_id=new):
                return None if self._knows(new) else Unknown(conversation_id=new)
            case (
                ConversationClosed(conversation_id=named)
                | WrapUpDone(conversation_id=named)
                | CustomerLeft(conversation_id=named)
                | CustomerErased(conversation_id=named)
                | WorkRequested(work_id=named)
                | WorkCompleted(work_id=named)
                | WorkCancelled(work_id=named)
                | WorkRequeued(work_id=named)
            ):
                return None if self._knows(named) else Unknown(named=named)
            case (
                ConversationTaken(conversation_id=named, agent_id=agent)
                | ConversationTransferred(conversation_id=named, to_agent=agent)
            ):
                return self._unknown_pair(named, agent)
            case (
                PresenceChanged(agent_id=named)
                | StatusSet(agent_id=named)
                | AgentChanged(agent_id=named)
            ):
                return None if named in self.state.agents else Unknown(agent_id=named)
            case _:
                return None

    def _unknown_pair(self, conversation_id: UUID, agent_id: UUID | None) -> Unknown | None:
        known = self._knows(conversation_id)
        there = agent_id is None or agent_id in self.state.agents
        if known and there:
            return None
        named = None if known else conversation_id
        return Unknown(agent_id=None if there else agent_id, named=named)

    def _knows(self, conversation_id: UUID) -> bool:
        return self.state.find_conversation(conversation_id) is not None

    def admit(self, rows: Rows) -> None:
        """Take in rows found in the tables that the engine did not hold."""
        self.state.restore(rows)


def _ask_again(state: ShopState, conversation_id: UUID) -> None:
    """Let the drain at this command's end ask again, and set the next such timer."""
    state.line.stir(conversation_id)
    state.hungry.stir(conversation_id)
    again = deadlines.reask(state.policy, state.conversations[conversation_id], state.now)
    state.timers.set(TimerKind.REASK, conversation_id, again)


def _time_is_all(_state: ShopState, _owner: UUID) -> None:
    """Leave it to the end of the command, which looks who has stalled and who gives way still."""


def _time_passed(_state: ShopState, _command: Tick) -> Answer:
    return Noted()


HANDLERS: Final[Mapping[type, Callable[[ShopState, Any], Answer]]] = MappingProxyType(
    {
        MessageArrived: serving.on_message,
        OfferAccepted: answering.on_accept,
        OfferDeclined: answering.on_decline,
        OfferSeen: answering.on_seen,
        PresenceChanged: agents.on_presence,
        StatusSet: agents.on_status,
        ConversationClosed: serving.on_close,
        WrapUpDone: wrapping_up.on_done,
        ConversationTaken: handing_over.on_take,
        ConversationTransferred: handing_over.on_transfer,
        CustomerLeft: serving.on_left,
        CustomerErased: wrapping_up.on_erased,
        FactsKnown: worth.on_facts,
        WorkRequested: requests.on_requested,
        WorkCompleted: requests.on_completed,
        WorkCancelled: requests.on_cancelled,
        WorkRequeued: requests.on_requeued,
        AgentChanged: administration.on_change,
        QueueChanged: administration.on_change,
        PolicySet: shop_policy.on_policy,
        Tick: _time_passed,
    }
)
"""What each command does; a test holds it to `Command`."""

ALARMS: Final[Mapping[TimerKind, Callable[[ShopState, UUID], None]]] = MappingProxyType(
    {
        TimerKind.OFFER_EXPIRES: answering.on_expired,
        TimerKind.OFFER_REMINDS: answering.on_unnoticed,
        TimerKind.OFFER_WIDENS: offering.wants_one_more,
        TimerKind.AGENT_GONE: agents.on_gone_for_good,
        TimerKind.REASK: _ask_again,
        TimerKind.SHOP_OPENS: serving.on_opening,
        TimerKind.EVERYONE_ASKED: offering.wants_one_more,
        TimerKind.RESPONSE_DUE: response_clock.on_due,
        TimerKind.WRAP_UP_OVER: wrapping_up.on_over,
        TimerKind.CUSTOMER_IDLE: idling.on_silence,
        TimerKind.NEEDS_LESS: entering.on_stage,
        TimerKind.AGENT_STALLS: _time_is_all,
        TimerKind.GIVEN_WAY: _time_is_all,
    }
)
"""What each timer does when it has run out; a test holds it to `TimerKind`."""


def _trigger_of(command: Command) -> DecisionTrigger:
    """Return why others than the command's own conversation may get an offer now."""
    if isinstance(command, PresenceChanged | StatusSet | AgentChanged):
        return DecisionTrigger.AGENT_AVAILABLE
    return DecisionTrigger.SLOT_FREED
