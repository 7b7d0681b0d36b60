"""What may be in a small shop on any day: who is there, its queues, and what it may be told."""

from __future__ import annotations

from typing import Any

from services.router.domain.model import Conversation
from services.router.domain.needs import NOTHING_ASKED, Asked, AskedStep
from services.router.domain.queues import RoutingQueue, Step
from services.router.domain.sparing import awaits_calm, gives_way
from services.router.domain.state import ShopState
from services.router.domain.timers import TimerKind
from shared.kernel.vocabulary import Channel
from tests.support.routing import queue_id

AGENTS = 4
LANGUAGES_OF = ((), ("en",), ("en", "pt"), ("pt",))
SKILLS_OF = ((), (("mail", 1),), (("calls", 2), ("mail", 3)), ())
MAIL = RoutingQueue(
    queue_id(1),
    skills=(("mail", 2),),
    channels=(Channel.EMAIL,),
    priority=2,
    max_waiting=1,
    steps=(Step(2_000, skills=(("mail", 1),)), Step(6_000, queue_id=queue_id(2))),
)
CALLS = RoutingQueue(
    queue_id(2), skills=(("calls", 1),), channels=(Channel.VOICE,), capacity=2, target_ms=20_000
)
POLICIES: list[dict[str, Any]] = [
    {},
    {"first_offers": 2, "widen_after_ms": 100, "unseen_after_ms": 100, "everyone_after_ms": 1_000},
    {"capacity": 1, "weights": ((Channel.VOICE, 1),), "beyond_weight": 1, "head_start_ms": 0},
    {"capacity": 0, "gone_grace_ms": 0, "remind_after_ms": 500, "at_risk_before_ms": 0},
    {"idle_after_ms": 5_000, "wrap_up_ms": 5_000, "rescue_grace_ms": 0, "rescue_before_ms": 9_000},
    {"offer_ttl_ms": 1_000, "expiries_before_away": 1, "max_pending_per_agent": 1},
    {"settle_ms": 0, "savable_ms": 0, "stalled_after_ms": 1_000, "first_offers": 4},
    {"kept_free_permille": 2_000, "kept_free_for_ms": 4_000, "overtakes_max": 1},
    {"level_permille": 200, "load_penalty_permille": 50, "overtakes_max": 0, "language_for_ms": 0},
]
ASKED = (
    NOTHING_ASKED,
    Asked(queue_id(1), priority=-3, languages=("pt",), steps=(AskedStep(3_000, languages=()),)),
    Asked(languages=("pt", "fr"), steps=(AskedStep(3_000, languages=("fr", "en")),)),
    Asked(
        skills=(("calls", 2), ("mail", 3)),
        steps=(AskedStep(2_000, skills=(("mail", 1),)), AskedStep(5_000, (), queue_id=queue_id(2))),
    ),
)
FACTS: tuple[dict[str, Any], ...] = (
    {},
    {"late_parcel": True, "late_days": 2},
    {"repeat_contacts": 3, "payment_failed": True, "cart_value_minor": 20_000},
)


def waits_for_others(state: ShopState, one: Conversation) -> bool:
    """Tell whether one waits though somebody is free, as it should, and not for ever.

    Who is late waits for the sake of who comes next, who is not for somebody calm; and whoever
    stands behind one that does so, and needs the same, waits with it.
    """
    looks = any(due.kind is TimerKind.GIVEN_WAY for due in state.timers.all())
    kind, late = state.kind_of(one), state.line.is_late(one.id)
    if not late:
        return looks and awaits_calm(state, one, kind)
    alike = (state.conversations[other] for other in filter(state.line.is_late, state.line.order()))
    return looks and any(gives_way(state, two, kind) for two in alike if state.kind_of(two) == kind)
