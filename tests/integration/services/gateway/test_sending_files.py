"""Files are sent once, by who uploaded them, and looked for in vain by everybody else."""

from __future__ import annotations

import json

from shared.contracts.files import FILE_MAX_BYTES
from shared.kernel.ids import IdKind, decode, encode
from shared.kit.new_ids import new_id
from tests.support.running_gateway import ServedGateway
from tests.support.sample_files import PDF
from tests.support.uploading import code_of, of_agent, of_customer


class TestSending:
    async def test_a_file_is_sent_once_and_a_resend_is_the_same_message(
        self, served: ServedGateway
    ) -> None:
        async with served.customer() as customer:
            kept = await of_customer(served, customer).upload()
            await customer.send_files(kept["id"], text="Look", client_id="m1")
            await customer.until(lambda: "m1" in customer.acks)
            first = customer.acks.pop("m1")
            await customer.send_files(kept["id"], text="Look", client_id="m1")
            await customer.until(lambda: "m1" in customer.acks)
            await customer.send_files(kept["id"], client_id="m2")
            await customer.until(lambda: bool(customer.refusals))

        assert customer.acks["m1"]["item_id"] == first["item_id"]
        (refusal,) = customer.refusals
        assert (refusal["code"], refusal["client_id"]) == ("unknown_file", "m2")

    async def test_messages_keep_their_order_around_files(self, served: ServedGateway) -> None:
        async with served.customer() as customer:
            files = of_customer(served, customer)
            one, two = await files.upload(), await files.upload()
            await customer.post("a", "1")
            await customer.send_files(one["id"], two["id"], client_id="2")
            await customer.post("b", "3")
            await customer.until(lambda: len(customer.acks) == 3)

        assert [customer.acks[client_id]["seq"] for client_id in "123"] == [1, 2, 3]

    async def test_two_messages_at_once_never_have_the_same_file(
        self, served: ServedGateway
    ) -> None:
        async with served.customer() as customer:
            kept = await of_customer(served, customer).upload()
            for client_id in ("m1", "m2", "m3"):
                await customer.send_files(kept["id"], client_id=client_id)
            await customer.until(lambda: len(customer.acks) + len(customer.refusals) == 3)

        assert len(customer.acks) == 1
        assert {refusal["code"] for refusal in customer.refusals} == {"unknown_file"}

    async def test_anybody_elses_file_looks_like_one_that_does_not_exist(
        self, served: ServedGateway
    ) -> None:
        """LESSONS 25: Chatwoot CVE-2026-115725."""
        async with served.customer() as customer, served.customer() as other:
            theirs = await of_customer(served, other).upload()
            agents = await of_agent(served).upload()
            unfinished = (await of_customer(served, customer).ask(9)).json()
            mine = await of_customer(served, customer).upload()
            none = encode(IdKind.FILE, new_id())
            tries = [
                [theirs["id"]],
                [agents["id"]],
                [unfinished["id"]],
                [none],
                [mine["id"], mine["id"]],
            ]
            for number, ids in enumerate(tries):
                await customer.send_files(*ids, client_id=f"m{number}")
            await customer.until(lambda: len(customer.refusals) == len(tries))
            files = of_customer(served, customer)
            links = [await files.link(one) for one in (theirs["id"], agents["id"], none)]

        frames = {json.dumps({**one, "client_id": ""}) for one in customer.refusals}
        assert len(frames) == 1
        assert {one["code"] for one in customer.refusals} == {"unknown_file"}
        said = {(one.status_code, one.json()["code"], one.json()["detail"]) for one in links}
        assert len(said) == 1

    async def test_a_message_takes_ten_files_and_an_eleventh_is_a_bad_frame(
        self, served: ServedGateway
    ) -> None:
        async with served.customer() as customer:
            ids = [encode(IdKind.FILE, new_id()) for _ in range(11)]
            await customer.send_files(*ids, client_id="m1")
            await customer.until(lambda: bool(customer.refusals))

        assert customer.refusals[0]["code"] == "bad_frame"

    async def test_an_agent_answers_with_a_file_and_no_text(self, served: ServedGateway) -> None:
        async with served.customer() as customer:
            ack = await customer.say("Hello?")
            conversation_id = decode(IdKind.CONVERSATION, ack["conversation_id"])
            files = of_agent(served)
            kept = await files.upload(PDF, "bill.pdf", "application/pdf")
            new = {"text": "", "grant": served.grant(conversation_id), "file_ids": [kept["id"]]}
            url = f"/v1/conversations/{ack['conversation_id']}/items"
            headers = files.headers | {"Idempotency-Key": "a1"}
            posted = await served.http.post(url, json=new, headers=headers)
            again = await served.http.post(url, json=new, headers=headers)
            other = await served.http.post(
                url, json=new, headers=headers | {"Idempotency-Key": "a2"}
            )
            await customer.until(lambda: len(customer.items) == 1)
            fetched = await of_customer(served, customer).fetch(kept["id"])

        assert posted.json()["attachments"][0]["name"] == "bill.pdf"
        assert again.json() == posted.json()
        assert code_of(other) == (422, "unknown_file")
        assert fetched.content == PDF

    async def test_an_agents_empty_text_without_files_is_refused(
        self, served: ServedGateway
    ) -> None:
        url = f"/v1/conversations/{encode(IdKind.CONVERSATION, new_id())}/items"
        headers = served.headers() | {"Idempotency-Key": "a1"}

        refused = await served.http.post(url, json={"text": " "}, headers=headers)

        assert code_of(refused) == (422, "invalid_request")

    async def test_the_welcome_tells_what_may_be_sent(self, served: ServedGateway) -> None:
        async with served.customer() as customer:
            limits = customer.welcomes[0]["limits"]

        assert limits["file_max_bytes"] == FILE_MAX_BYTES
        assert (limits["files_max"], limits["file_types"][0]) == (10, "image/png")
