"""The crowd as people see it: a live table while it plays, the figures it left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from services.demo.live.crowd import Crowd
from services.demo.live.ledger import Figures
from shared.kernel.vocabulary import ConversationStatus
from shared.kit.tasks import background

REDRAW_S = 0.5
MS_PER_S = 1_000


@asynccontextmanager
async def showing(crowd: Crowd, console: Console) -> AsyncIterator[None]:
    """Draw how the crowd stands while the block runs."""
    with Live(_picture(crowd), console=console, auto_refresh=False, transient=True) as live:

        async def draw() -> None:
            while True:
                live.update(_picture(crowd), refresh=True)
                await asyncio.sleep(REDRAW_S)

        async with background(display=draw):
            yield


def _picture(crowd: Crowd) -> RenderableType:
    figures, scene = crowd.figures, crowd.scene
    waiting = [s for s in crowd.ledger.states if s.first_response_ms is None]
    count = {status: sum(s.status is status for s in waiting) for status in ConversationStatus}
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("Customers inside", str(scene.inside), "Agents simulated", str(scene.agents))
    table.add_row(
        *("Waiting in line", str(count[ConversationStatus.QUEUED])),
        *("Offered", str(count[ConversationStatus.OFFERED])),
    )
    table.add_row(
        *("Accepted, no answer yet", str(count[ConversationStatus.ASSIGNED])),
        *("Answered", f"{figures.answered} of {figures.conversations}"),
    )
    table.add_row(
        *("First response p50", seconds(figures.first_response_p50_ms)),
        *("p90", seconds(figures.first_response_p90_ms)),
    )
    table.add_row("Within ten seconds", share(figures), "Errors", str(sum(figures.errors.values())))
    return Group(Text(_headline(crowd), style="bold green"), table)


def _headline(crowd: Crowd) -> str:
    if crowd.scene.is_winding_down:
        return "Nobody new comes; the last conversations come to their end."
    if crowd.scene.ends_at is None:
        return "The shop is open. Ctrl-C closes it."
    left_s = max(0, round(crowd.scene.ends_at - asyncio.get_running_loop().time()))
    return f"The shop is open for another {left_s} s. Ctrl-C closes it."


def figures_table(figures: Figures) -> Table:
    """Return what was left behind as a table."""
    table = Table("Conversations", "", title="What the crowd left behind", title_justify="left")
    table.columns[1].justify = "right"
    table.add_row("begun", f"{figures.conversations:,}")
    table.add_row("answered by a person", f"{figures.answered:,}")
    table.add_row("closed unanswered", f"{figures.unanswered:,}")
    table.add_row("still open", f"{figures.open:,}")
    table.add_section()
    table.add_row("first response, p50", seconds(figures.first_response_p50_ms))
    table.add_row("first response, p90", seconds(figures.first_response_p90_ms))
    table.add_row("within ten seconds", share(figures))
    table.add_row("wait for an accept, p50", seconds(figures.queue_wait_p50_ms))
    for title, counts in (
        ("served by", figures.served_by),
        ("a colleague was quicker", figures.races_lost),
        ("errors", figures.errors),
    ):
        if counts:
            table.add_section()
        for name, count in counts.items():
            table.add_row(Text(f"{title}: {name}"), f"{count:,}")
    return table


def seconds(ms: int | None) -> str:
    """Return a span as people read it."""
    return "-" if ms is None else f"{ms / MS_PER_S:.1f} s"


def share(figures: Figures) -> str:
    """Return how many were answered in time."""
    percent = figures.within_target_percent
    return "-" if percent is None else f"{percent:.1f} %"
