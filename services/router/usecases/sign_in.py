"""Lets agents in by password and programs by API key; what a token then allows is its scopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from services.router.usecases import views
from services.router.usecases.guesses import Guesses
from services.router.usecases.ports import Accounts, ApiKeys, Passwords, Signer
from shared.contracts import routing
from shared.contracts.claims import Principal
from shared.kernel.clock import Clock, Millis
from shared.kernel.errors import ErrorCode, RefusedError

AGENT_TOKEN_LIFE_MS: Final[Millis] = 12 * 3_600_000
"""A shift, with what comes before and after it."""

KEY_TOKEN_LIFE_MS: Final[Millis] = 15 * 60_000
"""A program can fetch a fresh one at any time."""

NO_PASSWORD: Final = "!"  # noqa: S105  what stands where a hash would; no password hashes to it
"""As in a Unix password file: this agent cannot sign in by password."""


def normal_email(email: str) -> str:
    """Return an address as it is kept and looked for."""
    return email.strip().lower()


class SignIn:
    """Answers the same, and as slowly, whichever part of the credentials is wrong."""

    def __init__(
        self,
        accounts: Accounts,
        passwords: Passwords,
        api_keys: ApiKeys,
        signer: Signer,
        clock: Clock,
        *,
        guesses: Guesses,
        new_id: Callable[[], UUID],
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._api_keys = api_keys
        self._signer = signer
        self._clock = clock
        self._guesses = guesses
        self._new_id = new_id

    async def agent(self, request: routing.SignIn, address: str) -> routing.SignedIn:
        """Return a token for an agent who signs in from an address.

        Raises:
            RefusedError: BAD_CREDENTIALS, RATE_LIMITED or TRY_AGAIN.
        """
        email = normal_email(request.email)
        self._guesses.count(address, request.shop_id, email)
        found = await self._accounts.credentials(request.shop_id, email)
        has_password = found is not None and found.password_hash != NO_PASSWORD
        stored = found.password_hash if found is not None and has_password else None
        fits = await self._passwords.verify(request.password, stored)
        if found is None or not fits:
            raise RefusedError(
                ErrorCode.BAD_CREDENTIALS, "The e-mail address or the password is wrong."
            )
        self._guesses.forgive(address, request.shop_id, email)
        principal = Principal(
            shop_id=request.shop_id,
            scopes=found.scopes,
            agent_id=found.agent.id,
            name=found.agent.name,
            sign_in_id=self._new_id(),
            token_epoch=found.token_epoch,
            expires_at=self._clock.now() + AGENT_TOKEN_LIFE_MS,
        )
        return routing.SignedIn(
            token=self._signer.principal(principal),
            expires_at=principal.expires_at,
            scopes=principal.scopes,
            agent=views.agent_state(request.shop_id, found.agent),
        )

    async def program(self, api_key: str) -> routing.TokenIssued:
        """Return a short token for whoever holds an API key.

        Raises:
            RefusedError: NOT_SIGNED_IN, the same for every key that is not good.
        """
        shop_id, key_id = self._api_keys.parse(api_key)
        kept = await self._accounts.api_key(shop_id, key_id)
        if kept is None or not self._api_keys.proves(api_key, kept.digest):
            raise RefusedError(ErrorCode.NOT_SIGNED_IN, "This API key is not valid.")
        principal = Principal(
            shop_id=shop_id,
            scopes=kept.scopes,
            api_key_id=key_id,
            name=kept.name,
            expires_at=self._clock.now() + KEY_TOKEN_LIFE_MS,
        )
        return routing.TokenIssued(
            token=self._signer.principal(principal),
            expires_at=principal.expires_at,
            scopes=principal.scopes,
        )
