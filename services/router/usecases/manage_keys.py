"""Makes, shows and revokes a shop's API keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Never
from uuid import UUID

from services.router.domain.grants import may_give_scopes
from services.router.usecases.administration_ports import KeyBook
from services.router.usecases.ports import ApiKeys
from services.router.usecases.sign_out import Spread
from shared.contracts.accounts import ApiKey, ApiKeyMade, NewApiKey
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError

SHOWN_END = 4
"""Letters of a key's end by which people tell their keys apart; the rest has 240 random bits."""


class ManageKeys:
    """A key's text is told once; from then on only its digest is anywhere."""

    def __init__(
        self,
        keys: KeyBook,
        texts: ApiKeys,
        clock: Clock,
        new_id: Callable[[], UUID],
        spread: Spread,
    ) -> None:
        self._keys = keys
        self._texts = texts
        self._clock = clock
        self._new_id = new_id
        self._spread = spread

    async def create(self, caller: Principal, new: NewApiKey, once: Once) -> ApiKeyMade:
        """Make a key.

        Raises:
            RefusedError: FORBIDDEN, scopes that are not the caller's to give.
        """
        if not may_give_scopes(caller, new.scopes):
            raise RefusedError(
                ErrorCode.FORBIDDEN,
                "These scopes are not yours to give: an API key has admin, supervisor, "
                "orders:write, contacts:write, customers:read or routing:write, and gives only "
                "what it has.",
            )
        key_id = self._new_id()
        text, digest = self._texts.new(caller.shop_id, key_id)
        key = ApiKey(
            id=key_id,
            name=new.name,
            scopes=tuple(dict.fromkeys(new.scopes)),
            last_four=text[-SHOWN_END:],
            created_at=self._clock.now(),
        )
        made, is_new = await self._keys.add(caller, key, digest, once)
        return ApiKeyMade(**dict(made), text=text if is_new else None)

    async def page(self, caller: Principal, after: UUID | None, limit: int) -> Sequence[ApiKey]:
        """Return keys of the caller's shop, after an id."""
        return await self._keys.page(caller, after, limit)

    async def show(self, caller: Principal, key_id: UUID) -> ApiKey:
        """Return a key.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        return await self._keys.find(caller, key_id) or _no_key()

    async def revoke(self, caller: Principal, key_id: UUID) -> ApiKey:
        """Revoke a key and the tokens it got. Doing it again changes nothing.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's.
        """
        revoked = await self._keys.revoke(caller, key_id) or _no_key()
        await self._spread()
        return revoked


def _no_key() -> Never:
    raise RefusedError(ErrorCode.NOT_FOUND, "There is no such API key.")
