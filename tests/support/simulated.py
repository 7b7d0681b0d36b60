"""Small simulated days: a few agents, a few customers, and no chance unless a test wants it."""

from __future__ import annotations

from collections.abc import Mapping

from services.simulation.domain.assumptions import Assumptions, Humans
from services.simulation.domain.day import Day, Span, Visit, Worker
from services.simulation.domain.desk import Event, Order
from services.simulation.runs import read_assumptions
from shared.kernel.clock import Instant, Millis

NINE: Instant = 1_767_603_600_000
STEADY = Humans(
    notice_median_s=1.0,
    notice_sigma=0,
    compose_median_s=3.0,
    compose_sigma=0,
    agent_sigma=0,
    slower_per_conversation=0,
    busy_chance_per_conversation=0,
    busy_mean_s=1,
    rescinded_s=8,
    seen_s=0.1,
)
"""Everybody notices after one second and writes for three."""


def assumed(**parts: Mapping[str, object]) -> Assumptions:
    """The pinned assumptions, with some figures changed."""
    told = read_assumptions().assumptions.model_dump()
    for part, figures in parts.items():
        told[part] |= dict(figures)
    return Assumptions.model_validate(told)


def small_shop(**parts: Mapping[str, object]) -> Assumptions:
    """One hour of four agents and of some sixty customers."""
    hour: dict[str, Mapping[str, object]] = {
        "arrivals": {"profile": (1, 1)},
        "agents": {"most": 4, "least": 4},
        "customers": {"handle_mean_s": 120},
    }
    return assumed(**{part: {**hour.get(part, {}), **parts.get(part, {})} for part in hour | parts})


def a_worker(
    number: int, *, capacity: int = 2, absences: tuple[tuple[Millis, Millis], ...] = ()
) -> Worker:
    """An agent who is on duty for an hour from nine; absences count from there."""
    return Worker(
        number=number,
        name=f"Agent {number}",
        capacity=capacity,
        duty=Span(NINE, NINE + 3_600_000),
        absences=tuple(Span(NINE + start, NINE + end) for start, end in absences),
    )


def a_visit(
    number: int, after: Millis = 0, *, patience_ms: Millis = 600_000, handle_ms: Millis = 60_000
) -> Visit:
    return Visit(number, NINE + after, patience_ms, handle_ms)


def a_day(*visits: Visit, workers: tuple[Worker, ...], humans: Humans = STEADY) -> Day:
    return Day(seed=1, humans=humans, visits=visits, workers=workers)


class Script:
    """A desk that gives what it is told to and writes down what it hears."""

    def __init__(self, *orders: tuple[type[Event], Order]) -> None:
        self.orders = list(orders)
        self.heard: list[tuple[Millis, Event]] = []

    def wakes_at(self) -> Instant | None:
        return None

    def tell(self, event: Event, now: Instant) -> list[Order]:
        self.heard.append((now - NINE, event))
        wanted = [order for kind, order in self.orders if kind is type(event)]
        self.orders = [one for one in self.orders if one[0] is not type(event)]
        return wanted
