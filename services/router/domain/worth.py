"""Whose answer is worth more than another's: a head start in the line, of what history knows."""

from __future__ import annotations

from services.router.domain.commands import FactsKnown
from services.router.domain.effects import Answer, Noted
from services.router.domain.policy import Policy
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from shared.contracts.cards import CardFacts
from shared.kernel.clock import Millis


def head_start_ms(policy: Policy, facts: CardFacts) -> Millis:
    """Return how much less time a customer's facts leave in the line's order, at most the sum."""
    cart = policy.cart_from_minor <= facts.cart_value_minor
    return (
        policy.late_parcel_head_start_ms * facts.late_parcel
        + policy.payment_failed_head_start_ms * facts.payment_failed
        + policy.repeat_contact_head_start_ms * (facts.repeat_contacts > 0)
        + policy.cart_head_start_ms * cart
    )


def on_facts(state: ShopState, command: FactsKnown) -> Answer:
    """Let who waits begin further ahead; told again, or with less, it changes nothing.

    What was gained is kept for as long as the conversation lives, also in the line that it comes
    back to: a head start that came and went would have people overtake each other to and fro.
    """
    one = state.find_conversation(command.conversation_id)
    gained = head_start_ms(state.policy, command.facts)
    if one is None or one.is_over or gained == 0:
        return Noted()
    priority = state.queues.find(one.queue_id).priority * state.policy.head_start_ms
    head_start = max(one.head_start_ms, priority + gained)
    if head_start != one.head_start_ms:
        state.put_conversation(replace(one, head_start_ms=head_start))
    return Noted()
