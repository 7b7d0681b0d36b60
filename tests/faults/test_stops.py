"""How `firstreply up` ends: on Ctrl-C, without its database, and when it cannot begin."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.support.ledger import ledger_of
from tests.support.ordeal import begin_and_wait_for_schemas, ordeal
from tests.support.stack import Stack

STOPPED_WITHIN_S = 10.0
"""Grace for open answers is 2.5 s; PostgreSQL's checkpoint and a busy machine have the rest."""
REFUSED_WITHIN_S = 60.0
"""Nearly all of it is the interpreter's: a busy machine takes seconds to import."""
LOAD_S = 2.0
LOOK_EVERY_S = 0.002


def own_words(stack: Stack) -> list[str]:
    """Return what it said to people: its output without the log's JSON lines."""
    lines = (stack.home.parent / "stack.log").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("{")]


async def until_said(stack: Stack, line: str) -> None:
    """Wait until it has told people this line."""
    async with asyncio.timeout(REFUSED_WITHIN_S):
        while line not in own_words(stack):  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(LOOK_EVERY_S)


@pytest.mark.watches_time
async def test_ctrl_c_under_load_ends_it_cleanly_and_loses_nothing(stack: Stack) -> None:
    await asyncio.to_thread(stack.start)
    async with ordeal(stack, customers=20, messages_per_s=150.0, seed=1) as trial:
        await asyncio.sleep(LOAD_S)
        began = time.monotonic()
        assert await asyncio.to_thread(stack.stop) == 0
        took_s = time.monotonic() - began
        await asyncio.to_thread(stack.start)
        await trial.load.finish(timeout_s=30.0)
        async with ledger_of(stack.home) as ledger:
            assert await ledger.settle(timeout_s=30.0) == {}
            verdict = await ledger.judge(trial.acknowledgements(), trial.sent())
            assert await ledger.violations() == {}
    assert (verdict.lost, verdict.doubled, verdict.strange) == ((), (), ())
    # Whoever kept writing while it was away sends all of that at once: it may be above their rate.
    assert set(trial.load.refusals) <= {"try_again", "rate_limited"}
    assert took_s < STOPPED_WITHIN_S


async def test_it_ends_with_one_sentence_when_postgresql_is_killed_and_starts_again(
    stack: Stack,
) -> None:
    await asyncio.to_thread(stack.start)
    os.kill(stack.database_pid(), signal.SIGKILL)
    assert await asyncio.to_thread(stack.wait_for_death) == 1
    assert own_words(stack)[-1].startswith("PostgreSQL ended by itself: the reason is at the end")
    await asyncio.to_thread(stack.start)
    assert await asyncio.to_thread(stack.stop) == 0


@pytest.mark.parametrize("step", ["Starting the services.", "Filling the demo shop."])
async def test_it_ends_with_one_sentence_when_postgresql_is_killed_while_it_starts(
    stack: Stack, step: str
) -> None:
    stack.process = stack.launch()
    await until_said(stack, step)
    os.kill(stack.database_pid(), signal.SIGKILL)
    assert await asyncio.to_thread(stack.wait_for_death) == 1
    assert own_words(stack)[-1].startswith("PostgreSQL ended by itself: the reason is at the end")
    assert own_words(stack)[-2] == step, "no traceback"
    await asyncio.to_thread(stack.start)
    assert await asyncio.to_thread(stack.stop) == 0


async def test_it_ends_with_one_sentence_when_postgresql_is_killed_between_migrations(
    stack: Stack,
) -> None:
    await begin_and_wait_for_schemas(stack)
    os.kill(stack.database_pid(), signal.SIGKILL)
    assert await asyncio.to_thread(stack.wait_for_death) == 1
    assert own_words(stack)[-1].startswith("PostgreSQL ended by itself: the reason is at the end")
    assert own_words(stack)[-2].startswith("Starting PostgreSQL;"), "no traceback"
    await asyncio.to_thread(stack.start)
    assert await asyncio.to_thread(stack.stop) == 0


async def test_a_second_one_on_the_same_home_says_so_and_leaves_the_first_alone(
    stack: Stack,
) -> None:
    await asyncio.to_thread(stack.start)
    second = stack.launch(FIRSTREPLY_PORT="0")
    assert await asyncio.to_thread(second.wait, REFUSED_WITHIN_S) == 1
    assert str(stack.home) in own_words(stack)[-1]
    assert stack.running()["pid"] == stack.process.pid if stack.process else False
    assert await asyncio.to_thread(stack.stop) == 0


def test_a_taken_port_is_one_sentence(stack: Stack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = stack.launch(FIRSTREPLY_PORT=str(port))
        assert process.wait(REFUSED_WITHIN_S) == 1
    (sentence,) = own_words(stack)
    assert sentence.startswith(f"Port {port} on 127.0.0.1 is taken by another program")
    assert list(Path(stack.home).iterdir()) == [], "nothing was begun"


async def test_a_second_ctrl_c_ends_it_at_once_and_without_a_word_too_many(stack: Stack) -> None:
    await asyncio.to_thread(stack.start)
    assert stack.process is not None
    async with connect(stack.socket_url, proxy=None):  # so that the stop takes its time
        stack.process.send_signal(signal.SIGINT)
        await asyncio.sleep(0.2)
        stack.process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(stack.wait_for_death) in {130, 0}
    assert not [line for line in own_words(stack) if "Traceback" in line or "Error" in line]
    await asyncio.to_thread(stack.start)
    assert await asyncio.to_thread(stack.stop) == 0


@pytest.mark.parametrize("name", ["c++", "R&D", "a b?%20'x&y#"])
def test_a_home_of_any_name_is_a_home(stack: Stack, name: str) -> None:
    stack.home = stack.home.parent / name
    stack.start()
    assert stack.stop() == 0
    assert (stack.home / "keys.json").is_file()


def test_a_damaged_secret_is_one_sentence(stack: Stack) -> None:
    (stack.home / "secret").touch(mode=0o600)
    assert stack.launch().wait(REFUSED_WITHIN_S) == 1
    (*_, sentence) = own_words(stack)
    assert sentence.startswith(f"{stack.home / 'secret'} is damaged")
