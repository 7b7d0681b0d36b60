"""`firstreply demo` against the running product: it fills the shop, and brings people into it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.demo.people import PASSWORD, STAND_INS, DemoAgent
from tests.support.demo_shop import SHOP
from tests.support.ledger import ledger_of
from tests.support.patience import WAIT_S
from tests.support.stack import REPO, Stack, running_stack

SIZE = "30"
RUN_TIMEOUT_S = 90.0
LOOK_EVERY_S = 0.2
TARGET_MS = 10_000


@contextmanager
def reachable_stack(**environment: str) -> Iterator[Stack]:
    """A running product in a folder that its database's own user may pass."""
    with tempfile.TemporaryDirectory(prefix="fr-demo-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with running_stack(folder, **environment) as stack:
            yield stack


@pytest.fixture(scope="module")
def product() -> Iterator[Stack]:
    """A product of its own: what others count is not filled up."""
    with reachable_stack() as stack:
        yield stack


async def launch(home: Path, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "demo", *options),
        cwd=REPO,
        env={**os.environ, "FIRSTREPLY_HOME": str(home)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(RUN_TIMEOUT_S):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def run(home: Path, *options: str) -> tuple[int | None, str, str]:
    return await ended(await launch(home, *options))


async def told(stack: Stack, *options: str) -> dict[str, Any]:
    """Run the command to its end and return what it says in JSON."""
    code, out, err = await run(stack.home, "--json", "--size", SIZE, *options)
    assert code == 0, err
    said: dict[str, Any] = json.loads(out)
    return said


async def standing(stack: Stack, agent: DemoAgent) -> tuple[str, list[Any]]:
    """Return an agent's status and open conversations, as the service tells them."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http:
        who = {"shop_id": SHOP, "email": agent.email, "password": PASSWORD}
        signed = (await http.post("/v1/auth/sign-in", json=who)).raise_for_status().json()
        headers = {"Authorization": f"Bearer {signed['token']}"}
        me = (await http.get("/v1/agents/me", headers=headers)).json()
        mine = await http.get("/v1/routing/assignments", headers=headers)
        return me["status"], mine.json()


async def assert_nothing_hangs(stack: Stack, agents: tuple[DemoAgent, ...]) -> None:
    for agent in agents:
        assert await standing(stack, agent) == ("away", [])
    async with ledger_of(stack.home) as ledger:
        assert await ledger.settle(WAIT_S) == {}
        assert {status for status, _ in (await ledger.routed()).values()} == {"ended"}


@pytest.mark.timeout(240)
class TestFilling:
    async def test_a_second_run_changes_nothing(self, product: Stack) -> None:
        first = (await told(product))["filled"]
        second = (await told(product))["filled"]
        assert first["customers"] == int(SIZE)
        for rows, least in (("orders", 150), ("contacts", 30)):
            made = first[rows]["created"]
            assert made >= least
            again = {name: count for name, count in second[rows].items() if count}
            assert again == {"unchanged": made}

    async def test_summary_is_a_table_for_people(self, product: Stack) -> None:
        code, out, err = await run(product.home, "--size", "6")
        assert (code, err) == (0, "")
        assert "The demo shop, 6 customers" in out
        assert "known already" in out

    async def test_service_that_does_not_run_gets_one_clear_sentence(self, tmp_path: Path) -> None:
        code, out, err = await run(tmp_path)
        assert (code, out) == (1, "")
        assert "Firstreply is not running" in err
        assert "Traceback" not in err

    async def test_installation_without_a_demo_shop_says_why(self) -> None:
        with reachable_stack(FIRSTREPLY_HOST="0.0.0.0") as stack:  # noqa: S104  that is the case
            code, _, err = await run(stack.home)
        assert code == 1
        assert "exists only while Firstreply is bound to 127.0.0.1" in err

    async def test_length_of_time_that_is_none_is_refused(self, product: Stack) -> None:
        code, _, err = await run(product.home, "--live", "--for", "soon")
        assert code == 2
        assert "90s, 2m or 1h" in err


@pytest.mark.timeout(240)
class TestLive:
    async def test_figures_are_those_of_the_service_and_nothing_is_left_hanging(
        self, product: Stack
    ) -> None:
        async with ledger_of(product.home) as ledger:
            before = await ledger.routed()
            live = (await told(product, "--live", "--for", "5s", "--pace", "60"))["live"]
            after = await ledger.routed()
        mine = [one for key, one in after.items() if key not in before]
        took = sorted(ms for _, ms in mine if ms is not None)
        assert live["errors"] == {}
        assert live["conversations"] == len(mine) >= 2
        assert live["answered"] == len(took) >= 1
        assert live["first_response_p50_ms"] == took[(len(took) - 1) // 2]
        assert live["within_target"] == sum(ms <= TARGET_MS for ms in took)
        assert sum(live["served_by"].values()) >= live["answered"]
        assert live["open"] == 0
        await assert_nothing_hangs(product, STAND_INS[:4])

    async def test_ctrl_c_ends_it_tidily_with_its_figures(self, product: Stack) -> None:
        options = ("--json", "--size", SIZE, "--live", "--pace", "120", "--agents", "2")
        process = await launch(product.home, *options)
        async with asyncio.timeout(RUN_TIMEOUT_S):
            while not (await standing(product, STAND_INS[0]))[1]:  # noqa: ASYNC110  asked over HTTP
                await asyncio.sleep(LOOK_EVERY_S)
        process.send_signal(signal.SIGINT)
        code, out, err = await ended(process)
        assert code == 0, err
        live = json.loads(out)["live"]
        assert (live["open"], live["errors"]) == (0, {})
        assert live["conversations"] >= 1
        await assert_nothing_hangs(product, STAND_INS[:2])
