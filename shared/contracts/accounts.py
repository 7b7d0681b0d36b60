"""What the router keeps for a shop's administrators: shops, agents, queues, API keys."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from shared.contracts.wire import (
    ONE_LINE,
    SHOWS,
    AgentId,
    ApiKeyId,
    Contract,
    QueueId,
    ShopId,
    WireInstant,
)
from shared.kernel.vocabulary import AgentStatus, Channel, Presence, Scope

NAME_MAX: Final = 100
CAPACITY_MAX: Final = 100
"""Weights: twenty times what a busy chat desk gives one agent."""
PASSWORD_MIN, PASSWORD_MAX = 12, 200
"""Characters. NIST SP 800-63B asks for 8 beside a second factor and 15 alone; there is a lock on
neither here, so the middle. A longest one, so that hashing has a bound."""
SKILLS_MAX: Final = 50
LEVEL_MIN, LEVEL_MAX = 1, 5
SCOPES_MAX: Final = 16
TARGET_MIN_MS, TARGET_MAX_MS = 1_000, 86_400_000
"""A second is less than people need to notice; more than a day is no first-response target."""
DAY_SPANS_MAX: Final = 6
SPANS_MAX: Final = 7 * DAY_SPANS_MAX
HOLIDAYS_MAX: Final = 200
"""Those of several years."""

Name: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=NAME_MAX,
        pattern=ONE_LINE,
    ),
    SHOWS,
]
"""What people read: not blank, on one line."""
Email: TypeAlias = Annotated[
    str, Field(min_length=3, max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$")
]
"""One @ between two parts. Whether anybody reads it, only a message would tell."""
Password: TypeAlias = Annotated[str, Field(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)]
Capacity: TypeAlias = Annotated[int, Field(ge=0, le=CAPACITY_MAX)]
SkillName: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_.:-]*$")
]
Level: TypeAlias = Annotated[int, Field(ge=LEVEL_MIN, le=LEVEL_MAX)]
Skills: TypeAlias = Annotated[dict[SkillName, Level], Field(max_length=SKILLS_MAX)]
"""Skill -> level, 1 to 5."""
LANGUAGES_MAX: Final = 20
Language: TypeAlias = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
"""ISO 639, without script and region: en, pt."""
Languages: TypeAlias = Annotated[tuple[Language, ...], Field(max_length=LANGUAGES_MAX)]
"""What an agent reads and writes; without one the agent is asked whatever customers write."""
WEIGHT_MAX: Final = 100
"""Fills whoever serves it, whatever the capacity."""
Weight: TypeAlias = Annotated[int, Field(ge=1, le=WEIGHT_MAX)]
Weights: TypeAlias = Annotated[dict[Channel, Weight], Field(max_length=len(Channel))]
"""What a conversation of each channel takes of an agent's capacity; 100 takes all of it."""
Scopes: TypeAlias = Annotated[tuple[Scope, ...], Field(min_length=1, max_length=SCOPES_MAX)]
TargetMs: TypeAlias = Annotated[int, Field(ge=TARGET_MIN_MS, le=TARGET_MAX_MS)]


class NewShop(Contract):
    """A shop to be made; a default queue comes with it."""

    name: Name


class ShopChange(Contract):
    """What is to change of a shop; what is absent or null stays."""

    name: Name | None = None


class Shop(Contract):
    """One shop."""

    id: ShopId
    name: str
    created_at: WireInstant


class ShopPage(Contract):
    """Shops in the order of their ids; `next_cursor` is null at the end."""

    shops: tuple[Shop, ...]
    next_cursor: str | None


class NewAgent(Contract):
    """An agent to be made. `roles` are the scopes of the agent's sign-ins."""

    name: Name
    email: Email
    password: Password
    roles: Scopes = (Scope.AGENT,)
    skills: Skills = Field(default_factory=dict)
    languages: Languages = ()
    capacity: Capacity | None = None
    weights: Weights = Field(default_factory=dict)


class AgentChange(Contract):
    """What is to change of an agent; what is absent or null stays.

    `active: false` ends it: no more sign-ins, no more offers, and what was assigned waits for
    somebody else. `active: true` takes it back. `inherits_capacity: true` gives up the agent's own
    capacity for the queue's, or else the shop's; a `capacity` is the agent's own again.
    """

    name: Name | None = None
    roles: Scopes | None = None
    skills: Skills | None = None
    languages: Languages | None = None
    capacity: Capacity | None = None
    inherits_capacity: bool | None = None
    weights: Weights | None = None
    active: bool | None = None


class NewPassword(Contract):
    """A password that an administrator sets. Tokens issued before stay good until they expire."""

    password: Password


class OwnNewPassword(Contract):
    """A password that an agent sets for itself, knowing the one before."""

    current: str = Field(min_length=1, max_length=PASSWORD_MAX)
    password: Password


class AgentAccount(Contract):
    """An agent as administrators see one."""

    id: AgentId
    name: str
    email: str
    roles: tuple[Scope, ...]
    skills: dict[str, int]
    languages: tuple[str, ...] = ()
    capacity: int
    inherits_capacity: bool = False
    weights: dict[Channel, int] = Field(default_factory=dict)
    active: bool
    status: AgentStatus
    presence: Presence
    load: int
    created_at: WireInstant


class AgentPage(Contract):
    """Agents in the order of their ids; `next_cursor` is null at the end."""

    agents: tuple[AgentAccount, ...]
    next_cursor: str | None


ClockTime: TypeAlias = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
"""HH:MM on the clock of the queue's zone; 24:00 is the end of the day."""
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class DaySpan(Contract):
    """One span of a day."""

    opens: ClockTime
    closes: ClockTime


class OpenSpan(DaySpan):
    """One span of a weekday; a night is two of them, up to 24:00 and from 00:00."""

    day: Weekday


class Holiday(Contract):
    """A day that differs from its weekday; without spans it is closed."""

    on: date
    spans: tuple[DaySpan, ...] = Field(default=(), max_length=DAY_SPANS_MAX)


class OpeningHours(Contract):
    """When a queue is staffed, week by week.

    The default queue's are the shop's: outside of them a conversation waits for the opening, and
    its response clock starts then.
    """

    time_zone: str = Field(min_length=1, max_length=64)
    spans: tuple[OpenSpan, ...] = Field(max_length=SPANS_MAX)
    holidays: tuple[Holiday, ...] = Field(default=(), max_length=HOLIDAYS_MAX)


STEPS_MAX: Final = 10
STEP_MAX_MS: Final = 3_600_000
"""Who has waited for an hour needs no further step."""
PRIORITY_MAX: Final = 10
WAITING_MAX: Final = 100_000


class QueueStep(Contract):
    """What changes for a conversation that nobody has taken `after_ms` after it came.

    `skills` replace those of the queue, `any_language` asks for no language any more, and
    `queue_id` is the queue it overflows into, with that one's skills.
    """

    after_ms: int = Field(ge=0, le=STEP_MAX_MS)
    skills: Skills | None = None
    any_language: bool = False
    queue_id: QueueId | None = None


Steps: TypeAlias = Annotated[tuple[QueueStep, ...], Field(max_length=STEPS_MAX)]
Channels: TypeAlias = Annotated[tuple[Channel, ...], Field(max_length=len(Channel))]
Priority: TypeAlias = Annotated[int, Field(ge=0, le=PRIORITY_MAX)]
MaxWaiting: TypeAlias = Annotated[int, Field(ge=0, le=WAITING_MAX)]


class NewQueue(Contract):
    """A queue to be made.

    Conversations of its `channels` begin in it, all others in the default queue. `capacity` is
    the limit, in this queue, of agents without one of their own. With `max_waiting` waiting
    whoever comes next overflows at once, if a step says where to.
    """

    name: Name
    first_response_target_ms: TargetMs
    skills: Skills = Field(default_factory=dict)
    hours: OpeningHours | None = None
    priority: Priority = 0
    capacity: Capacity | None = None
    weights: Weights = Field(default_factory=dict)
    channels: Channels = ()
    max_waiting: MaxWaiting | None = None
    steps: Steps = ()


class QueueChange(Contract):
    """What is to change of a queue; what is absent stays.

    `hours: null` means the shop's hours, of the default queue always open; `capacity: null` and
    `max_waiting: null` take the limit away.
    """

    name: Name | None = None
    first_response_target_ms: TargetMs | None = None
    skills: Skills | None = None
    hours: OpeningHours | None = None
    priority: Priority | None = None
    capacity: Capacity | None = None
    weights: Weights | None = None
    channels: Channels | None = None
    max_waiting: MaxWaiting | None = None
    steps: Steps | None = None
    retired: bool | None = None


class Queue(Contract):
    """One queue. `hours` null: the shop's, of the default queue always open."""

    id: QueueId
    name: str
    is_default: bool
    first_response_target_ms: int
    skills: dict[str, int]
    hours: OpeningHours | None
    priority: int = 0
    capacity: int | None = None
    weights: dict[Channel, int] = Field(default_factory=dict)
    channels: tuple[Channel, ...] = ()
    max_waiting: int | None = None
    steps: tuple[QueueStep, ...] = ()
    retired: bool
    created_at: WireInstant


class QueuePage(Contract):
    """Queues in the order of their ids; `next_cursor` is null at the end."""

    queues: tuple[Queue, ...]
    next_cursor: str | None


class NewApiKey(Contract):
    """An API key to be made."""

    name: Name
    scopes: Scopes


class ApiKey(Contract):
    """An API key as it may be shown at any time."""

    id: ApiKeyId
    name: str
    scopes: tuple[Scope, ...]
    last_four: str
    created_at: WireInstant
    revoked_at: WireInstant | None = None


class ApiKeyMade(ApiKey):
    """A key just made, with its text: shown this once, and null when the request is repeated."""

    text: str | None


class ApiKeyPage(Contract):
    """API keys in the order of their ids; `next_cursor` is null at the end."""

    api_keys: tuple[ApiKey, ...]
    next_cursor: str | None
