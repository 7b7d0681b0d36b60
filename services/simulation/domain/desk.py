"""What passes between the people of a simulated day and whoever routes them: events and orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from services.simulation.domain.day import Day, Visit
from services.simulation.domain.people import Person
from shared.kernel.clock import Instant

WorkerNumber: TypeAlias = int


@dataclass(frozen=True, slots=True)
class Arrived:
    """A customer has written."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class Left:
    """A customer has gone without an answer."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class Shown:
    """A console has shown what rings; whether anybody looks is another matter."""

    visit: Visit
    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class Accepted:
    """An agent takes what rings. The desk answers with Grant or Refuse."""

    visit: Visit
    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class Answered:
    """An agent's first words are out."""

    visit: Visit
    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class Closed:
    """A conversation is over."""

    visit: Visit
    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class CameOn:
    """An agent begins to work, or says to be there again after having been set away."""

    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class WentOff:
    """An agent's duty is over: they finish what they have and take nothing more."""

    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class Woken:
    """The instant of `wakes_at` has come."""


Event: TypeAlias = Arrived | Left | Shown | Accepted | Answered | Closed | CameOn | WentOff | Woken


@dataclass(frozen=True, slots=True)
class Ring:
    """Offer a visit to an agent, who may accept it."""

    visit: Visit
    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class Give:
    """Put a visit on an agent's screen as theirs, unasked."""

    visit: Visit
    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take a visit from an agent's screen; it `costs` its holder time unless it just ran out."""

    visit: Visit
    worker: WorkerNumber
    costs: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """The agent who accepted has it."""

    visit: Visit
    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class Refuse:
    """The agent who accepted cannot have it."""

    visit: Visit
    worker: WorkerNumber


@dataclass(frozen=True, slots=True)
class SetAway:
    """The agent is taken for absent, and is asked no more before they say to be there."""

    worker: WorkerNumber


Order: TypeAlias = Ring | Give | Withdraw | Grant | Refuse | SetAway


class Desk(Protocol):
    """Whoever routes: told each event at its instant, in order, and woken when it asks to be."""

    def tell(self, event: Event, now: Instant) -> Sequence[Order]:
        """Take an event; return what happens on agents' screens in the same instant."""
        ...

    def wakes_at(self) -> Instant | None:
        """Return when Woken is due at the latest."""
        ...


People: TypeAlias = Mapping[WorkerNumber, Person]

MakeDesk: TypeAlias = Callable[[Day, People], Desk]
"""A routing policy: only a clairvoyant looks at the people it is given."""
