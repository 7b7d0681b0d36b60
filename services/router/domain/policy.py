"""The numbers a shop routes by; knows no agent and no conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from shared.contracts.accounts import OpeningHours
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Channel

POLICY_NAME = "likeliest_in_time"
"""What the choice prefers; a decision record names it."""

POLICY_VERSION = 7
"""Grows whenever the same inputs would be decided otherwise."""

DEFAULT_CAPACITY = 4
"""Chats an agent holds at once unless told otherwise: the middle of 3 to 5 at most chat desks."""

CHAT_WEIGHT = 1
"""What a conversation takes of an agent's capacity unless told otherwise."""

Weights: TypeAlias = tuple[tuple[Channel, int], ...]
"""What a conversation takes of an agent's capacity, by channel."""

Figures: TypeAlias = tuple[tuple[str, int | str | Weights], ...]
"""Figures that a shop has set, by their names in `Policy`, in the order of the names."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Every figure of one shop's routing, DESIGN section 6 unless said otherwise."""

    first_response_target_ms: Millis = 10_000
    """Promise 1: from the first customer message received to the first human answer."""

    first_offers: int = 3
    """Agents asked at once, at most: one may be elsewhere, and the quickest one answers. How many
    it is depends on who is calm: see `offering`."""

    widen_after_ms: Millis = 3_000
    """A pending offer gets another beside it: 2 to 3 s gained most in simulation."""

    settle_ms: Millis = 8_000
    """So long whoever lost a conversation, or an offer that was seen, finds the thread again, each
    loss after the one before: what it cost in simulation. Acting ends it."""

    savable_ms: Millis = 4_000
    """With less time left than an answer takes, one is asked alone, and waits behind the others."""

    unseen_after_ms: Millis = 1_500
    """A pending offer that no console has shown yet gets another beside it sooner."""

    everyone_after_ms: Millis = 60_000
    """After so long on offer everyone free is asked. Not sooner: each who loses an offer has lost
    the thread of what they wrote elsewhere, and others wait for that."""

    at_risk_before_ms: Millis = 3_000
    """Supervisors are alarmed so long before `respond_by`: somebody must take it and write."""

    holding_text: str | None = None
    """What an unanswered customer is told when the target passes; no clock stops. None: nothing."""

    rescue_before_ms: Millis = 2_000
    """A silent owner has company so long before `respond_by`: one more agent each time."""

    rescue_grace_ms: Millis = 8_000
    """And not sooner after taking it: composing takes 2.5 to 4 s, and rarely more than 8 s."""

    max_transfers: int = 5
    """A conversation is passed on no oftener: more is a loop, and the customer notices."""

    follow_up_target_ms: Millis = 900_000
    """A follow-up that is due should be taken within so long: nobody looks at a clock meanwhile."""

    idle_after_ms: Millis = 0
    """An answered customer silent for so long takes no capacity until they write; 0: they do."""

    wrap_up_ms: Millis = 0
    """A closed conversation holds its weight so long, or until its agent is done; 0: not at all."""

    remind_after_ms: Millis = 1_000
    """An offer nobody has seen is published again: the publish may have been lost."""

    offer_ttl_ms: Millis = 30_000
    """An unanswered offer expires."""

    stalled_after_ms: Millis = 30_000
    """While nobody is free for who waits or should have company, who leaves offers unanswered for
    so long and does nothing else is away at once: on a busy day the free places of who is not
    there look like the only ones. As long as `offer_ttl_ms`: 8 s won 0.6 to 1.1 points in simulated
    days (docs/simulation.md), but a person may read for so long. A shop may shorten it."""

    gone_grace_ms: Millis = 10_000
    """A disconnected agent keeps assigned conversations so long: a page reload takes 1 to 3 s."""

    reask_after_ms: Millis = 5_000
    """Who passed a conversation is not asked again sooner, even when nobody else is there."""

    max_live_offers: int = 3
    """Offers of one conversation pending at once, before everyone is asked."""

    max_pending_per_agent: int = 3
    """Offers one agent is shown at once."""

    expiries_before_away: int = 2
    """So many unanswered offers in a row set the agent away."""

    language_for_ms: Millis = 3_000
    """A customer's language is looked for so long: an answer in another is better than none."""

    level_permille: int = 20
    """Chances within so much of each other are alike: the load and the turn decide then."""

    load_penalty_permille: int = 50
    """What a chance is lessened by for each weight held already, for the sake of fairness."""

    capacity: int = DEFAULT_CAPACITY
    """What agents hold at most who have no limit of their own, nor one of the queue."""

    weights: Weights = ()
    """What conversations weigh, by channel, where neither agent nor queue says otherwise."""

    beyond_weight: int = 0
    """So much above its limit an agent may be asked for when an answer is nearly due; 0: never."""

    beyond_before_ms: Millis = 4_000
    """And so long before `respond_by`: an answer takes 3 to 4 s of notice and composing."""

    head_start_ms: Millis = 2_000
    """Each level of a queue's priority counts as so much less time left, in the line's order."""

    late_parcel_head_start_ms: Millis = 2_000
    """Who waits for a parcel that is late has so much less time left, in the line's order: as much
    as one level of priority."""

    payment_failed_head_start_ms: Millis = 2_000
    """The same for who could not pay."""

    repeat_contact_head_start_ms: Millis = 2_000
    """The same for who has to come again and again."""

    cart_head_start_ms: Millis = 0
    """The same for whose cart is worth `cart_from_minor`; 0: none, until a shop sets it."""

    cart_from_minor: int = 10_000
    """What a cart must be worth for its head start, in minor units of the cart's currency."""

    overtakes_max: int = 6
    """Of those who are late, the first waits until so many others were served before: then it is
    that one's turn, or nobody who is late would ever be served on a day of too many."""

    kept_free_permille: int = 700
    """So many agents are kept free of who is late already: this share of the root of how many are
    here, which is three of twenty, one of four, nobody of two. 0: none."""

    kept_free_for_ms: Millis = 45_000
    """And not when nobody has come for so long: then nobody is likely to need them."""

    hours: OpeningHours | None = None
    """When the shop is open; None: always."""

    own: Figures = ()
    """Which of these figures the shop has set: `shop_policy` made the policy from them."""

    version: int = 0
    """How often the shop has set its figures."""

    @property
    def first_widening_ms(self) -> Millis:
        """Return how long an offer that is not seen has no other beside it."""
        return min(self.unseen_after_ms, self.widen_after_ms)

    @property
    def label(self) -> str:
        """Return the policy's name and version as a decision record tells them.

        Behind a point stands which of its own sets of figures the shop went by.
        """
        shipped = f"{POLICY_NAME}/{POLICY_VERSION}"
        return f"{shipped}.{self.version}" if self.version else shipped
