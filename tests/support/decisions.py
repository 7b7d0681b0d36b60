"""A decision of a router under test, and where it is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.router.domain.state import CANDIDATES_TOLD
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import EventType
from shared.kit.new_ids import new_id
from tests.support.admin import supervisor
from tests.support.router import Rig

AGENTS = CANDIDATES_TOLD + 2
"""Two more than a decision tells of unless it is asked for all."""


def path_of(conversation: UUID) -> str:
    """Return where the decisions on a conversation are listed."""
    wire = encode(IdKind.CONVERSATION, conversation)
    return f"/v1/routing/conversations/{wire}/decisions"


async def decided(rig: Rig, shop: UUID) -> tuple[str, Any]:
    """Let a customer write to many free agents; return where the first decision is, and it."""
    consoles = [await rig.console(shop, name=f"Agent {n}") for n in range(AGENTS)]
    conversation = new_id()
    await rig.message(shop, conversation)
    await rig.until(lambda: any(one.of(EventType.OFFER_CREATED) for one in consoles))
    page = await supervisor(rig, shop).get(path_of(conversation))
    (told,) = [one for one in page["decisions"] if not one["excluded"]]
    return f"{path_of(conversation)}/{told['id']}", told
