"""Files from upload to download: what is taken, from whom, for whom, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from services.gateway.clients.file_passes import SignedFilePasses
from services.gateway.usecases.file_ports import FileAction, Pass
from shared.contracts.files import FILE_MAX_BYTES
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import Scope
from tests.support.gateway import ANNA, OTHER_SHOP, PIOTR, SHOP, looking_inside
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway, one_gateway
from tests.support.sample_files import PDF, SVG, a_docx, a_png
from tests.support.uploading import FileClient, code_of, of_agent, of_customer

UNFIT = (
    (SVG, "text/plain", (415, "file_type")),
    (b"MZ\x90\0", "application/octet-stream", (415, "file_type")),
    (a_docx({"word/vbaProject.bin": b"x"}), "application/zip", (415, "file_type")),
    (a_png(claims=(50_000, 50_000)), "image/png", (422, "file_unfit")),
)


def files_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


class TestUploads:
    async def test_a_customer_uploads_a_picture_and_the_agent_sees_it(
        self, served: ServedGateway
    ) -> None:
        async with served.customer() as customer:
            files = of_customer(served, customer)
            kept = await files.upload(name="<b>teapot</b>.html")
            await customer.send_files(kept["id"], client_id="m1")
            await customer.until(lambda: "m1" in customer.acks)
        conversation_id = customer.acks["m1"]["conversation_id"]
        served.router.readers.add((ANNA, decode(IdKind.CONVERSATION, conversation_id)))

        page = await served.http.get(
            f"/v1/conversations/{conversation_id}/items", headers=served.headers()
        )
        fetched = await of_agent(served).fetch(kept["id"])

        (item,) = page.json()["items"]
        assert item["text"] == ""
        assert item["attachments"] == [
            {
                "file_id": kept["id"],
                "name": "_b_teapot__b_.html.png",
                "media_type": "image/png",
                "size_bytes": len(a_png()),
                "width": 3,
                "height": 2,
            }
        ]
        assert fetched.content == a_png()

    async def test_a_file_is_served_so_that_no_browser_runs_it(self, served: ServedGateway) -> None:
        """LESSONS 29: a name, a drawing, a page is inert wherever it is opened."""
        async with served.customer() as customer:
            files = of_customer(served, customer)
            kept = await files.upload(b"# not a page", 'x"\r\n.html', "text/plain")
            fetched = await files.fetch(kept["id"])

        head = fetched.headers
        assert head["content-disposition"] == "attachment; filename*=UTF-8''x_.html.txt"
        assert head["content-type"].startswith("text/plain")
        assert head["x-content-type-options"] == "nosniff"
        assert head["content-security-policy"] == "sandbox; default-src 'none'"
        assert head["cross-origin-resource-policy"] == "same-origin"
        assert head["cache-control"].startswith("private")
        assert head["content-length"] == str(len(b"# not a page"))

    async def test_a_card_number_in_a_name_is_masked(
        self, served: ServedGateway, database: TestDatabase
    ) -> None:
        files = of_agent(served)

        kept = await files.upload(name="card 4111 1111 1111 1111.png")
        await files.ask(1, "4111111111111111.png")  # whose bytes never come

        assert kept["name"] == "card ____ ____ ____ 1111.png"
        async with looking_inside(database) as inside:
            names = await inside.fetch("SELECT name FROM gateway.files")
        assert not any("1111111" in name for (name,) in names)

    async def test_what_it_is_the_bytes_say_and_not_the_sender(self, served: ServedGateway) -> None:
        files = of_agent(served)

        kept = await files.upload(PDF, "picture.png", "image/png")

        assert (kept["media_type"], kept["name"]) == ("application/pdf", "picture.png.pdf")
        assert kept["width"] is None

    async def test_bytes_that_may_not_be_kept_are_refused_and_gone(
        self, database: TestDatabase, tmp_path: Path
    ) -> None:
        async with one_gateway(database, files=tmp_path) as served:
            files = of_agent(served)
            for data, said, refusal in UNFIT:
                asked = (await files.ask(len(data), "x", said)).json()
                assert code_of(await files.bring(asked["upload_url"], data)) == refusal
                assert code_of(await files.link(asked["id"])) == (404, "not_found")

        assert files_in(tmp_path) == []

    async def test_what_is_never_taken_is_refused_before_its_bytes_come(
        self, served: ServedGateway
    ) -> None:
        files = of_agent(served)

        for said in ("image/svg+xml", "text/html; charset=utf-8", "video/mp4"):
            assert code_of(await files.ask(10, "x", said)) == (415, "file_type")
        assert code_of(await files.ask(FILE_MAX_BYTES + 1)) == (413, "body_too_large")
        assert code_of(await files.ask(0)) == (422, "invalid_request")

    async def test_bytes_of_another_length_than_was_asked_for_are_refused(
        self, served: ServedGateway
    ) -> None:
        async def without_length() -> AsyncIterator[bytes]:
            yield PDF

        files = of_agent(served)
        for more in (-1, 1):
            asked = (await files.ask(len(PDF) + more)).json()
            assert code_of(await files.bring(asked["upload_url"], PDF)) == (422, "invalid_request")
        asked = (await files.ask(len(PDF))).json()
        refused = await served.http.put(asked["upload_url"], content=without_length())
        assert code_of(refused) == (422, "invalid_request")

    async def test_an_upload_cut_off_leaves_nothing_and_may_begin_anew(
        self, database: TestDatabase, tmp_path: Path
    ) -> None:
        async with one_gateway(database, files=tmp_path) as served:
            files = of_agent(served)
            asked = (await files.ask(len(PDF))).json()
            _, writer = await asyncio.open_connection("127.0.0.1", served.port)
            head = f"PUT {asked['upload_url']} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            writer.write(f"{head}Content-Length: {len(PDF)}\r\n\r\n".encode() + PDF[:50])
            await writer.drain()
            async with asyncio.timeout(WAIT_S):
                while not list((tmp_path / "incoming").iterdir()):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            writer.transport.abort()
            async with asyncio.timeout(WAIT_S):
                while list((tmp_path / "incoming").iterdir()):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

            assert (await files.link(asked["id"])).status_code == 404
            assert (await files.bring(asked["upload_url"], PDF)).status_code == 201

    async def test_the_same_bytes_again_are_the_same_file_and_others_are_refused(
        self, served: ServedGateway
    ) -> None:
        files = of_agent(served)
        asked = (await files.ask(len(a_png()))).json()

        first = await files.bring(asked["upload_url"], a_png())
        again = await files.bring(asked["upload_url"], a_png())
        other = await files.bring(asked["upload_url"], a_png(2, 3).ljust(len(a_png()), b"\0"))

        assert first.json() == again.json()
        assert code_of(other) == (409, "already_exists")
        assert (await files.fetch(asked["id"])).content == a_png()

    async def test_a_session_has_its_quota_of_a_day_and_a_shop_has_one(
        self, database: TestDatabase
    ) -> None:
        limits = {"files_session_bytes": 100, "files_shop_bytes": 150}
        async with (
            one_gateway(database, **limits) as served,
            served.customer() as one,
            served.customer() as other,
        ):
            first = [await of_customer(served, one).ask(60) for _ in range(2)]
            second = [await of_customer(served, other).ask(size) for size in (60, 40)]

        assert [answer.status_code for answer in first] == [201, 429]
        assert code_of(first[1])[1] == "file_quota"
        assert [answer.status_code for answer in second] == [201, 429]

    async def test_who_asks_too_often_is_told_to_wait(self, served: ServedGateway) -> None:
        files = of_agent(served)
        answers = [await files.ask(1) for _ in range(25)]

        refused = [one for one in answers if one.status_code == 429]
        assert refused
        assert {code_of(one)[1] for one in refused} == {"rate_limited"}
        assert int(refused[0].headers["retry-after"]) >= 1

    async def test_only_sessions_and_agents_upload(self, served: ServedGateway) -> None:
        program = served.token(scopes=(Scope.ORDERS_WRITE,))

        for token in ("fs_x", "x.y.z"):
            assert code_of(await FileClient(served.http, token).ask(1)) == (401, "not_signed_in")
        unknown = FileClient(served.http, f"fs_{'0' * 52}_{'A' * 43}")
        assert code_of(await unknown.ask(1)) == (401, "unknown_session")
        assert code_of(await served.http.post("/v1/files", json={})) == (401, "not_signed_in")
        assert code_of(await FileClient(served.http, program).ask(1)) == (403, "forbidden")

    async def test_pages_of_any_origin_may_ask(self, served: ServedGateway) -> None:
        preflight = await served.http.options("/v1/files", headers={"Origin": "https://a.example"})
        refused = await served.http.post("/v1/files", json={}, headers={"Origin": "null"})

        assert preflight.status_code == 204
        assert "Authorization" in preflight.headers["access-control-allow-headers"]
        assert refused.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-origin" not in (await served.http.get("/health")).headers


class TestDownloads:
    async def test_only_who_may_read_the_conversation_gets_a_link(
        self, served: ServedGateway
    ) -> None:
        async with served.customer() as customer, served.customer() as stranger:
            kept = await of_customer(served, customer).upload()
            before = await of_agent(served).link(kept["id"])
            await customer.send_files(kept["id"], client_id="m1")
            await customer.until(lambda: "m1" in customer.acks)
            conversation_id = customer.acks["m1"]["conversation_id"]
            served.router.readers.add((ANNA, decode(IdKind.CONVERSATION, conversation_id)))
            supervisor = of_agent(served, agent_id=PIOTR, scopes=(Scope.AGENT, Scope.SUPERVISOR))
            allowed = [of_customer(served, customer), of_agent(served), supervisor]
            refused = [
                of_customer(served, stranger),
                of_agent(served, agent_id=PIOTR),
                of_agent(served, shop_id=OTHER_SHOP),
            ]

            assert [(await one.link(kept["id"])).status_code for one in allowed] == [200] * 3
            assert [(await one.link(kept["id"])).status_code for one in refused] == [404] * 3
            assert before.status_code == 404, "nobody but its uploader, before it is sent"

    async def test_a_signed_url_is_good_for_one_action_on_one_file_and_some_minutes(
        self, served: ServedGateway
    ) -> None:
        files = of_agent(served)
        kept = await files.upload()
        passes, now = SignedFilePasses(served.keys), served.clock.now()
        file_id = decode(IdKind.FILE, kept["id"])

        async def fetched(action: FileAction, expires_at: int, shop_id: Any = SHOP) -> int:
            signed = passes.sign(Pass(action, shop_id, file_id, expires_at))
            return (await served.http.get(f"/v1/files/content/{signed}")).status_code

        assert await fetched(FileAction.DOWNLOAD, now + 60_000) == 200
        assert await fetched(FileAction.DOWNLOAD, now) == 404
        assert await fetched(FileAction.UPLOAD, now + 60_000) == 404
        assert await fetched(FileAction.DOWNLOAD, now + 60_000, OTHER_SHOP) == 404
        assert (await served.http.get(f"/v1/files/content/{served.token()}")).status_code == 404
        assert (await served.http.put("/v1/files/upload/x.y.z", content=b"a")).status_code == 404

    async def test_a_range_is_not_looked_at(self, served: ServedGateway) -> None:
        """LESSONS 32: starlette CVE-2025-62727, ranges that cost quadratic time."""
        files = of_agent(served)
        kept = await files.upload()
        url = (await files.link(kept["id"])).json()["url"]
        ranges = ",".join(f"{n}-" for n in range(1_000))

        fetched = await served.http.get(url, headers={"Range": f"bytes={ranges}"})

        assert (fetched.status_code, fetched.content) == (200, a_png())
        assert fetched.headers["accept-ranges"] == "none"

    async def test_a_node_that_lacks_the_bytes_says_so(
        self, database: TestDatabase, tmp_path: Path
    ) -> None:
        async with one_gateway(database, files=tmp_path) as served:
            files = of_agent(served)
            kept = await files.upload()
            for path in files_in(tmp_path):
                path.unlink()

            assert code_of(await files.fetch(kept["id"])) == (503, "file_missing")
