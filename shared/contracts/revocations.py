"""What the router tells of bearer tokens that are refused before they expire."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.wire import Readable, ShopId, WireInstant
from shared.kernel.vocabulary import SignInEnd


class Revocation(Readable):
    """Tokens that are good no more.

    `subject` is a sign-in, an API key or an agent; of an agent's tokens those are meant whose
    `token_epoch` is smaller. After `until` every one of them has expired by itself.
    """

    shop_id: ShopId
    subject: UUID
    token_epoch: int = 0
    reason: SignInEnd
    revoked_at: WireInstant
    until: WireInstant


class RevocationsRequest(Readable):
    """Asks the router for what was revoked since an instant of the router's database."""

    since: WireInstant


class RevocationPage(Readable):
    """The revocations since then, oldest first; with `more`, the rest is asked from the last."""

    revocations: tuple[Revocation, ...]
    as_of: WireInstant
    more: bool = False
