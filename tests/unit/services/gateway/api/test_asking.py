"""What a session asks for beside its messages: invitations, also when the store is away."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from uuid import UUID

from typing_extensions import override

from services.gateway.api.chat_connection import ChatConnection
from services.gateway.domain.answers import Found
from services.gateway.domain.effects import OpenInvitation
from services.gateway.domain.invitations import Invitable
from services.gateway.usecases.greet import Greeting
from services.gateway.usecases.invite import AGAIN_MS, LATER_MS
from shared.contracts.hours import ShopHours
from shared.kernel.clock import Instant, Millis
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import InvitationState
from tests.support.chat_node import Node, Socket, settle
from tests.support.invitations import KeptInvitations, a_rule

HELLO = b'{"type":"hello","site_key":"fk_x","page_url":"https://shop.example/"}'


class AwayInvitations(KeptInvitations):
    """A store that does not answer."""

    @override
    async def open(
        self, greeting: Greeting, wish: OpenInvitation, invitation_id: UUID, lapses_ms: Millis
    ) -> Instant | None:
        self.asked += 1
        raise OSError("the database is away")


class InvitingNode(Node):
    """A gateway whose site has a rule that holds at once."""

    def __init__(self, group: asyncio.TaskGroup, kept: KeptInvitations) -> None:
        super().__init__(group)
        self.kept = kept
        self.conversation_id = None
        self.parts = replace(self.parts, invitations=kept.desk(self.clock, hours=self.hours))

    @override
    async def hours(self, shop_id: UUID) -> ShopHours | None:
        return ShopHours(open=True)

    @override
    async def catch_up(self, greeting: Greeting) -> Found:
        return replace(await super().catch_up(greeting), invitable=Invitable((a_rule(),)))

    async def come(self) -> tuple[Socket, ChatConnection]:
        socket, connection = self.connect()
        connection.receive(HELLO)
        await settle()
        return socket, connection

    async def waits(self, connection: ChatConnection, span_ms: Millis) -> None:
        self.clock.advance(span_ms)
        connection._wake()
        await settle()


async def test_a_customer_sees_the_invitation_and_the_answer_is_kept() -> None:
    async with asyncio.TaskGroup() as group:
        node = InvitingNode(group, KeptInvitations())
        socket, connection = await node.come()
        assert socket.types == ["welcome", "invitation.opened"]
        (invitation_id,) = node.kept.opened

        wire_id = encode(IdKind.INVITATION, invitation_id)
        frame = {"type": "invitation.dismiss", "invitation_id": wire_id}
        connection.receive(json.dumps(frame).encode())
        connection.lost()  # an answer is kept though nobody is there any more
        await settle()
        assert node.kept.settled == {invitation_id: InvitationState.DISMISSED}


async def test_while_nobody_is_free_it_is_looked_for_again() -> None:
    async with asyncio.TaskGroup() as group:
        node = InvitingNode(group, KeptInvitations())
        node.kept.free = False
        socket, connection = await node.come()
        node.kept.free = True
        await node.waits(connection, AGAIN_MS - 1)
        assert socket.types == ["welcome"]
        await node.waits(connection, 1)
        assert socket.types == ["welcome", "invitation.opened"]
        connection.lost()


async def test_a_store_that_does_not_answer_is_asked_much_later() -> None:
    async with asyncio.TaskGroup() as group:
        node = InvitingNode(group, AwayInvitations())
        socket, connection = await node.come()
        assert (socket.types, node.kept.asked) == (["welcome"], 1)
        await node.waits(connection, LATER_MS - 1)
        assert node.kept.asked == 1
        await node.waits(connection, 1)
        assert node.kept.asked == 2
        connection.lost()


async def test_a_customer_who_has_left_is_not_invited() -> None:
    async with asyncio.TaskGroup() as group:
        node = InvitingNode(group, KeptInvitations())
        node.kept.free = False
        _, connection = await node.come()
        node.kept.free = True
        node.clock.advance(AGAIN_MS)
        connection._wake()
        connection.lost()
        await settle()
        assert node.kept.opened == {}
