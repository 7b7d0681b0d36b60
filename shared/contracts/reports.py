"""What supervisors are told of a span of time: first responses, and what each agent did."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from shared.contracts.accounts import TARGET_MAX_MS
from shared.contracts.routing import AgentRef
from shared.contracts.wire import Contract, ConversationId, WireInstant
from shared.kernel.vocabulary import Channel, MissCause

SPAN_MAX_MS: Final = 92 * 86_400_000
"""A quarter in one question."""
MISSES_MAX: Final = 5_000
"""Misses attributed in one answer, the newest; all are counted."""


class Spread(Contract):
    """How long something took, in milliseconds; all null when it never happened.

    Percentiles are values that occurred (the discrete ones), none is interpolated.
    """

    p50_ms: int | None
    p80_ms: int | None
    p90_ms: int | None
    p99_ms: int | None


class MissShare(Contract):
    """One cause of missed targets.

    `misses` had it as their main cause. `time_ms` is what it took of the time to the target in
    all attributed misses together.
    """

    cause: MissCause
    misses: int
    time_ms: int


class FirstResponses(Contract):
    """The first responses to conversations whose response clock started in the span.

    `service_level_pct` is `within_target / counted`. Counted are those answered, those whose
    customer left unanswered after the target (`abandoned`) and those still unanswered after it
    (`overdue`). Not counted: who left before the target (`short_abandoned`) and who still waits
    within it (`waiting`). `queue_wait` ends with the first accept, `notice` is from offer to
    accept, `compose` from the first accept to the first human message.
    """

    counted: int
    answered: int
    within_target: int
    abandoned: int
    overdue: int
    short_abandoned: int
    waiting: int
    service_level_pct: float | None
    first_response: Spread
    queue_wait: Spread
    notice: Spread
    compose: Spread
    misses: tuple[MissShare, ...]
    misses_attributed: int


class HourlyLevel(Contract):
    """One hour of the span, in hours only: its conversations and how many were in time."""

    starts_at: WireInstant
    counted: int
    within_target: int


class FirstResponseReport(Contract):
    """First responses of a span, in hours and, apart, to who wrote while the shop was closed.

    The clock of the latter starts at the opening.
    """

    from_at: WireInstant
    to_at: WireInstant
    target_ms: int = Field(ge=1, le=TARGET_MAX_MS)
    in_hours: FirstResponses
    began_closed: FirstResponses
    hours: tuple[HourlyLevel, ...]


class AgentFigures(Contract):
    """One agent's span.

    `occupancy` is `load_ms / capacity_ms`: the weight of what was assigned, over time, against the
    capacity while available and connected. Null when there was no such time.
    """

    agent: AgentRef
    offered: int
    accepted: int
    declined: int
    expired: int
    rescinded: int
    notice: Spread
    compose: Spread
    assignments: int
    handle: Spread
    load_ms: int
    capacity_ms: int
    occupancy: float | None


class AgentReport(Contract):
    """What each agent did in a span, in the order of their names."""

    from_at: WireInstant
    to_at: WireInstant
    agents: tuple[AgentFigures, ...]


class WaitReport(Contract):
    """How far the ranges held that waiting customers were told, counted by what was told first.

    `within`, `sooner` and `later` are the judged ones: answered within the range, before it, or
    after it; who still waits after it or left after it is `later`. `coverage_pct` is
    `within / judged`, and is to be about 80.
    """

    from_at: WireInstant
    to_at: WireInstant
    told: int
    without_range: int
    judged: int
    within: int
    sooner: int
    later: int
    coverage_pct: float | None


class RecordedConversation(Contract):
    """One conversation that is over, as a replay wants it.

    `waited_ms` runs from the clock's start to the first human message, or to the end where there
    was none; `handle_ms` from that message to the end, and is null where there was none.
    """

    id: ConversationId
    asked_at: WireInstant
    waited_ms: int = Field(ge=0)
    handle_ms: int | None = Field(ge=0)
    channel: Channel


class RecordPage(Contract):
    """Recorded conversations in the order of their ids; `next_cursor` is null at the end."""

    conversations: tuple[RecordedConversation, ...]
    next_cursor: str | None
