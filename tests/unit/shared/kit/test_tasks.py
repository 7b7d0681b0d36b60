"""A supervised loop outlives its failures, and ends when it is asked to."""

from __future__ import annotations

import asyncio

import pytest

from shared.kit.tasks import background, supervise


async def test_a_loop_that_fails_is_started_again() -> None:
    ran = 0

    async def fail_once() -> None:
        nonlocal ran
        ran += 1
        if ran == 1:
            raise ValueError

    await supervise("a loop", fail_once)
    assert ran == 2


async def test_a_loop_that_fails_when_it_is_cancelled_ends() -> None:
    ran = 0

    async def answer_a_cancel_with_a_failure() -> None:
        nonlocal ran
        ran += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionRefusedError from None

    async with asyncio.TaskGroup() as group:
        task = group.create_task(supervise("a loop", answer_a_cancel_with_a_failure))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert ran == 1


async def test_a_block_ends_although_its_loop_fails_when_it_is_cancelled() -> None:
    async def answer_a_cancel_with_a_failure() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionRefusedError

    async with background(stubborn=answer_a_cancel_with_a_failure):
        await asyncio.sleep(0)
