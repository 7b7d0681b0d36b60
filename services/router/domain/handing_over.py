"""A conversation changes hands without an offer: taken from the line, taken over, passed on."""

from __future__ import annotations

from services.router.domain import answering
from services.router.domain.commands import ConversationTaken, ConversationTransferred
from services.router.domain.effects import Answer, ConversationNow, Line, Refused, Taken
from services.router.domain.entering import enter
from services.router.domain.model import Agent, Conversation, OfferEnd
from services.router.domain.offering import end_offer, make_room
from services.router.domain.owning import assign, end_assignment, on_own_clock, to_line
from services.router.domain.replacing import replace
from services.router.domain.rooms import most_of, weighs
from services.router.domain.state import ShopState
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import (
    AgentStatus,
    AuthorKind,
    ConversationStatus,
    ItemKind,
    OfferStatus,
    Presence,
    Visibility,
)


def on_take(state: ShopState, command: ConversationTaken) -> Answer:
    """Give a waiting conversation to whoever picks it, or any to a supervisor who takes it over.

    Of two who pick at once the first has it; asking again gives the owner the same answer.
    """
    conversation = state.find_conversation(command.conversation_id)
    agent = state.agents.get(command.agent_id)
    if conversation is None or agent is None or not agent.active:
        return Refused(ErrorCode.NOT_FOUND)
    if conversation.is_over:
        return Refused(ErrorCode.ALREADY_ENDED)
    if conversation.agent_id == agent.id and conversation.assignment_id is not None:
        return Taken(state.assignments[conversation.assignment_id], conversation)
    if conversation.agent_id is not None and not command.over:
        return Refused(ErrorCode.TAKEN)
    refusal = _no_room(state, conversation, agent)
    if refusal is not None:
        return Refused(refusal)
    for offer in state.offers_of(conversation.id):
        mine = offer.agent_id == agent.id
        status = OfferStatus.ACCEPTED if mine else OfferStatus.RESCINDED
        end_offer(state, offer, status, OfferEnd.ANSWERED if mine else OfferEnd.TAKEN)
    return _hand_to(state, conversation, agent)


def on_transfer(state: ShopState, command: ConversationTransferred) -> Answer:
    """Pass a conversation on to a colleague, who has it at once, or back to the line."""
    conversation = state.find_conversation(command.conversation_id)
    if conversation is None:
        return Refused(ErrorCode.NOT_FOUND)
    refusal = _not_theirs(state, conversation, command)
    if refusal is not None:
        return Refused(refusal)
    if command.to_agent is None:
        return _to_line(state, conversation, command)
    agent = state.agents.get(command.to_agent)
    refusal = _unfit(state, conversation, agent)
    if agent is None or refusal is not None:
        return Refused(refusal or ErrorCode.NOT_FOUND)
    for offer in state.offers_of(conversation.id):
        end_offer(state, offer, OfferStatus.RESCINDED, OfferEnd.TAKEN)
    lines = _lines(command, conversation, agent.name)
    _hand_to(state, _counted(state, conversation), agent, lines)
    return ConversationNow(state.conversations[conversation.id])


def _hand_to(
    state: ShopState, conversation: Conversation, agent: Agent, lines: tuple[Line, ...] = ()
) -> Taken:
    assignment = assign(state, conversation, agent, lines=lines)
    make_room(state, agent.id, DecisionTrigger.SLOT_FREED)
    return Taken(assignment, state.conversations[conversation.id])


def _no_room(state: ShopState, conversation: Conversation, agent: Agent) -> ErrorCode | None:
    """Say why an agent cannot have it, whatever they say of themselves (LESSONS 3)."""
    if agent.presence is Presence.DISCONNECTED:
        return ErrorCode.AGENT_GONE
    held = answering.active_weight(state, agent) + weighs(state, conversation, agent)
    full = held > most_of(state, conversation, agent)
    return ErrorCode.AT_CAPACITY if full else None


def _not_theirs(
    state: ShopState, conversation: Conversation, command: ConversationTransferred
) -> ErrorCode | None:
    if conversation.is_over:
        return ErrorCode.ALREADY_ENDED
    assigned = conversation.status is ConversationStatus.ASSIGNED
    if not assigned or command.by_agent not in {None, conversation.agent_id}:
        return ErrorCode.NOT_ASSIGNED
    over = conversation.transfers >= state.policy.max_transfers
    return ErrorCode.TRANSFER_LIMIT if over else None


def _unfit(state: ShopState, conversation: Conversation, agent: Agent | None) -> ErrorCode | None:
    """Say why an agent may not be given it: the gone would leave the customer alone (LESSONS 3)."""
    if agent is None:
        return ErrorCode.NOT_FOUND
    if agent.status is not AgentStatus.AVAILABLE or not agent.active:
        return ErrorCode.AGENT_GONE
    if agent.id == conversation.agent_id:
        return ErrorCode.TAKEN
    return _no_room(state, conversation, agent)


def _to_line(
    state: ShopState, conversation: Conversation, command: ConversationTransferred
) -> Answer:
    """Let others, of another queue if one is named, be asked before the one who passed it on."""
    queue = state.queues.open_to(command.to_queue)
    if command.to_queue is not None and queue is None:
        return Refused(ErrorCode.NOT_FOUND)
    assignment = state.assignment_of(conversation)
    owner = assignment.agent_id
    end_assignment(state, assignment)
    lines = _lines(command, conversation, None if queue is None else queue.name)
    passed = replace(_counted(state, conversation), passed_by=((owner, state.now),))
    if queue is not None:
        passed = enter(state, passed, queue, passed.needs, state.now)
    to_line(state, passed, DecisionTrigger.TRANSFERRED, (owner,), lines)
    return ConversationNow(state.conversations[conversation.id])


def _counted(state: ShopState, conversation: Conversation) -> Conversation:
    """Count a transfer, which has a clock of its own once the customer was answered."""
    passed = replace(conversation, transfers=conversation.transfers + 1)
    return on_own_clock(state, passed, state.now)


def _lines(
    command: ConversationTransferred, conversation: Conversation, to_name: str | None
) -> tuple[Line, ...]:
    """Return the warm note, for colleagues alone, and the line that everyone reads."""
    who, by = command.by_name, command.by_agent or conversation.agent_id
    whom = "the team" if to_name is None else to_name
    text = f"{who} passed the conversation on to {whom}."
    line = Line(ItemKind.TRANSFERRED, Visibility.EVERYONE, AuthorKind.SYSTEM, text, by, who)
    if not command.note:
        return (line,)
    note = command.note
    return (Line(ItemKind.NOTE, Visibility.AGENTS, AuthorKind.AGENT, note, by, who), line)
