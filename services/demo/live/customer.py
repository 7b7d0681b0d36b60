"""A simulated customer: asks, waits, writes again, says thanks; or has no patience and leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

from services.demo.dice import Dice
from services.demo.live import people
from services.demo.live.chat_line import ChatLine, LineLostError
from services.demo.live.faults import Faults
from services.demo.live.parts import Part

LOOKS_AROUND = people.Span(1.0, 3.0)
"""From the last word to the closed tab."""
ANSWERED_WITHIN_S = 3.0
"""A commit takes milliseconds; a service that is being restarted is not waited for."""


async def visit(
    line: ChatLine, part: Part, *, begun: Callable[[UUID], None], faults: Faults, dice: Dice
) -> None:
    """Play one part over one line; `begun` hears of the conversation as soon as it has an id."""
    try:
        async with asyncio.TaskGroup() as tasks:
            keep = tasks.create_task(line.run())
            await _talk(line, part, begun, dice)
            keep.cancel()
    except* LineLostError as lost:
        faults.count("chat socket", ", ".join(str(one) for one in lost.exceptions))


async def _talk(line: ChatLine, part: Part, begun: Callable[[UUID], None], dice: Dice) -> None:
    await _begin(line, part.first_words, begun)
    if line.conversation_id is None:
        return  # refused, and counted
    is_hasty = dice.chance(people.NO_PATIENCE_SHARE)
    patience = people.NO_PATIENCE if is_hasty else people.PATIENCE
    if not await line.answered(1, patience.draw(dice)):
        return
    await asyncio.sleep(people.READ_AND_TYPE.draw(dice))
    await line.say(part.script.follow_up)
    if not await line.answered(2, people.PATIENCE.draw(dice)):
        return
    await asyncio.sleep(people.SAY_THANKS.draw(dice))
    await line.say(dice.choose(part.tongue.thanks))
    await asyncio.sleep(LOOKS_AROUND.draw(dice))


async def _begin(line: ChatLine, words: str, begun: Callable[[UUID], None]) -> None:
    """Say the first words; cut short in the middle of it, wait for their answer all the same.

    They may be committed, and whoever tidies up must know of the conversation that they began.
    """
    async with asyncio.TaskGroup() as tasks:
        saying = tasks.create_task(line.say(words))
        try:
            await asyncio.shield(saying)
        except asyncio.CancelledError:
            await asyncio.wait([saying], timeout=ANSWERED_WITHIN_S)
            raise
        finally:
            if line.conversation_id is not None:
                begun(line.conversation_id)
