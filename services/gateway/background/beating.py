"""Tells the router each second which agents have a stream on this node."""

from __future__ import annotations

import asyncio

from services.gateway.usecases.follow_agent import ConnectedAgents

EVERY_S = 1.0
"""DESIGN section 5: a node silent for 3 s has lost its agents."""


async def beat_for_ever(agents: ConnectedAgents) -> None:
    """Beat until cancelled."""
    while True:
        await agents.beat()
        await asyncio.sleep(EVERY_S)
