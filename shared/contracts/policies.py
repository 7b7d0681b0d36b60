"""A shop's routing policy: the figures it may set, and what each of them may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, TypeAlias

from pydantic import Field, ValidationError
from pydantic_core import to_json

from shared.contracts.accounts import CAPACITY_MAX, TargetMs, Weights
from shared.contracts.wire import SHOWS, Contract, WireInstant
from shared.kernel.clock import Millis
from shared.kernel.errors import Fault

MINUTE_MS: Final[Millis] = 60_000
HOUR_MS: Final[Millis] = 3_600_000
DAY_MS: Final[Millis] = 86_400_000
HOLDING_TEXT_MAX: Final = 1_000
OVERTAKES_MAX: Final = 10_000
KEPT_FREE_MAX: Final = 100_000
"""Of ten thousand agents all are kept free by so much: more says nothing more."""
MINOR_MAX: Final = 2**31 - 1
"""21 million of a currency with hundredths: no cart needs more to count."""

Moment: TypeAlias = Annotated[int, Field(ge=0, le=10 * MINUTE_MS)]
"""A span that may be nothing, so that what follows it happens at once."""
Wait: TypeAlias = Annotated[int, Field(ge=100, le=10 * MINUTE_MS)]
"""A span that people are given: less than a tenth of a second is none."""
Pause: TypeAlias = Annotated[int, Field(ge=500, le=HOUR_MS)]
"""A span before the same is done again: with less it would be done over and over."""
Offers: TypeAlias = Annotated[int, Field(ge=1, le=50)]
HoldingText: TypeAlias = Annotated[str, Field(min_length=1, max_length=HOLDING_TEXT_MAX), SHOWS]
PerMille: TypeAlias = Annotated[int, Field(ge=0, le=1_000)]


class PolicyFigures(Contract):
    """Figures of a shop's own; one that is absent or null is as Firstreply ships it."""

    first_offers: Offers | None = None
    widen_after_ms: Wait | None = None
    settle_ms: Moment | None = None
    savable_ms: Moment | None = None
    unseen_after_ms: Wait | None = None
    everyone_after_ms: Wait | None = None
    at_risk_before_ms: Moment | None = None
    holding_text: HoldingText | None = None
    rescue_before_ms: Moment | None = None
    rescue_grace_ms: Moment | None = None
    max_transfers: Annotated[int, Field(ge=0, le=100)] | None = None
    follow_up_target_ms: TargetMs | None = None
    idle_after_ms: Annotated[int, Field(ge=0, le=DAY_MS)] | None = None
    wrap_up_ms: Annotated[int, Field(ge=0, le=HOUR_MS)] | None = None
    remind_after_ms: Pause | None = None
    offer_ttl_ms: Annotated[int, Field(ge=1_000, le=DAY_MS)] | None = None
    stalled_after_ms: Pause | None = None
    gone_grace_ms: Moment | None = None
    reask_after_ms: Pause | None = None
    max_live_offers: Offers | None = None
    max_pending_per_agent: Offers | None = None
    expiries_before_away: Annotated[int, Field(ge=1, le=100)] | None = None
    language_for_ms: Annotated[int, Field(ge=0, le=HOUR_MS)] | None = None
    level_permille: Annotated[int, Field(ge=1, le=1_000)] | None = None
    load_penalty_permille: PerMille | None = None
    capacity: Annotated[int, Field(ge=0, le=CAPACITY_MAX)] | None = None
    weights: Weights | None = None
    beyond_weight: Annotated[int, Field(ge=0, le=CAPACITY_MAX)] | None = None
    beyond_before_ms: Moment | None = None
    head_start_ms: Moment | None = None
    late_parcel_head_start_ms: Moment | None = None
    payment_failed_head_start_ms: Moment | None = None
    repeat_contact_head_start_ms: Moment | None = None
    cart_head_start_ms: Moment | None = None
    cart_from_minor: Annotated[int, Field(ge=0, le=MINOR_MAX)] | None = None
    overtakes_max: Annotated[int, Field(ge=0, le=OVERTAKES_MAX)] | None = None
    kept_free_permille: Annotated[int, Field(ge=0, le=KEPT_FREE_MAX)] | None = None
    kept_free_for_ms: Moment | None = None


class ShopPolicy(Contract):
    """The policy of a shop: what it has set, and every figure it is routed by.

    `version` counts how often the shop has set its figures; `name` is what decisions are recorded
    under. The target and the hours are the default queue's.
    """

    version: int
    name: str
    figures: PolicyFigures
    in_force: PolicyFigures
    set_at: WireInstant | None = None


class PolicyVersion(Contract):
    """The figures of one version, and when they were set."""

    version: int
    figures: PolicyFigures
    set_at: WireInstant


class PolicyVersions(Contract):
    """What a shop has set, the newest first."""

    versions: tuple[PolicyVersion, ...]


OF_THE_QUEUE: Final = ("first_response_target_ms", "hours")
"""What people look for in a policy first; it is the default queue's."""


def read_figures(asked: Mapping[str, object]) -> PolicyFigures:
    """Return the figures of a policy that somebody wrote, read by the rules of JSON.

    Raises:
        ValidationError: see `faults_of`.
    """
    return PolicyFigures.model_validate_json(to_json(asked, inf_nan_mode="constants"))


def faults_of(refused: ValidationError) -> Sequence[Fault]:
    """Return what is wrong with each figure, in words that repeat nothing of what was given."""
    return [
        Fault(
            ".".join(str(part) for part in error["loc"]),
            _reason(error["type"], error["msg"], error["loc"]),
        )
        for error in refused.errors(include_url=False, include_input=False)
    ]


def _reason(kind: str, words: str, loc: tuple[int | str, ...]) -> str:
    if kind == "extra_forbidden":
        queues = bool(loc) and loc[-1] in OF_THE_QUEUE
        return "is the default queue's: set it there" if queues else "is no figure of a policy"
    return words.replace("Input should", "must").replace("String should", "must")
