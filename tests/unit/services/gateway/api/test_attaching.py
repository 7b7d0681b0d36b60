"""Messages keep their order while the files of one of them are looked up."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

from services.gateway.api.chat_connection import ChatConnection
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from tests.support.chat_node import Node, Socket, settle

FILE = encode(IdKind.FILE, UUID(int=7))


async def welcomed(node: Node) -> tuple[Socket, ChatConnection]:
    socket, connection = node.connect()
    connection.receive(b'{"type": "hello", "site_key": "fk_x"}')
    await settle()
    return socket, connection


def send(connection: ChatConnection, client_id: str, *file_ids: str) -> None:
    frame = {"type": "send", "client_id": client_id, "text": "Hi", "file_ids": file_ids}
    connection.receive(json.dumps(frame).encode())


async def test_what_follows_a_message_with_files_waits_for_it() -> None:
    async with asyncio.TaskGroup() as group:
        node = Node(group)
        _, connection = await welcomed(node)
        node.files_may_be_found.clear()
        send(connection, "1")
        send(connection, "2", FILE)
        send(connection, "3")
        send(connection, "4", FILE)
        await settle()
        before = [row.client_id for row, _ in node.posted]
        node.files_may_be_found.set()
        await settle()
        connection.lost()

    assert before == ["1"]
    assert [row.client_id for row, _ in node.posted] == ["1", "2", "3", "4"]
    content = node.posted[1][0].content
    assert content is not None
    assert [one.file_id for one in content.attachments] == [UUID(int=7)]


async def test_a_message_whose_files_are_not_there_is_refused_and_the_next_goes_on() -> None:
    async with asyncio.TaskGroup() as group:
        node = Node(group)
        socket, connection = await welcomed(node)
        node.files_may_be_found.clear()
        send(connection, "1", FILE)
        send(connection, "2")
        node.failure = RefusedError(ErrorCode.UNKNOWN_FILE, "No.")
        node.files_may_be_found.set()
        await settle()
        connection.lost()

    refused = [frame for frame in socket.frames if frame["type"] == "error"]
    assert (refused[0]["client_id"], refused[0]["code"]) == ("1", "unknown_file")
    assert {one["client_id"] for one in refused} == {"1", "2"}
