"""`firstreply queue`: make, list, show and change a shop's queues."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import typer

from services.administration.client import for_shop, path_of
from services.administration.routing_options import (
    MS_PER_S,
    SkillOptions,
    StepOptions,
    WeightOptions,
    read_skills,
    read_steps,
    read_weights,
)
from services.administration.shown import AsJson, Shop, given, show_many, show_one
from services.terminal import fail, finite
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Channel

_SPAN = re.compile(r"(?P<day>[a-z]{3})\s+(?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")
_HOLIDAY = re.compile(r"(?P<on>\d{4}-\d\d-\d\d)(\s+(?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d))?")

app = typer.Typer(
    help="A shop's queues. Conversations of a queue's channels wait in it, all others in the "
    "default one, whose hours are the shop's.",
    no_args_is_help=True,
)
Priority: TypeAlias = Annotated[
    int | None, typer.Option(help="0 to 10: each is a head start of 2 s in the line.")
]
Limit: TypeAlias = Annotated[
    int | None, typer.Option("--capacity", help="Of agents without a limit of their own; -1: none.")
]
ChannelOptions: TypeAlias = Annotated[
    list[Channel] | None,
    typer.Option("--channel", help="Whose conversations begin here; again for each."),
]
MaxWaiting: TypeAlias = Annotated[
    int | None, typer.Option(help="With so many waiting the next one overflows; -1: no limit.")
]
QueueId: TypeAlias = Annotated[
    str, typer.Argument(metavar="QUEUE", help="The queue's id, queue_...")
]
Holidays: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--holiday", help="A day that differs, such as '2026-12-25' (closed); again."),
]
Opens: TypeAlias = Annotated[
    list[str] | None, typer.Option("--open", help="Such as 'mon 09:00-17:30'; again for each.")
]
NewTarget: TypeAlias = Annotated[
    float | None,
    typer.Option(callback=finite, help="Seconds to the first answer, of what begins from now on."),
]
Zone: TypeAlias = Annotated[
    str | None, typer.Option("--time-zone", help="Of --open, such as Europe/Berlin.")
]


@app.command()
def create(
    *,
    shop: Shop,
    name: Annotated[str, typer.Option(help="What people call it.")],
    target_s: Annotated[
        float, typer.Option(callback=finite, help="Seconds to the first answer.")
    ] = 10.0,
    skill: SkillOptions = None,
    priority: Priority = None,
    capacity: Limit = None,
    weight: WeightOptions = None,
    channel: ChannelOptions = None,
    max_waiting: MaxWaiting = None,
    step: StepOptions = None,
    opens: Opens = None,
    time_zone: Zone = None,
    holiday: Holidays = None,
    as_json: AsJson = False,
) -> None:
    """Make a queue beside the default one."""
    body = {
        "name": name,
        "first_response_target_ms": round(target_s * MS_PER_S),
        "skills": read_skills(skill or []),
        **given(hours=_hours(opens, time_zone, holiday), priority=priority, channels=channel),
        **_limits(capacity, max_waiting),
        **_routing(weight, step),
    }
    show_one(for_shop(shop).make("/v1/queues", body), as_json=as_json)


@app.command(name="list")
def list_queues(*, shop: Shop, as_json: AsJson = False) -> None:
    """List a shop's queues, retired ones included."""
    queues = for_shop(shop).list("/v1/queues", "queues")
    columns = ("id", "name", "is_default", "first_response_target_ms", "skills", "retired")
    show_many(queues, *columns, as_json=as_json)


@app.command()
def show(queue: QueueId, *, shop: Shop, as_json: AsJson = False) -> None:
    """Show a queue."""
    show_one(for_shop(shop).get(path_of(IdKind.QUEUE, "queues", queue)), as_json=as_json)


@app.command()
def change(
    queue: QueueId,
    *,
    shop: Shop,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    target_s: NewTarget = None,
    skill: SkillOptions = None,
    priority: Priority = None,
    capacity: Limit = None,
    weight: WeightOptions = None,
    channel: ChannelOptions = None,
    max_waiting: MaxWaiting = None,
    step: StepOptions = None,
    opens: Opens = None,
    time_zone: Zone = None,
    holiday: Holidays = None,
    always_open: Annotated[bool, typer.Option("--always-open", help="Forget the hours.")] = False,
    retired: Annotated[
        bool | None, typer.Option("--retired/--in-use", help="Retire, or take back.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is named: skills, weights, channels, steps and hours as a whole."""
    fields = given(
        name=name,
        first_response_target_ms=None if target_s is None else round(target_s * MS_PER_S),
        skills=None if skill is None else read_skills(skill),
        hours=_hours(opens, time_zone, holiday),
        priority=priority,
        channels=channel,
        retired=retired,
    )
    fields |= _limits(capacity, max_waiting) | _routing(weight, step)
    if always_open:
        fields["hours"] = None
    path = path_of(IdKind.QUEUE, "queues", queue)
    show_one(for_shop(shop).change(path, fields), as_json=as_json)


def _limits(capacity: int | None, max_waiting: int | None) -> dict[str, Any]:
    """Return the limits that are named; -1 takes one away."""
    named = given(capacity=capacity, max_waiting=max_waiting)
    return {name: None if limit == -1 else limit for name, limit in named.items()}


def _routing(weight: Sequence[str] | None, step: Sequence[str] | None) -> dict[str, Any]:
    return given(
        weights=None if weight is None else read_weights(weight),
        steps=None if step is None else read_steps(step),
    )


def _hours(
    opens: Sequence[str] | None, time_zone: str | None, holidays: Sequence[str] | None
) -> dict[str, Any] | None:
    if opens is None and time_zone is None and holidays is None:
        return None
    if opens is None or time_zone is None:
        fail("Hours need both --open and --time-zone; they are set as a whole.")
    matches = [_SPAN.fullmatch(text.strip().lower()) for text in opens]
    if None in matches:
        fail("A span is DAY HH:MM-HH:MM, such as 'mon 09:00-17:30'.")
    spans = [one.groupdict() for one in matches if one]
    return {"time_zone": time_zone, "spans": spans, "holidays": _holidays(holidays or ())}


def _holidays(texts: Sequence[str]) -> list[dict[str, Any]]:
    days: dict[str, list[dict[str, str]]] = {}
    for text in texts:
        found = _HOLIDAY.fullmatch(text.strip())
        if found is None:
            fail("A holiday is a date, and its hours if it has any: '2026-12-24 10:00-12:00'.")
        spans = days.setdefault(found["on"], [])
        if found["opens"]:
            spans.append({"opens": found["opens"], "closes": found["closes"]})
    return [{"on": on, "spans": spans} for on, spans in days.items()]
