"""What tests of webhooks do over and over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.admin import Admin
from tests.support.posted import Posted, Program
from tests.support.router import Rig

HOOKS = "/v1/routing/webhooks"
ALL = ["conversation.*", "message.*"]


async def subscribed(admin: Admin, program: Program, path: str = "/events", **more: Any) -> Any:
    body = {"url": program.url(path), "events": ALL, **more}
    return await admin.make(HOOKS, body)


async def look(admin: Admin, hook: Any) -> None:
    """Have the router look at what is due, as its clock would without a virtual one."""
    await admin.change(f"{HOOKS}/{hook['id']}", {"description": new_id().hex})


async def log_of(admin: Admin, hook: Any, status: str = "") -> list[Any]:
    query = f"?status={status}" if status else ""
    found: list[Any] = (await admin.get(f"{HOOKS}/{hook['id']}/deliveries{query}"))["deliveries"]
    return found


def answering(*statuses: int, only: Callable[[Posted], bool] = lambda _: True) -> Any:
    """Answer with these statuses in turn, then 200; whatever is not meant gets 200 at once."""
    left = list(statuses)

    async def answer(posted: Posted) -> int:
        return left.pop(0) if left and only(posted) else 200

    return answer


async def a_conversation(rig: Rig, shop: UUID, text: str = "Where is it?") -> str:
    conversation_id = new_id()
    await rig.message(shop, conversation_id, text=text)
    return encode(IdKind.CONVERSATION, conversation_id)


async def all_delivered(admin: Admin, hook: Any, count: int) -> bool:
    log = await log_of(admin, hook)
    return len(log) == count and all(one["status"] == "delivered" for one in log)


async def tried(admin: Admin, hook: Any, posted: Sequence[Posted]) -> bool:
    """Tell whether the log has every try of what was posted."""
    log = await log_of(admin, hook)
    ids = {one.id for one in posted}
    return sum(len(one["tries"]) for one in log if one["id"] in ids) == len(posted)
