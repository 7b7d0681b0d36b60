"""Webhooks as administrators make, change and remove them, with the log of their deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.router.storage.gate import Gate
from services.router.storage.webhook_rows import read_delivery, read_webhook
from shared.contracts.changes import FieldChange, Once
from shared.contracts.claims import Principal
from shared.contracts.webhooks import WEBHOOKS_MAX, Webhook, WebhookDelivery
from shared.kernel.clock import Clock, Millis, to_datetime
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import DeliveryStatus, WebhookEnd
from shared.kit.change_log import NOT_SHOWN, ChangeLog, compared, created
from shared.kit.database import ReadTransaction, WriteTransaction

_COUNT = "SELECT count(*) FROM router.webhooks WHERE shop_id = :shop_id"
_LOCK = "SELECT shop_id FROM router.shops WHERE shop_id = :shop_id FOR NO KEY UPDATE"
_ADD = """
    INSERT INTO router.webhooks
        (shop_id, id, url, description, events, internal, secret, created_at)
    VALUES (:shop_id, :id, :url, :description, :events, :internal, :secret, :created_at)
    """
_COLUMNS = """
    id, url, description, events, internal, disabled_at, disabled_by, failing_since,
    CASE WHEN old_secret_until > :now THEN old_secret_until END AS old_secret_until, created_at
    """
_ONE = f"SELECT {_COLUMNS} FROM router.webhooks WHERE shop_id = :shop_id AND id = :id"  # noqa: S608  a literal of ours
_PAGE = f"""
    SELECT {_COLUMNS} FROM router.webhooks
    WHERE shop_id = :shop_id AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT :limit
    """  # noqa: S608  a literal of ours
_CHANGE = """
    UPDATE router.webhooks SET url = :url, description = :description, events = :events,
        internal = :internal,
        disabled_at = CASE WHEN :enabled THEN NULL ELSE coalesce(disabled_at, :now) END,
        disabled_by = CASE WHEN :enabled THEN NULL ELSE coalesce(disabled_by, :why) END,
        failing_since = CASE WHEN :fresh THEN NULL ELSE failing_since END
    WHERE shop_id = :shop_id AND id = :id
    """
_LOCK_ONE = f"{_ONE} FOR NO KEY UPDATE"
_WAKE = """
    UPDATE router.webhook_lanes SET next_at = :now, claim = NULL
    WHERE shop_id = :shop_id AND webhook_id = :id AND next_at = 'infinity'
    """
_REMOVE = "DELETE FROM router.webhooks WHERE shop_id = :shop_id AND id = :id"
_ROTATE = """
    UPDATE router.webhooks SET old_secret = secret, old_secret_until = :until, secret = :secret
    WHERE shop_id = :shop_id AND id = :id
    """
_DELIVERIES = """
    SELECT event_id, type, subject, status, occurred_at, tries, next_at
    FROM router.webhook_deliveries d
    WHERE shop_id = :shop_id AND webhook_id = :id
        AND (CAST(:status AS text) IS NULL OR status = :status)
        AND (CAST(:before AS uuid) IS NULL OR place < (
            SELECT b.place FROM router.webhook_deliveries b
            WHERE b.shop_id = :shop_id AND b.webhook_id = :id AND b.event_id = :before))
    ORDER BY place DESC LIMIT :limit
    """
_REPLAY_DEAD = """
    UPDATE router.webhook_deliveries SET status = 'pending', attempts = 0, next_at = :now
    WHERE shop_id = :shop_id AND webhook_id = :id AND status = 'dead'
    RETURNING subject
    """
_REPLAY_ONE = """
    UPDATE router.webhook_deliveries SET status = 'pending', attempts = 0, next_at = :now
    WHERE shop_id = :shop_id AND webhook_id = :id AND event_id = :event_id AND status <> 'pending'
    RETURNING subject
    """
_IS_THERE = """
    SELECT event_id FROM router.webhook_deliveries
    WHERE shop_id = :shop_id AND webhook_id = :id AND event_id = :event_id
    """
# As put_webhooks does: a lane that is there is locked and left as it is.
_LANES = """
    INSERT INTO router.webhook_lanes AS l (shop_id, webhook_id, subject, next_at)
    SELECT :shop_id, :id, s.subject, :now
    FROM (SELECT DISTINCT unnest(CAST(:subjects AS text[])) AS subject) s ORDER BY s.subject
    ON CONFLICT (shop_id, webhook_id, subject) DO UPDATE SET next_at = l.next_at WHERE false
    """
RECORDED: Final = ("url", "description", "events", "internal", "enabled")
"""What the record tells of a webhook."""


class WebhookAccounts:
    """See `usecases.webhook_ports.WebhookBook`."""

    def __init__(self, gate: Gate, log: ChangeLog, clock: Clock) -> None:
        self._gate = gate
        self._log = log
        self._clock = clock

    async def add(
        self, caller: Principal, webhook: Webhook, secret: str, once: Once
    ) -> tuple[Webhook, bool]:
        """Make a webhook; return it, and whether it is new."""
        shop = {"shop_id": caller.shop_id}
        async with self._gate.write(caller) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Webhook.model_validate(kept, strict=False), False
            await tx.row(_LOCK, shop)
            if await tx.value(_COUNT, shop) >= WEBHOOKS_MAX:
                raise RefusedError(
                    ErrorCode.IN_USE, f"A shop has at most {WEBHOOKS_MAX} webhooks: remove one."
                )
            row = {
                **shop,
                "id": webhook.id,
                "url": webhook.url,
                "description": webhook.description,
                "internal": webhook.internal,
                "events": list(webhook.events),
                "secret": secret,
                "created_at": to_datetime(webhook.created_at),
            }
            await tx.execute(_ADD, row)
            fields = created(**_recorded(webhook))
            await self._record(tx, caller, webhook.id, "created", fields)
            await self._log.keep(tx, caller, once, webhook.model_dump(mode="json"))
        return webhook, True

    async def find(self, caller: Principal, webhook_id: UUID) -> Webhook | None:
        """Return a webhook of the caller's shop."""
        async with self._gate.read(caller) as tx:
            return await self._one(tx, caller, webhook_id)

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[Webhook]:
        """Return webhooks of the caller's shop after an id."""
        wanted = {"shop_id": caller.shop_id, "after": after, "limit": limit, "now": self._now}
        async with self._gate.read(caller) as tx:
            return [read_webhook(row) for row in await tx.rows(_PAGE, wanted)]

    async def change(
        self, caller: Principal, webhook_id: UUID, fields: Mapping[str, Any]
    ) -> Webhook | None:
        """Set the fields; None: there is no such webhook."""
        async with self._gate.write(caller) as tx:
            before = await self._one(tx, caller, webhook_id, _LOCK_ONE)
            if before is None:
                return None
            after = {**_recorded(before), **fields}
            row = {
                **self._named(caller, webhook_id),
                **after,
                "why": WebhookEnd.ADMINISTRATOR.value,
                # It is another place, or is believed in again: three days begin anew.
                "fresh": after["url"] != before.url or (after["enabled"] and not before.enabled),
            }
            await tx.execute(_CHANGE, row)
            if after["enabled"]:
                await tx.execute(_WAKE, self._named(caller, webhook_id))
            changed = compared(_recorded(before), after)
            if changed:
                await self._record(tx, caller, webhook_id, "changed", changed)
            return await self._one(tx, caller, webhook_id)

    async def remove(self, caller: Principal, webhook_id: UUID) -> bool:
        """Delete a webhook with all that waits for it; false: there is no such webhook."""
        async with self._gate.write(caller) as tx:
            before = await self._one(tx, caller, webhook_id, _LOCK_ONE)
            if before is None:
                return False
            await tx.execute(_REMOVE, self._named(caller, webhook_id))
            gone = {name: FieldChange(before=was) for name, was in _recorded(before).items()}
            await self._record(tx, caller, webhook_id, "removed", gone)
        return True

    async def rotate(
        self, caller: Principal, webhook_id: UUID, secret: str, keep_old_ms: Millis, once: Once
    ) -> tuple[Webhook, bool] | None:
        """Put in a fresh secret; the flag tells a repeated request. None: no such webhook."""
        async with self._gate.write(caller) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return Webhook.model_validate(kept, strict=False), False
            until = to_datetime(self._clock.now() + keep_old_ms)
            row = {**self._named(caller, webhook_id), "until": until, "secret": secret}
            await tx.execute(_ROTATE, row)
            turned = await self._one(tx, caller, webhook_id)
            if turned is None:
                return None
            await self._record(tx, caller, webhook_id, "rotated", {"secret": NOT_SHOWN})
            await self._log.keep(tx, caller, once, turned.model_dump(mode="json"))
        return turned, True

    async def deliveries(
        self,
        caller: Principal,
        webhook_id: UUID,
        status: DeliveryStatus | None,
        before: UUID | None,
        limit: int,
    ) -> Sequence[WebhookDelivery] | None:
        """Return deliveries, newest first, before one; None: there is no such webhook."""
        wanted = {"status": status, "before": before, "limit": limit}
        async with self._gate.read(caller) as tx:
            if await self._one(tx, caller, webhook_id) is None:
                return None
            found = await tx.rows(_DELIVERIES, {**self._named(caller, webhook_id), **wanted})
        return [read_delivery(row) for row in found]

    async def replay(
        self, caller: Principal, webhook_id: UUID, event_id: UUID | None, once: Once
    ) -> int | None:
        """Let a finished delivery, or all dead ones, begin anew; return how many."""
        named = {**self._named(caller, webhook_id), "event_id": event_id}
        async with self._gate.write(caller) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return int(str(kept["replayed"]))
            if await self._one(tx, caller, webhook_id) is None:
                return None
            if event_id is not None and await tx.row(_IS_THERE, named) is None:
                return None
            statement = _REPLAY_DEAD if event_id is None else _REPLAY_ONE
            subjects = [row["subject"] for row in await tx.rows(statement, named)]
            await tx.execute(_LANES, {**named, "subjects": subjects})
            fields = created(replayed=len(subjects))
            await self._record(tx, caller, webhook_id, "replayed", fields)
            await self._log.keep(tx, caller, once, {"replayed": len(subjects)})
        return len(subjects)

    async def _one(
        self, tx: ReadTransaction, caller: Principal, webhook_id: UUID, statement: str = _ONE
    ) -> Webhook | None:
        row = await tx.row(statement, self._named(caller, webhook_id))
        return None if row is None else read_webhook(row)

    async def _record(
        self,
        tx: WriteTransaction,
        caller: Principal,
        webhook_id: UUID,
        what: str,
        fields: Mapping[str, FieldChange],
    ) -> None:
        target = encode(IdKind.WEBHOOK, webhook_id)
        await self._log.record(tx, caller, f"webhook.{what}", target, fields)

    @property
    def _now(self) -> Any:
        return to_datetime(self._clock.now())

    def _named(self, caller: Principal, webhook_id: UUID) -> dict[str, Any]:
        return {"shop_id": caller.shop_id, "id": webhook_id, "now": self._now}


def _recorded(webhook: Webhook) -> dict[str, Any]:
    return webhook.model_dump(mode="json", include=set(RECORDED))
