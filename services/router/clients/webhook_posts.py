"""Signs an event as Standard Webhooks says and posts it."""

from __future__ import annotations

from datetime import UTC, datetime

from standardwebhooks import Webhook

from services.router.usecases.webhook_ports import Claimed
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import DeliveryFault
from shared.kit.web.guarded_post import GuardedPost, PostFailedError


class SignedPosts:
    """See `usecases.webhook_ports.Poster`."""

    def __init__(self, post: GuardedPost) -> None:
        self._post = post

    async def post(self, one: Claimed, at: Instant) -> int | DeliveryFault:
        """Return the status that was answered, or why there is none."""
        try:
            return await self._post(one.url, _headers(one, at), one.body.encode())
        except PostFailedError as failed:
            return DeliveryFault(failed.fault.value)


def _headers(one: Claimed, at: Instant) -> dict[str, str]:
    event = encode(IdKind.EVENT, one.event_id)
    second = datetime.fromtimestamp(at // 1_000, UTC)
    signatures = [Webhook(secret).sign(event, second, one.body) for secret in one.secrets]
    return {
        "content-type": "application/json",
        "user-agent": "firstreply",
        "webhook-id": event,
        "webhook-timestamp": str(at // 1_000),
        "webhook-signature": " ".join(signatures),
    }
