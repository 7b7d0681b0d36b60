"""What a customer's front end or server asks over REST, where it holds no socket."""

from __future__ import annotations

from typing import Literal

from shared.contracts.frames import Hello
from shared.contracts.items import Item
from shared.contracts.wire import Contract, ConversationId


class OpenSession(Hello):
    """The `hello` of the socket, word for word; `type` may be left out."""

    type: Literal["hello"] = "hello"


class ChatItems(Contract):
    """The items a customer may see after a given seq; ask again after `through_seq` for more.

    A number left out is an item that customers do not see. There is no more once `through_seq` is
    `last_seq`. Without a conversation yet all are empty.
    """

    conversation_id: ConversationId | None
    items: tuple[Item, ...]
    through_seq: int
    last_seq: int
    epoch: int
