"""From nothing to an answered conversation, by command line and REST alone, as its page says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.admin import Admin
from tests.support.agent_client import AgentClient, signed_in
from tests.support.chat_client import chat_client
from tests.support.checkout import CHECKOUT
from tests.support.olist import write_olist
from tests.support.patience import WAIT_S
from tests.support.stack import Stack

DOCUMENT = CHECKOUT / "docs" / "administration.md"
COMMAND_TIMEOUT_S = 60


@dataclass(frozen=True)
class Terminal:
    """A shell of the operator's, in a folder of its own, beside a running product."""

    folder: Path
    environment: dict[str, str]

    def run(self, script: str, *, code: int = 0) -> str:
        """Run commands as a shell does; return what they printed for people or programs."""
        done = subprocess.run(  # noqa: S603  our own commands
            ["/bin/sh", "-eu", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr

    def json(self, command: str) -> Any:
        return json.loads(self.run(f"firstreply {command} --json"))

    def file(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())


def a_terminal(home: Path, folder: Path) -> Terminal:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "FIRSTREPLY_HOME": str(home), "PATH": path}
    environment.pop("FIRSTREPLY_SHOP", None)
    return Terminal(folder, environment)


@pytest.fixture
def terminal(stack: Stack, tmp_path: Path) -> Terminal:
    return a_terminal(stack.home, tmp_path)


def first_block() -> str:
    """The document's first commands, as they stand there."""
    found = re.search(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


async def answer_a_customer(stack: Stack, site_key: str, origin: str, agent: AgentClient) -> None:
    """Let a customer write and the agent answer; both see it."""
    async with chat_client(stack.socket_url, site_key, origin=origin) as customer:
        await customer.say("Where is my parcel?")
        offer = (await agent.wait_for("offer.created")).body
        taken = await agent.accept(offer["id"])
        said = await agent.say(offer["conversation_id"], "On its way!", taken["grant"])
        assert said.status_code == httpx.codes.CREATED
        await customer.hears("On its way!")


class TestFromNothing:
    async def test_the_documents_commands_lead_to_an_answered_conversation(
        self, stack: Stack, terminal: Terminal
    ) -> None:
        told = terminal.run(first_block())
        for action in ("shop.created", "site.created", "agent.created", "queue.changed"):
            assert action in told
        site, anna = terminal.file("site.json"), terminal.file("anna.json")
        shop = terminal.json("shop list")[-1]
        assert shop["name"] == "Fern & Kettle"
        async with signed_in(stack.url, shop["id"], anna["email"], anna["password"]) as agent:
            await answer_a_customer(stack, site["key"], "https://fern.example", agent)
        key = {"Authorization": f"Bearer {terminal.file('api-key.json')['text']}"}
        async with httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http:
            token = await http.post("/v1/auth/tokens", headers=key)
        assert token.json()["scopes"] == ["orders:write"]

    async def test_an_admin_key_leads_there_over_rest_alone(
        self, stack: Stack, terminal: Terminal
    ) -> None:
        shop = terminal.json("shop create Kettle")
        key = terminal.json(f"api-key create --shop {shop['id']} --name office --scope admin")
        async with httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http:
            bearer = {"Authorization": f"Bearer {key['text']}"}
            issued = await http.post("/v1/auth/tokens", headers=bearer)
            admin = Admin(http, issued.json()["token"])
            site = await admin.make("/v1/sites", {"name": "Kettle", "origins": ["*"]})
            bo = {"name": "Bo", "email": "bo@kettle.example", "password": "a long enough one"}
            await admin.make("/v1/agents", bo)
            async with signed_in(stack.url, shop["id"], bo["email"], bo["password"]) as agent:
                await answer_a_customer(stack, site["key"], "https://any.example", agent)
            actors = {one["actor"]["id"] for one in await all_changes(admin, shop["id"])}
        assert actors == {key["id"], None}, "the program, and the operator who made its key"


async def all_changes(admin: Admin, shop: str) -> list[Any]:
    found = await admin.all(f"/v1/shops/{shop}/changes", "changes", limit=2)
    return found + await admin.all("/v1/sites/changes", "changes", limit=2)


class TestRotation:
    async def test_keys_rotated_under_a_running_service_sign_nobody_out(
        self, stack: Stack, terminal: Terminal
    ) -> None:
        shop = terminal.json("shop create Rotating")
        on_shop = f"--shop {shop['id']}"
        agent = terminal.json(f"agent create {on_shop} --name Cy --email cy@kettle.example")
        async with signed_in(stack.url, shop["id"], agent["email"], agent["password"]) as before:
            rotated = terminal.json("keys rotate")
            assert [one["signs"] for one in rotated].count(True) == 1
            await before.set_status("away")
            async with signed_in(stack.url, shop["id"], agent["email"], agent["password"]):
                assert terminal.json(f"agent show {agent['id']} {on_shop}")["name"] == "Cy"
        assert (stack.home / "keys.json").stat().st_mode & 0o777 == 0o600


class TestTheCommandLine:
    def test_each_thing_can_be_made_listed_shown_and_changed(self, terminal: Terminal) -> None:
        shop = terminal.json("shop create Wide")["id"]
        on = f"--shop {shop}"
        assert terminal.json(f"shop change {shop} --name 'Wide & Co'")["name"] == "Wide & Co"
        site = terminal.json(f"site create {on} --name s --origin 'https://a.example'")
        look = "--colours '#0a7d55,#ffffff' --language pt-br"
        assert terminal.json(f"site change {site['id']} {on} {look}")["languages"] == ["pt-BR"]
        turned = terminal.json(f"site rotate-key {site['id']} {on} --keep-old-hours 0")
        assert turned["key"] != site["key"]
        fresh = terminal.json(f"site rotate-secret {site['id']} {on}")
        assert fresh["customer_secret"] not in {None, site["customer_secret"]}
        assert terminal.json(f"site change {site['id']} {on} --closed")["closed"] is True
        hours = "--open 'mon 09:00-17:30' --open 'tue 09:00-17:30' --time-zone Europe/Berlin"
        queue = terminal.json(f"queue create {on} --name q --target-s 20 {hours}")
        assert len(queue["hours"]["spans"]) == 2
        assert terminal.json(f"queue change {queue['id']} {on} --always-open")["hours"] is None
        routed = "--channel email --weight email=2 --priority 1 --step '4 any-language'"
        changed = terminal.json(f"queue change {queue['id']} {on} {routed} --max-waiting 9")
        assert (changed["channels"], changed["weights"]) == (["email"], {"email": 2})
        assert (changed["steps"][0]["any_language"], changed["max_waiting"]) == (True, 9)
        agent = terminal.json(f"agent create {on} --name A --email a@a.example")
        changed = terminal.json(f"agent change {agent['id']} {on} --capacity 7 --ended")
        assert (changed["capacity"], changed["active"]) == (7, False)
        stdin = f"echo 'from a pipe, long' | firstreply agent set-password {agent['id']} {on}"
        assert "is set" in terminal.run(f"{stdin} --password-stdin")
        key = terminal.json(f"api-key create {on} --name k --scope admin --scope supervisor")
        assert terminal.json(f"api-key revoke {key['id']} {on}")["revoked_at"] is not None
        for kind, one in (("site", site), ("queue", queue), ("agent", agent), ("api-key", key)):
            assert one["id"] in terminal.run(f"firstreply {kind} list {on}")
            assert one["id"] in terminal.run(f"firstreply {kind} show {one['id']} {on}")
        assert terminal.run(f"firstreply shop history {shop}").startswith("asked_at,waited_ms,")
        assert "no instant" in terminal.run(f"firstreply shop history {shop} --to now", code=1)
        record = terminal.run(f"firstreply shop changes {shop}")
        for secret in (key["text"], site["customer_secret"], agent["password"]):
            assert secret not in record

    def test_webhooks_are_made_changed_looked_into_and_removed(self, terminal: Terminal) -> None:
        on = f"--shop {terminal.json('shop create Hooked')['id']}"
        events = "--event 'conversation.*' --event message.created"
        hook = terminal.json(f"webhook create {on} --url https://shop.example/events {events}")
        assert hook["secret"].startswith("whsec_")
        one = f"{hook['id']} {on}"
        assert hook["secret"] not in terminal.run(f"firstreply webhook show {one}")
        assert terminal.json(f"webhook rotate-secret {one}")["secret"] != hook["secret"]
        changed = terminal.json(f"webhook change {one} --disable --internal --description crm")
        assert (changed["disabled_by"], changed["internal"]) == ("administrator", True)
        assert terminal.json(f"webhook change {one} --enable")["enabled"] is True
        assert terminal.json(f"webhook deliveries {one} --status dead") == []
        assert terminal.json(f"webhook replay {one}") == {"replayed": 0}
        assert hook["id"] in terminal.run(f"firstreply webhook list {on}")
        terminal.run(f"firstreply webhook remove {one}")
        assert "not_found" in terminal.run(f"firstreply webhook show {one}", code=1)
        private = f"firstreply webhook create {on} --url https://10.0.0.1/ {events}"
        assert "public internet" in terminal.run(private, code=1)

    def test_a_sites_invitations_are_set_counted_and_taken_away(self, terminal: Terminal) -> None:
        on = f"--shop {terminal.json('shop create Inviting')['id']}"
        site = terminal.json(f"site create {on} --name s --origin '*'")["id"]
        found = re.search(r"## Invitations\n.*?```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
        assert found is not None
        (terminal.folder / "rules.json").write_text(found[1])
        kept = terminal.json(f"site invitations {site} {on} --rules rules.json")["invitations"]
        assert [rule["id"] for rule in kept] == ["payment-failed", "long-checkout"]
        days = "--from-day 2026-11-01 --to-day 2026-11-30"
        assert terminal.json(f"site invitations {site} {on} {days}")["rules"] == []
        assert "conversations" in terminal.run(f"firstreply site invitations {site} {on} {days}")
        assert terminal.json(f"site invitations {site} {on} --none")["invitations"] == []
        both = f"firstreply site invitations {site} {on} --none --rules rules.json"
        assert "--rules FILE or --none" in terminal.run(both, code=1)

    @pytest.mark.parametrize(
        ("command", "sentence"),
        [
            ("shop show shop_1", "is no id of this kind: it starts with shop_"),
            ("shop show {nobody}", "There is no such shop. (not_found)"),
            ("agent create --shop {nobody} --name A --email nobody", "(invalid_request)"),
            ("site create --shop {nobody} --name s --origin '*'", "there is no such shop"),
            (
                "agent create --shop {nobody} --name A --email a@b --skill x",
                "A skill is NAME=LEVEL",
            ),
            ("queue create --shop {nobody} --name q --open 'mon 09:00-17:00'", "need both"),
            ("queue create --shop {nobody} --name q --step 'soon'", "A step begins with seconds"),
        ],
    )
    def test_what_is_refused_is_one_sentence_and_code_1(
        self, terminal: Terminal, command: str, sentence: str
    ) -> None:
        nobody = encode(IdKind.SHOP, new_id())
        said = terminal.run(f"firstreply {command.format(nobody=nobody)}", code=1)
        assert sentence in said
        assert len(said.strip().splitlines()) == 1

    def test_an_import_for_a_shop_that_is_none_sends_nothing(self, terminal: Terminal) -> None:
        write_olist(terminal.folder / "in")
        nobody = encode(IdKind.SHOP, new_id())
        said = terminal.run(f"firstreply import olist in --shop {nobody}", code=1)
        assert said.strip() == "There is no such shop. (not_found)"
        said = terminal.run("firstreply import olist in --shop shop_1", code=1)
        assert "it starts with shop_" in said
        shop = terminal.json("shop create Importing")["id"]
        assert "new" in terminal.run(f"firstreply import olist in --shop {shop}")
        head = "Order ID,customer,status,placed_at,total"
        row = "A-1,anna,Verzonden,2026-11-20T10:00Z,29.95"
        (terminal.folder / "orders.csv").write_text(f"{head}\n{row}\n")
        bring = f"firstreply import orders orders.csv --shop {shop} --column 'reference=Order ID'"
        assert "--dates is one of iso" in terminal.run(f"{bring} --dates us", code=1)
        said = terminal.run(f"{bring} --set currency=EUR --word verzonden=shipped")
        assert "in the shop now" in said

    def test_wrong_arguments_are_code_2(self, terminal: Terminal) -> None:
        assert "--shop" in terminal.run("firstreply agent list", code=2)

    def test_a_service_that_does_not_run_is_said_in_a_sentence(self, tmp_path: Path) -> None:
        nowhere = a_terminal(tmp_path / "home", tmp_path)
        assert "is not running on" in nowhere.run("firstreply shop list", code=1)
        assert "cannot be read" in nowhere.run("firstreply keys list", code=1)
        assert "start Firstreply once" in nowhere.run("firstreply keys rotate", code=1)
